import { Global, Inject, Module, type DynamicModule, type OnApplicationShutdown, type Provider } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { EmbeddedEventStore } from '../event-store/adapters/embedded/embedded-event-store.js';
import { startLogWriterThread, type LogWriterThread } from '../event-store/adapters/embedded/log-writer-thread.js';
import { FileSnapshotStore } from '../event-store/adapters/snapshots/file-snapshot-store.js';
import { EVENT_REGISTRY, EventRegistry } from '../event-store/event-registry.js';
import { EVENT_STORE, type EventStore } from '../event-store/event-store.port.js';
import { SNAPSHOT_STORE } from '../event-store/snapshot-store.port.js';
import { FolderEvidenceStore } from '../evidence/adapters/folder/folder-evidence-store.js';
import { EVIDENCE_STORE } from '../evidence/evidence-store.port.js';
import { HttpActivity } from '../http/http-activity.js';
import type { Clock } from '../kernel/clock.js';
import { LocalLeaseStore } from '../leases/adapters/local/local-lease-store.js';
import { ClaimedTask } from '../leases/claimed-task.js';
import { CLAIMS, type Claims } from '../leases/claims.port.js';
import { LeasedClaims } from '../leases/leased-claims.js';
import { LEASE_STORE, type LeaseStore } from '../leases/lease-store.port.js';
import { EmbeddedReadModels } from '../read-models/adapters/embedded/embedded-read-models.js';
import { setAsideDamaged } from '../read-models/adapters/embedded/set-aside-damaged.js';
import { Projections } from '../read-models/projections.js';
import { READ_MODELS, type ReadModels } from '../read-models/read-models.port.js';
import { LocalRoles } from '../runtime/local-roles.js';
import type { OtherThreads } from '../runtime/other-threads.js';
import { isClaimedWhole, RoleTasks, type RoleTask } from '../runtime/role-task.js';
import { CLOCK, LOGGER, OTHER_THREADS } from '../runtime/tokens.js';
import type { Logger } from '../telemetry/logger.js';
import { MeasuredEventStore } from '../telemetry/measured-event-store.js';
import { Metrics } from '../telemetry/metrics.js';
import { registerPlatformMetrics } from '../telemetry/platform-metrics.js';
import { dataFiles } from './data-files.js';
import { PLATFORM_OPTIONS, type PlatformOptions } from './platform-options.js';

/** The thread that writes the log of this process. */
export function startLogWriter(config: Config): Promise<LogWriterThread> {
  return startLogWriterThread(dataFiles(config).log);
}

/** Before anything opens the data folder: what can be made again does not keep the server from starting. */
export function setAsideDamagedReadModels(config: Config, clock: Clock, logger: Logger): void {
  const { readModels } = dataFiles(config);
  const aside = setAsideDamaged(readModels, clock.now());
  if (aside === undefined) return;
  logger.warn({ file: readModels, aside }, 'The read models are damaged: set aside, and made again from the log');
}

function providers(options: PlatformOptions): Provider[] {
  const { config, definitions, roles, logWriter } = options;
  const files = dataFiles(config);
  return [
    { provide: PLATFORM_OPTIONS, useValue: options },
    { provide: CONFIG, useValue: config },
    { provide: CLOCK, useValue: options.clock },
    { provide: LOGGER, useValue: options.logger },
    { provide: OTHER_THREADS, useValue: options.otherThreads },
    { provide: EVENT_REGISTRY, useFactory: () => new EventRegistry(definitions) },
    {
      provide: EVENT_STORE,
      inject: [EVENT_REGISTRY, Metrics],
      useFactory: async (registry: EventRegistry, metrics: Metrics): Promise<EventStore> => {
        const store = await EmbeddedEventStore.open({ path: files.log, registry, writer: logWriter });
        const measured = new MeasuredEventStore(store, metrics);
        return options.wrapStore?.(measured) ?? measured;
      },
    },
    { provide: SNAPSHOT_STORE, useFactory: () => FileSnapshotStore.open(files.snapshots) },
    {
      provide: EVIDENCE_STORE,
      useFactory: () => FolderEvidenceStore.open({ folder: config.evidenceDir, limits: config.limits }),
    },
    {
      provide: READ_MODELS,
      // After the log: it makes the folder both stand in.
      inject: [EVENT_STORE],
      useFactory: () => EmbeddedReadModels.open({ path: files.readModels, mode: 'reader' }),
    },
    // A data folder has one server: nobody else is there who could want or take a lease.
    { provide: LEASE_STORE, useFactory: () => new LocalLeaseStore() },
    {
      provide: CLAIMS,
      inject: [LEASE_STORE],
      useFactory: (store: LeaseStore) =>
        new LeasedClaims({ store, host: roles.join('+'), logger: options.logger, ttlMs: Infinity }),
    },
    {
      provide: LocalRoles,
      inject: [RoleTasks, CLAIMS],
      useFactory: (tasks: RoleTasks, claims: Claims) =>
        new LocalRoles(roles, tasks, options.logger, claimedOnes(tasks, claims, options.logger)),
    },
    Projections,
    RoleTasks,
    { provide: Metrics, useFactory: () => new Metrics(roles.includes('api')) },
    HttpActivity,
  ];
}

/** What is claimed whole runs while its lease is held here; what claims its parts, or is needed everywhere, at once. */
function claimedOnes(tasks: RoleTasks, claims: Claims, logger: Logger): (task: RoleTask) => RoleTask {
  return (task) => (isClaimedWhole(task) ? new ClaimedTask(task, { claims, place: tasks.place(task), logger }) : task);
}

/** The infrastructure, once per Nest context, for every module: ports by their tokens, adapters chosen here alone. */
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
    if (options.roles.includes('api')) registerPlatformMetrics(metrics, { store, readModels, local, others });
  }

  static forRoot(options: PlatformOptions): DynamicModule {
    return {
      module: PlatformModule,
      providers: providers(options),
      exports: [
        CONFIG,
        CLAIMS,
        CLOCK,
        LOGGER,
        OTHER_THREADS,
        EVENT_REGISTRY,
        EVENT_STORE,
        EVIDENCE_STORE,
        READ_MODELS,
        SNAPSHOT_STORE,
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
