import type { CollectionSpec } from '../../../shared/read-models/read-models.port.js';

export const AGGREGATION_STATUSES = ['RUNNING', 'COMPLETED', 'FAILED'] as const;
export type AggregationStatus = (typeof AGGREGATION_STATUSES)[number];

export interface AggregationRunRow {
  readonly [field: string]: unknown;
  readonly tenant: string;
  readonly runId: string;
  readonly status: AggregationStatus;
  readonly reason: string;
  readonly actor: string;
  readonly requestedAt: number;
  readonly finishedAt: number | null;
  /** Revision ranges of the rating streams: `[{ partition, from, to }]`. */
  readonly window: unknown;
  readonly batches: number;
  readonly lines: number;
  readonly records: number;
  /** `[{ currency, monetized, lines, residualBefore, residualAfter }]`. */
  readonly totals: unknown;
  readonly code: string | null;
  readonly message: string | null;
  /** Where it was requested and finished in the log (`finishedPosition` 0 while it runs). */
  readonly requestedPosition: number;
  readonly finishedPosition: number;
}

export const aggregationRuns: CollectionSpec<AggregationRunRow> = {
  name: 'aggregation-runs',
  fields: {
    tenant: 'text',
    runId: 'text',
    status: 'text',
    reason: 'text',
    actor: 'text',
    requestedAt: 'instant',
    finishedAt: 'instant',
    window: 'json',
    batches: 'integer',
    lines: 'integer',
    records: 'integer',
    totals: 'json',
    code: 'text',
    message: 'text',
    requestedPosition: 'integer',
    finishedPosition: 'integer',
  },
  key: ['tenant', 'runId'],
  indexes: [{ fields: ['tenant', 'requestedPosition'] }, { fields: ['tenant', 'status', 'requestedPosition'] }],
};

/** The windows of completed runs: the run that holds a rated event is the first with `to` >= its revision. */
export interface AggregationWindowRow {
  readonly [field: string]: unknown;
  readonly tenant: string;
  readonly partition: number;
  readonly to: number;
  readonly from: number;
  readonly runId: string;
}

export const aggregationWindows: CollectionSpec<AggregationWindowRow> = {
  name: 'aggregation-windows',
  fields: { tenant: 'text', partition: 'integer', to: 'integer', from: 'integer', runId: 'text' },
  key: ['tenant', 'partition', 'to'],
  indexes: [{ fields: ['tenant', 'runId', 'partition'] }],
};

/** PENDING sealed, not sent · INCOMPLETE a call is under way · IN_DOUBT answer never seen · IGNORED void (failed run). */
export const BATCH_STATUSES = ['PENDING', 'INCOMPLETE', 'COMPLETE', 'ERROR', 'IN_DOUBT', 'IGNORED'] as const;
export type BatchStatus = (typeof BATCH_STATUSES)[number];

export interface BillingBatchRow {
  readonly [field: string]: unknown;
  readonly tenant: string;
  readonly batchId: string;
  readonly runId: string;
  readonly partition: number;
  readonly status: BatchStatus;
  /** Neither COMPLETE nor IGNORED: what the screen shows by default. */
  readonly open: boolean;
  readonly sealedAt: number;
  readonly sealedPosition: number;
  /** Earliest and latest usage time. */
  readonly windowStart: number;
  readonly windowEnd: number;
  readonly lines: number;
  readonly records: number;
  /** Sum of the lines' amounts by currency. */
  readonly money: unknown;
  readonly pending: number;
  readonly completed: number;
  readonly error: number;
  readonly inDoubt: number;
  readonly attempts: number;
  readonly lastAttemptAt: number | null;
  readonly receiptId: string | null;
  /** Last trouble of the batch as a whole (refused, in doubt); null when the last call was answered. */
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  /** Lines with an invoice; `awaitingInvoice` = some acknowledged line has none yet. */
  readonly invoiced: number;
  readonly awaitingInvoice: boolean;
  /** Log position of its last event. */
  readonly position: number;
}

export const billingBatches: CollectionSpec<BillingBatchRow> = {
  name: 'billing-batches',
  fields: {
    tenant: 'text',
    batchId: 'text',
    runId: 'text',
    partition: 'integer',
    status: 'text',
    open: 'boolean',
    sealedAt: 'instant',
    sealedPosition: 'integer',
    windowStart: 'instant',
    windowEnd: 'instant',
    lines: 'integer',
    records: 'integer',
    money: 'json',
    pending: 'integer',
    completed: 'integer',
    error: 'integer',
    inDoubt: 'integer',
    attempts: 'integer',
    lastAttemptAt: 'instant',
    receiptId: 'text',
    errorCode: 'text',
    errorMessage: 'text',
    invoiced: 'integer',
    awaitingInvoice: 'boolean',
    position: 'integer',
  },
  key: ['tenant', 'batchId'],
  indexes: [
    { fields: ['tenant', 'sealedPosition'] },
    { fields: ['tenant', 'sealedPosition'], where: { open: true } },
    { fields: ['tenant', 'status', 'sealedPosition'] },
    { fields: ['tenant', 'runId', 'sealedPosition'] },
    { fields: ['tenant', 'sealedPosition'], where: { awaitingInvoice: true } },
  ],
};

export const LINE_STATUSES = ['PENDING', 'COMPLETE', 'ERROR', 'IGNORED', 'INCOMPLETE', 'IN_DOUBT'] as const;
export type LineStatus = (typeof LINE_STATUSES)[number];

/** Aggregated usage: one line as it is sent to billing. */
export interface AggregatedLineRow {
  readonly [field: string]: unknown;
  readonly tenant: string;
  readonly batchId: string;
  /** From 1; the line id is `<batchId>-<lineNo>`. */
  readonly lineNo: number;
  readonly lineId: string;
  readonly runId: string;
  readonly partition: number;
  readonly account: string;
  readonly subscription: string;
  readonly usageType: string;
  readonly currency: string;
  readonly rateSchedule: string;
  readonly quantity: string;
  readonly records: number;
  readonly exact: string;
  readonly residualBefore: string;
  readonly amount: string;
  readonly residualAfter: string;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly status: LineStatus;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly invoiceNo: string | null;
  readonly invoiceLineNo: number | null;
  readonly sealedPosition: number;
}

export const aggregatedLines: CollectionSpec<AggregatedLineRow> = {
  name: 'aggregated-lines',
  fields: {
    tenant: 'text',
    batchId: 'text',
    lineNo: 'integer',
    lineId: 'text',
    runId: 'text',
    partition: 'integer',
    account: 'text',
    subscription: 'text',
    usageType: 'text',
    currency: 'text',
    rateSchedule: 'text',
    quantity: 'decimal',
    records: 'integer',
    exact: 'decimal',
    residualBefore: 'decimal',
    amount: 'decimal',
    residualAfter: 'decimal',
    firstAt: 'instant',
    lastAt: 'instant',
    status: 'text',
    errorCode: 'text',
    errorMessage: 'text',
    invoiceNo: 'text',
    invoiceLineNo: 'integer',
    sealedPosition: 'integer',
  },
  key: ['tenant', 'batchId', 'lineNo'],
  indexes: [
    { fields: ['tenant', 'account', 'sealedPosition'] },
    { fields: ['tenant', 'account', 'runId'] },
    { fields: ['tenant', 'sealedPosition'] },
    { fields: ['tenant', 'errorCode', 'sealedPosition'], where: { status: 'ERROR' } },
    { fields: ['tenant', 'sealedPosition'], where: { status: 'IN_DOUBT' } },
  ],
};

/** A line of an invoice as the billing system made it; `lines` of ours are in it (see `invoicedLines`). */
export interface InvoiceLineRow {
  readonly [field: string]: unknown;
  readonly tenant: string;
  readonly invoiceNo: string;
  readonly invoiceLineNo: number;
  readonly account: string;
  readonly currency: string;
  /** Sum of what the billing system invoiced for our lines in it. */
  readonly amount: string;
  readonly lines: number;
  /** When we learnt of it first, and the last event that added to it. */
  readonly notedAt: number;
  readonly position: number;
}

export const invoiceLines: CollectionSpec<InvoiceLineRow> = {
  name: 'invoice-lines',
  fields: {
    tenant: 'text',
    invoiceNo: 'text',
    invoiceLineNo: 'integer',
    account: 'text',
    currency: 'text',
    amount: 'decimal',
    lines: 'integer',
    notedAt: 'instant',
    position: 'integer',
  },
  key: ['tenant', 'invoiceNo', 'invoiceLineNo'],
  indexes: [{ fields: ['tenant', 'account', 'notedAt'] }, { fields: ['tenant', 'notedAt'] }],
};

/** Our line on an invoice line: invoice line -> our lines by its key, our line -> invoice line by the line's row. */
export interface InvoicedLineRow {
  readonly [field: string]: unknown;
  readonly tenant: string;
  readonly invoiceNo: string;
  readonly invoiceLineNo: number;
  readonly batchId: string;
  readonly lineNo: number;
  readonly lineId: string;
  readonly amount: string;
  readonly currency: string;
  readonly by: 'POLL' | 'WEBHOOK';
  /** Of the InvoiceLinesNoted event. */
  readonly position: number;
}

export const invoicedLines: CollectionSpec<InvoicedLineRow> = {
  name: 'invoiced-lines',
  fields: {
    tenant: 'text',
    invoiceNo: 'text',
    invoiceLineNo: 'integer',
    batchId: 'text',
    lineNo: 'integer',
    lineId: 'text',
    amount: 'decimal',
    currency: 'text',
    by: 'text',
    position: 'integer',
  },
  key: ['tenant', 'invoiceNo', 'invoiceLineNo', 'batchId', 'lineNo'],
  indexes: [{ fields: ['tenant', 'batchId', 'lineNo'] }],
};

/** What the billing system told us about lines that are not ours, or stand on another invoice already. */
export interface UnmatchedInvoiceLineRow {
  readonly [field: string]: unknown;
  readonly tenant: string;
  readonly position: number;
  readonly ordinal: number;
  readonly lineId: string;
  readonly invoiceNo: string;
  readonly invoiceLineNo: number;
  readonly amount: string;
  readonly currency: string;
  readonly why: string;
  readonly by: string;
  readonly notedAt: number;
}

export const unmatchedInvoiceLines: CollectionSpec<UnmatchedInvoiceLineRow> = {
  name: 'unmatched-invoice-lines',
  fields: {
    tenant: 'text',
    position: 'integer',
    ordinal: 'integer',
    lineId: 'text',
    invoiceNo: 'text',
    invoiceLineNo: 'integer',
    amount: 'decimal',
    currency: 'text',
    why: 'text',
    by: 'text',
    notedAt: 'instant',
  },
  key: ['tenant', 'position', 'ordinal'],
  indexes: [],
};
