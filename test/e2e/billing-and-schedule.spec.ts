import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { BILLING_LINEAGE, type BillingLineage } from '../../src/modules/billing-sync/index.js';
import type { Sandbox } from '../../src/sandbox/sandbox-server.js';
import { startSandbox } from '../../src/sandbox/sandbox-server.js';
import { ManualClock } from '../../src/shared/kernel/clock.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { rate } from '../support/billing-fixture.js';

let app: TestApp;
let sandbox: Sandbox;
let dir: string;
/** Without `rate`: the rated events are appended by the test itself. */
const ROLES = ['api', 'project', 'sync', 'schedule'] as const;
const clock = ManualClock.at('2026-02-01T08:00:00Z');

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'retally-billing-e2e-'));
  sandbox = await startSandbox({ ledgerFile: join(dir, 'ledger.ndjson') });
  app = await startTestApp({
    clock,
    roles: ROLES,
    env: {
      RETALLY_BILLING_URL: sandbox.url,
      RETALLY_BILLING_CLIENT_NO: '1001',
      RETALLY_BILLING_AUTH_KEY: 'sandbox',
      RETALLY_BILLING_BATCH_SIZE: '2',
    },
  });
});
afterAll(async () => {
  await app.stop({ keep: false });
  await sandbox.close();
  await rm(dir, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly body: Record<string, never> & { readonly [field: string]: never };
}

async function until(path: string, done: (body: never) => boolean): Promise<never> {
  for (let tries = 0; tries < 400; tries += 1) {
    const { body, status } = (await app.get(path)) as unknown as Answer;
    if (status === 200 && done(body as never)) return body as never;
    await pause(25);
  }
  throw new Error(`${path} never came to it: ${JSON.stringify((await app.get(path)).body)}`);
}

describe('billing sync and the daily schedule, over HTTP', () => {
  it('makes the daily schedule, once, and changes it by its version', async () => {
    const configuration = {
      frequency: 'DAILY',
      scheduledTime: '02:00:00',
      jobs: ['AGGREGATION', 'SYNC_TRANSACTION', 'INVOICE_LINES'],
    };
    const made = await app.post('/v1/job-schedules', { name: 'daily', ...configuration });
    expect(made.status).toBe(201);
    expect((await app.post('/v1/job-schedules', { name: 'daily', ...configuration })).body).toMatchObject({
      status: 409,
      code: 'scheduling/name-taken',
    });
    expect((await app.post('/v1/job-schedules', { name: 'other', ...configuration })).body).toMatchObject({
      code: 'scheduling/daily-exists',
    });
    const wrong = await app.post('/v1/job-schedules', {
      name: 'a.b',
      ...configuration,
      scheduledTime: '24:00:00',
      jobs: ['X'],
    });
    expect(wrong.status).toBe(422);
    expect((wrong.body as { errors: { path: string }[] }).errors.map((error) => error.path).sort()).toEqual([
      'jobs',
      'name',
      'scheduledTime',
    ]);
    const read = await app.get('/v1/job-schedules/daily', {
      minPosition: (made.body as { position: number }).position,
    });
    expect(read.headers['etag']).toBe('"1"');
    const changed = { ...configuration, description: 'Sums up the day' };
    const put = await app.put('/v1/job-schedules/daily', changed).set('if-match', '"1"');
    expect(put.body).toMatchObject({ version: 2 });
    expect((await app.put('/v1/job-schedules/daily', changed).set('if-match', '"1"')).status).toBe(412);
  });

  it('runs a business date by hand: aggregates, sends, learns the invoices; both ledgers agree', async () => {
    await rate(app.store, 0, [
      { account: 'a', amount: '1.006' },
      { account: 'a', amount: '2.5', usageType: 'SMS' },
      { account: 'b', amount: '0.5' },
    ]);
    expect((await app.post('/v1/job-schedules/daily/executions/2026-02-01/process')).status).toBe(404);
    await app.post('/v1/job-schedules/daily/executions', { businessDate: '2026-02-09' }).expect(201);
    expect((await app.post('/v1/job-schedules/daily/executions/2026-02-09/process')).body).toMatchObject({
      status: 409,
      code: 'scheduling/business-date-not-begun',
    });
    const created = await app.post('/v1/job-schedules/daily/executions', { businessDate: '2026-02-01' });
    expect(created.status).toBe(201);
    expect((await app.post('/v1/job-schedules/daily/executions', { businessDate: '2026-02-01' })).status).toBe(409);
    expect((await app.post('/v1/job-schedules/daily/executions/2026-02-01/process')).status).toBe(202);
    const body = await until(
      '/v1/job-schedules/daily/executions/2026-02-01',
      (row: { status: string }) => row.status !== 'PENDING',
    );
    expect(body).toMatchObject({
      status: 'COMPLETED',
      by: 'HAND',
      jobs: [
        { job: 'AGGREGATION', status: 'COMPLETED', total: 3, processed: 3 },
        { job: 'SYNC_TRANSACTION', status: 'COMPLETED', total: 3, processed: 3, error: 0 },
        { job: 'INVOICE_LINES', status: 'COMPLETED', total: 3, pending: 3, processed: 0 },
      ],
    });
    expect(sandbox.ledger.totals()).toEqual({ EUR: { records: 3, amount: '4.01', invoiced: '0' } });
    await app.settle();
    expect((await app.get('/v1/billing-batches')).body).toEqual({ items: [] });
    expect((await app.get('/v1/billing-batches', { status: 'all' })).body).toMatchObject({
      items: [
        { status: 'COMPLETE', total: 1, completed: 1, attempts: 1 },
        { status: 'COMPLETE', total: 2, completed: 2 },
      ],
    });
    expect((await app.get('/v1/aggregations')).body).toMatchObject({
      items: [
        {
          status: 'COMPLETED',
          lines: 3,
          records: 3,
          totals: [{ currency: 'EUR', monetized: '4.006', lines: '4.01', residualAfter: '-0.004' }],
        },
      ],
    });
  });

  it('learns invoice lines by webhook and by poll, each once', async () => {
    const address = await app.listen();
    const webhook = { url: `${address}/v1/invoice-lines`, apiKey: app.key };
    const run = await fetch(`${sandbox.url}/sandbox/invoice-run`, {
      method: 'POST',
      body: JSON.stringify({ account: 'a', webhook }),
    });
    expect(await run.json()).toMatchObject({ webhook: { calls: 1, failures: [] } });
    await fetch(`${sandbox.url}/sandbox/invoice-run`, { method: 'POST', body: '{}' });
    expect((await app.post('/v1/invoice-lines/polls', { reason: 'test' })).status).toBe(202);
    const lines: { items: { invoiceNo: string; invoiceLineNo: number; amount: string }[] } = await until(
      '/v1/invoice-lines',
      (body: { items: unknown[] }) => body.items.length === 3,
    );
    expect(lines.items.map(({ amount }) => amount).sort()).toEqual(['0.5', '1.01', '2.5']);
    const first = lines.items[0]!;
    expect((await app.get(`/v1/invoice-lines/${first.invoiceNo}/${first.invoiceLineNo}`)).body).toMatchObject({
      ...first,
      ourLines: [{ amount: first.amount }],
    });
    const strange = { lineId: 'not-ours', invoiceNo: 'INV-9', invoiceLineNo: 1, amount: '1', currency: 'EUR' };
    const told = await app.post('/v1/invoice-lines', { lines: [strange] });
    expect(told.body).toMatchObject({ noted: 0, unmatched: [{ lineId: 'not-ours', why: 'UNKNOWN_LINE' }] });
    await app.settle();
    expect((await app.get('/v1/invoice-lines/unmatched')).body).toMatchObject({ items: [{ lineId: 'not-ours' }] });
  });

  it('answers the two look-ups of lineage', async () => {
    const lineage = app.app.get<BillingLineage>(BILLING_LINEAGE, { strict: false });
    const group = {
      tenant: 'main',
      partition: 0,
      revision: 0,
      account: 'b',
      subscription: 'sub-b',
      usageType: 'VOICE',
      currency: 'EUR',
      rateSchedule: 'STD',
      prepaid: false,
    };
    const line = await lineage.lineOfRecord(group);
    if (line.state !== 'AGGREGATED') throw new Error(line.state);
    expect(await lineage.windowOfLine('main', line.lineId)).toMatchObject({
      partition: 0,
      from: 0,
      to: 0,
      account: 'b',
      runId: line.runId,
    });
    expect(await lineage.lineOfRecord({ ...group, revision: 1 })).toEqual({ state: 'NOT_AGGREGATED' });
    expect(await lineage.lineOfRecord({ ...group, prepaid: true })).toEqual({ state: 'PREPAID' });
  });

  it('shows what is in error, by code and status, and sends exactly that again', async () => {
    await rate(app.store, 0, [
      { account: 'c', amount: '7' },
      { account: 'd', amount: '8' },
      { account: 'e', amount: '9' },
    ]);
    const asked = await app.post('/v1/aggregations', { reason: 'test' }).set('idempotency-key', 'agg-2');
    expect(asked.status).toBe(202);
    const { runId } = asked.body as { runId: string };
    await until(`/v1/aggregations/${runId}`, (row: { status: string }) => row.status === 'COMPLETED');
    const again = await app.post('/v1/aggregations', { reason: 'test' }).set('idempotency-key', 'agg-2');
    expect(again.body).toMatchObject({ runId });
    // Two calls, in either order: the batch of c and d, and that of e, are sent side by side.
    const fault = { kind: 'REJECT', accounts: ['c'], code: 1009, message: 'account not found: c', count: 2 };
    await fetch(`${sandbox.url}/sandbox/faults`, { method: 'PUT', body: JSON.stringify([fault]) });
    expect((await app.post('/v1/billing-batches/reprocesses', { level: 'batch', reason: 'x' })).status).toBe(422);
    await app.post('/v1/billing-batches/sends', { reason: 'test' });
    const batches: { items: { batchId: string }[] } = await until(
      '/v1/billing-batches',
      (body: { items: { status: string }[] }) => body.items.length === 1 && body.items[0]!.status === 'ERROR',
    );
    const { batchId } = batches.items[0]!;
    expect((await app.get(`/v1/billing-batches/${batchId}/errors`)).body).toEqual({
      batchId,
      items: [{ errorCode: '1009', status: 'ERROR', count: 1, message: 'account not found: c' }],
    });
    expect((await app.get('/v1/aggregated-usage', { errorCode: '1009' })).body).toMatchObject({
      items: [{ account: 'c', status: 'ERROR' }],
    });
    const none = await app.post('/v1/billing-batches/reprocesses', {
      level: 'error',
      batchId,
      errorCode: '1010',
      reason: 'x',
    });
    expect(none.body).toMatchObject({ status: 409, code: 'billing-sync/nothing-in-error' });
    expect((await app.post('/v1/billing-batches/reprocesses', { level: 'all', reason: 'account fed' })).status).toBe(
      202,
    );
    await until(`/v1/billing-batches/${batchId}`, (row: { status: string }) => row.status === 'COMPLETE');
    expect(sandbox.ledger.duplicates()).toEqual([]);
    expect(sandbox.ledger.records).toHaveLength(6);
  });

  it('is run by the tick for the business date that is due', async () => {
    clock.moveTo('2026-02-02T02:00:01Z');
    await app.stop({ keep: true });
    app = await startTestApp({
      clock,
      dir: app.dir,
      key: app.key,
      roles: ROLES,
      env: { RETALLY_BILLING_URL: sandbox.url, RETALLY_BILLING_CLIENT_NO: '1001', RETALLY_BILLING_AUTH_KEY: 'sandbox' },
    });
    const body = await until(
      '/v1/job-schedules/daily/executions/2026-02-02',
      (row: { status: string }) => row.status !== 'PENDING',
    );
    expect(body).toMatchObject({ status: 'COMPLETED', by: 'TICK' });
    const list = (await app.get('/v1/job-schedules/daily/executions')).body as { items: { businessDate: string }[] };
    expect(list.items.map((item) => item.businessDate)).toEqual(['2026-02-09', '2026-02-02', '2026-02-01']);
    expect(sandbox.ledger.records).toHaveLength(6);
  });
});
