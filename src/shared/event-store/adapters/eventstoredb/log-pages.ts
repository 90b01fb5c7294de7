import type { StoredEvent } from '../../recorded-event.js';
import type { LogConnection } from './connection.js';
import { failureOf } from './failures.js';
import { NO_SYSTEM_STREAMS, readAllRequest, readStreamRequest, storedEvent } from './messages.js';
import type { streams } from './protocol.js';
import { readAgain, type Reachability, type ReadRetry } from './retry.js';
import type { SplitFilter } from './server-filter.js';
import type { Timings } from './timings.js';

/** A page is cut at so many events or so many bytes, so that memory stays flat whatever stands in the log. */
export interface PageSize {
  readonly events: number;
  readonly bytes: number;
}

export const DEFAULT_PAGE: PageSize = { events: 512, bytes: 4 * 1_048_576 };

export interface StoredPage {
  readonly events: readonly StoredEvent[];
  /** False when the page was cut, so that more may follow. */
  readonly complete: boolean;
  /** Position of the last event looked at, matching or not; undefined when there was none. */
  readonly reached: number | undefined;
}

export interface Patience {
  readonly signal: AbortSignal;
  /** Outlasts any outage; otherwise LogUnavailable after the total time of `Timings`. */
  readonly endless?: boolean;
  /** No second attempt where the server cannot read from the place asked for. */
  readonly strict?: boolean;
}

type ReadRequest = InstanceType<typeof streams.ReadReq>;

/**
 * Reads the log in pages. A page is held whole before any of it is handed out, so a call that breaks in the middle is
 * asked again from the same place: nothing is missed, nothing comes twice.
 */
export class LogPages {
  constructor(
    private readonly connection: LogConnection,
    private readonly reachability: Reachability,
    private readonly timings: Timings,
    private readonly size: PageSize = DEFAULT_PAGE,
  ) {}

  /** Events after a position (exclusive, both ways; undefined = the very end to start from), at most `limit`. */
  all(
    direction: 'forward' | 'backward',
    after: number | undefined,
    filter: SplitFilter,
    limit: number,
    patience: Patience,
  ): Promise<StoredPage> {
    if (filter.empty) return Promise.resolve({ events: [], complete: true, reached: undefined });
    const forward = direction === 'forward';
    const from = after === undefined || after === 0 ? (forward ? 'start' : 'end') : after;
    // Forward the server counts from the position itself, which was seen before.
    const count = Math.min(limit, this.size.events) + (forward ? 1 : 0);
    const request = readAllRequest({ direction, from, count, filter: filter.server });
    const isNew = (event: StoredEvent): boolean => !forward || event.position > (after ?? 0);
    return this.page(`Reading the log after ${from}`, request, count, patience, (event) => {
      return isNew(event) && filter.matches(event);
    });
  }

  /** Events of one stream from a revision on (inclusive; 'end' only backward), at most `limit`. */
  stream(
    stream: string,
    direction: 'forward' | 'backward',
    from: number | 'end',
    limit: number,
    patience: Patience,
  ): Promise<StoredPage> {
    const count = Math.min(limit, this.size.events);
    const request = readStreamRequest({ stream, direction, from, count });
    return this.page(`Reading stream ${stream}`, request, count, patience, () => true);
  }

  /** Position of the last event that is not the server's own; 0 when there is none. */
  async head(patience: Patience): Promise<number> {
    const request = readAllRequest({ direction: 'backward', from: 'end', count: 1, filter: NO_SYSTEM_STREAMS });
    const page = await this.page('Reading the end of the log', request, 1, patience, () => true);
    return page.events[0]?.position ?? 0;
  }

  /** Whether an event stands at exactly this position: the server cannot read from anywhere else. */
  async holds(position: number, patience: Patience): Promise<boolean> {
    const request = readAllRequest({ direction: 'forward', from: position, count: 1, filter: NO_SYSTEM_STREAMS });
    const strict = { ...patience, strict: true };
    try {
      const page = await this.page(`Looking for position ${position}`, request, 1, strict, () => true);
      return page.events[0]?.position === position;
    } catch (error) {
      if (failureOf(error) === 'unknown-position') return false;
      throw error;
    }
  }

  private page(
    what: string,
    request: ReadRequest,
    count: number,
    patience: Patience,
    wanted: (event: StoredEvent) => boolean,
  ): Promise<StoredPage> {
    const retry: ReadRetry = {
      reachability: this.reachability,
      silenceMs: this.timings.silence,
      totalMs: patience.endless === true ? Infinity : this.timings.total,
      signal: patience.signal,
      strict: patience.strict === true,
    };
    return readAgain(what, retry, async (silenceMs) => {
      const events: StoredEvent[] = [];
      let seen = 0;
      let bytes = 0;
      let reached: number | undefined;
      const ended = await this.connection.read(
        request,
        (response) => {
          const event = storedEvent(response);
          if (event === undefined) return false;
          seen += 1;
          bytes += event.data.byteLength;
          reached = event.position;
          if (wanted(event)) events.push(event);
          return seen >= count || bytes >= this.size.bytes;
        },
        { silenceMs, signal: patience.signal },
      );
      if (patience.signal.aborted) throw new Error(`${what} was ended`);
      return { events, complete: ended, reached };
    });
  }
}
