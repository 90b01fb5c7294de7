import type { EventStore } from '../event-store/event-store.port.js';

/** A subscription only wakes; should it say nothing of an append, the end of the log is looked at this often. */
const POLL_MS = 250;
/** Of no type: the subscription reads and decodes no event, it only says how far the log reaches. */
const NO_EVENT = { types: [] };

/**
 * Tells a pulling reader that the log has grown. Its reads are the truth: a wake that comes twice, late or not at all
 * costs time only.
 */
export class LogWatch {
  private seen = 0;
  private subscription: Promise<void> | undefined;
  private failure: { readonly error: unknown } | undefined;
  private wake: () => void = () => undefined;
  private readonly ending = new AbortController();

  constructor(
    private readonly store: EventStore,
    private readonly signal: AbortSignal,
  ) {
    signal.addEventListener('abort', this.stop, { once: true });
  }

  /** Resolves when the log has, or may have, something after `position`, or when the work is to end. */
  async wait(position: number): Promise<void> {
    if (this.ending.signal.aborted) return;
    this.subscription ??= this.listen(position);
    while (!this.signal.aborted && this.seen <= position) {
      if (this.failure !== undefined) throw this.failure.error;
      await this.pause(POLL_MS);
      if (this.seen <= position && (await this.store.head()) > position) return;
    }
  }

  /** True when the log has had nothing after `position` for so long; false as soon as it has, or may have. */
  async rests(position: number, milliseconds: number): Promise<boolean> {
    this.subscription ??= this.listen(position);
    const deadline = performance.now() + milliseconds;
    while (!this.ending.signal.aborted && this.failure === undefined && this.seen <= position) {
      const left = deadline - performance.now();
      if (left <= 0) return true;
      await this.pause(left);
    }
    return false;
  }

  /** Lets events come in until none has come for `quietMs`, but not past `deadline`, of `performance.now()`. */
  async gather(deadline: number, quietMs: number): Promise<void> {
    this.subscription ??= this.listen(await this.store.head());
    while (!this.signal.aborted) {
      const left = Math.min(quietMs, deadline - performance.now());
      if (left <= 0) return;
      const { seen } = this;
      await this.pause(left);
      if (this.seen === seen) return;
    }
  }

  async end(): Promise<void> {
    this.signal.removeEventListener('abort', this.stop);
    this.stop();
    await this.subscription;
  }

  private readonly stop = (): void => {
    this.ending.abort();
    this.wake();
  };

  private async listen(after: number): Promise<void> {
    try {
      for await (const delivery of this.store.subscribe({ after, filter: NO_EVENT, signal: this.ending.signal })) {
        this.seen = Math.max(this.seen, delivery.kind === 'event' ? delivery.event.position : delivery.position);
        this.wake();
      }
    } catch (error) {
      this.failure = { error };
      this.wake();
    }
  }

  private async pause(milliseconds: number): Promise<void> {
    if (this.ending.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = () => undefined;
  }
}
