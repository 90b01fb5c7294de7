/**
 * "Something was appended", for every subscription of one store. It carries no data and may be lost or come twice:
 * subscriptions read the log, the signal only ends their waiting early.
 */
export class AppendSignal {
  private readonly waiting = new Set<() => void>();
  private count = 0;

  notify(): void {
    this.count += 1;
    for (const wake of [...this.waiting]) wake();
  }

  /** How many signals came so far: take it *before* looking at the log, and hand it to `wait` after. */
  heard(): number {
    return this.count;
  }

  /** Resolves at the first signal after `heard`, after `milliseconds`, or on abort, whichever comes first. */
  wait(heard: number, milliseconds: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || heard !== this.count) return Promise.resolve();
    return new Promise((resume) => {
      const wake = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        this.waiting.delete(wake);
        resume();
      };
      const timer = setTimeout(wake, milliseconds);
      signal.addEventListener('abort', wake, { once: true });
      this.waiting.add(wake);
    });
  }
}
