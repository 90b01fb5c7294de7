/** The arrows of the house: each rule says in one sentence what it protects. */
module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      severity: 'error',
      comment: 'A circle has no first part: cut it by naming the idea both sides share.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'modules-meet-at-their-doors',
      severity: 'error',
      comment: 'A module is used through its index.ts; only wiring (*.module.ts) may import another *.module.ts.',
      from: { path: '^src/modules/([^/]+)/', pathNot: '\\.module\\.ts$' },
      to: { path: '^src/modules/([^/]+)/', pathNot: ['^src/modules/$1/', '^src/modules/[^/]+/index\\.ts$'] },
    },
    {
      name: 'wiring-meets-wiring',
      severity: 'error',
      comment: "A module's wiring may import another module's wiring or its index.ts, nothing deeper.",
      from: { path: '^src/modules/([^/]+)/[^/]+\\.module\\.ts$' },
      to: {
        path: '^src/modules/([^/]+)/',
        pathNot: ['^src/modules/$1/', '^src/modules/[^/]+/index\\.ts$', '^src/modules/[^/]+/[^/]+\\.module\\.ts$'],
      },
    },
    {
      name: 'shared-knows-no-module',
      severity: 'error',
      comment: 'shared/ serves every module, so it may know none.',
      from: { path: '^src/shared/' },
      to: { path: '^src/(modules|sandbox|tools)/' },
    },
    {
      name: 'kernel-is-pure',
      severity: 'error',
      comment: 'The kernel is plain TypeScript: no package, no node: module, nothing outside itself.',
      from: { path: '^src/shared/kernel/', pathNot: '\\.(spec|properties)\\.ts$' },
      to: { pathNot: '^src/shared/kernel/' },
    },
    {
      name: 'domain-is-pure',
      severity: 'error',
      comment:
        'domain/ decides from data: it may import its own domain/, the kernel, and the parser of CEL, which is as pure.',
      from: { path: '^src/modules/([^/]+)/domain/', pathNot: '\\.(spec|properties)\\.ts$' },
      to: {
        pathNot: [
          '^src/modules/$1/domain/',
          '^src/modules/[^/]+/index\\.ts$',
          '^src/shared/kernel/',
          '^node_modules/@marcbachmann/cel-js/',
        ],
      },
    },
    {
      name: 'domain-speaks-with-others-in-types',
      severity: 'error',
      comment:
        "domain/ may name what another module publishes, so that an idea has one shape, and may not run it: an index.ts is imported there with 'import type'.",
      from: { path: '^src/modules/([^/]+)/domain/', pathNot: '\\.(spec|properties)\\.ts$' },
      to: { path: '^src/modules/[^/]+/index\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'application-knows-no-adapter',
      severity: 'error',
      comment: 'application/ speaks to ports; adapters and api/ are reached from wiring alone.',
      from: { path: '^src/modules/[^/]+/application/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^src/modules/[^/]+/(adapters|api)/' },
    },
    {
      name: 'projections-are-pure',
      severity: 'error',
      comment: 'A projection is a function from event to rows: no store, no Nest.',
      from: { path: '^src/modules/[^/]+/projections/', pathNot: '\\.spec\\.ts$' },
      to: { path: '(^src/modules/[^/]+/(adapters|api|application)/)|(node_modules/@nestjs)' },
    },
    {
      name: 'adapters-are-wired',
      severity: 'error',
      comment: 'An adapter is chosen by wiring, so only wiring and other adapters may name it.',
      from: { path: '^src/', pathNot: ['\\.module\\.ts$', '/adapters/', '\\.spec\\.ts$', '^src/tools/'] },
      to: { path: '^src/.*/adapters/' },
    },
    {
      name: 'sandbox-stands-alone',
      severity: 'error',
      comment: 'The sandbox billing system must be able to disagree with us: it shares nothing but the decimal kernel.',
      from: { path: '^src/sandbox/' },
      to: { path: '^src/(modules|tools|shared/(?!kernel))' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.js'],
    },
  },
};
