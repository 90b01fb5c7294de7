import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * The end of the log for many subscriptions at once: all who ask in one turn share one question. A question already sent
 * is not shared, for its answer may be older than what the asker was woken by.
 */
export class SharedHead {
  private next: Promise<number> | undefined;

  constructor(private readonly ask: () => Promise<number>) {}

  /** @throws what `ask` throws; and ends with an error as soon as the signal comes. */
  newer(signal: AbortSignal): Promise<number> {
    this.next ??= this.askNextTurn();
    return unlessAborted(this.next, signal);
  }

  private async askNextTurn(): Promise<number> {
    await nextTurn();
    this.next = undefined;
    return this.ask();
  }
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new Error('The subscription was ended'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
