import { consumerTooSlow } from './rpc-errors.js';

/** What may wait between the log and a live subscriber before the server drops it. */
const CAPACITY = 32;

/**
 * The queue before a live subscriber. Once it overflows, its reader gets what waited before and then an error. The real
 * server overflows when its threads happen to be slower than the writer; here one append that offers too much always does.
 */
export class LiveQueue<T> implements AsyncIterable<T> {
  private readonly waiting: T[] = [];
  private state: 'open' | 'closed' | 'overflown' = 'open';
  private wake: (() => void) | undefined;

  offer(item: T): void {
    if (this.state !== 'open') return;
    if (this.waiting.length === CAPACITY) this.state = 'overflown';
    else this.waiting.push(item);
    this.wake?.();
  }

  close(): void {
    this.state = 'closed';
    this.wake?.();
  }

  /** Ends when closed. @throws RpcError when it has overflown. */
  async *[Symbol.asyncIterator](): AsyncIterator<T> {
    while (this.state !== 'closed') {
      const next = this.waiting.shift();
      if (next !== undefined) yield next;
      else if (this.state === 'overflown') throw consumerTooSlow();
      else await this.somethingNew();
    }
  }

  private async somethingNew(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.wake = resolve;
    });
    this.wake = undefined;
  }
}
