import { eventId } from '../../../../shared/event-store/event-id.js';
import {
  WrongExpectedRevision,
  type EventStore,
  type EventToAppend,
  type ExpectedRevision,
} from '../../../../shared/event-store/event-store.port.js';
import type { EventMetadata } from '../../../../shared/kernel/event.js';
import type { BalanceLedger } from '../../domain/balance-ledger.js';
import type { UsageBatchRatedHead } from '../../domain/events.js';
import { RatedBatch, type RecordFacts, type SourceFacts } from '../../domain/rated-batch.js';
import { ratingStream } from '../../domain/streams.js';
import { PartitionContents, type ContentsState } from './partition-contents.js';
import { PartitionTaken, StaleSnapshot } from './partition-errors.js';
import { markText, type Mark } from './partition-mark.js';
import type { RecordOutcome } from '../record/record-rating.js';
import type { RunToAnswer } from '../runs/answer-run.js';
import { RunLog } from '../runs/run-log.js';
import { StreamHistory } from '../runs/stream-history.js';

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
export interface PartitionState extends ContentsState {
  /** The stream's last event in it, by its revision and its hash: the proof that the snapshot belongs to this log. */
  readonly last: { readonly revision: number; readonly hash: string } | null;
  /** The last input dealt with, of those that concern the tenant. */
  readonly through: number;
}

/**
 * The single writer of one partition's stream. It holds the partition's balances, fills the next event, and appends at
 * the exact revision: if another process took over, the append is refused, and that is the fence.
 *
 *     inputs   ...|--- p ---|--- q ---|--- r ---|        a record is skipped when the stream answers it already:
 *     stream      [ through p ][ through p, partial {q, 300} ]     position <= through, or among the first 300 of q
 */
export class PartitionWriter {
  private readonly contents: PartitionContents;
  private revision: ExpectedRevision = 'no-stream';
  /** Of the event at that revision, as far as it is known. */
  private lastHash: string | undefined;
  /** What the last event of the queue behind the stream answers. */
  private logged: Mark;
  /** Inputs up to here need nothing more: answered, or nothing in them is this partition's. */
  private through = 0;
  private reachedTo = 0;
  private input = 0;
  private seen = 0;
  private batch: RatedBatch | undefined;
  /** Inputs dealt with since the event in the making was begun. */
  private batchInputs = 0;
  private batchMetadata: EventMetadata | undefined;
  private readonly waiting: { readonly event: EventToAppend; readonly cycles: readonly number[] }[] = [];
  private flight: Promise<void> | undefined;
  private failure: Error | undefined;

  constructor(
    private readonly store: EventStore,
    private readonly tenant: string,
    readonly partition: number,
    private readonly failed: (error: unknown) => void,
    kept?: { readonly position: number; readonly state: PartitionState },
  ) {
    const last = kept?.state.last;
    const contents = kept === undefined ? undefined : { state: kept.state, revision: last?.revision ?? -1 };
    this.contents = new PartitionContents(store, this.stream, contents);
    this.logged = this.contents.logged;
    if (kept === undefined) return;
    this.revision = last?.revision ?? 'no-stream';
    this.lastHash = last?.hash;
    this.through = Math.max(kept.state.through, this.logged.through);
    this.reached(kept.position);
  }

  /** As everything put in so far leaves them. */
  get ledger(): BalanceLedger {
    return this.contents.ledger;
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
      await this.contents.fold(event);
      this.mark(this.contents.logged);
      this.revision = event.revision;
      this.lastHash = event.metadata.hash;
    }
    if (!proved) throw new StaleSnapshot(this.stream);
  }

  /** Billing cycles that ended by then are closed (epoch ms); 0 = none ever. */
  get closedTo(): number {
    return this.contents.closedTo;
  }

  /**
   * Answers a run at its place: nothing is in the making, and the ledger stays as it stands there until the answer is
   * complete. What is already there of an answer that was cut short is not appended again.
   */
  async answerRun({ position, run, metadata, answer, signal }: RunToAnswer): Promise<void> {
    if (this.hasAnswered(position)) return;
    this.cut();
    await this.settled();
    const { tenant, partition, through, ledger, revision, contents } = this;
    const { closedTo, closedAt, passed, index } = contents;
    const { partial } = this.logged;
    const there = partial?.position === position ? partial.records : 0;
    const end = contents.beginRun(revision === 'no-stream' ? 0 : revision + 1);
    const history = new StreamHistory({ store: this.store, stream: this.stream, index, end, signal });
    const log = new RunLog(this.store, { tenant, partition, run, position, through }, metadata, { revision, there });
    const last = await log.append(
      answer({ tenant, partition, through, ledger, closedTo, closedAt, passed, history }),
      signal,
    );
    await contents.foldRun(last);
    this.mark(contents.logged);
    this.revision = last;
    this.lastHash = undefined;
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
    const id = eventId(`rate/${this.stream}/${markText(this.logged)}/${markText(mark)}`);
    const data = batch.build({ partition: this.partition, ...mark });
    const event = { id, type: 'UsageBatchRated.v1', data, metadata: batchMetadata };
    this.waiting.push({ event, cycles: data.columns.cycle });
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
    const nothingUnderWay = this.flight === undefined && !this.contents.isWithinRun && this.input === 0;
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
    const { revision, logged, through } = this;
    const state = { logged, through, ...this.contents.toState() };
    if (revision === 'no-stream') return { last: null, ...state };
    this.lastHash ??= await this.readHash(revision);
    const { lastHash: hash } = this;
    return hash === undefined ? undefined : { last: { revision, hash }, ...state };
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
        const { revision } = await this.store.append(
          this.stream,
          this.revision,
          events.map(({ event }) => event),
        );
        this.waiting.splice(0, events.length);
        events.forEach(({ cycles }, index) => this.contents.index.add(revision - events.length + 1 + index, cycles));
        this.revision = revision;
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
