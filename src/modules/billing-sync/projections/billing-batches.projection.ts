import { never } from '../../../shared/kernel/decider.js';
import { Decimal } from '../../../shared/kernel/decimal.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { put, update, type Change, type Projection } from '../../../shared/read-models/projection.js';
import type {
  AggregationFailed,
  BillingBatchEvent,
  BillingBatchSealed,
  InvoiceLinesNoted,
  InvoiceLinesUnmatched,
  LineCounts,
} from '../domain/events.js';
import { invoiceKey, lineNoOf } from '../domain/billing-batch.state.js';
import {
  aggregatedLines,
  billingBatches,
  invoicedLines,
  invoiceLines,
  unmatchedInvoiceLines,
  type AggregatedLineRow,
  type BatchStatus,
  type BillingBatchRow,
  type InvoiceLineRow,
} from './collections.js';
import { BILLING_BATCHES_PROJECTION } from './projection-names.js';

type Handled = BillingBatchEvent | AggregationFailed | InvoiceLinesUnmatched;

const HANDLES: readonly Handled['type'][] = [
  'BillingBatchSealed.v1',
  'BillingBatchSendAttempted.v1',
  'BillingBatchAcknowledged.v1',
  'BillingBatchRefused.v1',
  'BillingBatchInDoubt.v1',
  'BillingBatchLookedUp.v1',
  'BillingBatchReprocessRequested.v1',
  'InvoiceLinesNoted.v1',
  'AggregationFailed.v1',
  'InvoiceLinesUnmatched.v1',
];

/** Batches, their lines and what the billing system made of them. */
export const billingBatchesProjection: Projection = {
  name: BILLING_BATCHES_PROJECTION,
  version: 1,
  collections: [billingBatches, aggregatedLines, invoiceLines, invoicedLines, unmatchedInvoiceLines],
  handles: HANDLES,
  project: (event) => changesOf(event as RecordedEvent & Handled),
};

function* changesOf(event: RecordedEvent & Handled): Iterable<Change> {
  switch (event.type) {
    case 'BillingBatchSealed.v1':
      yield* sealed(event);
      return;
    case 'BillingBatchSendAttempted.v1': {
      const { attempt, receiptId } = event.data;
      const lastAttemptAt = Date.parse(event.metadata.recordedAt);
      yield batch(event, event.data.batchId, () => ({
        status: 'INCOMPLETE',
        attempts: attempt,
        receiptId,
        lastAttemptAt,
      }));
      return;
    }
    case 'BillingBatchAcknowledged.v1': {
      const errors = new Map(event.data.errors.map((error) => [lineNoOf(error.lineId), error]));
      yield rested(event, event.data, null);
      yield* lines(event, event.data, event.data.lineNos, (lineNo) => {
        const error = errors.get(lineNo);
        return error === undefined ? COMPLETE : { status: 'ERROR', errorCode: error.code, errorMessage: error.message };
      });
      return;
    }
    case 'BillingBatchRefused.v1': {
      const { code, message } = event.data;
      yield rested(event, event.data, { code, message });
      const change = { status: 'ERROR', errorCode: code, errorMessage: message } as const;
      yield* lines(event, event.data, event.data.lineNos, () => change);
      return;
    }
    case 'BillingBatchInDoubt.v1':
      yield rested(event, event.data, { code: 'IN_DOUBT', message: event.data.reason });
      yield* lines(event, event.data, event.data.lineNos, () => ({
        status: 'IN_DOUBT',
        errorCode: null,
        errorMessage: null,
      }));
      return;
    case 'BillingBatchLookedUp.v1': {
      const message = `${event.data.missing} lines were not found by the look-up`;
      yield rested(event, event.data, { code: 'IN_DOUBT', message });
      yield* lines(event, event.data, event.data.foundLineNos, () => COMPLETE);
      return;
    }
    case 'BillingBatchReprocessRequested.v1':
      yield rested(event, event.data, null);
      yield* lines(event, event.data, event.data.lineNos, () => ({
        status: 'PENDING',
        errorCode: null,
        errorMessage: null,
      }));
      return;
    case 'InvoiceLinesNoted.v1':
      yield* invoiced(event);
      return;
    case 'AggregationFailed.v1':
      for (const batchId of event.data.batches) yield batch(event, batchId, () => ({ status: 'IGNORED', open: false }));
      return;
    case 'InvoiceLinesUnmatched.v1':
      yield* unmatched(event);
      return;
    default:
      never(event);
  }
}

const COMPLETE = { status: 'COMPLETE', errorCode: null, errorMessage: null } as const;

function* sealed(event: RecordedEvent & BillingBatchSealed): Iterable<Change> {
  const { tenant, recordedAt } = event.metadata;
  const { head, columns } = event.data;
  const { batchId, runId, partition, records, money } = head;
  yield put(billingBatches, {
    tenant,
    batchId,
    runId,
    partition,
    status: 'PENDING',
    open: true,
    sealedAt: Date.parse(recordedAt),
    sealedPosition: event.position,
    windowStart: head.firstAt,
    windowEnd: head.lastAt,
    lines: head.lines,
    records,
    money,
    pending: head.lines,
    completed: 0,
    error: 0,
    inDoubt: 0,
    attempts: 0,
    lastAttemptAt: null,
    receiptId: null,
    errorCode: null,
    errorMessage: null,
    invoiced: 0,
    awaitingInvoice: false,
    position: event.position,
  });
  for (let line = 0; line < head.lines; line += 1) {
    yield put(aggregatedLines, {
      tenant,
      batchId,
      lineNo: line + 1,
      lineId: columns.lineId[line] ?? '',
      runId,
      partition,
      account: columns.account[line] ?? '',
      subscription: columns.subscription[line] ?? '',
      usageType: columns.usageType[line] ?? '',
      currency: columns.currency[line] ?? '',
      rateSchedule: columns.rateSchedule[line] ?? '',
      quantity: columns.quantity[line] ?? '0',
      records: columns.records[line] ?? 0,
      exact: columns.exact[line] ?? '0',
      residualBefore: columns.residualBefore[line] ?? '0',
      amount: columns.amount[line] ?? '0',
      residualAfter: columns.residualAfter[line] ?? '0',
      firstAt: columns.firstAt[line] ?? 0,
      lastAt: columns.lastAt[line] ?? 0,
      status: 'PENDING',
      errorCode: null,
      errorMessage: null,
      invoiceNo: null,
      invoiceLineNo: null,
      sealedPosition: event.position,
    });
  }
}

/** A change of the batch's row; `position` always moves on. */
function batch(
  event: RecordedEvent,
  batchId: string,
  change: (row: BillingBatchRow) => Partial<BillingBatchRow>,
): Change {
  return update(
    billingBatches,
    { tenant: event.metadata.tenant, batchId },
    (row) => row && { ...row, ...change(row), position: event.position },
  );
}

/** The batch after a call has come to rest: counts, status and the trouble of the call as a whole. */
function rested(
  event: RecordedEvent,
  data: { readonly batchId: string; readonly after: LineCounts },
  trouble: { readonly code: string; readonly message: string } | null,
): Change {
  const { after } = data;
  const status = statusOf(after);
  return batch(event, data.batchId, (row) => ({
    ...after,
    status,
    open: status !== 'COMPLETE',
    awaitingInvoice: after.completed > row.invoiced,
    errorCode: trouble?.code ?? null,
    errorMessage: trouble?.message ?? null,
  }));
}

function statusOf(counts: LineCounts): BatchStatus {
  if (counts.inDoubt > 0) return 'IN_DOUBT';
  if (counts.error > 0) return 'ERROR';
  return counts.pending > 0 ? 'PENDING' : 'COMPLETE';
}

function* lines(
  event: RecordedEvent,
  data: { readonly batchId: string; readonly after: LineCounts },
  lineNos: readonly number[] | undefined,
  change: (lineNo: number) => Partial<AggregatedLineRow>,
): Iterable<Change> {
  const { after, batchId } = data;
  const all = after.pending + after.completed + after.error + after.inDoubt;
  for (const lineNo of lineNos ?? Array.from({ length: all }, (_, index) => index + 1)) {
    yield line(event, batchId, lineNo, change(lineNo));
  }
}

function line(event: RecordedEvent, batchId: string, lineNo: number, change: Partial<AggregatedLineRow>): Change {
  return update(
    aggregatedLines,
    { tenant: event.metadata.tenant, batchId, lineNo },
    (row) => row && { ...row, ...change },
  );
}

function* invoiced(event: RecordedEvent & InvoiceLinesNoted): Iterable<Change> {
  const { tenant, recordedAt } = event.metadata;
  const { batchId, by, invoiced: noted } = event.data;
  const { position } = event;
  yield batch(event, batchId, (row) => ({ invoiced: noted, awaitingInvoice: row.completed > noted }));
  const sums = new Map<string, InvoiceLineRow>();
  for (const { lineId, account, invoiceNo, invoiceLineNo, amount, currency } of event.data.lines) {
    const lineNo = lineNoOf(lineId);
    const key = { tenant, invoiceNo, invoiceLineNo };
    yield put(invoicedLines, { ...key, batchId, lineNo, lineId, amount, currency, by, position });
    yield line(event, batchId, lineNo, { invoiceNo, invoiceLineNo });
    const sum = sums.get(invoiceKey(invoiceNo, invoiceLineNo));
    sums.set(invoiceKey(invoiceNo, invoiceLineNo), {
      ...key,
      account,
      currency,
      amount: plus(sum?.amount ?? '0', amount),
      lines: (sum?.lines ?? 0) + 1,
      notedAt: Date.parse(recordedAt),
      position,
    });
  }
  for (const sum of sums.values()) yield addToInvoiceLine(sum);
}

/** A line of ours is noted once, ever, so adding is safe; the position keeps an event applied twice from adding twice. */
function addToInvoiceLine(sum: InvoiceLineRow): Change {
  const { tenant, invoiceNo, invoiceLineNo, position } = sum;
  return update(invoiceLines, { tenant, invoiceNo, invoiceLineNo }, (row) => {
    if (row === undefined) return sum;
    if (row.position >= position) return row;
    return { ...row, amount: plus(row.amount, sum.amount), lines: row.lines + sum.lines, position };
  });
}

function plus(a: string, b: string): string {
  return Decimal.parse(a).plus(Decimal.parse(b)).toString();
}

function* unmatched(event: RecordedEvent & InvoiceLinesUnmatched): Iterable<Change> {
  const { tenant, recordedAt } = event.metadata;
  const { by } = event.data;
  const notedAt = Date.parse(recordedAt);
  for (const [ordinal, told] of event.data.lines.entries()) {
    yield put(unmatchedInvoiceLines, { tenant, position: event.position, ordinal, ...told, by, notedAt });
  }
}
