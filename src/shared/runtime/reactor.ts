import type { EventStore, LogFilter } from '../event-store/event-store.port.js';
import type { SnapshotStore } from '../event-store/snapshot-store.port.js';
import type { RecordedEvent } from '../kernel/event.js';
import type { RoleName, RoleTask } from './role-task.js';

/** After so many events the position is saved, caught up or not: what a restart goes through again is bounded. */
const SAVE_EVERY = 500;
/** And when nothing more is there, but not oftener than this: a save waits for the disk, and the log needs it more. */
const SAVE_AFTER_MS = 1000;

export interface ReactorOptions {
  /** kebab-case, unique among the role tasks; its saved position goes by it. */
  readonly name: string;
  readonly role: RoleName;
  readonly store: EventStore;
  readonly snapshots: SnapshotStore;
  readonly filter?: LogFilter;
  /**
   * Called for one event at a time, in order. It must be idempotent (deterministic event ids, exact revisions): after
   * a crash the last events come again. Throwing ends the task; it is started again and meets the same event.
   */
  readonly react: (event: RecordedEvent, signal: AbortSignal) => Promise<void>;
  /** Called whenever nothing more is in the log, before the position is saved. */
  readonly caughtUp?: (signal: AbortSignal) => Promise<void>;
  readonly saveEvery?: number;
}

/**
 * A durable subscription as a role task: goes on from its saved position, one event after the other. The position is
 * a cache: it is saved only once everything up to it is done, and a lost one means starting from the beginning of the
 * log, where every effect is found done.
 */
export class Reactor implements RoleTask {
  readonly name: string;
  readonly role: RoleName;
  private position = 0;
  private saved = 0;
  private sinceSaved = 0;
  private savedAt = -Infinity;

  constructor(private readonly options: ReactorOptions) {
    this.name = options.name;
    this.role = options.role;
  }

  async run(signal: AbortSignal): Promise<void> {
    await this.start();
    try {
      await this.follow(signal);
    } catch (error) {
      // The error that ended the work is the one to see; a position that was not saved costs a repetition only.
      await this.save().catch(() => undefined);
      throw error;
    }
    await this.save();
  }

  private async follow(signal: AbortSignal): Promise<void> {
    const { store, filter, react, caughtUp, saveEvery = SAVE_EVERY } = this.options;
    const options = { after: this.position, signal, ...(filter === undefined ? {} : { filter }) };
    for await (const delivery of store.subscribe(options)) {
      if (delivery.kind === 'event') {
        await react(delivery.event, signal);
        // What may have been cut short by the end of the role is not done: it comes again.
        if (signal.aborted) return;
        this.position = delivery.event.position;
        this.sinceSaved += 1;
        if (this.sinceSaved >= saveEvery) await this.save();
      } else {
        this.position = delivery.position;
        if (!delivery.caughtUp) continue;
        await caughtUp?.(signal);
        if (this.sinceSaved > 0 && performance.now() - this.savedAt > SAVE_AFTER_MS) await this.save();
      }
    }
  }

  private async start(): Promise<void> {
    const { store, snapshots } = this.options;
    const position = (await snapshots.load(this.snapshotName()))?.position ?? 0;
    const head = await store.head();
    if (position > head) {
      throw new Error(
        `${this.name} has worked up to position ${position}, but the log ends at ${head}: this is not the log it worked ` +
          'on. Restore the right log, or delete the snapshots to let it start over',
      );
    }
    this.position = position;
    this.saved = position;
    this.sinceSaved = 0;
  }

  private async save(): Promise<void> {
    if (this.position === this.saved) return;
    await this.options.snapshots.save(this.snapshotName(), { position: this.position, bytes: new Uint8Array() });
    this.saved = this.position;
    this.sinceSaved = 0;
    this.savedAt = performance.now();
  }

  private snapshotName(): string {
    return `reactor.${this.name}`;
  }
}
