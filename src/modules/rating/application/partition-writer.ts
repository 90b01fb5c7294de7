import { eventId } from '../../../shared/event-store/event-id.js';
import {
  WrongExpectedRevision,
  type EventStore,
  type EventToAppend,
  type ExpectedRevision,
} from '../../../shared/event-store/event-store.port.js';
import type { EventMetadata, RecordedEvent } from '../../../shared/kernel/event.js';
import { BalanceLedger, type LedgerState } from '../domain/balance-ledger.js';
import type { UsageBatchRated, UsageBatchRatedHead } from '../domain/events.js';
import { RatedBatch, type RecordFacts, type SourceFacts } from '../domain/rated-batch.js';
import { ratingStream } from '../domain/streams.js';
import type { RecordOutcome } from './record-rating.js';

/** An event is closed at the end of an input once it holds this many records … */
export const FULL_RECORDS = 500;
/** … and inside an input before it holds this many records or bytes (JSON before deflate): no append can be too large. */
const MOST_RECORDS = 1500;
const MOST_BYTES = 440 * 1024;
/** Events in one append, and events waiting before the reader of the log is held back. */
const EVENTS_PER_APPEND = 2;
const MOST_WAITING = 3;

type Cause = UsageBatchRatedHead['cause'];
/** How far the stream answers the partition's inputs. */
export interface Mark {
  readonly through: number;
  readonly partial?: { readonly position: number; readonly records: number };
}

/** For a snapshot: taken when everything is appended. */
export interface PartitionState {
  readonly revision: number | null;
  /** Id of the event at that revision: the proof that the snapshot belongs to this log. */
  readonly lastEventId: string | null;
  readonly logged: Mark;
  readonly ledger: LedgerState;
}

/**
 * The single writer of one partition's stream. It holds the partition's balances, fills the next event, and appends at
 * the exact revision: if another process took over, the append is refused, and that is the fence.
 *
 *     inputs   ...|--- p ---|--- q ---|--- r ---|        a record is skipped when the stream answers it already:
 *     stream      [ through p ][ through p, partial {q, 300} ]     position <= through, or among the first 300 of q
 */
export class PartitionWriter {
  readonly ledger: BalanceLedger;
  private revision: ExpectedRevision = 'no-stream';
  private lastEventId: string | null = null;
  /** What the last event of the stream (or of the queue behind it) answers. */
  private logged: Mark = { through: 0 };
  /** Inputs up to here need nothing more: answered, or nothing in them is this partition's. */
  private through = 0;
  private input = 0;
  private seen = 0;
  private batch: RatedBatch | undefined;
  private batchMetadata: EventMetadata | undefined;
  private readonly waiting: EventToAppend[] = [];
  private flight: Promise<void> | undefined;
  private failure: Error | undefined;

  constructor(
    private readonly store: EventStore,
    private readonly tenant: string,
    private readonly partition: number,
    private readonly failed: (error: unknown) => void,
    state?: PartitionState,
  ) {
    this.ledger = state === undefined ? new BalanceLedger() : BalanceLedger.fromJSON(state.ledger);
    if (state === undefined) return;
    this.revision = state.revision ?? 'no-stream';
    this.lastEventId = state.lastEventId;
    this.mark(state.logged);
  }

  get stream(): string {
    return ratingStream(this.tenant, this.partition);
  }

  /** Folds what the stream holds past this state. @throws StaleSnapshot when the state is not of this log. */
  async catchUp(): Promise<void> {
    const from = this.revision === 'no-stream' ? 0 : this.revision;
    let proved = this.revision === 'no-stream';
    for await (const event of this.store.readStream(this.stream, { from })) {
      if (!proved) {
        if (event.id !== this.lastEventId) break;
        proved = true;
        continue;
      }
      const { data } = event as RecordedEvent & UsageBatchRated;
      this.ledger.fold(data.columns);
      this.mark({
        through: data.head.through,
        ...(data.head.partial === undefined ? {} : { partial: data.head.partial }),
      });
      this.revision = event.revision;
      this.lastEventId = event.id;
    }
    if (!proved) throw new StaleSnapshot(this.stream);
  }

  /** Whether a whole input is answered already. */
  hasAnswered(position: number): boolean {
    return position <= this.through;
  }

  begin(position: number): void {
    this.input = position;
    this.seen = 0;
  }

  /** Asked once for every record of the input that is this partition's, in order: is it still to be rated? */
  takes(): boolean {
    this.seen += 1;
    if (this.input <= this.through) return false;
    const { partial } = this.logged;
    return partial?.position !== this.input || this.seen > partial.records;
  }

  put(source: SourceFacts, record: RecordFacts, outcome: RecordOutcome, cause: Cause, metadata: EventMetadata): void {
    const batch = this.batchFor(cause, metadata);
    if (outcome.kind === 'MONETIZED') batch.monetized(source, record, outcome.rated, outcome.charges);
    else batch.suspended(source, record, outcome.reason);
    if (batch.records >= MOST_RECORDS || batch.bytes >= MOST_BYTES) this.cut();
  }

  /** The input is dealt with. `close`: what it gave stands in an event of its own. */
  end(close: boolean): void {
    if (this.input > this.through) this.through = this.input;
    this.input = 0;
    this.seen = 0;
    if (this.batch !== undefined && (close || this.batch.records >= FULL_RECORDS)) this.cut();
  }

  /** Closes the event in the making, if there is one, and sends it off. */
  cut(): void {
    const { batch, batchMetadata } = this;
    if (batch === undefined || batchMetadata === undefined) return;
    this.batch = undefined;
    const mark: Mark =
      this.input > this.through && this.seen > 0
        ? { through: this.through, partial: { position: this.input, records: this.seen } }
        : { through: this.through };
    this.waiting.push({
      id: eventId(`rate/${this.stream}/${markText(this.logged)}/${markText(mark)}`),
      type: 'UsageBatchRated.v1',
      data: batch.build({ partition: this.partition, ...mark }),
      metadata: batchMetadata,
    });
    this.logged = mark;
    this.flight ??= this.appendWaiting();
  }

  /** Resolves once the queue has room again, so that memory stays bounded. @throws what an append threw. */
  async room(): Promise<void> {
    while (this.waiting.length >= MOST_WAITING && this.flight !== undefined) await this.flight;
    if (this.failure !== undefined) throw this.failure;
  }

  /** Resolves once everything cut is in the log. @throws what an append threw. */
  async settled(): Promise<void> {
    while (this.flight !== undefined) await this.flight;
    if (this.failure !== undefined) throw this.failure;
  }

  get isBusy(): boolean {
    return this.waiting.length >= MOST_WAITING || this.failure !== undefined;
  }

  get isFilling(): boolean {
    return this.batch !== undefined;
  }

  get isClean(): boolean {
    return this.batch === undefined && this.flight === undefined && this.failure === undefined && this.input === 0;
  }

  /** Everything is in the log, so the partition needs nothing of the inputs up to `position`. */
  reached(position: number): void {
    if (position > this.through) this.through = position;
  }

  toState(): PartitionState {
    const revision = this.revision === 'no-stream' ? null : this.revision;
    return { revision, lastEventId: this.lastEventId, logged: this.logged, ledger: this.ledger.toJSON() };
  }

  private mark(mark: Mark): void {
    this.logged = mark;
    if (mark.through > this.through) this.through = mark.through;
  }

  private batchFor(cause: Cause, metadata: EventMetadata): RatedBatch {
    if (this.batch !== undefined && !sameCause(this.batch.cause, cause)) this.cutBeforeInput();
    if (this.batch === undefined) {
      this.batch = new RatedBatch(cause);
      this.batchMetadata = metadata;
    }
    return this.batch;
  }

  /** What was gathered before the current input goes out without a word about it. */
  private cutBeforeInput(): void {
    const { input, seen } = this;
    this.input = 0;
    this.cut();
    this.input = input;
    this.seen = seen;
  }

  private async appendWaiting(): Promise<void> {
    try {
      while (this.waiting.length > 0) {
        const events = this.waiting.slice(0, EVENTS_PER_APPEND);
        const appended = await this.store.append(this.stream, this.revision, events);
        this.waiting.splice(0, events.length);
        this.revision = appended.revision;
        this.lastEventId = events.at(-1)?.id ?? this.lastEventId;
      }
    } catch (error) {
      this.failure = error instanceof WrongExpectedRevision ? new PartitionTaken(this.stream) : asError(error);
      this.failed(this.failure);
    } finally {
      this.flight = undefined;
    }
  }
}

/** Another process appended to the partition's stream: what is in memory is no longer the truth. */
export class PartitionTaken extends Error {
  override readonly name = 'PartitionTaken';
  constructor(readonly stream: string) {
    super(`Another writer has appended to ${stream}: reading it again`);
  }
}

/** The snapshot says something the log does not: it is of another log, or the log was restored from an older copy. */
export class StaleSnapshot extends Error {
  override readonly name = 'StaleSnapshot';
  constructor(readonly stream: string) {
    super(`The snapshot of ${stream} does not fit the log: it is left aside`);
  }
}

/** Errors of a native engine may come from another realm and are then no `instanceof Error`. */
function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error), { cause: error });
}

function sameCause(a: Cause, b: Cause): boolean {
  if (a.kind === 'MEDIATED' || b.kind === 'MEDIATED') return a.kind === b.kind;
  return a.reprocessId === b.reprocessId && a.position === b.position;
}

function markText({ through, partial }: Mark): string {
  return partial === undefined ? String(through) : `${through}+${partial.position}.${partial.records}`;
}
