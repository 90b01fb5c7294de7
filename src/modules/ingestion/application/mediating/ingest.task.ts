import { setTimeout } from 'node:timers/promises';
import { WrongExpectedRevision, type Delivery } from '../../../../shared/event-store/event-store.port.js';
import type { SnapshotStore } from '../../../../shared/event-store/snapshot-store.port.js';
import type { Claims, Held } from '../../../../shared/leases/claims.port.js';
import type { RoleTask } from '../../../../shared/runtime/role-task.js';
import type { Logger } from '../../../../shared/telemetry/logger.js';
import type { UsageFileMediated } from '../../domain/events.js';
import { usageFileStream } from '../../domain/streams.js';
import { IdentityIndexMoved } from '../identity-index.port.js';
import type { MediationConfiguration } from '../mediation-configuration.js';
import { IngestQueues } from './ingest-queues.js';
import { INGEST_SLOTS, slotOf } from './ingest-slots.js';
import { UsageStreamWriter, type MediationParts } from './usage-stream-writer.js';
import { waitingFile, type WaitingFile } from './waiting-file.js';

/** Usage streams mediated at the same time; each has its own writer. */
const PARALLEL_STREAMS = 4;
/** Writers kept open for streams without work: their indexes cost memory. */
const IDLE_WRITERS = 8;
const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 30_000;
const SNAPSHOT = 'ingest-queue';
const GROUP = { name: 'ingest' };
const NOTHING_HELD: Held = { names: new Set(), epochs: new Map(), lost: AbortSignal.abort() };

/** A usage stream under work. */
interface Running {
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

/**
 * The ingest role: takes received files in the order of the log, first in, first out for each usage stream, and mediates
 * those of the usage streams it has claimed. Every instance knows all that waits, so a claim that changes hands needs no
 * more than the stream's identity index. Its saved position is only a shortcut: a file counts as done when its own
 * stream says so.
 */
export class IngestTask implements RoleTask {
  readonly name = 'ingest-usage-files';
  readonly role = 'ingest';
  readonly claiming = 'BY_PARTS';
  private readonly queues = new IngestQueues();
  private readonly writers = new Map<string, UsageStreamWriter>();
  private readonly running = new Map<string, Running>();
  private held = NOTHING_HELD;
  private caughtUp = false;
  private savedPosition = -1;

  constructor(
    private readonly parts: MediationParts & { readonly claims: Claims },
    private readonly configuration: MediationConfiguration,
    private readonly snapshots: SnapshotStore,
    private readonly logger: Logger,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const live = new AbortController();
    const end = (): void => live.abort();
    signal.addEventListener('abort', end, { once: true });
    try {
      const loops = [this.followLog(live.signal), this.followClaims(live.signal)];
      const ended = await Promise.allSettled(loops.map((loop) => loop.finally(end)));
      for (const loop of ended) if (loop.status === 'rejected') throw loop.reason;
    } finally {
      signal.removeEventListener('abort', end);
      const { names, lost } = this.held;
      // So that what ends by itself meanwhile begins nothing new.
      this.held = NOTHING_HELD;
      await this.park(() => true);
      if (!lost.aborted) for (const slot of names) await this.parts.claims.release(slot);
    }
  }

  private async followLog(signal: AbortSignal): Promise<void> {
    this.queues.clear();
    this.caughtUp = false;
    this.savedPosition = (await this.snapshots.load(SNAPSHOT))?.position ?? 0;
    const filter = { categories: ['usageFile', 'mediation'] };
    for await (const delivery of this.parts.store.subscribe({ after: this.savedPosition, filter, signal })) {
      await this.take(delivery);
    }
  }

  /** Parks what goes elsewhere, gives it back, and begins with what has come. */
  private async followClaims(signal: AbortSignal): Promise<void> {
    for await (const now of this.parts.claims.watch(GROUP, () => INGEST_SLOTS, signal)) {
      const before = this.held;
      this.held = now;
      await this.park((slot) => before.epochs.get(slot) !== now.epochs.get(slot));
      // Those of a set that was never looked at are among them: nobody else would give them back.
      for (const slot of INGEST_SLOTS) if (!now.names.has(slot)) await this.parts.claims.release(slot);
      now.lost.addEventListener('abort', this.stopAll, { once: true });
      this.startAll();
    }
  }

  private async take(delivery: Delivery): Promise<void> {
    if (delivery.kind === 'checkpoint') {
      if (!delivery.caughtUp) return;
      this.caughtUp = true;
      this.startAll();
      await this.save(Math.min(delivery.position, this.queues.safePosition()));
      return;
    }
    const { event } = delivery;
    if (event.type === 'UsageFileReceived.v1') this.queues.add(waitingFile(event));
    else if (event.type === 'UsageFileMediated.v1' || event.type === 'UsageFileRejected.v1') {
      this.queues.remove(event.metadata.tenant, (event.data as UsageFileMediated['data']).fileId);
    } else this.queues.wake();
  }

  /** Right whoever saved it: up to here every file of every usage stream is done. */
  private async save(position: number): Promise<void> {
    if (position <= this.savedPosition) return;
    await this.snapshots.save(SNAPSHOT, { position, bytes: new Uint8Array(0) });
    this.savedPosition = position;
  }

  private startAll(): void {
    if (this.caughtUp) for (const stream of this.queues.streams()) this.start(stream);
  }

  private start(stream: string): void {
    const { names, epochs, lost } = this.held;
    const slot = slotOf(stream);
    if (!names.has(slot) || lost.aborted) return;
    if (this.running.has(stream) || this.running.size >= PARALLEL_STREAMS) return;
    const stop = new AbortController();
    const done = this.work(stream, epochs.get(slot) ?? 0, stop.signal)
      .finally(() => this.running.delete(stream))
      .then(() => this.closeIdleWriters());
    this.running.set(stream, { stop, done });
    void done.then(() => {
      if (!stop.signal.aborted) this.startAll();
    });
  }

  /** One function for ever, so that a signal has it once. */
  private readonly stopAll = (): void => {
    for (const { stop } of this.running.values()) stop.abort();
  };

  /** Stops the usage streams of some claims at the end of a chunk, and keeps what is known of them. */
  private async park(goes: (slot: string) => boolean): Promise<void> {
    const parked = [...this.running].filter(([stream]) => goes(slotOf(stream)));
    for (const [, { stop }] of parked) stop.abort();
    await Promise.all(parked.map(([, { done }]) => done));
    await this.close([...this.writers.keys()].filter((stream) => goes(slotOf(stream))));
  }

  /** Mediates the stream's files until there is none; a failure is told and tried again, and hurts no other stream. */
  private async work(stream: string, epoch: number, signal: AbortSignal): Promise<void> {
    const stopped = () => signal.aborted;
    let delay = FIRST_DELAY_MS;
    for (;;) {
      const file = this.queues.first(stream);
      if (file === undefined || stopped()) return;
      try {
        if (await this.mediate(file, epoch, signal)) this.queues.remove(file.tenant, file.received.fileId);
        delay = FIRST_DELAY_MS;
      } catch (error) {
        if (stopped()) return;
        const facts = { err: error, tenant: file.tenant, fileId: file.received.fileId, stream };
        if (error instanceof WrongExpectedRevision || error instanceof IdentityIndexMoved) {
          this.logger.warn(facts, 'Another writer has the usage stream: starting from the log again');
        } else {
          this.logger.error(facts, 'A usage file could not be mediated: it keeps its place and is tried again');
        }
        await setTimeout(delay, undefined, { signal }).catch(() => undefined);
        delay = Math.min(delay * 2, LONGEST_DELAY_MS);
      }
    }
  }

  /** True when the file is at its end; false when it was parked. */
  private async mediate(file: WaitingFile, epoch: number, signal: AbortSignal): Promise<boolean> {
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
    const writer = this.writer(file.stream, epoch);
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

  private writer(stream: string, epoch: number): UsageStreamWriter {
    const writer = this.writers.get(stream) ?? new UsageStreamWriter(this.parts, stream, epoch);
    // The one used last stands last.
    this.writers.delete(stream);
    this.writers.set(stream, writer);
    return writer;
  }

  private closeIdleWriters(): Promise<void> {
    const idle = [...this.writers.keys()].filter((stream) => !this.running.has(stream));
    return this.close(idle.slice(0, Math.max(0, idle.length - IDLE_WRITERS)));
  }

  private async close(streams: readonly string[]): Promise<void> {
    for (const stream of streams) {
      const writer = this.writers.get(stream);
      this.writers.delete(stream);
      try {
        await writer?.close();
      } catch (error) {
        this.logger.warn({ err: error, stream }, 'An identity index could not be kept: it will be replayed');
      }
    }
  }
}
