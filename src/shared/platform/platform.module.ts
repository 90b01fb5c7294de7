import { Global, Inject, Module, type DynamicModule, type OnApplicationShutdown, type Provider } from '@nestjs/common';
import { CONFIG } from '../config/config.js';
import { EVENT_STORE, type EventStore } from '../event-store/event-store.port.js';
import { HttpActivity } from '../http/http-activity.js';
import { ClaimedTask } from '../leases/claimed-task.js';
import { CLAIMS, type Claims } from '../leases/claims.port.js';
import { LeasedClaims } from '../leases/leased-claims.js';
import { LEASE_STORE, type LeaseStore } from '../leases/lease-store.port.js';
import { Projections } from '../read-models/projections.js';
import { READ_MODELS, type ReadModels } from '../read-models/read-models.port.js';
import { LocalRoles } from '../runtime/local-roles.js';
import type { OtherThreads } from '../runtime/other-threads.js';
import { isClaimedWhole, RoleTasks, type RoleTask } from '../runtime/role-task.js';
import { CLOCK, LOGGER, OTHER_THREADS } from '../runtime/tokens.js';
import type { Logger } from '../telemetry/logger.js';
import { Metrics } from '../telemetry/metrics.js';
import { registerPlatformMetrics } from '../telemetry/platform-metrics.js';
import { PLATFORM_OPTIONS, type PlatformOptions } from './platform-options.js';
import { StorageModule } from './storage.module.js';

function providers(options: PlatformOptions, metrics: Metrics): Provider[] {
  const { config, roles, logger } = options;
  return [
    { provide: PLATFORM_OPTIONS, useValue: options },
    { provide: CONFIG, useValue: config },
    { provide: CLOCK, useValue: options.clock },
    { provide: LOGGER, useValue: logger },
    { provide: OTHER_THREADS, useValue: options.otherThreads },
    { provide: Metrics, useValue: metrics },
    {
      provide: CLAIMS,
      inject: [LEASE_STORE],
      useFactory: (store: LeaseStore) => {
        const alone = config.readModels.kind === 'embedded';
        const host = `${config.instance} ${roles.join('+')}`;
        return new LeasedClaims({ store, host, logger, ttlMs: alone ? Infinity : config.leaseTtlMs });
      },
    },
    {
      provide: LocalRoles,
      inject: [RoleTasks, CLAIMS],
      useFactory: (tasks: RoleTasks, claims: Claims) =>
        new LocalRoles(roles, tasks, { logger, claims, runsAs: claimedOnes(tasks, claims, logger) }),
    },
    Projections,
    RoleTasks,
    HttpActivity,
  ];
}

/** What is claimed whole runs while its lease is held here; what claims its parts, or is needed everywhere, at once. */
function claimedOnes(tasks: RoleTasks, claims: Claims, logger: Logger): (task: RoleTask) => RoleTask {
  return (task) => (isClaimedWhole(task) ? new ClaimedTask(task, { claims, place: tasks.place(task), logger }) : task);
}

/** The infrastructure, once per Nest context, for every module: ports by their tokens. */
@Global()
@Module({})
export class PlatformModule implements OnApplicationShutdown {
  constructor(
    @Inject(PLATFORM_OPTIONS) options: PlatformOptions,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(READ_MODELS) private readonly readModels: ReadModels & { close(): Promise<void> },
    @Inject(LEASE_STORE) private readonly leases: LeaseStore,
    @Inject(CLAIMS) private readonly claims: LeasedClaims,
    @Inject(LocalRoles) private readonly local: LocalRoles,
    @Inject(OTHER_THREADS) others: OtherThreads,
    @Inject(Metrics) metrics: Metrics,
  ) {
    claims.changed = () => local.changed();
    if (options.roles.includes('api')) registerPlatformMetrics(metrics, { store, readModels, local, others });
  }

  static forRoot(options: PlatformOptions): DynamicModule {
    const metrics = new Metrics(options.roles.includes('api'));
    return {
      module: PlatformModule,
      imports: [StorageModule.forRoot(options, metrics)],
      providers: providers(options, metrics),
      exports: [
        StorageModule,
        CONFIG,
        CLAIMS,
        CLOCK,
        LOGGER,
        OTHER_THREADS,
        LocalRoles,
        Projections,
        RoleTasks,
        Metrics,
        HttpActivity,
      ],
    };
  }

  /** Last of all: whoever still ran has ended by now. */
  async onApplicationShutdown(): Promise<void> {
    await this.local.stop();
    await this.claims.close();
    await this.leases.close();
    await this.readModels.close();
    await this.store.close();
  }
}
