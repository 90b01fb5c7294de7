import type { EventMetadata, RecordedEvent } from '../kernel/event.js';
import type { StreamName } from '../kernel/stream-name.js';

/**
 * The revision the appender last saw: exact, or 'no-stream'. There is no "any": a server's memory of event ids is only
 * a cache, so an exact revision is the one fence that always holds.
 */
export type ExpectedRevision = number | 'no-stream';

export interface EventToAppend {
  /** UUID, deterministic from what caused the event (see `eventId`), so that a retried append is recognised. */
  readonly id: string;
  readonly type: string;
  readonly data: unknown;
  readonly metadata: EventMetadata;
}

export interface Appended {
  /** Revision and position of the last event of the append. */
  readonly revision: number;
  readonly position: number;
}

export interface ReadStreamOptions {
  readonly direction?: 'forward' | 'backward';
  /** Inclusive. Default: the first event forward, the last event backward. */
  readonly from?: number;
  readonly limit?: number;
}

export interface LogFilter {
  /** Stream categories (`usage`, `rating`); absent = all. */
  readonly categories?: readonly string[];
  /** Event types (`UsageBatchRated.v1`); absent = all, an empty list = none: a subscription then yields checkpoints alone. */
  readonly types?: readonly string[];
}

export interface ReadAllOptions {
  readonly direction?: 'forward' | 'backward';
  /**
   * Exclusive: the position last seen, or the one right before an event's own (`position - 1` finds the event); a server
   * cannot read from elsewhere. Forward default: before the first; backward default: after the last.
   */
  readonly after?: number;
  readonly filter?: LogFilter;
  readonly limit?: number;
}

export interface SubscribeOptions {
  /** Exclusive: the position last processed; 0 starts before the first event. */
  readonly after: number;
  readonly filter?: LogFilter;
  /** Ends the subscription: the iteration finishes without an error. */
  readonly signal: AbortSignal;
}

/**
 * What a subscription yields. A checkpoint says: every matching event up to `position` has been yielded, so `position`
 * may be saved even if the last events did not match. `caughtUp` = nothing more was in the log when it was sent.
 */
export type Delivery =
  | { readonly kind: 'event'; readonly event: RecordedEvent }
  | { readonly kind: 'checkpoint'; readonly position: number; readonly caughtUp: boolean };

/**
 * The log: the only truth. Adapters: embedded (one local file) and EventStoreDB. One contract suite runs on both
 * (`test/contracts/event-store.contract.ts`).
 *
 * Positions ascend through the whole log, are at least 1, may have gaps, and are safe integers (an EventStoreDB
 * position is a byte offset: 2^53 is nine petabytes).
 */
export interface EventStore {
  /**
   * Appends all events or none; resolves only when they would survive power loss.
   * The same ids at the same expected revision again are recognised: the first result comes back, nothing is written.
   * @throws WrongExpectedRevision when the stream stands elsewhere: read, decide again, append at the new revision.
   * @throws AppendTooLarge when the encoded data pass MAX_APPEND_BYTES: split the chunk.
   * @throws LogUnavailable when the outcome is unknown or the log cannot be written (disk full): retry with the same
   *   ids and the same revision.
   */
  append(stream: StreamName, expected: ExpectedRevision, events: readonly EventToAppend[]): Promise<Appended>;
  /** A missing stream reads as empty. */
  readStream(stream: StreamName, options?: ReadStreamOptions): AsyncIterable<RecordedEvent>;
  readAll(options?: ReadAllOptions): AsyncIterable<RecordedEvent>;
  /** Catches up by paged reads, then is woken by new appends; never a gap, a duplicate or a disorder. */
  subscribe(options: SubscribeOptions): AsyncIterable<Delivery>;
  /** The position of the last event; 0 for an empty log. */
  head(): Promise<number>;
  close(): Promise<void>;
}

/** EventStoreDB refuses more than 1 MiB of data in one append, so no adapter takes it. */
export const MAX_APPEND_BYTES = 1_048_576;

export class WrongExpectedRevision extends Error {
  override readonly name = 'WrongExpectedRevision';
  constructor(
    readonly stream: StreamName,
    readonly expected: ExpectedRevision,
    readonly actual: ExpectedRevision,
  ) {
    super(`Stream ${stream} stands at ${String(actual)}, not at the expected ${String(expected)}`);
  }
}

export class AppendTooLarge extends Error {
  override readonly name = 'AppendTooLarge';
  constructor(
    readonly stream: StreamName,
    readonly bytes: number,
  ) {
    super(`An append of ${bytes} bytes to ${stream} passes the limit of ${MAX_APPEND_BYTES}: split the chunk`);
  }
}

export class LogUnavailable extends Error {
  override readonly name = 'LogUnavailable';
}

/** Nest token. */
export const EVENT_STORE = Symbol('EventStore');
