import { until, type ApiClient } from '../local/api-client.js';
import { projected } from '../local/read-model-progress.js';
import type { Screen } from './screen.js';

export interface AggregationRun {
  readonly runId: string;
  readonly status: string;
  readonly message: string | null;
  readonly lines: number;
  readonly records: number;
  readonly totals: readonly {
    readonly currency: string;
    readonly monetized: string;
    readonly lines: string;
    readonly residualBefore: string;
    readonly residualAfter: string;
  }[];
}

export interface Batch {
  readonly batchId: string;
  readonly status: string;
  readonly total: number;
  readonly completed: number;
  readonly error: number;
  readonly invoiced: number;
}

/** Aggregate, send, let the billing system invoice, and learn its invoice lines. */
export async function billIt(api: ApiClient, sandbox: ApiClient, screen: Screen): Promise<void> {
  await projected(api);
  const run = await aggregate(api);
  screen.line(
    `${run.records.toLocaleString('en-US')} monetized records make ${run.lines.toLocaleString('en-US')} lines:`,
  );
  screen.table(
    ['currency', 'monetized, exact', 'lines, rounded once', 'carried on'],
    run.totals.map((total) => [total.currency, total.monetized, total.lines, total.residualAfter]),
  );
  if (run.lines === 0) {
    screen.line('Nothing became money, so there is nothing to send.');
    return;
  }
  const batches = await send(api);
  const sum = (pick: (batch: Batch) => number): number => batches.reduce((total, batch) => total + pick(batch), 0);
  screen.line(
    `${batches.length} batches sent by bulk_record_usage_m: ${sum((b) => b.completed)} of ${sum((b) => b.total)} lines acknowledged, ${sum((b) => b.error)} refused`,
  );
  const { invoices } = await sandbox.post<{ invoices: unknown[] }>('/sandbox/invoice-run', {});
  await learnInvoiceLines(
    api,
    sum((batch) => batch.completed),
  );
  screen.line(`The billing system made ${invoices.length} invoices; every acknowledged line was found on one of them`);
}

async function aggregate(api: ApiClient): Promise<AggregationRun> {
  const { runId, position } = await api.post<{ runId: string; position: number }>('/v1/aggregations', {
    reason: 'Demo: bill what is rated',
  });
  const run = await until(
    'the aggregation run',
    () => api.get<AggregationRun>(`/v1/aggregations/${runId}`, { minPosition: position }),
    ({ status }) => status === 'COMPLETED' || status === 'FAILED',
  );
  if (run.status === 'FAILED') throw new Error(`Aggregation failed: ${run.message ?? ''}`);
  return run;
}

export async function batchesOf(api: ApiClient, status: string): Promise<Batch[]> {
  const batches: Batch[] = [];
  for await (const batch of api.all<Batch>('/v1/billing-batches', { status })) batches.push(batch);
  return batches;
}

async function send(api: ApiClient): Promise<Batch[]> {
  await projected(api);
  await api.post('/v1/billing-batches/sends', { reason: 'Demo: send what is aggregated' });
  return until(
    'every batch to be acknowledged',
    () => batchesOf(api, 'all'),
    (batches) => batches.length > 0 && batches.every(({ status }) => status === 'COMPLETE' || status === 'ERROR'),
  );
}

async function learnInvoiceLines(api: ApiClient, lines: number): Promise<void> {
  await api.post('/v1/invoice-lines/polls', { reason: 'Demo: learn the invoice lines' });
  await until(
    'the invoice lines',
    () => batchesOf(api, 'all'),
    (batches) => batches.reduce((sum, { invoiced }) => sum + invoiced, 0) === lines,
  );
}
