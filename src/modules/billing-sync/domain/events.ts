import type { EventDefinition } from '../../../shared/kernel/event-definition.js';
import type { DomainEvent } from '../../../shared/kernel/event.js';

/**
 * Stream `aggregation-<tenant>.runs`: its single writer holds the high-water mark. A run's window is closed ranges of
 * the rating streams' revisions, so every rated event belongs to exactly one run, by construction.
 */
export type AggregationRequested = DomainEvent<
  'AggregationRequested.v1',
  {
    readonly runId: string;
    readonly reason: string;
    /** Per partition, revisions from..to inclusive; a partition with nothing new is absent. */
    readonly window: readonly { readonly partition: number; readonly from: number; readonly to: number }[];
  }
>;
export type AggregationCompleted = DomainEvent<
  'AggregationCompleted.v1',
  {
    readonly runId: string;
    readonly batches: readonly string[];
    readonly lines: number;
    readonly records: number;
    /** Per currency, exact: monetized = lines + residualAfter - residualBefore, or the run fails. */
    readonly totals: readonly {
      readonly currency: string;
      readonly monetized: string;
      readonly lines: string;
      readonly residualBefore: string;
      readonly residualAfter: string;
    }[];
  }
>;
/** The gate did not hold: nothing of this run is sent until somebody looks. */
export type AggregationFailed = DomainEvent<
  'AggregationFailed.v1',
  { readonly runId: string; readonly code: string; readonly message: string }
>;

export interface BillingBatchSealedHead {
  readonly batchId: string;
  readonly runId: string;
  readonly partition: number;
  readonly lines: number;
  readonly records: number;
  /** Sum of the lines' amounts, by currency, at the minor unit. */
  readonly money: Readonly<Record<string, string>>;
}

/** Lines of a batch; each blends many monetized records of one group of the aggregation key. */
export interface BillingBatchSealedColumns {
  readonly [column: string]: readonly unknown[];
  /** `<batchId>-<n>`: our line id, sent as client_record_id. */
  readonly lineId: readonly string[];
  readonly account: readonly string[];
  readonly subscription: readonly string[];
  readonly usageType: readonly string[];
  readonly currency: readonly string[];
  readonly rateSchedule: readonly string[];
  /** Summed quantity, and how many monetized records are in it. */
  readonly quantity: readonly string[];
  readonly records: readonly number[];
  /** Exact sum of the records; what was carried in; what is sent (rounded once); what is carried on. */
  readonly exact: readonly string[];
  readonly residualBefore: readonly string[];
  readonly amount: readonly string[];
  readonly residualAfter: readonly string[];
  /** Earliest and latest usage time in the line. */
  readonly firstAt: readonly number[];
  readonly lastAt: readonly number[];
}

/** Stream `billingBatch-<tenant>.<batchId>`; a chunk event, its first. */
export type BillingBatchSealed = DomainEvent<
  'BillingBatchSealed.v1',
  { readonly head: BillingBatchSealedHead; readonly columns: BillingBatchSealedColumns }
>;
/** Appended before the call goes out, so that a crash leaves a trace: sent, answer never seen. */
export type BillingBatchSendAttempted = DomainEvent<
  'BillingBatchSendAttempted.v1',
  {
    readonly batchId: string;
    readonly attempt: number;
    /** Sent as client_receipt_id. */
    readonly receiptId: string;
    /** The lines of this attempt; absent = all of the batch. */
    readonly lineIds?: readonly string[];
  }
>;
/** The billing system's answer, line by line: what is not among the errors is COMPLETE. */
export type BillingBatchAcknowledged = DomainEvent<
  'BillingBatchAcknowledged.v1',
  {
    readonly batchId: string;
    readonly attempt: number;
    readonly completed: number;
    readonly errors: readonly { readonly lineId: string; readonly code: string; readonly message: string }[];
    /** How it is known: the answer itself, or a look-up after an answer never seen. */
    readonly by: 'ANSWER' | 'LOOK_UP';
  }
>;
/** The call as a whole was refused, certainly nothing was recorded there: all its lines are ERROR and may be resent. */
export type BillingBatchRefused = DomainEvent<
  'BillingBatchRefused.v1',
  { readonly batchId: string; readonly attempt: number; readonly code: string; readonly message: string }
>;
/** Sent, answer never seen or not understood: IN_DOUBT until looked up by the line ids. */
export type BillingBatchInDoubt = DomainEvent<
  'BillingBatchInDoubt.v1',
  { readonly batchId: string; readonly attempt: number; readonly reason: string }
>;
/** Somebody asked for errored lines to be sent again. */
export type BillingBatchReprocessRequested = DomainEvent<
  'BillingBatchReprocessRequested.v1',
  { readonly batchId: string; readonly reprocessId: string; readonly errorCode?: string }
>;
/** Learnt from the billing system: closes the lineage. */
export type InvoiceLinesNoted = DomainEvent<
  'InvoiceLinesNoted.v1',
  {
    readonly batchId: string;
    readonly lines: readonly {
      readonly lineId: string;
      readonly invoiceNo: string;
      readonly invoiceLineNo: number;
      readonly amount: string;
      readonly currency: string;
    }[];
    readonly by: 'POLL' | 'WEBHOOK';
  }
>;

export type AggregationEvent = AggregationRequested | AggregationCompleted | AggregationFailed;
export type BillingBatchEvent =
  | BillingBatchSealed
  | BillingBatchSendAttempted
  | BillingBatchAcknowledged
  | BillingBatchRefused
  | BillingBatchInDoubt
  | BillingBatchReprocessRequested
  | InvoiceLinesNoted;

/** Every event type and version of this module, for the registry at the composition root. */
export const billingSyncEvents: readonly EventDefinition[] = [
  { type: 'AggregationRequested.v1', encoding: 'json' },
  { type: 'AggregationCompleted.v1', encoding: 'json' },
  { type: 'AggregationFailed.v1', encoding: 'json' },
  { type: 'BillingBatchSealed.v1', encoding: 'chunk' },
  { type: 'BillingBatchSendAttempted.v1', encoding: 'json' },
  { type: 'BillingBatchAcknowledged.v1', encoding: 'json' },
  { type: 'BillingBatchRefused.v1', encoding: 'json' },
  { type: 'BillingBatchInDoubt.v1', encoding: 'json' },
  { type: 'BillingBatchReprocessRequested.v1', encoding: 'json' },
  { type: 'InvoiceLinesNoted.v1', encoding: 'json' },
];
