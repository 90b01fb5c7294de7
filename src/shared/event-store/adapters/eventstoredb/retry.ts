import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../../telemetry/logger.js';
import { LogUnavailable } from '../../event-store.port.js';
import { failureOf, messageOf, SilentServer } from './failures.js';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;
/** Silence of a server that lives may be a long search: the patience is doubled so many times, then it is a failure. */
const MAX_SEARCHES = 8;

/** The growing pause between attempts, half of it by chance, so that many who wait do not come back at once. */
export async function pauseBefore(attempt: number, atMostMs: number, signal: AbortSignal): Promise<void> {
  const grown = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempt - 1, 10), LONGEST_PAUSE_MS);
  const milliseconds = Math.max(0, Math.min(atMostMs, grown * (0.5 + Math.random() / 2)));
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch {
    // Aborted: whoever waits looks at the signal himself.
  }
}

/** Whether the server can be reached, told once when it changes and not for every call that fails. */
export class Reachability {
  private downSince: number | undefined;

  constructor(
    private readonly shown: string,
    private readonly logger: Logger,
  ) {}

  failed(error: unknown): void {
    if (this.downSince !== undefined) return;
    this.downSince = performance.now();
    this.logger.warn({ eventStore: this.shown, reason: messageOf(error) }, 'The event store does not answer: retrying');
  }

  answered(): void {
    if (this.downSince === undefined) return;
    const seconds = Math.round((performance.now() - this.downSince) / 100) / 10;
    this.downSince = undefined;
    this.logger.info({ eventStore: this.shown, seconds }, 'The event store answers again');
  }
}

export interface ReadRetry {
  readonly reachability: Reachability;
  readonly silenceMs: number;
  /** Time for failures in a row; Infinity for subscriptions, which outlast any outage. */
  readonly totalMs: number;
  readonly signal: AbortSignal;
  /** A failure inside the server is the answer: it cannot read from the position asked for. */
  readonly strict?: boolean;
  /** Given where silence may be a long search for what matches: whether the server answers something else. */
  readonly stillAlive?: () => Promise<boolean>;
}

/**
 * Asks again what only reads, while the failure may pass.
 * @param ask with the silence it may bear.
 * @throws LogUnavailable when the time is up, on missing rights, and when the signal ends the waiting.
 */
export async function readAgain<T>(what: string, retry: ReadRetry, ask: (silenceMs: number) => Promise<T>): Promise<T> {
  const { reachability, signal } = retry;
  let searches = 0;
  let failingSince: number | undefined;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await ask(retry.silenceMs * 2 ** searches);
      reachability.answered();
      return answer;
    } catch (error) {
      if (signal.aborted) throw new LogUnavailable(`${what} was ended`, { cause: error });
      if (!mayPass(error, retry.totalMs === Infinity, retry.strict === true)) throw refusal(what, error);
      if (error instanceof SilentServer && searches < MAX_SEARCHES && (await retry.stillAlive?.()) === true) {
        searches += 1;
        failingSince = undefined;
        continue;
      }
      reachability.failed(error);
      failingSince ??= performance.now();
      const left = retry.totalMs - (performance.now() - failingSince);
      if (left <= 0) throw unavailable(what, error);
      await pauseBefore(attempt, left, signal);
    }
  }
}

function mayPass(error: unknown, patient: boolean, strict: boolean): boolean {
  switch (failureOf(error)) {
    case 'passing':
      return true;
    case 'unknown-position':
      return !strict;
    case 'denied':
      // A server that has just started does not know its users yet; who outlasts outages outlasts that too.
      return patient;
    default:
      return false;
  }
}

export function unavailable(what: string, error: unknown): LogUnavailable {
  return new LogUnavailable(`${what}: the event store cannot be reached or does not answer (${messageOf(error)})`, {
    cause: error,
  });
}

/** What asking again would not change. */
export function refusal(what: string, error: unknown): Error {
  switch (failureOf(error)) {
    case 'denied':
      return new LogUnavailable(
        `${what}: the event store refuses the credentials or the rights of this user (${messageOf(error)}). ` +
          'Correct user:password in its address, or give the user the right to read $all and to write streams.',
        { cause: error },
      );
    case 'deleted':
      return new Error(
        `${what}: the stream was deleted on the server, which Retally never does: restore the log from a copy`,
        { cause: error },
      );
    case 'too-large':
      return new Error(
        `${what}: the server takes less in one append than its default of 1 MiB: ` +
          'start it with --max-append-size=1048576 or without that option',
        { cause: error },
      );
    default:
      return error instanceof Error ? error : new Error(`${what}: ${String(error)}`);
  }
}
