import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ApiClient } from './api-client.js';
import { ChildProgram } from './child-program.js';
import type { RunStores } from './run-stores.js';

const AUTH_KEY = 'sandbox';
const READY = /Retally listens on (http:\S+), Swagger UI at (\S+)/;
const FIRST_KEY = /First API key of tenant \w+, shown this once and stored nowhere: (rtl_\S+)/;

export interface RetallyOptions {
  readonly dataDir: string;
  /** 0 = any free port. */
  readonly port: number;
  /** Needed when the data directory already has its keys: the first one is shown only once. */
  readonly key?: string;
  readonly billingUrl?: string;
  /** Where its log and read models are kept; embedded when absent. */
  readonly stores?: RunStores;
  readonly env?: Readonly<Record<string, string>>;
  /** How long it may take to serve; default 30 s. */
  readonly timeoutMs?: number;
}

/** Retally as its users run it: `node dist/main.js` in a process of its own, spoken to over HTTP. */
export class RetallyServer {
  private constructor(
    readonly program: ChildProgram,
    readonly url: string,
    readonly docsUrl: string,
    readonly key: string,
    readonly api: ApiClient,
  ) {}

  static async start(options: RetallyOptions): Promise<RetallyServer> {
    await mkdir(options.dataDir, { recursive: true });
    const program = await ChildProgram.start({
      script: 'main.js',
      ready: READY,
      env: {
        RETALLY_DATA_DIR: options.dataDir,
        RETALLY_PORT: String(options.port),
        RETALLY_LOG_LEVEL: 'warn',
        ...options.stores?.env,
        ...(options.billingUrl === undefined ? {} : billingSettings(options.billingUrl)),
        ...options.env,
      },
      ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    });
    const [, url = '', docsUrl = ''] = program.announced;
    const key = options.key ?? program.printed(FIRST_KEY)?.[1];
    if (key === undefined) throw new Error(`No first API key was shown; was ${options.dataDir} used before?`);
    return new RetallyServer(program, url, docsUrl, key, new ApiClient(url, key));
  }
}

function billingSettings(url: string): Record<string, string> {
  return { RETALLY_BILLING_URL: url, RETALLY_BILLING_CLIENT_NO: '1001', RETALLY_BILLING_AUTH_KEY: AUTH_KEY };
}

/** The sandbox billing system in a process of its own. */
export class SandboxServer {
  private constructor(
    readonly program: ChildProgram,
    readonly url: string,
    readonly api: ApiClient,
  ) {}

  static async start(directory: string, port = 0): Promise<SandboxServer> {
    await mkdir(directory, { recursive: true });
    const program = await ChildProgram.start({
      script: 'sandbox/main.js',
      args: ['--port', String(port), '--ledger', join(directory, 'sandbox-ledger.ndjson'), '--auth-key', AUTH_KEY],
      ready: /Sandbox billing system at (http:\S+) with/,
    });
    const url = program.announced[1] ?? '';
    return new SandboxServer(program, url, new ApiClient(url));
  }
}
