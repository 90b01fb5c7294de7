import { resolve } from 'node:path';
import { BroadcastChannel } from 'node:worker_threads';

/** Categories of streams; undefined = all of them. */
type Categories = readonly string[] | undefined;

/**
 * "Something was appended to streams of these categories": from the writer to every reader of the same log, in all threads
 * of the process. It carries no events and may be lost or come twice: readers read the log, the signal only ends their
 * waiting early. While a file is rated it comes some hundred times a second, so who waits for other categories sleeps on.
 */
export class LogSignal {
  private readonly channel: BroadcastChannel;
  private readonly waiting = new Map<() => void, Categories>();
  private readonly counts = new Map<string, number>();
  private count = 0;
  private closed = false;

  constructor(path: string) {
    this.channel = new BroadcastChannel(`retally-log:${resolve(path)}`);
    this.channel.onmessage = (message: unknown) => this.hear((message as { readonly data: readonly string[] }).data);
    this.channel.unref();
  }

  notify(categories: readonly string[]): void {
    this.channel.postMessage(categories);
    this.hear(categories);
  }

  /** How many signals of the categories came so far: take it *before* looking at the log, and hand it to `wait` after. */
  heard(categories?: Categories): number {
    if (categories === undefined) return this.count;
    return categories.reduce((sum, category) => sum + (this.counts.get(category) ?? 0), 0);
  }

  /**
   * Resolves at the first signal of the categories after `heard`, after `milliseconds`, on abort or on close, whichever
   * comes first; so a signal that came while nobody was waiting is not lost.
   */
  wait(heard: number, milliseconds: number, abort: AbortSignal, categories?: Categories): Promise<void> {
    if (abort.aborted || this.closed || heard !== this.heard(categories)) return Promise.resolve();
    return new Promise((resume) => {
      const wake = (): void => {
        clearTimeout(timer);
        abort.removeEventListener('abort', wake);
        this.waiting.delete(wake);
        resume();
      };
      const timer = setTimeout(wake, milliseconds);
      abort.addEventListener('abort', wake, { once: true });
      this.waiting.set(wake, categories);
    });
  }

  close(): void {
    this.closed = true;
    this.channel.close();
    for (const wake of [...this.waiting.keys()]) wake();
  }

  private hear(categories: readonly string[]): void {
    this.count += 1;
    for (const category of categories) this.counts.set(category, (this.counts.get(category) ?? 0) + 1);
    for (const [wake, wanted] of [...this.waiting]) {
      if (wanted === undefined || wanted.some((category) => categories.includes(category))) wake();
    }
  }
}
