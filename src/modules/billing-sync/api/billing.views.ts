import type {
  AggregatedLineRow,
  AggregationRunRow,
  BillingBatchRow,
  InvoicedLineRow,
  InvoiceLineRow,
  UnmatchedInvoiceLineRow,
} from '../projections/collections.js';
import type {
  AggregatedUsageDto,
  AggregationDto,
  BatchDto,
  InvoiceLineDto,
  InvoiceLineWithLinesDto,
  UnmatchedInvoiceLineDto,
} from './billing-answer.dto.js';

const instant = (ms: number): string => new Date(ms).toISOString();

export function aggregationView(row: AggregationRunRow): AggregationDto {
  const { runId, status, reason, actor, batches, lines, records, code, message } = row;
  return {
    runId,
    status,
    reason,
    actor,
    requestedAt: instant(row.requestedAt),
    finishedAt: row.finishedAt === null ? null : instant(row.finishedAt),
    window: row.window as AggregationDto['window'],
    batches,
    lines,
    records,
    totals: row.totals as AggregationDto['totals'],
    code,
    message,
  };
}

export function batchView(row: BillingBatchRow): BatchDto {
  const { batchId, runId, partition, status, completed, error, pending, inDoubt, invoiced, records, attempts } = row;
  return {
    batchId,
    runId,
    partition,
    status,
    sealedAt: instant(row.sealedAt),
    windowStart: instant(row.windowStart),
    windowEnd: instant(row.windowEnd),
    total: row.lines,
    completed,
    error,
    pending,
    inDoubt,
    invoiced,
    records,
    money: row.money as BatchDto['money'],
    attempts,
    lastAttemptAt: row.lastAttemptAt === null ? null : instant(row.lastAttemptAt),
    receiptId: row.receiptId,
    errorCode: row.errorCode,
    errorMessage: row.errorMessage,
    sealedPosition: row.sealedPosition,
  };
}

export function lineView(row: AggregatedLineRow): AggregatedUsageDto {
  return {
    lineId: row.lineId,
    batchId: row.batchId,
    runId: row.runId,
    account: row.account,
    subscription: row.subscription,
    usageType: row.usageType,
    rateSchedule: row.rateSchedule,
    quantity: row.quantity,
    records: row.records,
    amount: row.amount,
    currency: row.currency,
    exact: row.exact,
    residualBefore: row.residualBefore,
    residualAfter: row.residualAfter,
    firstAt: instant(row.firstAt),
    lastAt: instant(row.lastAt),
    status: row.status,
    errorCode: row.errorCode,
    errorMessage: row.errorMessage,
    invoiceNo: row.invoiceNo,
    invoiceLineNo: row.invoiceLineNo,
  };
}

export function invoiceLineView(row: InvoiceLineRow): InvoiceLineDto {
  const { invoiceNo, invoiceLineNo, account, amount, currency, lines, notedAt } = row;
  return { invoiceNo, invoiceLineNo, account, amount, currency, lines, notedAt: instant(notedAt) };
}

export function invoiceLineWithLinesView(
  row: InvoiceLineRow,
  ours: readonly InvoicedLineRow[],
): InvoiceLineWithLinesDto {
  const { invoiceNo, invoiceLineNo, account, amount, currency, lines, notedAt } = row;
  const ourLines = ours.map((line) => ({
    lineId: line.lineId,
    amount: line.amount,
    currency: line.currency,
    by: line.by,
  }));
  return { invoiceNo, invoiceLineNo, account, amount, currency, lines, notedAt: instant(notedAt), ourLines };
}

export function unmatchedView(row: UnmatchedInvoiceLineRow): UnmatchedInvoiceLineDto {
  const { lineId, invoiceNo, invoiceLineNo, amount, currency, why, by, notedAt } = row;
  return { lineId, invoiceNo, invoiceLineNo, amount, currency, why, by, notedAt: instant(notedAt) };
}
