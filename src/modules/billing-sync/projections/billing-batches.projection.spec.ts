import type { RecordedEvent } from '../../../shared/kernel/event.js';
import type { Row } from '../../../shared/read-models/read-models.port.js';
import { projectRows } from '../../../../test/support/project-rows.js';
import type { AggregationFailed, BillingBatchEvent, BillingBatchSealed } from '../domain/events.js';
import { billingBatchesProjection } from './billing-batches.projection.js';
import { aggregatedLines, billingBatches, invoicedLines, invoiceLines } from './collections.js';

const three = <T>(value: T): T[] => [value, value, value];
const sealed: BillingBatchSealed = {
  type: 'BillingBatchSealed.v1',
  data: {
    head: {
      batchId: 'r-1',
      runId: 'r',
      partition: 2,
      lines: 3,
      records: 9,
      money: { EUR: '3' },
      firstAt: 1,
      lastAt: 2,
    },
    columns: {
      lineId: ['r-1-1', 'r-1-2', 'r-1-3'],
      account: ['a', 'a', 'b'],
      subscription: three('s'),
      usageType: three('VOICE'),
      currency: three('EUR'),
      rateSchedule: three('STD'),
      quantity: three('1'),
      records: three(3),
      exact: three('1'),
      residualBefore: three('0'),
      amount: three('1'),
      residualAfter: three('0'),
      firstAt: three(1),
      lastAt: three(2),
    },
  },
};

/** Rows by collection and key, after the events; each event is applied `times` times, as after a lost checkpoint. */
function rowsAfter(events: readonly (BillingBatchEvent | AggregationFailed)[], times = 1): ReadonlyMap<string, Row> {
  const recorded = events.map((event, index) => {
    const metadata = { tenant: 'main', recordedAt: new Date(1000 * (index + 1)).toISOString() };
    const place = { position: index + 1, revision: index, stream: 'billingBatch-main.r-1' };
    return { ...event, ...place, metadata } as unknown as RecordedEvent;
  });
  return projectRows(
    billingBatchesProjection,
    recorded.flatMap((event) => new Array<RecordedEvent>(times).fill(event)),
  );
}

const attempted: BillingBatchEvent = {
  type: 'BillingBatchSendAttempted.v1',
  data: { batchId: 'r-1', attempt: 1, receiptId: 'r-1-a1', receiptSince: 5 },
};
const acknowledged: BillingBatchEvent = {
  type: 'BillingBatchAcknowledged.v1',
  data: {
    batchId: 'r-1',
    attempt: 1,
    completed: 2,
    errors: [{ lineId: 'r-1-2', code: '1009', message: 'no account' }],
    by: 'ANSWER',
    after: { pending: 0, completed: 2, error: 1, inDoubt: 0 },
  },
};
const noted: BillingBatchEvent = {
  type: 'InvoiceLinesNoted.v1',
  data: {
    batchId: 'r-1',
    by: 'POLL',
    invoiced: 2,
    lines: ['r-1-1', 'r-1-3'].map((lineId) => ({
      lineId,
      account: 'a',
      invoiceNo: 'I1',
      invoiceLineNo: 4,
      amount: '1.10',
      currency: 'EUR',
    })),
  },
};

const batchOf = (rows: ReadonlyMap<string, Row>): Row | undefined => rows.get(`${billingBatches.name}/main/r-1`);
const lineOf = (rows: ReadonlyMap<string, Row>, lineNo: number): Row | undefined =>
  rows.get(`${aggregatedLines.name}/main/r-1/${lineNo}`);

describe('the billing batches read model', () => {
  it('follows a batch from seal to answer', () => {
    expect(batchOf(rowsAfter([sealed]))).toMatchObject({ status: 'PENDING', open: true, pending: 3, attempts: 0 });
    expect(batchOf(rowsAfter([sealed, attempted]))).toMatchObject({
      status: 'INCOMPLETE',
      attempts: 1,
      receiptId: 'r-1-a1',
    });
    const rows = rowsAfter([sealed, attempted, acknowledged]);
    expect(batchOf(rows)).toMatchObject({ status: 'ERROR', open: true, completed: 2, error: 1, awaitingInvoice: true });
    expect(lineOf(rows, 1)).toMatchObject({ status: 'COMPLETE', errorCode: null });
    expect(lineOf(rows, 2)).toMatchObject({ status: 'ERROR', errorCode: '1009', errorMessage: 'no account' });
  });

  it('shows doubt, what a look-up found, and what is offered again', () => {
    const doubt: BillingBatchEvent = {
      type: 'BillingBatchInDoubt.v1',
      data: {
        batchId: 'r-1',
        attempt: 1,
        reason: 'dropped',
        after: { pending: 0, completed: 0, error: 0, inDoubt: 3 },
      },
    };
    const lookedUp: BillingBatchEvent = {
      type: 'BillingBatchLookedUp.v1',
      data: {
        batchId: 'r-1',
        attempt: 1,
        foundLineNos: [3],
        missing: 2,
        after: { pending: 0, completed: 1, error: 0, inDoubt: 2 },
      },
    };
    const rows = rowsAfter([sealed, attempted, doubt, lookedUp]);
    expect(batchOf(rows)).toMatchObject({ status: 'IN_DOUBT', inDoubt: 2, completed: 1, errorCode: 'IN_DOUBT' });
    expect([1, 2, 3].map((lineNo) => lineOf(rows, lineNo)?.['status'])).toEqual(['IN_DOUBT', 'IN_DOUBT', 'COMPLETE']);
    const offered: BillingBatchEvent = {
      type: 'BillingBatchReprocessRequested.v1',
      data: {
        batchId: 'r-1',
        reprocessId: 'x',
        lineNos: [2],
        after: { pending: 1, completed: 2, error: 0, inDoubt: 0 },
      },
    };
    const again = rowsAfter([sealed, attempted, acknowledged, offered]);
    expect(batchOf(again)).toMatchObject({ status: 'PENDING', pending: 1 });
    expect(lineOf(again, 2)).toMatchObject({ status: 'PENDING', errorCode: null });
  });

  it('adds our lines up to invoice lines', () => {
    const rows = rowsAfter([sealed, attempted, acknowledged, noted]);
    expect(rows.get(`${invoiceLines.name}/main/I1/4`)).toMatchObject({ amount: '2.2', lines: 2, account: 'a' });
    expect(rows.get(`${invoicedLines.name}/main/I1/4/r-1/3`)).toMatchObject({ lineId: 'r-1-3', by: 'POLL' });
    expect(lineOf(rows, 3)).toMatchObject({ invoiceNo: 'I1', invoiceLineNo: 4 });
    expect(batchOf(rows)).toMatchObject({ invoiced: 2, awaitingInvoice: false });
  });

  it('voids the batches of a failed run', () => {
    const failed: AggregationFailed = {
      type: 'AggregationFailed.v1',
      data: { runId: 'r', code: 'OUT_OF_BALANCE', message: '', batches: ['r-1'] },
    };
    expect(batchOf(rowsAfter([sealed, failed]))).toMatchObject({ status: 'IGNORED', open: false });
  });

  it('comes out the same when every event is applied twice', () => {
    const story = [sealed, attempted, acknowledged, noted];
    expect([...rowsAfter(story, 2)].sort()).toEqual([...rowsAfter(story)].sort());
  });
});
