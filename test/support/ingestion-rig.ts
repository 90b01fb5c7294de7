import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { FolderIdentityIndexes } from '../../src/modules/ingestion/adapters/identity-index/folder-identity-indexes.js';
import { IngestTask } from '../../src/modules/ingestion/application/mediating/ingest.task.js';
import { MediationConfiguration } from '../../src/modules/ingestion/application/mediation-configuration.js';
import { ReceiveUsageFile } from '../../src/modules/ingestion/application/receive-usage-file.command.js';
import { ReceiveUsageFileHandler } from '../../src/modules/ingestion/application/receive-usage-file.handler.js';
import {
  ingestionEvents,
  mappingStream,
  platformStream,
  type MappingDefinition,
  type UsageBatchMediated,
} from '../../src/modules/ingestion/index.js';
import { EmbeddedEventStore } from '../../src/shared/event-store/adapters/embedded/embedded-event-store.js';
import { eventId } from '../../src/shared/event-store/event-id.js';
import { EventRegistry } from '../../src/shared/event-store/event-registry.js';
import type { EventStore } from '../../src/shared/event-store/event-store.port.js';
import type { Snapshot, SnapshotStore } from '../../src/shared/event-store/snapshot-store.port.js';
import { FolderEvidenceStore } from '../../src/shared/evidence/adapters/folder/folder-evidence-store.js';
import { ManualClock } from '../../src/shared/kernel/clock.js';
import type { RecordedEvent } from '../../src/shared/kernel/event.js';
import type { Claims } from '../../src/shared/leases/claims.port.js';
import type { ReadModels } from '../../src/shared/read-models/read-models.port.js';
import { silentLogger, type Logger } from '../../src/shared/telemetry/logger.js';
import { ManualClaims } from './manual-claims.js';

const TENANT = 'main';
const LIMITS = { maxBytes: 1e9, maxContentBytes: 1e9, maxRatio: 500 };

/** Calls of a switch: `id;caller;seconds;started`, with quotes, in Berlin time. */
export const CALLS: MappingDefinition = {
  sourcePlatform: 'switch',
  serviceType: 'VOICE',
  usageRecordType: 'POSTPAID',
  format: { type: 'DELIMITED', delimiter: ';', quote: '"', header: true },
  fields: {
    serviceId: { column: 'caller' },
    usageType: { constant: 'VOICE_OUT' },
    at: { column: 'started', format: 'yyyy-MM-dd HH:mm:ss', timeZone: 'Europe/Berlin' },
    quantities: { seconds: { column: 'seconds' } },
  },
  ignore: [{ column: 'caller', in: ['test'] }],
  identity: { column: 'id' },
};
export const CALL_HEADER = 'id;caller;seconds;started';

export function call(id: number | string, caller = '4915100', seconds = '60', started = '2024-05-01 12:00:00'): string {
  return `${id};${caller};${seconds};${started}`;
}

/** The parts of ingestion over real storage in a folder of their own; `open` again is a restart of the process. */
export class IngestionRig {
  readonly clock = ManualClock.at('2024-06-01T08:00:00Z');
  wrap: (store: EventStore) => EventStore = (store) => store;
  logger: Logger = silentLogger;
  chunkRecords = 500;
  abandoned = false;
  store!: EventStore;
  evidence!: FolderEvidenceStore;
  configuration!: MediationConfiguration;
  private embedded: EmbeddedEventStore | undefined;
  private commands = 0;
  private task: { readonly abort: AbortController; readonly ended: Promise<void> } | undefined;

  constructor(
    readonly folder = mkdtempSync(join(tmpdir(), 'ingestion-')),
    readonly snapshots = new MemorySnapshots(),
  ) {}

  async open(): Promise<this> {
    const registry = new EventRegistry(ingestionEvents);
    this.embedded = await EmbeddedEventStore.open({ path: join(this.folder, 'log.db'), registry, writer: 'inline' });
    this.store = this.wrap(this.embedded);
    this.evidence = await FolderEvidenceStore.open({ folder: join(this.folder, 'evidence'), limits: LIMITS });
    this.configuration = new MediationConfiguration(this.store);
    return this;
  }

  async close(): Promise<void> {
    await this.stopTask();
    await this.embedded?.close();
    this.embedded = undefined;
  }

  async destroy(): Promise<void> {
    await this.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  get indexFolder(): string {
    return join(this.folder, 'identities');
  }

  /** Appends configuration facts directly, as their handlers would. */
  async configure(definition: MappingDefinition, name = 'calls', version = 1): Promise<void> {
    if (version === 1) {
      await this.fact(platformStream(TENANT, definition.sourcePlatform), 'no-stream', 'SourcePlatformCreated.v1', {
        sourcePlatform: definition.sourcePlatform,
        name: definition.sourcePlatform,
      }).catch(() => undefined);
    }
    const expected = version === 1 ? 'no-stream' : version - 2;
    const data = { mapping: name, version, reason: 'test', definition };
    await this.fact(mappingStream(TENANT, name), expected, 'MappingVersionAdded.v1', data);
  }

  async fact(stream: string, expected: number | 'no-stream', type: string, data: unknown): Promise<void> {
    const metadata = { tenant: TENANT, actor: 'test', correlationId: 'test', recordedAt: '2024-06-01T08:00:00.000Z' };
    await this.store.append(stream, expected, [{ id: eventId(`${stream}/${expected}`), type, data, metadata }]);
  }

  /** Seals and receives content; answers as the command does. */
  async receive(content: string | Buffer, fileName = 'calls.csv', definition = CALLS) {
    const sealed = await this.evidence.seal(Readable.from([Buffer.from(content)]));
    const { sourcePlatform, serviceType, usageRecordType } = definition;
    this.commands += 1;
    const command = new ReceiveUsageFile({
      ...sealed,
      sourcePlatform,
      serviceType,
      usageRecordType,
      fileName,
      via: 'UPLOAD',
    }).within({
      tenant: TENANT,
      actor: 'key:test',
      commandId: `command-${fileName}-${this.commands}`,
      correlationId: fileName,
      now: this.clock.now(),
    });
    const readModels = { find: () => Promise.resolve({ items: [] }) } as unknown as ReadModels;
    const outcome = await new ReceiveUsageFileHandler(this.store, readModels, this.configuration).execute(command);
    if ('refused' in outcome) throw Object.assign(new Error(outcome.refused.message), { code: outcome.refused.code });
    return outcome.answer;
  }

  startTask(claims: Claims = ManualClaims.alone()): Promise<void> {
    const parts = {
      claims,
      store: this.store,
      evidence: this.evidence,
      indexes: new FolderIdentityIndexes(this.indexFolder, 1000),
      clock: this.clock,
      limits: { chunkRecords: this.chunkRecords, maxRecordBytes: 65_536 },
    };
    const abort = new AbortController();
    const task = new IngestTask(parts, this.configuration, this.snapshots, this.logger);
    const ended = task.run(abort.signal);
    this.task = { abort, ended };
    return ended;
  }

  async stopTask(): Promise<void> {
    const { task } = this;
    this.task = undefined;
    task?.abort.abort();
    await task?.ended;
  }

  /** The role hangs for ever, as in a process that was killed; nobody waits for it any more. */
  abandonTask(): void {
    this.task = undefined;
    this.abandoned = true;
  }

  /** Runs the ingest role until every received file is mediated or rejected. */
  async ingestAll(): Promise<void> {
    const ended = this.startTask();
    await Promise.race([ended, this.allDone()]);
    await this.stopTask();
  }

  /** Resolves once every received file is mediated or rejected. */
  async allDone(): Promise<void> {
    const open = new Set<string>();
    const filter = { categories: ['usageFile'] };
    for await (const delivery of this.store.subscribe({ after: 0, filter, signal: new AbortController().signal })) {
      if (delivery.kind === 'checkpoint') {
        if (delivery.caughtUp && open.size === 0) return;
        continue;
      }
      const { fileId } = delivery.event.data as { fileId: string };
      if (delivery.event.type === 'UsageFileReceived.v1') open.add(fileId);
      else open.delete(fileId);
    }
  }

  async events(category?: string): Promise<RecordedEvent[]> {
    const events: RecordedEvent[] = [];
    const filter = category === undefined ? {} : { filter: { categories: [category] } };
    for await (const event of this.store.readAll(filter)) events.push(event);
    return events;
  }

  async chunks(): Promise<(RecordedEvent & UsageBatchMediated)[]> {
    return (await this.events('usage')) as (RecordedEvent & UsageBatchMediated)[];
  }

  /** The last event of a file's own stream. */
  async fate(fileId: string): Promise<RecordedEvent | undefined> {
    return (await this.events('usageFile'))
      .filter((event) => (event.data as { fileId: string }).fileId === fileId)
      .at(-1);
  }
}

export class MemorySnapshots implements SnapshotStore {
  readonly kept = new Map<string, Snapshot>();
  load(name: string) {
    return Promise.resolve(this.kept.get(name));
  }
  save(name: string, snapshot: Snapshot) {
    this.kept.set(name, snapshot);
    return Promise.resolve();
  }
  remove(name: string) {
    this.kept.delete(name);
    return Promise.resolve();
  }
}
