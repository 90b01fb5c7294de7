import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox-server.js';
import { ManualClock } from '../../src/shared/kernel/clock.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { DocumentedApi, type Answer } from '../support/documented-api.js';

let dir: string;
const clock = ManualClock.at('2026-01-31T22:15:00Z');
let app: TestApp;
let sandbox: Sandbox;
let api: DocumentedApi;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'retally-swagger-'));
  sandbox = await startSandbox({ ledgerFile: join(dir, 'ledger.ndjson') });
  app = await startTestApp({
    clock,
    env: {
      RETALLY_BILLING_URL: sandbox.url,
      RETALLY_BILLING_CLIENT_NO: '1001',
      RETALLY_BILLING_AUTH_KEY: 'sandbox',
    },
  });
  api = await DocumentedApi.of(app);
});
afterAll(async () => {
  await app.stop();
  await sandbox.close();
  rmSync(dir, { recursive: true, force: true });
});

/** Executes the example, wants success, and waits until its consequences are to be seen. */
async function does(name: string, example?: string): Promise<Answer['body']> {
  const { status, body } = await api.execute(name, example);
  if (status < 200 || status >= 300) throw new Error(`${name} ${example ?? ''}: ${status} ${JSON.stringify(body)}`);
  if (!name.startsWith('get ')) await app.settle();
  return body;
}

async function sandboxCall(method: string, path: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(new URL(path, sandbox.url), { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
}

/** The account of the suspended record is what is missing, and no invoice line stays unmatched. */
const FINDS_NOTHING = ['get /v1/suspense/records ?account=A0000001', 'get /v1/invoice-lines/unmatched ?'];
const searched = new Set<string>();

/** A list by each of its filters alone, with the filter's own example: every one finds something. */
async function searches(name: string): Promise<void> {
  searched.add(name);
  const [, path = ''] = name.split(' ');
  const operation = api.document.paths[path]?.['get'];
  if (operation === undefined) throw new Error(`The document has no operation ${name}`);
  const wrong: string[] = [];
  for (const { name: filter, 'x-example': example } of operation.parameters ?? []) {
    if (example === undefined) continue;
    const { status, body } = (await app.get(api.address(path, operation, { [filter]: example }))) as Answer;
    const search = `${name} ?${filter}=${String(example)}`;
    if (status !== 200) wrong.push(`${search}: ${status}`);
    else if (body.items?.length === 0 && !FINDS_NOTHING.some((start) => search.startsWith(start)))
      wrong.push(`${search}: nothing`);
  }
  expect(wrong).toEqual([]);
}

/** A first hour with nothing but the examples of the document, from an empty folder to a traced invoice line. */
describe('the examples of the document, executed in the order of its chapters', () => {
  it('feeds the catalog and puts a price on the offer that came of it', async () => {
    expect(await does('post /v1/feeds/catalog')).toMatchObject({ complete: 5, ignored: 0, error: 0 });
    expect((await does('get /v1/price-offers')).items).toMatchObject([{ status: 'SHELL' }]);
    await searches('get /v1/price-offers');
    expect(await does('post /v1/price-offers/try')).toMatchObject({ amount: '1.615' });
    expect(await does('put /v1/price-offers/{priceOfferId}/pricing')).toMatchObject({ version: 1 });
    expect(await does('get /v1/price-offers/{priceOfferId}')).toMatchObject({ status: 'PRICED', currency: 'EUR' });
  });

  it('defines what prices are built from, replaces it, and removes what nothing names', async () => {
    const kinds = [
      ...['currencies', 'allowances', 'accumulators', 'service-types', 'usage-types', 'billable-services'],
      ...['multi-rate-usage-types', 'rate-units', 'time-units', 'zone-units'],
    ];
    for (const kind of kinds) {
      expect(await does(`post /v1/${kind}`, 'usual')).toMatchObject({ version: 1 });
      await does(`post /v1/${kind}`, 'spare');
      const { version } = await does(`put /v1/${kind}/{id}`);
      expect([kind, version]).toEqual([kind, 2]);
      expect((await does(`get /v1/${kind}/{id}`)).versions).toHaveLength(2);
      await searches(`get /v1/${kind}`);
    }
    for (const kind of kinds.reverse()) await does(`delete /v1/${kind}/{id}`);
    const [activity] = (await does('get /v1/user-activities')).items as { activityId: string }[];
    api.learn('900001', activity?.activityId ?? '');
    expect(await does('get /v1/user-activities/{activityId}')).toMatchObject({ action: 'REMOVED', after: null });
    await does('put /v1/system-properties/{id}');
    await searches('get /v1/system-properties');
    await does('delete /v1/system-properties/{id}');
    expect(await does('get /v1/zone-units/{id}/lookup')).toEqual({ zone: 'UK_MOBILE' });
    expect(await does('get /v1/time-units/{id}/lookup')).toEqual({ time: 'NIGHT' });
  });

  it('feeds a customer, and one whose subscription comes too early', async () => {
    expect(await does('post /v1/feeds/accounts', 'customer')).toMatchObject({ complete: 3, error: 0 });
    const early = await does('post /v1/feeds/accounts', 'tooEarly');
    expect(early).toMatchObject({ complete: 0, error: 2 });
    api.learn('17-0', early.messages[0].activityId as string);
    expect(await does('get /v1/sync-activities/{activityId}')).toMatchObject({
      status: 'ERROR',
      code: 'ACCOUNT_NOT_FOUND',
    });
    await searches('get /v1/sync-activities');
    expect(await does('get /v1/accounts/{account}')).toMatchObject({ account: 'A0000001', status: 'ACTIVE' });
    expect(await does('post /v1/feeds/accounts', 'ownTerms')).toMatchObject({ complete: 3, error: 0 });
    expect((await does('get /v1/accounts/{account}/top-ups')).items).toMatchObject([{ quantity: '20', left: '20' }]);
    expect((await does('get /v1/accounts/{account}/custom-rates')).items).toMatchObject([{ charge: 'calls' }]);
    expect((await does('get /v1/accounts/{account}/commitments')).items).toMatchObject([{ allowance: 'COMMITTED' }]);
  });

  it('tries and makes the mapping of a source', async () => {
    await does('post /v1/source-platforms');
    await does('post /v1/source-platforms/{sourcePlatform}/pause');
    await does('post /v1/source-platforms/{sourcePlatform}/resume');
    const trial = await does('post /v1/mappings/try');
    expect(trial.fileError).toBeUndefined();
    expect(trial.records).toHaveLength(3);
    expect(trial.counts).toMatchObject({ total: 7, ignored: 2, duplicate: 1, error: 1 });
    expect(await does('post /v1/mappings')).toMatchObject({ mapping: 'switch-calls', version: 1 });
  });

  it('receives the file that the description shows: a line of every fate, all accounted for', async () => {
    const { fileId } = await does('post /v1/usage-files');
    api.learn('f3b0c44298fc1c149afbf', fileId as string);
    const file = await does('get /v1/usage-files/{fileId}');
    expect(file).toMatchObject({
      status: 'COMPLETED',
      phases: {
        parseAndLoad: { total: 7, error: 1, duplicate: 1 },
        mediation: { total: 5, processed: 3, ignored: 2 },
        rating: { total: 3, processed: 2, suspended: 1 },
      },
      balance: { balanced: true },
      money: { EUR: '0.252' },
    });
    expect((await does('get /v1/usage-files/{fileId}/errors')).items).toHaveLength(4);
    expect((await does('get /v1/raw-usage')).items).toHaveLength(7);
    expect(await does('get /v1/raw-usage/{recordId}')).toMatchObject({ outcome: 'MONETIZED' });
  });

  it('shows the charges and why they are what they are', async () => {
    expect((await does('get /v1/monetized-usage')).items).toHaveLength(2);
    const charge = await does('get /v1/monetized-usage/{id}');
    expect(charge).toMatchObject({ amount: '0.252', currency: 'EUR', recomputed: { equal: true } });
    expect((await does('get /v1/accounts/{account}/balances')).items).toMatchObject([{ balance: '0' }]);
    expect((await does('get /v1/accounts/{account}/usage-summary')).items).toMatchObject([{ records: 2 }]);
  });

  it('heals what is in suspense: the account comes, the early messages are applied, the call is rated', async () => {
    expect((await does('get /v1/suspense/files')).items).toMatchObject([{ open: 1 }]);
    expect((await does('get /v1/suspense/files/{fileId}/errors')).items).toMatchObject([{ code: 'SERVICE_NOT_FOUND' }]);
    expect((await does('get /v1/suspense/records')).items).toMatchObject([{ serviceId: '491510000002' }]);
    for (const list of ['suspense/files', 'suspense/files/{fileId}/errors', 'suspense/records', 'raw-usage'])
      await searches(`get /v1/${list}`);
    await does('post /v1/feeds/accounts', 'lateAccount');
    expect(await does('post /v1/sync-activities/reprocesses')).toMatchObject({ complete: 2, error: 0 });
    const { reprocessId, commandId } = await does('post /v1/suspense/reprocesses');
    api.learn('r0c4f2a9be1d74f0aa1b2', reprocessId as string);
    api.learn('0b5f3a52-6b2e-4d52-9c3f-2f6f7d1f9a10', commandId as string);
    expect(await does('get /v1/suspense/reprocesses/{reprocessId}')).toMatchObject({
      status: 'COMPLETED',
      resolved: 1,
    });
    expect((await does('get /v1/suspense/files')).items).toEqual([]);
    expect(await does('get /v1/usage-files/{fileId}')).toMatchObject({ money: { EUR: '1.755' } });
  });

  it('sums up, sends, sends again what was refused, and learns the invoice lines', async () => {
    const { runId } = await does('post /v1/aggregations');
    api.learn('7d0c3f5e9a1b4c2d', runId as string);
    expect(await does('get /v1/aggregations/{runId}')).toMatchObject({
      status: 'COMPLETED',
      records: 3,
      totals: [{ currency: 'EUR', monetized: '1.755' }],
    });
    // Two calls, in either order: one line each.
    await sandboxCall('PUT', '/sandbox/faults', [{ kind: 'REJECT', code: 1009, accounts: ['A0000002'], count: 2 }]);
    await does('post /v1/billing-batches/sends');
    const batches = await does('get /v1/billing-batches');
    expect(batches.items.length).toBeGreaterThan(0);
    for (const list of ['billing-batches', 'billing-batches/{batchId}/errors', 'aggregated-usage'])
      await searches(`get /v1/${list}`);
    await does('post /v1/billing-batches/reprocesses');
    expect((await does('get /v1/billing-batches')).items).toEqual([]);
    const lines = await does('get /v1/aggregated-usage');
    expect(lines.items.map((line: { status: string; amount: string }) => [line.status, line.amount]).sort()).toEqual([
      ['COMPLETE', '0.25'],
      ['COMPLETE', '1.5'],
    ]);
    // Without the refusal its line would have come first, and so would its invoice.
    await sandboxCall('POST', '/sandbox/invoice-run', { account: 'A0000002' });
    await sandboxCall('POST', '/sandbox/invoice-run', {});
    await does('post /v1/invoice-lines/polls');
    expect((await does('get /v1/invoice-lines')).items).toHaveLength(2);
    expect(await does('get /v1/invoice-lines/{invoiceNo}/{invoiceLineNo}')).toMatchObject({ lines: 1 });
    expect(await does('post /v1/invoice-lines')).toMatchObject({ noted: 0, repeated: 1, unmatched: [] });
  });

  it('traces in both directions', async () => {
    for (const path of [
      'usage-records/{recordId}',
      'monetized-usage/{id}',
      'aggregated-usage/{lineId}',
      'invoice-lines/{id}',
    ]) {
      const lineage = await does(`get /v1/lineage/${path}`);
      expect([path, lineage.balanced, lineage.openEnds]).toEqual([path, true, []]);
      const kinds = (lineage.nodes as { kind: string }[]).map(({ kind }) => kind);
      expect(kinds).toEqual(expect.arrayContaining(['RAW_LINE', 'MONETIZED_USAGE', 'INVOICE_LINE']));
    }
  });

  it('corrects a price afterwards: looks at what would change, commits it, and settles the billing cycles', async () => {
    expect(await does('put /v1/price-offers/{priceOfferId}/pricing', 'correction')).toMatchObject({ version: 2 });
    const preview = await does('post /v1/rerates', 'preview');
    api.learn('9a8b7c6d5e4f3021', preview.runId as string);
    const seen = await does('get /v1/rerates/{runId}');
    // 0.252 and 1.503 at 0.09 for 60 seconds are 0.168 and 1.002 at 0.06.
    expect(seen).toMatchObject({ status: 'COMPLETED', money: [{ currency: 'EUR', before: '1.755', after: '1.17' }] });
    api.learn('9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', seen['hash'] as string);
    expect(await does('get /v1/usage-files/{fileId}')).toMatchObject({ money: { EUR: '1.755' } });
    await does('post /v1/rerates', 'commit');
    expect(await does('get /v1/usage-files/{fileId}')).toMatchObject({ money: { EUR: '1.17' } });
    await does('post /v1/rating-runs', 'secondPass');
    const { runId } = await does('post /v1/rating-runs', 'cycleEnd');
    api.learn('4f1e2d3c5b6a7980', runId as string);
    const [fee] = (await does('get /v1/monetized-non-usage')).items as readonly { id: string; amount: string }[];
    expect(fee).toMatchObject({ amount: '4.9' });
    api.learn('4711:12', fee?.id ?? '');
    expect(await does('get /v1/rating-runs/{runId}')).toMatchObject({ status: 'COMPLETED' });
    const { items } = await does('get /v1/monetized-non-usage');
    api.learn('4711:12', (items as { id: string }[])[0]?.id ?? '');
    expect(await does('get /v1/monetized-non-usage/{id}')).toMatchObject({
      charge: 'monthly fee',
      recomputed: { equal: true },
    });
    expect((await does('get /v1/accounts/{account}/non-usage-summary')).items).toHaveLength(2);
    for (const list of ['monetized-non-usage', 'accounts/{account}/non-usage-summary'])
      await searches(`get /v1/${list}`);
  });

  it('runs a day by its schedule, replays a read model, and issues and revokes a key', async () => {
    await does('post /v1/job-schedules');
    await does('put /v1/job-schedules/{name}');
    await does('post /v1/job-schedules/{name}/executions');
    clock.moveTo('2026-02-01T00:00:00Z');
    await does('post /v1/job-schedules/{name}/executions/{date}/process');
    expect(await does('get /v1/job-schedules/{name}/executions/{date}')).toMatchObject({ status: 'COMPLETED' });
    await does('post /v1/replays');
    expect(await does('get /v1/replays/{readModel}')).toMatchObject({ readModel: 'usage-files', state: 'RUNNING' });
    const { actor } = await does('get /v1/commands/{commandId}');
    api.learn('key:3f9a1c0b7e52', actor as string);
    const { keyId } = await does('post /v1/api-keys');
    api.learn('3f9a1c0b7e52', keyId as string);
    await does('post /v1/api-keys/{keyId}/revoke');
  });

  it('has executed everything that changes something', () => {
    const changing = api.operations().filter(({ method }) => method !== 'get');
    expect(changing.map(({ name }) => name).filter((name) => !api.called.has(name))).toEqual([]);
  });

  it('refuses what is not there with the problem of the document', async () => {
    const wrong: string[] = [];
    for (const { method, path, name, operation } of api.operations()) {
      const example = operation.responses['404']?.content?.['application/problem+json']?.example as Problem | undefined;
      if (method !== 'get' || example === undefined) continue;
      const absent = path.startsWith('/v1/lineage/') ? absentLineage(path) : path.replace(/\{\w+\}/g, '999999');
      const { status, body } = await app.get(absent);
      if (status !== 404 || (body as Problem).code !== example.code) wrong.push(`${name}: ${status} ${body.code}`);
    }
    expect(wrong).toEqual([]);
  });

  it('answers every read by its examples, and every filter by its own', async () => {
    const wrong: string[] = [];
    const { body } = await api.execute('get /v1/commands/{commandId}');
    api.learn('nightly-upload-17', body.correlationId as string);
    for (const { method, path, name } of api.operations()) {
      if (method !== 'get' || path.endsWith('/events')) continue;
      const { status } = await api.execute(name);
      if (status !== 200) wrong.push(`${name}: ${status}`);
      if (!searched.has(name)) await searches(name);
    }
    expect(wrong).toEqual([]);
  });
});

interface Problem {
  readonly code: string;
}

/** An id in the right form of something that is not there. */
function absentLineage(path: string): string {
  const id = {
    'usage-records': 'f0:1',
    'monetized-usage': 'f0:1:0',
    'aggregated-usage': 'a0-1-1',
    'invoice-lines': 'INV-9.1',
  };
  const [, kind] = /lineage\/([\w-]+)\//.exec(path) ?? [];
  return `/v1/lineage/${kind}/${id[kind as keyof typeof id]}`;
}
