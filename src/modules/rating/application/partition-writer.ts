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
import type { RatingRunAnswered } from '../domain/runs/run-events.js';
import { RatedBatch, type RecordFacts, type SourceFacts } from '../domain/rated-batch.js';
import { ratingStream } from '../domain/streams.js';
import { PartitionTaken, StaleSnapshot } from './partition-errors.js';
import { markText, type Mark } from './partition-mark.js';
import type { RecordOutcome } from './record-rating.js';
import type { PartitionAnswer, RunPlace } from './runs/answer-run.js';
import { foldAnswer } from './runs/fold-answer.js';
import { RunLog } from './runs/run-log.js';
import { StreamHistory } from './runs/stream-history.js';

/** An event is closed at the end of an input once it holds this many records … */
const FULL_RECORDS = 500;
/** … and inside an input before it holds this many records or bytes (JSON before deflate): no append can be too large. */
const MOST_RECORDS = 1500;
const MOST_BYTES = 440 * 1024;
/** … or once so many inputs have passed since it was begun: an account with little usage is not kept waiting for ever. */
const MOST_INPUTS = 512;
/** Events in one append, and events waiting before the reader of the log is held back. */
const EVENTS_PER_APPEND = 2;
const MOST_WAITING = 3;

type Cause = UsageBatchRatedHead['cause'];
/** For a snapshot: taken when everything is appended. */
export interface PartitionState {
  /** The stream's last event in it, by its revision and its hash: the proof that the snapshot belongs to this log. */
  readonly last: { readonly revision: number; readonly hash: string } | null;
  readonly logged: Mark;
  /** The last input dealt with, of those that concern the tenant. */
  readonly through: number;
  readonly ledger: LedgerState;
  /** Billing cycles that ended by then are closed; absent = none ever. */
  readonly closedTo?: number;
}

/** What a partition says of itself at the place of a run. */
export type Standing = Pick<RunPlace, 'tenant' | 'partition' | 'through' | 'ledger' | 'closedTo' | 'history'>;

/** A run at its place in the log, and how a partition that stands there answers it. */
export interface RunToAnswer {
  readonly position: number;
  readonly run: RunPlace['run'];
  readonly metadata: EventMetadata;
  readonly answer: (standing: Standing) => AsyncIterable<PartitionAnswer>;
  readonly signal: AbortSignal;
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
  /** Of the event at that revision, as far as it is known. */
  private lastHash: string | undefined;
  /** What the last event of the stream (or of the queue behind it) answers. */
  private logged: Mark = { through: 0 };
  /** Inputs up to here need nothing more: answered, or nothing in them is this partition's. */
  private through = 0;
  private reachedTo = 0;
  private input = 0;
  private seen = 0;
  private batch: RatedBatch | undefined;
  /** Inputs dealt with since the event in the making was begun. */
  private batchInputs = 0;
  private batchMetadata: EventMetadata | undefined;
  private readonly waiting: EventToAppend[] = [];
  private flight: Promise<void> | undefined;
  private failure: Error | undefined;
  private closed = 0;
  /** First event of a run that is not answered to its end: nothing of it is in the ledger. */
  private runFrom: number | undefined;

  constructor(
    private readonly store: EventStore,
    private readonly tenant: string,
    readonly partition: number,
    private readonly failed: (error: unknown) => void,
    kept?: { readonly position: number; readonly state: PartitionState },
  ) {
    this.ledger = kept === undefined ? new BalanceLedger() : BalanceLedger.fromJSON(kept.state.ledger);
    if (kept === undefined) return;
    const { last, logged, through, closedTo = 0 } = kept.state;
    this.revision = last?.revision ?? 'no-stream';
    this.lastHash = last?.hash;
    this.mark(logged);
    this.through = through;
    this.closed = closedTo;
    this.reached(kept.position);
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
        if (event.metadata.hash !== this.lastHash) break;
        proved = true;
        continue;
      }
      await this.foldEvent(event);
      this.revision = event.revision;
      this.lastHash = event.metadata.hash;
    }
    if (!proved) throw new StaleSnapshot(this.stream);
  }

  /** Billing cycles that ended by then are closed (epoch ms); 0 = none ever. */
  get closedTo(): number {
    return this.closed;
  }

  /**
   * Answers a run at its place: nothing is in the making, and the ledger stays as it stands there until the answer is
   * complete. What is already there of an answer that was cut short is not appended again.
   */
  async answerRun(toAnswer: RunToAnswer): Promise<void> {
    const { position, run, metadata, signal } = toAnswer;
    if (this.hasAnswered(position)) return;
    this.cut();
    await this.settled();
    const { tenant, partition, through, ledger, closedTo } = this;
    const { partial } = this.logged;
    const there = partial?.position === position ? partial.records : 0;
    this.runFrom ??= this.revision === 'no-stream' ? 0 : this.revision + 1;
    const history = new StreamHistory(this.store, this.stream, this.runFrom, signal);
    const log = new RunLog(this.store, { tenant, partition, run, position, through }, metadata, {
      revision: this.revision,
      there,
    });
    const answers = toAnswer.answer({ tenant, partition, through, ledger, closedTo, history });
    this.revision = await log.append(answers, signal);
    this.lastHash = undefined;
    await this.foldRun(this.revision);
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
    const { input } = this;
    this.input = 0;
    this.seen = 0;
    // Read again for another partition's sake: what this one has in the making has nothing to do with it.
    if (input <= this.through) return;
    this.through = input;
    if (this.batch === undefined) return;
    this.batchInputs += 1;
    if (close || this.batch.records >= FULL_RECORDS || this.batchInputs >= MOST_INPUTS) this.cut();
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
    const nothingUnderWay = this.flight === undefined && this.runFrom === undefined && this.input === 0;
    return this.batch === undefined && this.failure === undefined && nothingUnderWay;
  }

  /** While this writer lives, inputs up to here need not be read again for its partition. */
  get upTo(): number {
    return Math.max(this.through, this.reachedTo);
  }

  /** Every input up to `position` has been dealt with; it need not be one of the tenant's. */
  reached(position: number): void {
    if (position > this.reachedTo) this.reachedTo = position;
  }

  /** When it is clean: what is in memory is what the log says. Undefined when the log has another end. */
  async toState(): Promise<PartitionState | undefined> {
    const { revision, logged, through, closed: closedTo } = this;
    const state = { logged, through, closedTo, ledger: this.ledger.toJSON() };
    if (revision === 'no-stream') return { last: null, ...state };
    this.lastHash ??= await this.readHash(revision);
    const { lastHash: hash } = this;
    return hash === undefined ? undefined : { last: { revision, hash }, ...state };
  }

  private async foldEvent(event: RecordedEvent): Promise<void> {
    if (event.type === 'RatingRunAnswered.v1') {
      await this.foldRun(event.revision);
      return;
    }
    const { head } = event.data as { readonly head: Mark };
    const { through, partial } = head;
    this.mark({ through, ...(partial === undefined ? {} : { partial }) });
    if (event.type === 'UsageBatchRated.v1') this.ledger.fold((event as RecordedEvent & UsageBatchRated).data.columns);
    else this.runFrom ??= event.revision;
  }

  /** Now that the answer to a run is complete, up to and with the event at `last`, it counts. */
  private async foldRun(last: ExpectedRevision): Promise<void> {
    for await (const event of this.store.readStream(this.stream, { from: this.runFrom ?? Number(last) })) {
      if (event.type !== 'RatingRunAnswered.v1') {
        foldAnswer(this.ledger, event);
        continue;
      }
      const { through, closedTo = 0 } = (event as RecordedEvent & RatingRunAnswered).data;
      this.closed = Math.max(this.closed, closedTo);
      this.mark({ through });
      break;
    }
    this.runFrom = undefined;
  }

  private async readHash(revision: number): Promise<string | undefined> {
    for await (const event of this.store.readStream(this.stream, { from: revision, limit: 1 })) {
      if (event.revision === revision) return event.metadata.hash;
    }
    return undefined;
  }

  private mark(mark: Mark): void {
    this.logged = mark;
    if (mark.through > this.through) this.through = mark.through;
  }

  private batchFor(cause: Cause, metadata: EventMetadata): RatedBatch {
    if (this.batch !== undefined && !sameCause(this.batch.cause, cause)) this.cutBeforeInput();
    if (this.batch === undefined) {
      this.batch = new RatedBatch(cause);
      this.batchInputs = 0;
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
        this.lastHash = undefined;
      }
    } catch (error) {
      this.failure = error instanceof WrongExpectedRevision ? new PartitionTaken(this.stream) : asError(error);
      this.failed(this.failure);
    } finally {
      this.flight = undefined;
    }
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
