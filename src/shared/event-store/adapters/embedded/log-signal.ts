import { resolve } from 'node:path';
import { BroadcastChannel } from 'node:worker_threads';

/**
 * "Something was appended": from the writer to every reader of the same log, in all threads of the process. It carries
 * no data and may be lost or come twice: readers read the log, the signal only ends their waiting early.
 */
export class LogSignal {
  private readonly channel: BroadcastChannel;
  private readonly waiting = new Set<() => void>();
  private count = 0;
  private closed = false;

  constructor(path: string) {
    this.channel = new BroadcastChannel(`retally-log:${resolve(path)}`);
    this.channel.onmessage = () => this.wakeAll();
    this.channel.unref();
  }

  notify(): void {
    this.channel.postMessage(null);
    this.wakeAll();
  }

  /** How many signals came so far: take it *before* looking at the log, and hand it to `wait` after. */
  heard(): number {
    return this.count;
  }

  /**
   * Resolves at the first signal after `heard`, after `milliseconds`, on abort or on close, whichever
   * comes first; so a signal that came while nobody was waiting is not lost.
   */
  wait(heard: number, milliseconds: number, abort: AbortSignal): Promise<void> {
    if (abort.aborted || this.closed || heard !== this.count) return Promise.resolve();
    return new Promise((resume) => {
      const wake = (): void => {
        clearTimeout(timer);
        abort.removeEventListener('abort', wake);
        this.waiting.delete(wake);
        resume();
      };
      const timer = setTimeout(wake, milliseconds);
      abort.addEventListener('abort', wake, { once: true });
      this.waiting.add(wake);
    });
  }

  close(): void {
    this.closed = true;
    this.channel.close();
    this.wakeAll();
  }

  private wakeAll(): void {
    this.count += 1;
    for (const wake of [...this.waiting]) wake();
  }
}
