import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { Lineage, LineageNode } from '../../src/modules/lineage/domain/lineage.js';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox-server.js';
import { eventId } from '../../src/shared/event-store/event-id.js';
import type { ExpectedRevision } from '../../src/shared/event-store/event-store.port.js';
import { EVIDENCE_STORE, type EvidenceStore } from '../../src/shared/evidence/evidence-store.port.js';
import { ManualClock } from '../../src/shared/kernel/clock.js';
import { startTestApp, type TestApp } from '../support/app.js';

const START = Date.UTC(2026, 2, 1);
const AT = START + 86_400_000;
const NOW = '2026-03-03T00:00:00Z';
/** Without `ingest`: what it would append is put into the log by hand, with its bytes truly sealed. */
const ROLES = ['api', 'rate', 'project', 'sync'] as const;
const FILE = 'f00000000000000000002';
/** Lines 2 to 6: two calls of N1, one of N2 (nobody's at first), one test call, one of N1. */
const LINES = ['c1;N1;60', 'c2;N1;90', 'c3;N2;30', 'c4;TEST;1', 'c5;N1;45'];
const CONTENT = `id;caller;seconds\n${LINES.join('\n')}\n`;

let app: TestApp;
let sandbox: Sandbox;
let dir: string;

interface Answer {
  readonly status: number;
  readonly body: unknown;
}
const get = async (path: string, query?: object): Promise<Answer> => app.get(path, query);
const post = async (path: string, body: object): Promise<Answer> => app.post(path, body);

async function until<T>(path: string, done: (body: T) => boolean, query?: object): Promise<T> {
  for (let tries = 0; tries < 400; tries += 1) {
    const { body, status } = await get(path, query);
    if (status === 200 && done(body as T)) return body as T;
    await pause(25);
  }
  throw new Error(`${path} never came to it: ${JSON.stringify((await get(path, query)).body)}`);
}

async function lineageOf(path: string, query?: object): Promise<Lineage> {
  const { status, body } = await get(`/v1/lineage/${path}`, query);
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body as Lineage;
}

const kinds = (lineage: Lineage): string[] => lineage.nodes.map(({ kind }) => kind);
const ofKind = (lineage: Lineage, kind: string): LineageNode[] => lineage.nodes.filter((node) => node.kind === kind);

const revisions = new Map<string, ExpectedRevision>();
async function append(stream: string, ...events: { type: string; data: unknown }[]): Promise<void> {
  const before = revisions.get(stream) ?? 'no-stream';
  const metadata = { tenant: 'main', actor: 'test', correlationId: 'test', recordedAt: NOW };
  const recorded = events.map((event, index) => ({ id: eventId(`${stream}/${before}/${index}`), ...event, metadata }));
  revisions.set(stream, (await app.store.append(stream, before, recorded)).revision);
}

async function catalog(): Promise<void> {
  const offer = { plan: 'BASIC', rateSchedule: 'STD', service: 'CALLS', currency: 'EUR', effectiveFrom: START };
  const priceOfferId = 'BASIC.STD.CALLS.EUR';
  const charges = [
    { name: 'calls', measure: 'seconds', tiers: { by: 'QUANTITY', steps: [{ price: '0.10', per: '60' }] } },
  ];
  await append(
    'catalog-main.catalog',
    {
      type: 'UsageTypeDefined.v1',
      data: { usageType: 'CALL', name: 'Call', unit: 'seconds', serviceType: 'VOICE', effectiveFrom: START },
    },
    { type: 'PriceOfferShellMade.v1', data: { priceOfferId, ...offer } },
    {
      type: 'PricingPut.v1',
      data: { priceOfferId, version: 1, effectiveFrom: START, reason: 'launch', pricing: { currency: 'EUR', charges } },
    },
  );
}

async function customer(serviceId: string): Promise<void> {
  const account = `A${serviceId}`;
  const subscription = `S${serviceId}`;
  const effectiveFrom = START;
  const account1 = { account, name: account, status: 'ACTIVE', currency: 'EUR', billingDay: 1, timeZone: 'UTC' };
  const subscription1 = { account, subscription, plan: 'BASIC', rateSchedule: 'STD', status: 'ACTIVE' };
  await append(
    `account-main.${account}`,
    { type: 'AccountDefined.v1', data: { ...account1, effectiveFrom } },
    { type: 'SubscriptionDefined.v1', data: { ...subscription1, effectiveFrom } },
    { type: 'ServiceIdAssigned.v1', data: { account, subscription, serviceId, service: 'CALLS', effectiveFrom } },
  );
}

async function usage(): Promise<void> {
  const evidence = app.app.get<EvidenceStore>(EVIDENCE_STORE, { strict: false });
  const sealed = await evidence.seal(Readable.from([Buffer.from(CONTENT)]));
  const key = { sourcePlatform: 'switch', serviceType: 'VOICE', usageRecordType: 'POSTPAID' };
  const mapping = { name: 'calls', version: 1 };
  await append('mediation-main.mapping.calls', {
    type: 'MappingVersionAdded.v1',
    data: { mapping: 'calls', version: 1, reason: 'first', definition: { ...key, identity: { column: 'id' } } },
  });
  await append(`usageFile-main.${FILE}`, {
    type: 'UsageFileReceived.v1',
    data: { ...key, ...sealed, fileId: FILE, fileName: 'calls.csv', via: 'UPLOAD', mapping },
  });
  const offsets = LINES.map((line) => CONTENT.indexOf(line));
  const calls = [0, 1, 2, 4];
  const field = (index: number, column: number): string => LINES[index]!.split(';')[column]!;
  const counts = { total: 5, mediated: 4, ignored: 1, duplicate: 0, error: 0 };
  const place = { chunk: 0, firstLine: 2, lastLine: 6, startOffset: offsets[0], endOffset: CONTENT.length };
  await append('usage-main.switch.VOICE.POSTPAID', {
    type: 'UsageBatchMediated.v1',
    data: {
      head: { ...key, ...place, fileId: FILE, mapping, counts, quantities: { seconds: '225' }, identity: ['a.id'] },
      columns: {
        line: calls.map((index) => index + 2),
        offset: calls.map((index) => offsets[index]),
        length: calls.map((index) => LINES[index]!.length),
        serviceId: calls.map((index) => field(index, 1)),
        usageType: calls.map(() => 'CALL'),
        at: calls.map((index) => AT + index),
        'q.seconds': calls.map((index) => field(index, 2)),
        'a.id': calls.map((index) => field(index, 0)),
        'x.line': [5],
        'x.offset': [offsets[3]],
        'x.length': [LINES[3]!.length],
        'x.outcome': ['IGNORED'],
        'x.code': ['FILTERED'],
        'x.column': ['caller'],
        'x.detail': ['caller is TEST'],
      },
    },
  });
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'retally-lineage-e2e-'));
  sandbox = await startSandbox({ ledgerFile: join(dir, 'ledger.ndjson') });
  app = await startTestApp({
    roles: ROLES,
    clock: ManualClock.at(NOW),
    env: {
      RETALLY_BILLING_URL: sandbox.url,
      RETALLY_BILLING_CLIENT_NO: '1001',
      RETALLY_BILLING_AUTH_KEY: 'sandbox',
    },
  });
  await catalog();
  await customer('N1');
  await usage();
  await until<{ items: unknown[] }>('/v1/suspense/files', ({ items }) => items.length === 1);
  await app.settle();
});
afterAll(async () => {
  await app.stop();
  await sandbox.close();
  await rm(dir, { recursive: true });
});

describe('lineage over HTTP', () => {
  it('of a record that is monetized and waits to be aggregated', async () => {
    const lineage = await lineageOf(`usage-records/${FILE}:2`);
    expect(kinds(lineage)).toEqual([
      'USAGE_FILE',
      'RAW_LINE',
      'MAPPING_VERSION',
      'USAGE_RECORD',
      'MONETIZED_USAGE',
      'PRICE_VERSION',
    ]);
    expect(lineage.openEnds).toMatchObject([{ missing: 'AGGREGATED_USAGE', state: 'WAITING' }]);
    expect(ofKind(lineage, 'RAW_LINE')[0]?.details).toMatchObject({
      text: 'c1;N1;60',
      line: 2,
      byteOffset: 18,
      byteLength: 8,
    });
    expect(ofKind(lineage, 'MONETIZED_USAGE')[0]).toMatchObject({
      id: `${FILE}:2:0`,
      actor: 'role:rate',
      event: { type: 'UsageBatchRated.v1' },
      details: { amount: '0.1', price: { priceOfferId: 'BASIC.STD.CALLS.EUR', version: 1 } },
    });
  });

  it('of an ignored line, and of a suspended record', async () => {
    const ignored = await lineageOf(`usage-records/${FILE}:5`);
    expect(ignored.openEnds).toMatchObject([
      { state: 'ENDED', message: 'The line is IGNORED (FILTERED): caller is TEST' },
    ]);
    const suspended = await lineageOf(`usage-records/${FILE}:4`);
    expect(kinds(suspended)).toContain('SUSPENSION');
    expect(suspended.openEnds).toMatchObject([{ missing: 'MONETIZED_USAGE', state: 'WAITING' }]);
    const money = await get(`/v1/lineage/monetized-usage/${FILE}:4:0`);
    expect(money.status).toBe(404);
    expect(money.body).toMatchObject({
      code: 'lineage/not-found',
      facts: { missing: 'MONETIZED_USAGE', underWay: false },
    });
  });

  it('from the invoice line to the exact raw lines, after a reprocess, a run and an invoice', async () => {
    await customer('N2');
    const selection = { fileId: FILE };
    await app.post('/v1/suspense/reprocesses', { selection, reason: 'N2 was fed' }).set('Idempotency-Key', 'n2');
    await until<{ items: unknown[] }>('/v1/suspense/files', ({ items }) => items.length === 0);
    const { body: run } = await post('/v1/aggregations', { reason: 'month end' });
    const { runId } = run as { runId: string };
    await until<{ status: string }>(`/v1/aggregations/${runId}`, ({ status }) => status === 'COMPLETED');
    expect((await post('/v1/billing-batches/sends', { reason: 'month end' })).status).toBe(202);
    await until<{ items: unknown[] }>('/v1/billing-batches', ({ items }) => items.length === 0);
    await fetch(`${sandbox.url}/sandbox/invoice-run`, { method: 'POST', body: '{}' });
    await post('/v1/invoice-lines/polls', { reason: 'month end' });
    const invoiced = await until<{ items: { invoiceNo: string; invoiceLineNo: number; account: string }[] }>(
      '/v1/invoice-lines',
      ({ items }) => items.length === 2,
    );
    await app.settle();
    const n1 = invoiced.items.find(({ account }) => account === 'AN1')!;

    const first = await lineageOf(`invoice-lines/${n1.invoiceNo}.${n1.invoiceLineNo}`, { limit: 2 });
    const second = await lineageOf(`invoice-lines/${n1.invoiceNo}.${n1.invoiceLineNo}`, {
      limit: 2,
      after: first.records?.next,
    });
    expect(first).toMatchObject({ balanced: true, openEnds: [], records: { total: 3 } });
    expect([...ofKind(first, 'RAW_LINE'), ...ofKind(second, 'RAW_LINE')].map(({ details }) => details['text'])).toEqual(
      ['c1;N1;60', 'c2;N1;90', 'c5;N1;45'],
    );
    expect(second.records?.next).toBeUndefined();
    expect(ofKind(first, 'AGGREGATED_USAGE')[0]?.details).toMatchObject({
      exact: '0.325',
      balanced: true,
      recomputed: { records: 3, quantity: '195', amount: '0.325' },
      status: 'COMPLETE',
    });
    expect(ofKind(first, 'INVOICE_LINE')[0]?.details).toMatchObject({ balanced: true });
    const history = ofKind(first, 'BILLING_BATCH')[0]?.details['history'] as { type: string }[];
    expect(history.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['BillingBatchSealed.v1', 'BillingBatchSendAttempted.v1', 'BillingBatchAcknowledged.v1']),
    );
  });

  it('from the raw line that was suspended to its invoice line, naming who had it rated again and why', async () => {
    const lineage = await lineageOf(`usage-records/${FILE}:4`);
    expect(lineage).toMatchObject({ openEnds: [], balanced: true });
    expect(kinds(lineage)).toEqual([
      'USAGE_FILE',
      'RAW_LINE',
      'MAPPING_VERSION',
      'USAGE_RECORD',
      'SUSPENSION',
      'REPROCESS',
      'MONETIZED_USAGE',
      'PRICE_VERSION',
      'AGGREGATED_USAGE',
      'AGGREGATION_RUN',
      'BILLING_BATCH',
      'INVOICE_LINE',
    ]);
    expect(ofKind(lineage, 'REPROCESS')[0]?.command).toMatchObject({
      commandId: 'n2',
      name: 'ReprocessSuspense',
      reason: 'N2 was fed',
    });
    expect(ofKind(lineage, 'AGGREGATION_RUN')[0]?.command).toMatchObject({ reason: 'month end' });
    const [line] = ofKind(lineage, 'AGGREGATED_USAGE');
    const back = await lineageOf(`aggregated-usage/${line!.id}`);
    expect(back.records).toMatchObject({ total: 1, items: [{ id: `${FILE}:4:0`, amount: '0.05' }] });
    const charge = await lineageOf(`monetized-usage/${FILE}:4:0`);
    expect(charge.nodes.map(({ node }) => node)).toEqual(lineage.nodes.map(({ node }) => node));
  });

  it('says what is wrong with a request', async () => {
    expect(await get('/v1/lineage/usage-records/x')).toMatchObject({
      status: 422,
      body: { code: 'lineage/malformed-id' },
    });
    expect(await get('/v1/lineage/invoice-lines/INV-0.1')).toMatchObject({
      status: 404,
      body: { code: 'lineage/not-found' },
    });
    expect(await get('/v1/lineage/usage-records/f9:1')).toMatchObject({ status: 404 });
    const { body } = await get('/v1/invoice-lines');
    const [first] = (body as { items: { invoiceNo: string; invoiceLineNo: number }[] }).items;
    const cursor = { after: 'bm9uZQ' };
    expect(await get(`/v1/lineage/invoice-lines/${first!.invoiceNo}.${first!.invoiceLineNo}`, cursor)).toMatchObject({
      status: 422,
      body: { code: 'lineage/malformed-cursor', errors: [{ path: 'after' }] },
    });
  });
});
