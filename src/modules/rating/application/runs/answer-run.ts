import type { EventMetadata, RecordedEvent } from '../../../../shared/kernel/event.js';
import type { BalanceLedger } from '../../domain/balance-ledger.js';
import type { MediatedSource, RatedBefore, RatedImpact, UsageBatchRated } from '../../domain/events.js';
import type { NonUsageRated } from '../../domain/runs/non-usage-events.js';
import type { RunEventHead } from '../../domain/runs/run-event-head.js';
import type { RerateProposed, RowAddress, UsageRerated, UsageReratedHead } from '../../domain/runs/rerated-events.js';
import type { RatingRunAnswered, RatingRunKind, RatingRunRequested } from '../../domain/runs/run-events.js';
import type { SecondPassed } from '../rater/partition-contents.js';
import type { ReferenceData } from '../rater/reference-data.js';

/** One partition at the place of a run's request in the log: everything before it is answered, nothing after it is. */
export interface RunPlace {
  readonly tenant: string;
  readonly partition: number;
  readonly partitions: number;
  readonly run: RatingRunRequested['data'];
  /** Of the request. */
  readonly position: number;
  /** Every input of the partition up to here was answered before the run. */
  readonly through: number;
  /** As they stand there. Not to be changed by an answerer. */
  readonly reference: ReferenceData;
  readonly ledger: BalanceLedger;
  /** Epoch ms: billing cycles that ended by then are closed; 0 = none ever. */
  readonly closedTo: number;
  /** Log position of the last request that closed cycles; 0 = none ever. */
  readonly closedAt: number;
  /** The second pass before this run; null = there was none. */
  readonly passed: SecondPassed | null;
  readonly history: PartitionHistory;
}

/** A run at its place in the log, and how a partition that stands there answers it. */
export interface RunToAnswer extends Pick<RunPlace, 'run' | 'position'> {
  readonly metadata: EventMetadata;
  readonly answer: (standing: Standing) => AsyncIterable<PartitionAnswer>;
  readonly signal: AbortSignal;
}

/** What a partition knows of itself. */
type Standing = Pick<
  RunPlace,
  'tenant' | 'partition' | 'through' | 'ledger' | 'closedTo' | 'closedAt' | 'passed' | 'history'
>;

/** What says monetized rows. */
export type RowEvent = RecordedEvent & (UsageBatchRated | UsageRerated);

/** The monetized rows of a partition as they stand before a run: of each charge of a record what was said last. */
export interface PartitionHistory {
  /**
   * Account by account, as many at a time as are held at a time; the rows of an account in the order of the stream, a
   * newer version where the first stood.
   */
  groups(wanted: HistoryWanted): AsyncIterable<readonly AccountHistory[]>;
  /**
   * The events that may hold rows of these cycles, with whatever else is in them and superseded versions, too.
   * @param since only from this revision on.
   */
  events(cycles: HistoryWanted['cycles'], since?: number): AsyncIterable<RowEvent>;
}

export interface HistoryWanted {
  /** Starts of billing cycles, epoch ms: [from, to]. Absent: all there ever were. */
  readonly cycles?: { readonly from: number; readonly to: number };
  /** Absent: all. */
  readonly accounts?: ReadonlySet<string>;
}

export interface AccountHistory {
  readonly account: string;
  readonly rows: readonly StandingRow[];
}

/** One charge of one record, in its current version. */
export interface StandingRow {
  /** Where this version stands in the partition's stream. */
  readonly address: RowAddress;
  readonly version: number;
  /** Made no more: amount and quantity 0, no impacts. */
  readonly withdrawn: boolean;
  readonly source: MediatedSource;
  readonly line: number;
  readonly ordinal: number;
  readonly charge: number;
  readonly account: string;
  readonly subscription: string;
  readonly serviceId: string;
  readonly usageType: string;
  readonly at: number;
  readonly cycle: number;
  readonly offer: { readonly priceOfferId: string; readonly version: number };
  readonly currency: string;
  readonly quantity: string;
  readonly amount: string;
  readonly impacts: readonly RatedImpact[];
  readonly before: RatedBefore | null;
}

/** What every event of a run says of its place is filled in where it is appended. */
type Placed = Exclude<keyof RunEventHead, 'offers' | 'money'>;

/** A chunk: at most 1,500 rows and about 400 KiB as JSON, for an append takes no more than 1 MiB. */
interface ChunkAnswer<Type extends string, Head, Columns> {
  readonly type: Type;
  readonly head: Omit<Head, Placed>;
  readonly columns: Columns;
}

/**
 * One event of a partition's answer. Proposals go to a stream of their own, all else to the partition's; the last one is
 * `RatingRunAnswered`.
 */
export type PartitionAnswer =
  | ChunkAnswer<'UsageRerated.v1', UsageReratedHead, UsageRerated['data']['columns']>
  | ChunkAnswer<'RerateProposed.v1', UsageReratedHead, RerateProposed['data']['columns']>
  | ChunkAnswer<'NonUsageRated.v1', RunEventHead, NonUsageRated['data']['columns']>
  | {
      readonly type: 'RatingRunAnswered.v1';
      readonly data: Omit<RatingRunAnswered['data'], 'partition' | 'through' | 'runId' | 'kind'>;
    };

/**
 * What a partition answers to a kind of run: a function of the place alone. It may be asked for again from the start,
 * when it was cut short: the same events must come, in the same order. Nothing it yields moves the ledger it is given;
 * the answer as a whole does, once it is complete. What goes wrong with one account is that account's problem and is
 * counted; what is thrown stops rating.
 */
export interface RunAnswerer {
  answer(place: RunPlace): AsyncIterable<PartitionAnswer>;
}

/** A kind that is missing cannot be asked for. */
export type RunAnswerers = Readonly<Partial<Record<RatingRunKind, RunAnswerer>>>;
