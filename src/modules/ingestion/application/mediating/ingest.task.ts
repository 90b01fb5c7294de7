import { setTimeout } from 'node:timers/promises';
import { WrongExpectedRevision, type Delivery } from '../../../../shared/event-store/event-store.port.js';
import type { SnapshotStore } from '../../../../shared/event-store/snapshot-store.port.js';
import type { RoleTask } from '../../../../shared/runtime/role-task.js';
import type { Logger } from '../../../../shared/telemetry/logger.js';
import type { UsageFileMediated } from '../../domain/events.js';
import { usageFileStream } from '../../domain/streams.js';
import type { MediationConfiguration } from '../mediation-configuration.js';
import { IngestQueues } from './ingest-queues.js';
import { UsageStreamWriter, type MediationParts } from './usage-stream-writer.js';
import { waitingFile, type WaitingFile } from './waiting-file.js';

/** Usage streams mediated at the same time; each has its own writer. */
const PARALLEL_STREAMS = 4;
/** Writers kept open for streams without work: their indexes cost memory. */
const IDLE_WRITERS = 8;
const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 30_000;
const SNAPSHOT = 'ingest-queue';

/**
 * The ingest role: takes received files in the order of the log, first in, first out for each usage stream, and mediates
 * them. Its saved position is only a shortcut: a file counts as done when its own stream says so.
 */
export class IngestTask implements RoleTask {
  readonly name = 'ingest-usage-files';
  readonly role = 'ingest';
  private readonly queues = new IngestQueues();
  private readonly writers = new Map<string, UsageStreamWriter>();
  private readonly running = new Map<string, Promise<void>>();
  private savedPosition = -1;

  constructor(
    private readonly parts: MediationParts,
    private readonly configuration: MediationConfiguration,
    private readonly snapshots: SnapshotStore,
    private readonly logger: Logger,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    this.queues.clear();
    this.savedPosition = (await this.snapshots.load(SNAPSHOT))?.position ?? 0;
    const filter = { categories: ['usageFile', 'mediation'] };
    const stopped = new AbortController();
    const stop = AbortSignal.any([signal, stopped.signal]);
    try {
      for await (const delivery of this.parts.store.subscribe({ after: this.savedPosition, filter, signal })) {
        await this.take(delivery, stop);
      }
    } finally {
      stopped.abort();
      await Promise.all(this.running.values());
      for (const writer of this.writers.values()) writer.close();
      this.writers.clear();
    }
  }

  private async take(delivery: Delivery, signal: AbortSignal): Promise<void> {
    if (delivery.kind === 'checkpoint') {
      if (!delivery.caughtUp) return;
      for (const stream of this.queues.streams()) this.start(stream, signal);
      await this.save(Math.min(delivery.position, this.queues.safePosition()));
      return;
    }
    const { event } = delivery;
    if (event.type === 'UsageFileReceived.v1') this.queues.add(waitingFile(event));
    else if (event.type === 'UsageFileMediated.v1' || event.type === 'UsageFileRejected.v1') {
      this.queues.remove(event.metadata.tenant, (event.data as UsageFileMediated['data']).fileId);
    } else this.queues.wake();
  }

  private async save(position: number): Promise<void> {
    if (position <= this.savedPosition) return;
    await this.snapshots.save(SNAPSHOT, { position, bytes: new Uint8Array(0) });
    this.savedPosition = position;
  }

  private start(stream: string, signal: AbortSignal): void {
    if (this.running.has(stream) || this.running.size >= PARALLEL_STREAMS || signal.aborted) return;
    const work = this.work(stream, signal).finally(() => {
      this.running.delete(stream);
      this.closeIdleWriters();
      for (const waiting of this.queues.streams()) this.start(waiting, signal);
    });
    this.running.set(stream, work);
  }

  /** Mediates the stream's files until there is none; a failure is told and tried again, and hurts no other stream. */
  private async work(stream: string, signal: AbortSignal): Promise<void> {
    const stopped = () => signal.aborted;
    let delay = FIRST_DELAY_MS;
    for (;;) {
      const file = this.queues.first(stream);
      if (file === undefined || stopped()) return;
      try {
        if (await this.mediate(file, signal)) this.queues.remove(file.tenant, file.received.fileId);
        delay = FIRST_DELAY_MS;
      } catch (error) {
        if (stopped()) return;
        const facts = { err: error, tenant: file.tenant, fileId: file.received.fileId, stream };
        if (error instanceof WrongExpectedRevision) {
          this.logger.warn(facts, 'Another writer appended to the usage stream: starting from the log again');
        } else {
          this.logger.error(facts, 'A usage file could not be mediated: it keeps its place and is tried again');
        }
        await setTimeout(delay, undefined, { signal }).catch(() => undefined);
        delay = Math.min(delay * 2, LONGEST_DELAY_MS);
      }
    }
  }

  /** True when the file is at its end; false when it was parked. */
  private async mediate(file: WaitingFile, signal: AbortSignal): Promise<boolean> {
    if (await this.isDone(file)) return true;
    const { sourcePlatform, mapping } = file.received;
    const seen = this.queues.wakes;
    const book = await this.configuration.current();
    if (book.platform(file.tenant, sourcePlatform)?.state === 'PAUSED') {
      await this.queues.woken(seen, signal);
      return false;
    }
    const definition = book.definition(file.tenant, mapping);
    if (definition === undefined) throw new Error(`Mapping ${mapping.name} has no version ${mapping.version}`);
    const writer = this.writer(file.stream);
    // A change of the configuration may be a pause: park, look, and go on if it was not.
    const stop = () => signal.aborted || this.queues.wakes !== seen;
    return (await writer.mediate(file, definition, stop)) === 'DONE';
  }

  private async isDone(file: WaitingFile): Promise<boolean> {
    const stream = usageFileStream(file.tenant, file.received.fileId);
    for await (const event of this.parts.store.readStream(stream, { direction: 'backward', limit: 1 })) {
      return event.revision > 0;
    }
    return false;
  }

  private writer(stream: string): UsageStreamWriter {
    const writer = this.writers.get(stream) ?? new UsageStreamWriter(this.parts, stream);
    // The one used last stands last.
    this.writers.delete(stream);
    this.writers.set(stream, writer);
    return writer;
  }

  private closeIdleWriters(): void {
    const idle = [...this.writers.keys()].filter((stream) => !this.running.has(stream));
    for (const stream of idle.slice(0, Math.max(0, idle.length - IDLE_WRITERS))) {
      const writer = this.writers.get(stream);
      this.writers.delete(stream);
      try {
        writer?.close();
      } catch (error) {
        this.logger.warn({ err: error, stream }, 'An identity index could not be kept: it will be replayed');
      }
    }
  }
}
