import type { EventDefinition } from '../../../../shared/kernel/event-definition.js';
import type { DomainEvent } from '../../../../shared/kernel/event.js';

/** Runs over billing cycles that have ended. */
export const CYCLE_RUN_KINDS = ['SECOND_PASS', 'CYCLE_END'] as const;
export type CycleRunKind = (typeof CYCLE_RUN_KINDS)[number];

/**
 * A rating run is work on what is rated already. It stands in the log like usage does, so that every partition does its
 * part of it at the same place of its order: with the reference data and the balances that stood there.
 *
 * - `SECOND_PASS`: prices what is charged by VOLUME at what its billing cycle came to; for cycles that ended by `asOf`.
 * - `CYCLE_END`: closes the billing cycles that ended by `asOf`, and makes what is due without usage: recurring charges,
 *   activations, true-ups.
 * - `RERATE`: rates again what a person chose; as a proposal, or for good.
 */
export const RATING_RUN_KINDS = [...CYCLE_RUN_KINDS, 'RERATE'] as const;
export type RatingRunKind = (typeof RATING_RUN_KINDS)[number];

/** What a person chose: the members narrow each other, and at least one beside the times is there. */
export interface RerateSelection {
  readonly accountIds?: readonly string[];
  readonly priceOfferId?: string;
  readonly usageType?: string;
  readonly fileId?: string;
  /** Usage time, epoch ms: [from, to). */
  readonly from?: number;
  readonly to?: number;
}

export type RatingRunAsked =
  | { readonly kind: CycleRunKind; /** Epoch ms. */ readonly asOf: number }
  | { readonly kind: 'RERATE'; readonly mode: 'PREVIEW'; readonly selection: RerateSelection }
  /** What `preview` proposed, of the accounts that have not moved since. */
  | {
      readonly kind: 'RERATE';
      readonly mode: 'COMMIT';
      readonly selection: RerateSelection;
      readonly preview: { readonly runId: string; readonly hash: string };
    };

/** Stream `ratingRun-<tenant>.<runId>`, first event. */
export type RatingRunRequested = DomainEvent<
  'RatingRunRequested.v1',
  {
    readonly runId: string;
    readonly reason: string;
    readonly asked: RatingRunAsked;
    /** Pinned: so many partitions must answer. */
    readonly partitions: number;
  }
>;

/** Same stream, last event: every partition has answered. What `RatingRunAnswered` said, added up. */
export type RatingRunCompleted = DomainEvent<
  'RatingRunCompleted.v1',
  {
    readonly runId: string;
    readonly counts: RunCounts;
    readonly money: readonly RunMoney[];
    /** Of a preview: over the hashes of its partitions, in their order. */
    readonly hash?: string;
    /** The first ones. */
    readonly problems?: readonly RunProblem[];
  }
>;

export interface RunCounts {
  /** Accounts looked at. */
  readonly accounts: number;
  /** Usage records that were rated again; of a cycle end, the rows it made. */
  readonly records: number;
  /** Of `records`, the ones that came out otherwise. */
  readonly changed: number;
  /** Beside `records`: those that could not be rated again and stay as they are. */
  readonly problems: number;
  /** Of a commit: accounts that moved since the preview and stay as they are. */
  readonly stale: number;
}

/** What a run left as it was, and why: for people. */
export interface RunProblem {
  readonly account: string;
  /** The record; absent when it is the account as a whole. */
  readonly fileId?: string;
  readonly line?: number;
  /** A suspense code, or `STALE_PREVIEW`. */
  readonly code: string;
  readonly message: string;
}

/** Of what changed, by currency; exact. A cycle end has nothing before. */
export interface RunMoney {
  readonly currency: string;
  readonly before: string;
  readonly after: string;
}

/** Stream `rating-<tenant>.<partition>`: the last event a partition appends for a run; nothing more of it follows. */
export type RatingRunAnswered = DomainEvent<
  'RatingRunAnswered.v1',
  {
    readonly partition: number;
    /** Of the request: every input of the partition up to here is answered. */
    readonly through: number;
    readonly runId: string;
    readonly kind: RatingRunKind;
    readonly counts: RunCounts;
    readonly money: readonly RunMoney[];
    /** Of a preview: of what it proposes. */
    readonly hash?: string;
    /** Of a cycle end: billing cycles that ended by then are closed, and what still comes for them is late. */
    readonly closedTo?: number;
    /** Of a second pass: what is charged by VOLUME in billing cycles that ended by then is priced as a whole. */
    readonly passedTo?: number;
    /** The first ones of the partition. */
    readonly problems?: readonly RunProblem[];
  }
>;

export const ratingRunEvents: readonly EventDefinition[] = [
  { type: 'RatingRunRequested.v1', encoding: 'json' },
  { type: 'RatingRunCompleted.v1', encoding: 'json' },
  { type: 'RatingRunAnswered.v1', encoding: 'json' },
];
