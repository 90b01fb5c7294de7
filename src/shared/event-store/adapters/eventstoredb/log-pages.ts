import type { StreamName } from '../../../kernel/stream-name.js';
import type { StoredEvent } from '../../recorded-event.js';
import type { LogConnection } from './connection.js';
import { failureOf } from './failures.js';
import { NO_SYSTEM_STREAMS, readAllRequest, readStreamRequest, storedEvent } from './messages.js';
import type { streams } from './protocol.js';
import { readAgain, type Reachability, type ReadRetry } from './retry.js';
import type { SplitFilter } from './server-filter.js';
import type { StreamNames } from './stream-names.js';
import type { Timings } from './timings.js';

/** A page is cut at so many events or so many bytes, so that memory stays flat whatever stands in the log. */
export interface PageSize {
  readonly events: number;
  readonly bytes: number;
}

const DEFAULT_PAGE: PageSize = { events: 512, bytes: 4 * 1_048_576 };

export interface StoredPage {
  readonly events: readonly StoredEvent[];
  /** False when the page was cut, so that more may follow. */
  readonly complete: boolean;
  /** Position of the last event looked at, matching or not; undefined when there was none. */
  readonly reached: number | undefined;
}

export interface Stretch {
  readonly direction: 'forward' | 'backward';
  /** Exclusive; undefined = the very end to start from. */
  readonly after: number | undefined;
}

export interface Patience {
  readonly signal: AbortSignal;
  /** Outlasts any outage; otherwise LogUnavailable after `totalMs`. */
  readonly endless?: boolean;
  /** In milliseconds; default the total time of `Timings`. */
  readonly totalMs?: number;
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
    private readonly names: StreamNames,
    private readonly size: PageSize = DEFAULT_PAGE,
  ) {}

  /**
   * Events of the whole log, one page, at most `limit`. The server reads from places where a record stands and nowhere
   * else; so where none stands at `after` the page starts right behind it: who looks for one event by its position asks
   * for what comes after the position before it.
   * @throws Error when no event stands at either place: the position is not one of this log.
   */
  async all(stretch: Stretch, filter: SplitFilter, limit: number, patience: Patience): Promise<StoredPage> {
    if (filter.empty) return { events: [], complete: true, reached: undefined };
    const { direction, after } = stretch;
    const forward = direction === 'forward';
    // Forward the server counts from the position itself, which was seen before.
    const count = Math.min(limit, this.size.events) + (forward ? 1 : 0);
    const asking = { ...patience, stillAlive: () => this.answers(patience.signal) };
    const read = (from: number | 'start' | 'end', strict: boolean): Promise<StoredPage> => {
      const request = readAllRequest({ direction, from, count, filter: filter.server });
      return this.page(`Reading the log from ${from}`, request, count, { ...asking, strict }, (event) => {
        return (!forward || event.position > (after ?? 0)) && filter.matches(event);
      });
    };
    if (after === undefined || after === 0) return read(forward ? 'start' : 'end', false);
    const places = !forward ? [after] : limit === 1 ? [after + 1, after] : [after, after + 1];
    for (const from of places) {
      const page = await read(from, true).catch((error: unknown) => {
        if (failureOf(error) !== 'unknown-position') throw error;
      });
      if (page !== undefined) return page;
    }
    if (!(await this.answers(patience.signal))) return read(after, false);
    throw new Error(`No event of the log stands at or right after position ${after}: give one that an event has`);
  }

  /** Events of one stream from a revision on (inclusive; 'end' only backward), at most `limit`. */
  stream(
    stream: StreamName,
    direction: 'forward' | 'backward',
    from: number | 'end',
    limit: number,
    patience: Patience,
  ): Promise<StoredPage> {
    const count = Math.min(limit, this.size.events);
    const request = readStreamRequest({ stream: this.names.onServer(stream), direction, from, count });
    return this.page(`Reading stream ${stream}`, request, count, patience, () => true);
  }

  /** Position of the last event that is not the server's own, whoever wrote it; 0 when there is none. */
  async head(patience: Patience): Promise<number> {
    const page = await this.page('Reading the end of the log', endRequest(), 1, patience, () => true);
    return page.reached ?? 0;
  }

  /** Whether an event stands at exactly this position. */
  async holds(position: number, patience: Patience): Promise<boolean> {
    const request = readAllRequest({ direction: 'forward', from: position, count: 1, filter: NO_SYSTEM_STREAMS });
    const strict = { ...patience, strict: true };
    try {
      const page = await this.page(`Looking for position ${position}`, request, 1, strict, () => true);
      return page.reached === position;
    } catch (error) {
      if (failureOf(error) === 'unknown-position') return false;
      throw error;
    }
  }

  private async answers(signal: AbortSignal): Promise<boolean> {
    const bounds = { silenceMs: this.timings.silence, signal };
    return this.connection
      .read(endRequest(), () => true, bounds)
      .then(
        () => true,
        () => false,
      );
  }

  private page(
    what: string,
    request: ReadRequest,
    count: number,
    patience: Patience & Pick<ReadRetry, 'strict' | 'stillAlive'>,
    wanted: (event: StoredEvent) => boolean,
  ): Promise<StoredPage> {
    const retry: ReadRetry = {
      reachability: this.reachability,
      silenceMs: this.timings.silence,
      totalMs: patience.endless === true ? Infinity : (patience.totalMs ?? this.timings.total),
      signal: patience.signal,
      strict: patience.strict === true,
      ...(patience.stillAlive && { stillAlive: patience.stillAlive }),
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
          const stream = this.names.own(event.stream);
          const own = stream === undefined ? undefined : { ...event, stream };
          if (own !== undefined && wanted(own)) events.push(own);
          return seen >= count || bytes >= this.size.bytes;
        },
        { silenceMs, signal: patience.signal },
      );
      if (patience.signal.aborted) throw new Error(`${what} was ended`);
      return { events, complete: ended, reached };
    });
  }
}

function endRequest(): ReadRequest {
  return readAllRequest({ direction: 'backward', from: 'end', count: 1, filter: NO_SYSTEM_STREAMS });
}
