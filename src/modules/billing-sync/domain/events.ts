import type { DomainEvent } from '../../../shared/kernel/event.js';
import type { EventDefinition } from '../../../shared/kernel/event-definition.js';
import type { Currency } from '../../../shared/kernel/money.js';

/** A closed range of revisions of one rating stream, both ends inclusive. */
export interface RevisionRange {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Stream `aggregation-<tenant>.runs`: its single writer holds the high-water mark. A run's window is closed ranges of
 * the rating streams' revisions, so every rated event belongs to exactly one run that counts, by construction.
 */
export type AggregationRequested = DomainEvent<
  'AggregationRequested.v1',
  {
    readonly runId: string;
    readonly reason: string;
    /** Per partition, revisions from..to inclusive; a partition with nothing new is absent. */
    readonly window: readonly RevisionRange[];
    /** Lines of a batch at most: pinned here, so that a restart under another configuration seals the same batches. */
    readonly batchSize: number;
    /** How money is rounded where the catalog says so, pinned like the rest; other currencies as ISO 4217 has it. */
    readonly currencies?: readonly Currency[];
  }
>;

/** Per currency, exact: monetized = lines + residualAfter - residualBefore, or the run fails. */
export interface AggregationTotal {
  readonly currency: string;
  readonly monetized: string;
  readonly lines: string;
  /** Of the accounts that have lines in the run: carried in from earlier runs, carried on to later ones. */
  readonly residualBefore: string;
  readonly residualAfter: string;
}
export type AggregationCompleted = DomainEvent<
  'AggregationCompleted.v1',
  {
    readonly runId: string;
    /** In the order they were sealed: all of one partition, then all of the next. */
    readonly batches: readonly string[];
    /** How many of `batches` each partition has, in the same order. */
    readonly partitions: readonly { readonly partition: number; readonly batches: number }[];
    readonly window: readonly RevisionRange[];
    readonly lines: number;
    readonly records: number;
    readonly totals: readonly AggregationTotal[];
  }
>;
/** The gate did not hold: nothing of this run is ever sent; the next run takes its window again. */
export type AggregationFailed = DomainEvent<
  'AggregationFailed.v1',
  {
    readonly runId: string;
    readonly code: string;
    readonly message: string;
    /** Batches that were sealed before the gate closed: void. */
    readonly batches: readonly string[];
  }
>;

export interface BillingBatchSealedHead {
  readonly batchId: string;
  readonly runId: string;
  readonly partition: number;
  readonly lines: number;
  readonly records: number;
  /** Sum of the lines' amounts, by currency, at the minor unit. */
  readonly money: Readonly<Record<string, string>>;
  /** Earliest and latest usage time in the batch. */
  readonly firstAt: number;
  readonly lastAt: number;
}

/** Lines of a batch; each blends many monetized records of one group of the aggregation key. */
export interface BillingBatchSealedColumns {
  readonly [column: string]: readonly unknown[];
  /** `<batchId>-<n>`, n counted from 1: our line id, sent as client_record_id. */
  readonly lineId: readonly string[];
  readonly account: readonly string[];
  readonly subscription: readonly string[];
  readonly usageType: readonly string[];
  readonly currency: readonly string[];
  readonly rateSchedule: readonly string[];
  /** Summed quantity, and how many rows are in it: monetized records and corrections of such. Negative for a credit. */
  readonly quantity: readonly string[];
  readonly records: readonly number[];
  /** Exact sum of the rows; what was carried in; what is sent (rounded once); what is carried on. */
  readonly exact: readonly string[];
  readonly residualBefore: readonly string[];
  readonly amount: readonly string[];
  readonly residualAfter: readonly string[];
  /** Earliest and latest usage time in the line. */
  readonly firstAt: readonly number[];
  readonly lastAt: readonly number[];
}

/** How many of a batch's lines stand where, after the event that says it; their sum is the batch's lines. */
export interface LineCounts {
  readonly pending: number;
  readonly completed: number;
  readonly error: number;
  readonly inDoubt: number;
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
    /** From 1. */
    readonly attempt: number;
    /** Sent as client_receipt_id; a resend of lines in doubt repeats the one of the attempt in doubt. */
    readonly receiptId: string;
    /** The lines of this attempt; absent = all of the batch. */
    readonly lineIds?: readonly string[];
    /** Epoch ms when the receipt was first used: the billing system's idempotency window is counted from here. */
    readonly receiptSince: number;
  }
>;
/** The billing system's answer, line by line: what is not among the errors is COMPLETE. */
export type BillingBatchAcknowledged = DomainEvent<
  'BillingBatchAcknowledged.v1',
  {
    readonly batchId: string;
    readonly attempt: number;
    /** Lines of this attempt that are COMPLETE by it. */
    readonly completed: number;
    readonly errors: readonly { readonly lineId: string; readonly code: string; readonly message: string }[];
    /** How it is known: the answer itself, or a look-up after an answer never seen. */
    readonly by: 'ANSWER' | 'LOOK_UP';
    /** The numbers of the attempt's lines when they are not all of the batch. */
    readonly lineNos?: readonly number[];
    readonly after: LineCounts;
  }
>;
/** The call as a whole was refused, certainly nothing was recorded there: all its lines are ERROR and may be resent. */
export type BillingBatchRefused = DomainEvent<
  'BillingBatchRefused.v1',
  {
    readonly batchId: string;
    readonly attempt: number;
    readonly code: string;
    readonly message: string;
    readonly lineNos?: readonly number[];
    readonly after: LineCounts;
  }
>;
/** Sent, answer never seen or not understood: IN_DOUBT until looked up by the line ids. */
export type BillingBatchInDoubt = DomainEvent<
  'BillingBatchInDoubt.v1',
  {
    readonly batchId: string;
    readonly attempt: number;
    readonly reason: string;
    readonly lineNos?: readonly number[];
    readonly after: LineCounts;
  }
>;
/**
 * A look-up of an attempt in doubt did not find all its lines. The found ones are COMPLETE; the missing ones stay
 * IN_DOUBT and may be sent again under the same receipt while the billing system still remembers it.
 */
export type BillingBatchLookedUp = DomainEvent<
  'BillingBatchLookedUp.v1',
  {
    readonly batchId: string;
    readonly attempt: number;
    readonly foundLineNos: readonly number[];
    readonly missing: number;
    readonly after: LineCounts;
  }
>;
/** Somebody asked for errored lines to be sent again: they are PENDING. */
export type BillingBatchReprocessRequested = DomainEvent<
  'BillingBatchReprocessRequested.v1',
  {
    readonly batchId: string;
    readonly reprocessId: string;
    readonly errorCode?: string;
    readonly lineNos: readonly number[];
    readonly after: LineCounts;
  }
>;

export interface NotedInvoiceLine {
  readonly lineId: string;
  readonly account: string;
  readonly invoiceNo: string;
  readonly invoiceLineNo: number;
  readonly amount: string;
  readonly currency: string;
}
/** Learnt from the billing system: closes the lineage. A line is noted once. */
export type InvoiceLinesNoted = DomainEvent<
  'InvoiceLinesNoted.v1',
  {
    readonly batchId: string;
    readonly lines: readonly NotedInvoiceLine[];
    readonly by: 'POLL' | 'WEBHOOK';
    /** Lines of the batch with an invoice, after this event. */
    readonly invoiced: number;
  }
>;

/**
 * Stream `billingWork-<tenant>.queue`: what was asked of the billing system, done one after the other by the sync role.
 * `throughAggregation` is the revision of the aggregation stream up to which completed runs have been taken.
 */
export type BillingSendRequested = DomainEvent<
  'BillingSendRequested.v1',
  {
    readonly sendId: string;
    readonly reason: string;
    readonly throughAggregation: number;
    readonly batches: readonly string[];
    /** Batches whose errored lines (with this code, or all) are offered again; they are among `batches`. */
    readonly errored?: { readonly batches: readonly string[]; readonly errorCode?: string };
  }
>;
/** Every batch of the send has come to rest: in lines. */
export type BillingSendCompleted = DomainEvent<
  'BillingSendCompleted.v1',
  {
    readonly sendId: string;
    readonly batches: number;
    readonly after: LineCounts;
    /** Batches with lines in doubt or still pending: the next send takes them up again. */
    readonly unsettled: readonly string[];
    /** Why the unsettled ones are, by message. */
    readonly problems: readonly { readonly batchId: string; readonly message: string }[];
  }
>;
export type InvoicePollRequested = DomainEvent<
  'InvoicePollRequested.v1',
  { readonly pollId: string; readonly reason: string }
>;
export type InvoicePollCompleted = DomainEvent<
  'InvoicePollCompleted.v1',
  {
    readonly pollId: string;
    readonly batches: number;
    /** Lines newly found on invoices, and acknowledged lines that still wait for theirs. */
    readonly noted: number;
    readonly waiting: number;
    /** Batches whose look-up failed: the next poll asks again. */
    readonly problems: readonly { readonly batchId: string; readonly message: string }[];
  }
>;
/** The billing system named lines we do not know, or a line already on another invoice: kept, for somebody to look. */
export type InvoiceLinesUnmatched = DomainEvent<
  'InvoiceLinesUnmatched.v1',
  {
    readonly by: 'POLL' | 'WEBHOOK';
    readonly lines: readonly {
      readonly lineId: string;
      readonly invoiceNo: string;
      readonly invoiceLineNo: number;
      readonly amount: string;
      readonly currency: string;
      readonly why: 'UNKNOWN_LINE' | 'OTHER_INVOICE' | 'CURRENCY_MISMATCH';
    }[];
  }
>;

export type AggregationEvent = AggregationRequested | AggregationCompleted | AggregationFailed;
export type BillingBatchEvent =
  | BillingBatchSealed
  | BillingBatchSendAttempted
  | BillingBatchAcknowledged
  | BillingBatchRefused
  | BillingBatchInDoubt
  | BillingBatchLookedUp
  | BillingBatchReprocessRequested
  | InvoiceLinesNoted;
export type BillingWorkEvent =
  BillingSendRequested | BillingSendCompleted | InvoicePollRequested | InvoicePollCompleted | InvoiceLinesUnmatched;

const json = (type: string): EventDefinition => ({ type, encoding: 'json' });

export const billingSyncEvents: readonly EventDefinition[] = [
  json('AggregationRequested.v1'),
  json('AggregationCompleted.v1'),
  json('AggregationFailed.v1'),
  { type: 'BillingBatchSealed.v1', encoding: 'chunk' },
  json('BillingBatchSendAttempted.v1'),
  json('BillingBatchAcknowledged.v1'),
  json('BillingBatchRefused.v1'),
  json('BillingBatchInDoubt.v1'),
  json('BillingBatchLookedUp.v1'),
  json('BillingBatchReprocessRequested.v1'),
  json('InvoiceLinesNoted.v1'),
  json('BillingSendRequested.v1'),
  json('BillingSendCompleted.v1'),
  json('InvoicePollRequested.v1'),
  json('InvoicePollCompleted.v1'),
  json('InvoiceLinesUnmatched.v1'),
];
