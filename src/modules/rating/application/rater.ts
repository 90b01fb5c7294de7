import { setTimeout as delay } from 'node:timers/promises';
import type { EventStore } from '../../../shared/event-store/event-store.port.js';
import type { SnapshotStore } from '../../../shared/event-store/snapshot-store.port.js';
import type { Clock } from '../../../shared/kernel/clock.js';
import { instantToString } from '../../../shared/kernel/clock.js';
import type { EventMetadata, RecordedEvent } from '../../../shared/kernel/event.js';
import type { RoleTask } from '../../../shared/runtime/role-task.js';
import type { Logger } from '../../../shared/telemetry/logger.js';
import { PartitionTaken, StaleSnapshot } from './partition-writer.js';
import { RatingState, readRatingSnapshot, type RatingSnapshot } from './rating-state.js';

/** One log, read in order: usage and what it is priced with, so that a price is what stood before the usage. */
const INPUTS = ['usage', 'suspense', 'catalog', 'account'] as const;
const SNAPSHOT = 'rating';
const ACTOR = 'role:rate';
/** A snapshot on catching up is not worth it for less than this many log positions. */
const SNAPSHOT_WORTH = 512;
/** How long to leave a partition to another writer before reading it again. */
const TAKEN_PAUSE_MS = 100;

export interface RaterSettings {
  readonly partitions: number;
  /** With nothing more to read, how long records may wait for company in their event. */
  readonly lingerMs: number;
  /**
   * Log positions between two places where everything is appended and a snapshot may be taken. They are places in the
   * log, not moments, so that the events come out the same however often rating was stopped.
   */
  readonly snapshotEvery: number;
}

export const RATER_SETTINGS: Omit<RaterSettings, 'partitions'> = { lingerMs: 50, snapshotEvery: 4096 };

/**
 * The rate role: reads the log in order and answers every mediated record, once. What it has answered stands in its own
 * streams, so they are its checkpoint; a snapshot only saves reading.
 */
export class Rater implements RoleTask {
  readonly name = 'rater';
  readonly role = 'rate';
  /** Position of the last snapshot taken or used. */
  private savedAt = 0;

  constructor(
    private readonly store: EventStore,
    private readonly snapshots: SnapshotStore,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly settings: RaterSettings,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.session(signal);
      } catch (error) {
        if (!(error instanceof PartitionTaken)) throw error;
        this.logger.warn({ stream: error.stream }, error.message);
        await delay(TAKEN_PAUSE_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** From what the log and the snapshot say until the signal, or until a partition turns out to be taken. */
  private async session(signal: AbortSignal): Promise<void> {
    const stop = new AbortController();
    let failure: { readonly error: unknown } | undefined;
    const failed = (error: unknown): void => {
      failure ??= { error };
      stop.abort();
    };
    const state = await this.load(failed);
    const live = AbortSignal.any([signal, stop.signal]);
    const subscription = this.store.subscribe({
      after: state.position,
      filter: { categories: INPUTS },
      signal: live,
    });
    try {
      for await (const delivery of subscription) {
        if (delivery.kind === 'event') {
          await this.passMilestone(state, delivery.event.position);
          await state.handle(delivery.event);
        } else if (delivery.caughtUp) {
          await this.sendOff(state, live);
          state.position = Math.max(state.position, delivery.position);
        }
      }
    } finally {
      // Records in the making are parked by being left alone: the log has them, the next session takes them up.
      await state.settled().catch(failed);
    }
    if (failure !== undefined) throw failure.error;
  }

  private async load(failed: (error: unknown) => void): Promise<RatingState> {
    const surroundings = {
      store: this.store,
      partitions: this.settings.partitions,
      metadataFor: (tenant: string, cause: RecordedEvent | undefined) => this.metadataFor(tenant, cause),
      failed,
    };
    const snapshot = await this.usableSnapshot();
    if (snapshot !== undefined) {
      try {
        const state = new RatingState(surroundings, snapshot);
        await state.open();
        this.savedAt = state.position;
        return state;
      } catch (error) {
        if (!(error instanceof StaleSnapshot)) throw error;
        this.logger.warn({ stream: error.stream }, error.message);
      }
    }
    return new RatingState(surroundings);
  }

  private async usableSnapshot(): Promise<{ readonly position: number; readonly saved: RatingSnapshot } | undefined> {
    const snapshot = await this.snapshots.load(SNAPSHOT);
    if (snapshot === undefined || snapshot.position > (await this.store.head())) return undefined;
    const saved = readRatingSnapshot(snapshot);
    return saved === undefined ? undefined : { position: snapshot.position, saved };
  }

  /** At certain places of the log everything is appended first; there the state is that of the log, and is kept. */
  private async passMilestone(state: RatingState, next: number): Promise<void> {
    const { snapshotEvery } = this.settings;
    if (Math.floor(next / snapshotEvery) === Math.floor(state.position / snapshotEvery)) return;
    state.cut();
    await state.settled();
    await this.save(state);
  }

  /**
   * Nothing more to read: what is in the making waits a moment, in which the log may grow by more than one chunk, and
   * goes out. So a slow stream of usage makes few small events, and a quick one none.
   */
  private async sendOff(state: RatingState, live: AbortSignal): Promise<void> {
    if (!state.isFilling) return;
    if (this.settings.lingerMs > 0)
      await delay(this.settings.lingerMs, undefined, { signal: live }).catch(() => undefined);
    if (live.aborted) return;
    state.cut();
    await state.settled();
    if (state.position - this.savedAt >= SNAPSHOT_WORTH) await this.save(state);
  }

  private async save(state: RatingState): Promise<void> {
    if (!state.isClean) return;
    await this.snapshots.save(SNAPSHOT, state.toSnapshot());
    this.savedAt = state.position;
  }

  private metadataFor(tenant: string, cause: RecordedEvent | undefined): EventMetadata {
    return {
      tenant,
      actor: ACTOR,
      correlationId: cause?.metadata.correlationId ?? ACTOR,
      ...(cause === undefined ? {} : { causationId: cause.id }),
      ...(cause?.metadata.traceparent === undefined ? {} : { traceparent: cause.metadata.traceparent }),
      recordedAt: instantToString(this.clock.now()),
    };
  }
}
