import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { ConfigurationRefused } from '../config/read-config.js';
import { EmbeddedEventStore } from '../event-store/adapters/embedded/embedded-event-store.js';
import { startLogWriterThread, type LogWriterThread } from '../event-store/adapters/embedded/log-writer-thread.js';
import type { EventStoreDbEventStore } from '../event-store/adapters/eventstoredb/eventstoredb-event-store.js';
import { FileSnapshotStore } from '../event-store/adapters/snapshots/file-snapshot-store.js';
import { EVENT_REGISTRY, EventRegistry } from '../event-store/event-registry.js';
import { EVENT_STORE, type EventStore } from '../event-store/event-store.port.js';
import { SNAPSHOT_STORE } from '../event-store/snapshot-store.port.js';
import { FolderEvidenceStore } from '../evidence/adapters/folder/folder-evidence-store.js';
import { EVIDENCE_STORE } from '../evidence/evidence-store.port.js';
import type { Clock } from '../kernel/clock.js';
import { LocalLeaseStore } from '../leases/adapters/local/local-lease-store.js';
import { LEASE_STORE, type LeaseStore } from '../leases/lease-store.port.js';
import { EmbeddedReadModels } from '../read-models/adapters/embedded/embedded-read-models.js';
import { setAsideDamaged } from '../read-models/adapters/embedded/set-aside-damaged.js';
import type { MongoDbReadModels } from '../read-models/adapters/mongodb/mongodb-read-models.js';
import { OPEN_READ_MODEL_WRITER, type OpenReadModelWriter } from '../read-models/read-model-writer.port.js';
import { READ_MODELS, type ReadModels } from '../read-models/read-models.port.js';
import type { Logger } from '../telemetry/logger.js';
import { MeasuredEventStore } from '../telemetry/measured-event-store.js';
import type { Metrics } from '../telemetry/metrics.js';
import { dataFiles } from './data-files.js';
import type { PlatformOptions } from './platform-options.js';

/**
 * A server's driver is loaded where that server is used: it takes half a second and some 20 to 30 MB, in each thread.
 */
const drivers = {
  eventStoreDb: async () => ({
    ...(await import('../event-store/adapters/eventstoredb/address.js')),
    ...(await import('../event-store/adapters/eventstoredb/eventstoredb-event-store.js')),
  }),
  mongoDb: async () => ({
    ...(await import('../read-models/adapters/mongodb/mongodb-address.js')),
    ...(await import('../read-models/adapters/mongodb/mongodb-read-models.js')),
    ...(await import('../leases/adapters/mongodb/mongodb-lease-store.js')),
  }),
};

/** A log that can be read, appended to and verified, whichever engine keeps it. */
export type OpenLog = EmbeddedEventStore | EventStoreDbEventStore;

/**
 * The addresses of servers are read whole before anything is opened, so that a slip in one of them is told at once.
 * @throws ConfigurationRefused
 */
export async function checkAddresses({ eventStore, readModels }: Config): Promise<void> {
  const problems: string[] = [];
  const check = async (name: string, read: () => Promise<unknown>) => {
    try {
      await read();
    } catch (error) {
      problems.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  if (eventStore.kind === 'server') {
    await check('RETALLY_EVENT_STORE', async () =>
      (await drivers.eventStoreDb()).parseEventStoreAddress(eventStore.address),
    );
  }
  if (readModels.kind === 'server') {
    await check('RETALLY_READ_MODELS', async () => (await drivers.mongoDb()).readMongoDbAddress(readModels.address));
  }
  if (problems.length > 0) throw new ConfigurationRefused(problems);
}

/** The thread that writes the log of this process; a log on a server has none. */
export async function startLogWriter(config: Config): Promise<LogWriterThread | undefined> {
  return config.eventStore.kind === 'embedded' ? startLogWriterThread(dataFiles(config).log) : undefined;
}

/** Before anything opens the data folder: what can be made again does not keep the server from starting. */
export function setAsideDamagedReadModels(config: Config, clock: Clock, logger: Logger): void {
  if (config.readModels.kind === 'server') return;
  const { readModels } = dataFiles(config);
  const aside = setAsideDamaged(readModels, clock.now());
  if (aside === undefined) return;
  logger.warn({ file: readModels, aside }, 'The read models are damaged: set aside, and made again from the log');
}

/** Waits for a server that is not up yet. */
export async function openLog(
  config: Config,
  registry: EventRegistry,
  { logWriter = 'inline', logger }: Pick<PlatformOptions, 'logWriter' | 'logger'>,
): Promise<OpenLog> {
  const { eventStore, streamPrefix } = config;
  if (eventStore.kind === 'server') {
    const { EventStoreDbEventStore } = await drivers.eventStoreDb();
    return EventStoreDbEventStore.open({ connectionString: eventStore.address, registry, logger, streamPrefix });
  }
  return EmbeddedEventStore.open({ path: dataFiles(config).log, registry, writer: logWriter });
}

async function openReadModels(
  { config, logger }: PlatformOptions,
  mode: 'reader' | 'writer',
): Promise<EmbeddedReadModels | MongoDbReadModels> {
  const { readModels } = config;
  if (readModels.kind === 'embedded') return EmbeddedReadModels.open({ path: dataFiles(config).readModels, mode });
  const { MongoDbReadModels } = await drivers.mongoDb();
  return MongoDbReadModels.open({ address: readModels.address, mode, logger });
}

/** With the embedded read models a data folder has one server: nobody else is there who could want or take a lease. */
async function openLeases({ config }: PlatformOptions): Promise<LeaseStore> {
  const { readModels, leaseTtlMs } = config;
  if (readModels.kind === 'embedded') return new LocalLeaseStore();
  const { MongoDbLeaseStore, readMongoDbAddress } = await drivers.mongoDb();
  const { uri, database } = readMongoDbAddress(readModels.address);
  return MongoDbLeaseStore.open({ uri, database, timeoutMs: leaseTtlMs / 2 });
}

function providers(options: PlatformOptions, metrics: Metrics): Provider[] {
  const { config, definitions, wrapStore } = options;
  return [
    { provide: EVENT_REGISTRY, useFactory: () => new EventRegistry(definitions) },
    {
      provide: EVENT_STORE,
      inject: [EVENT_REGISTRY],
      useFactory: async (registry: EventRegistry): Promise<EventStore> => {
        const measured = new MeasuredEventStore(await openLog(config, registry, options), metrics);
        return wrapStore?.(measured) ?? measured;
      },
    },
    { provide: SNAPSHOT_STORE, useFactory: () => FileSnapshotStore.open(dataFiles(config).snapshots) },
    {
      provide: EVIDENCE_STORE,
      useFactory: () => FolderEvidenceStore.open({ folder: config.evidenceDir, limits: config.limits }),
    },
    {
      provide: READ_MODELS,
      // After the log: it makes the folder both stand in.
      inject: [EVENT_STORE],
      useFactory: (): Promise<ReadModels> => openReadModels(options, 'reader'),
    },
    {
      provide: OPEN_READ_MODEL_WRITER,
      useFactory: (): OpenReadModelWriter => () => openReadModels(options, 'writer'),
    },
    // After the read models, which wait for their server.
    { provide: LEASE_STORE, inject: [READ_MODELS], useFactory: () => openLeases(options) },
  ];
}

/** Where everything is kept: the one place that chooses adapters, by the settings. */
@Module({})
export class StorageModule {
  static forRoot(options: PlatformOptions, metrics: Metrics): DynamicModule {
    return {
      module: StorageModule,
      providers: providers(options, metrics),
      exports: [
        EVENT_REGISTRY,
        EVENT_STORE,
        EVIDENCE_STORE,
        LEASE_STORE,
        OPEN_READ_MODEL_WRITER,
        READ_MODELS,
        SNAPSHOT_STORE,
      ],
    };
  }
}
