import type {
  AggregationEvent,
  BillingBatchEvent,
  BillingWorkEvent,
} from '../../../src/modules/billing-sync/domain/events.js';
import type { JobExecutionEvent, JobScheduleEvent } from '../../../src/modules/scheduling/domain/events.js';
import type { SamplesOf } from './samples-of.js';

const AT = Date.UTC(2026, 2, 14, 9, 30);
const RUN = 'run-2026-03-14';
const BATCH = 'b-1a2b3c';

export const aggregationSamples: SamplesOf<AggregationEvent> = {
  'AggregationRequested.v1': {
    runId: RUN,
    reason: 'Daily run',
    window: [{ partition: 3, from: 0, to: 17 }],
    batchSize: 500,
  },
  'AggregationCompleted.v1': {
    runId: RUN,
    batches: [BATCH],
    partitions: [{ partition: 3, batches: 1 }],
    window: [{ partition: 3, from: 0, to: 17 }],
    lines: 2,
    records: 11,
    totals: [{ currency: 'EUR', monetized: '1.2345', lines: '1.23', residualBefore: '0.001', residualAfter: '0.0055' }],
  },
  'AggregationFailed.v1': {
    runId: RUN,
    code: 'CONTROL_TOTAL',
    message: 'EUR: 1.23 monetized, 1.22 in lines.',
    batches: [BATCH],
  },
};

export const billingBatchSamples: SamplesOf<BillingBatchEvent> = {
  'BillingBatchSealed.v1': {
    head: {
      batchId: BATCH,
      runId: RUN,
      partition: 3,
      lines: 2,
      records: 11,
      money: { EUR: '1.23' },
      firstAt: AT,
      lastAt: AT + 3_600_000,
    },
    columns: {
      lineId: [`${BATCH}-1`, `${BATCH}-2`],
      account: ['ACC-000042', 'ACC-000043'],
      subscription: ['SUB-000042', 'SUB-000043'],
      usageType: ['voice-national', 'voice-national'],
      currency: ['EUR', 'EUR'],
      rateSchedule: ['standard', 'standard'],
      quantity: ['610', '213'],
      records: [10, 1],
      exact: ['0.915', '0.3195'],
      residualBefore: ['0.001', '0'],
      amount: ['0.91', '0.32'],
      residualAfter: ['0.006', '-0.0005'],
      firstAt: [AT, AT],
      lastAt: [AT + 3_600_000, AT],
    },
  },
  'BillingBatchSendAttempted.v1': {
    batchId: BATCH,
    attempt: 2,
    receiptId: `${BATCH}-r2`,
    lineIds: [`${BATCH}-2`],
    receiptSince: AT,
  },
  'BillingBatchAcknowledged.v1': {
    batchId: BATCH,
    attempt: 1,
    completed: 1,
    errors: [{ lineId: `${BATCH}-2`, code: '29013', message: 'Account not found' }],
    by: 'ANSWER',
    lineNos: [1, 2],
    after: { pending: 0, completed: 1, error: 1, inDoubt: 0 },
  },
  'BillingBatchRefused.v1': {
    batchId: BATCH,
    attempt: 1,
    code: '1004',
    message: 'Authentication failed',
    lineNos: [1, 2],
    after: { pending: 0, completed: 0, error: 2, inDoubt: 0 },
  },
  'BillingBatchInDoubt.v1': {
    batchId: BATCH,
    attempt: 1,
    reason: 'The connection closed before the answer came',
    lineNos: [1, 2],
    after: { pending: 0, completed: 0, error: 0, inDoubt: 2 },
  },
  'BillingBatchLookedUp.v1': {
    batchId: BATCH,
    attempt: 1,
    foundLineNos: [1],
    missing: 1,
    after: { pending: 0, completed: 1, error: 0, inDoubt: 1 },
  },
  'BillingBatchReprocessRequested.v1': {
    batchId: BATCH,
    reprocessId: 'cmd-12',
    errorCode: '29013',
    lineNos: [2],
    after: { pending: 1, completed: 1, error: 0, inDoubt: 0 },
  },
  'InvoiceLinesNoted.v1': {
    batchId: BATCH,
    lines: [
      {
        lineId: `${BATCH}-1`,
        account: 'ACC-000042',
        invoiceNo: 'INV-2026-000007',
        invoiceLineNo: 3,
        amount: '0.91',
        currency: 'EUR',
      },
    ],
    by: 'POLL',
    invoiced: 1,
  },
};

export const billingWorkSamples: SamplesOf<BillingWorkEvent> = {
  'BillingSendRequested.v1': {
    sendId: 'cmd-11',
    reason: 'Daily send',
    throughAggregation: 1,
    batches: [BATCH],
    errored: { batches: [BATCH], errorCode: '29013' },
  },
  'BillingSendCompleted.v1': {
    sendId: 'cmd-11',
    batches: 1,
    after: { pending: 0, completed: 1, error: 0, inDoubt: 1 },
    unsettled: [BATCH],
    problems: [{ batchId: BATCH, message: 'The connection closed before the answer came' }],
  },
  'InvoicePollRequested.v1': { pollId: 'cmd-13', reason: 'Daily poll' },
  'InvoicePollCompleted.v1': {
    pollId: 'cmd-13',
    batches: 1,
    noted: 1,
    waiting: 1,
    problems: [{ batchId: BATCH, message: 'The billing system did not answer' }],
  },
  'InvoiceLinesUnmatched.v1': {
    by: 'WEBHOOK',
    lines: [
      {
        lineId: 'b-unknown-1',
        invoiceNo: 'INV-2026-000007',
        invoiceLineNo: 4,
        amount: '0.32',
        currency: 'EUR',
        why: 'UNKNOWN_LINE',
      },
    ],
  },
};

export const schedulingSamples: SamplesOf<JobScheduleEvent | JobExecutionEvent> = {
  'JobScheduleCreated.v1': {
    name: 'daily',
    description: 'Aggregate, send, note invoices',
    frequency: 'DAILY',
    scheduledTime: '02:30:00',
    jobs: ['AGGREGATION', 'SYNC_TRANSACTION', 'INVOICE_LINES'],
    createdAt: AT,
  },
  'JobScheduleChanged.v1': {
    name: 'daily',
    description: 'Aggregate and send',
    frequency: 'DAILY',
    scheduledTime: '03:00:00',
    jobs: ['AGGREGATION', 'SYNC_TRANSACTION'],
    changedAt: AT,
  },
  'JobExecutionCreated.v1': {
    name: 'daily',
    businessDate: '2026-03-15',
    jobs: ['AGGREGATION', 'SYNC_TRANSACTION'],
    by: 'TICK',
  },
  'JobExecutionStarted.v1': { name: 'daily', businessDate: '2026-03-15', by: 'HAND' },
  'JobStarted.v1': {
    name: 'daily',
    businessDate: '2026-03-15',
    job: 'AGGREGATION',
    commandKey: 'job-daily-2026-03-15-AGGREGATION',
  },
  'JobFinished.v1': {
    name: 'daily',
    businessDate: '2026-03-15',
    job: 'AGGREGATION',
    status: 'COMPLETED',
    workId: RUN,
    counts: { total: 1, pending: 0, processed: 1, error: 0 },
    message: '1 batch of 2 lines sealed',
  },
  'JobExecutionFinished.v1': { name: 'daily', businessDate: '2026-03-15', status: 'COMPLETED' },
};
