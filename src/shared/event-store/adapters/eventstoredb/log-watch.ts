import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../../telemetry/logger.js';
import { AppendSignal } from './append-signal.js';
import type { LogConnection } from './connection.js';
import { messageOf } from './failures.js';
import { watchRequest } from './messages.js';
import { pauseBefore } from './retry.js';

/** The first pause before the live subscription is opened again is the third of the growing ones: 100 to 200 ms. */
const REOPEN_AFTER = 3;
/** No message at all is normal for a log at rest; the watchdog compares with the log itself. */
const NEVER_SILENT_MS = 2 ** 31 - 1;

/**
 * The one live subscription of a store. It only wakes: the server drops a live subscriber on every burst, and may fall
 * silent without an error, so what it says is a hint and the log is read for the truth.
 *
 * Its watchdog looks at the end of the log every `pollMs`: when the log has grown and no hint came for it, all
 * subscriptions are woken; when that happens twice with no hint between, the live subscription is opened anew.
 */
export class LogWatch {
  readonly signal = new AppendSignal();
  private members = 0;
  private running: AbortController | undefined;
  private reopen = new AbortController();
  private hints = 0;

  constructor(
    private readonly connection: LogConnection,
    /** The end of the log, asked once without patience. */
    private readonly head: (signal: AbortSignal) => Promise<number>,
    private readonly pollMs: number,
    private readonly logger: Logger,
  ) {}

  /** The watch runs while anybody is a member; call the answer to leave. */
  join(): () => void {
    this.members += 1;
    if (this.running === undefined) {
      this.running = new AbortController();
      void this.watch(this.running.signal);
      void this.guard(this.running.signal);
    }
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.members -= 1;
      if (this.members === 0) this.close();
    };
  }

  close(): void {
    this.running?.abort();
    this.running = undefined;
    this.reopen.abort();
    this.signal.notify();
  }

  /** Keeps the live subscription open. */
  private async watch(end: AbortSignal): Promise<void> {
    let failures = 0;
    while (!end.aborted) {
      this.reopen = new AbortController();
      const hintsBefore = this.hints;
      const bounds = { silenceMs: NEVER_SILENT_MS, signal: this.reopen.signal };
      try {
        await this.connection.read(watchRequest(), () => this.hint(), bounds);
      } catch (error) {
        this.logger.debug({ reason: messageOf(error) }, 'The live subscription ended; it is opened again');
      }
      // Whatever was appended since: the log is read, and the end of a subscription on a burst is a hint by itself.
      this.signal.notify();
      failures = this.hints > hintsBefore ? 0 : failures + 1;
      // A pause even after one that worked: the server drops it on every burst, and polls and pages go on meanwhile.
      await pauseBefore(failures + REOPEN_AFTER, this.pollMs, end);
    }
  }

  private hint(): boolean {
    this.hints += 1;
    this.signal.notify();
    return false;
  }

  /** The watchdog. */
  private async guard(end: AbortSignal): Promise<void> {
    let known = -1;
    let hintsSeen = this.hints;
    let missed = 0;
    while (!end.aborted) {
      const head = await this.head(end).catch(() => known);
      const grown = known >= 0 && head > known;
      if (this.hints !== hintsSeen) missed = 0;
      else if (grown) missed += 1;
      if (grown) this.signal.notify();
      if (missed >= 2) {
        this.logger.debug({ position: head }, 'The live subscription has fallen silent; it is opened again');
        this.reopen.abort();
        missed = 0;
      }
      known = head;
      hintsSeen = this.hints;
      await sleep(this.pollMs, undefined, { signal: end }).catch(() => undefined);
    }
  }
}
