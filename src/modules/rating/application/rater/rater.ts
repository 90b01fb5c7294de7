import { setTimeout as delay } from 'node:timers/promises';
import type { EventStore } from '../../../../shared/event-store/event-store.port.js';
import type { SnapshotStore } from '../../../../shared/event-store/snapshot-store.port.js';
import type { Clock } from '../../../../shared/kernel/clock.js';
import { instantToString } from '../../../../shared/kernel/clock.js';
import type { EventMetadata, RecordedEvent } from '../../../../shared/kernel/event.js';
import type { Claims, Held } from '../../../../shared/leases/claims.port.js';
import type { RoleTask } from '../../../../shared/runtime/role-task.js';
import type { Logger } from '../../../../shared/telemetry/logger.js';
import { COMMON_SLOT, RATING_SLOTS, slotOf } from '../../domain/rating-slots.js';
import { PartitionTaken } from './partition-errors.js';
import { RatingSnapshots } from './rating-snapshots.js';
import { RatingState, type Ownership } from './rating-state.js';
import type { RunAnswerers } from '../runs/answer-run.js';
import { RunInterrupted } from '../runs/run-log.js';

/** One log, read in order: usage and what it is priced with, so that a price is what stood before the usage; and runs. */
const INPUTS = ['usage', 'suspense', 'catalog', 'account', 'ratingRun'] as const;
const GROUP = { name: 'rating' };
const ACTOR = 'role:rate';
/** How long to leave a partition to another writer before reading it again; longer each time it has appended again. */
const TAKEN_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;

export interface RaterParts {
  readonly store: EventStore;
  readonly snapshots: SnapshotStore;
  readonly claims: Claims;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly answerers: RunAnswerers;
}

export interface RaterSettings {
  readonly partitions: number;
  /** With nothing more to read, how long records may wait for company in their event. */
  readonly lingerMs: number;
  /**
   * What comes between two snapshots of a partition, in events of the reference data; a chunk of usage counts for
   * sixteen, and there are at least as many as balances to write. What a takeover reads again is bounded by it.
   */
  readonly keepEvery: number;
}

export const RATER_SETTINGS: Omit<RaterSettings, 'partitions'> = { lingerMs: 50, keepEvery: 8192 };

/**
 * The rate role: reads the log in order and answers, once, every record of the partitions it has claimed. What it has
 * answered stands in their streams, so they are its checkpoint; snapshots only save reading.
 */
export class Rater implements RoleTask {
  readonly name = 'rater';
  readonly role = 'rate';
  readonly claiming = 'BY_PARTS';
  private readonly snapshots: RatingSnapshots;
  /** Outlives a change of the claims: what stays is not read again. */
  private state: RatingState | undefined;
  private appendFailed: (error: unknown) => void = () => undefined;

  constructor(
    private readonly parts: RaterParts,
    private readonly settings: RaterSettings,
  ) {
    this.snapshots = new RatingSnapshots(parts.store, parts.snapshots, parts.logger);
  }

  async run(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { claims } = this.parts;
    const watching = new AbortController();
    const end = (): void => watching.abort();
    signal.addEventListener('abort', end, { once: true });
    let held = NOTHING_HELD;
    let reading: Reading | undefined;
    try {
      for await (const now of claims.watch(GROUP, () => RATING_SLOTS, watching.signal)) {
        await reading?.stop();
        await this.giveUp(held, now);
        // Those of a set that was never looked at are among them: nobody else would give them back.
        for (const slot of RATING_SLOTS) if (!now.names.has(slot)) await claims.release(slot);
        held = now;
        reading = now.names.size === 0 ? undefined : new Reading(now.lost, (stop) => this.rate(now, stop), end);
      }
      await reading?.stop();
      if (!held.lost.aborted) await this.state?.keepQuietly(keepsCommon(held));
    } finally {
      signal.removeEventListener('abort', end);
      this.state = undefined;
      if (!held.lost.aborted) for (const slot of held.names) await claims.release(slot);
    }
  }

  /** Parks what is no longer held, and keeps it for the next holder. */
  private async giveUp(before: Held, now: Held): Promise<void> {
    if (before.lost.aborted) {
      this.state = undefined;
      return;
    }
    const stays = (slot: string): boolean => before.epochs.get(slot) === now.epochs.get(slot);
    if ([...before.names].every(stays)) return;
    await this.state?.giveUp((tenant, partition) => stays(slotOf(tenant, partition)));
    if (now.names.size === 0) this.state = undefined;
  }

  /** Until the signal, or until the claims are lost. */
  private async rate(held: Held, signal: AbortSignal): Promise<void> {
    let pause = TAKEN_PAUSE_MS;
    while (!signal.aborted) {
      try {
        await this.session(held, signal);
      } catch (error) {
        // What is in memory may be in the middle of an input.
        this.state = undefined;
        if (error instanceof RunInterrupted) continue;
        if (!(error instanceof PartitionTaken)) throw error;
        this.parts.logger.warn({ stream: error.stream }, error.message);
        await delay(pause, undefined, { signal }).catch(() => undefined);
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
      }
    }
  }

  /** From what the log and the snapshots say until the signal, or until a partition turns out to be taken. */
  private async session(held: Held, signal: AbortSignal): Promise<void> {
    const live = new AbortController();
    const end = (): void => live.abort();
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    let failure: { readonly error: unknown } | undefined;
    this.appendFailed = (error) => {
      failure ??= { error };
      end();
    };
    const state = (this.state ??= this.newState());
    const owns: Ownership = (tenant, partition) => held.names.has(slotOf(tenant, partition));
    try {
      const after = await state.own(owns);
      const inputs = { after, filter: { categories: INPUTS }, signal: live.signal };
      for await (const delivery of this.parts.store.subscribe(inputs)) {
        if (delivery.kind === 'event') {
          await state.handle(delivery.event, live.signal);
          if (!held.lost.aborted) await state.keepDue(keepsCommon(held));
        } else if (delivery.caughtUp) {
          await this.sendOff(state, held, live.signal);
          state.caughtUp(delivery.position);
        }
      }
    } catch (error) {
      // A run of one partition that ends because the append of another has failed has no more to say than that.
      throw error instanceof RunInterrupted && failure !== undefined ? failure.error : error;
    } finally {
      // Records in the making are parked by being left alone: the log has them, the next holder takes them up.
      await state.settled().catch(this.appendFailed);
      signal.removeEventListener('abort', end);
    }
    if (failure !== undefined) throw failure.error;
  }

  /**
   * Nothing more to read: what is in the making waits a moment, in which the log may grow by more than one chunk, and
   * goes out. So a slow stream of usage makes few small events, and a quick one none.
   */
  private async sendOff(state: RatingState, held: Held, live: AbortSignal): Promise<void> {
    if (state.isFilling) {
      if (this.settings.lingerMs > 0)
        await delay(this.settings.lingerMs, undefined, { signal: live }).catch(() => undefined);
      if (live.aborted) return;
      state.cut();
      await state.settled();
    }
    if (!held.lost.aborted) await state.keepQuietly(keepsCommon(held));
  }

  private newState(): RatingState {
    const surroundings = {
      store: this.parts.store,
      snapshots: this.snapshots,
      partitions: this.settings.partitions,
      metadataFor: (tenant: string, cause: RecordedEvent | undefined) => this.metadataFor(tenant, cause),
      failed: (error: unknown) => this.appendFailed(error),
      answerers: this.parts.answerers,
    };
    return new RatingState(surroundings, this.settings.keepEvery);
  }

  private metadataFor(tenant: string, cause: RecordedEvent | undefined): EventMetadata {
    return {
      tenant,
      actor: ACTOR,
      correlationId: cause?.metadata.correlationId ?? ACTOR,
      ...(cause === undefined ? {} : { causationId: cause.id }),
      ...(cause?.metadata.traceparent === undefined ? {} : { traceparent: cause.metadata.traceparent }),
      recordedAt: instantToString(this.parts.clock.now()),
    };
  }
}

const NOTHING_HELD: Held = { names: new Set(), epochs: new Map(), lost: AbortSignal.abort() };

function keepsCommon(held: Held): boolean {
  return held.names.has(COMMON_SLOT);
}

/** Rating with one set of claims, until it is stopped, the claims are lost, or it has failed. */
class Reading {
  private readonly stopping = new AbortController();
  private readonly done: Promise<void>;

  constructor(lost: AbortSignal, rate: (stop: AbortSignal) => Promise<void>, failed: () => void) {
    const lose = (): void => this.stopping.abort();
    lost.addEventListener('abort', lose, { once: true });
    if (lost.aborted) lose();
    this.done = rate(this.stopping.signal)
      .catch((error: unknown) => {
        failed();
        throw error;
      })
      .finally(() => lost.removeEventListener('abort', lose));
    // Looked at by `stop`; until then nobody listens.
    this.done.catch(() => undefined);
  }

  /** Resolves when what was under way is parked. @throws what it failed with. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.done;
  }
}
