import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox-server.js';
import { startTestApp, type TestApp } from '../support/app.js';

const FROM = '2026-01-01T00:00:00Z';
const OFFER = 'M.STD.LINE.EUR';
const HEADER = 'id;caller;seconds;amount;currency;started\n';
const TYPES = ['POSTPAID', 'PREPAID', 'PRERATED'] as const;
type RecordType = (typeof TYPES)[number];

interface Charge {
  readonly id: string;
  readonly amount: string;
  readonly quantity: string;
  readonly prepaid: boolean;
  readonly rateSchedule: string;
}
interface Details extends Charge {
  readonly price: { readonly priceOfferId: string; readonly version: number; readonly effectiveFrom?: string };
  readonly impacts: readonly { readonly meaning: string; readonly resource: string; readonly quantity: string }[];
  readonly explanation: readonly string[];
  readonly recomputed: { readonly equal: boolean; readonly amount: string };
}
interface Problem {
  readonly code: string;
  readonly message: string;
}

let dir: string;
let app: TestApp;
let sandbox: Sandbox;
let messages = 0;
let files = 0;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'retally-prepaid-'));
  sandbox = await startSandbox({ ledgerFile: join(dir, 'ledger.ndjson') });
  app = await startTestApp({
    env: {
      RETALLY_BILLING_URL: sandbox.url,
      RETALLY_BILLING_CLIENT_NO: '1001',
      RETALLY_BILLING_AUTH_KEY: 'sandbox',
    },
  });
  await fed('catalog', 'USAGE_TYPE', { usageType: 'CALL', name: 'Call', unit: 'second', serviceType: 'VOICE' });
  await fed('catalog', 'SERVICE', { service: 'LINE', name: 'Line', serviceType: 'VOICE', usageTypes: ['CALL'] });
  await fed('catalog', 'PLAN', { plan: 'M', name: 'M' });
  await fed('catalog', 'RATE_SCHEDULE', { plan: 'M', rateSchedule: 'STD', name: 'Standard', currency: 'EUR' });
  await fed('catalog', 'PLAN_SERVICE', { plan: 'M', service: 'LINE' });
  // One euro a second: sums are read without a calculator.
  const pricing = {
    currency: 'EUR',
    charges: [{ name: 'calls', measure: 'seconds', tiers: { by: 'QUANTITY', steps: [{ price: '1', per: '1' }] } }],
  };
  await app.put(`/v1/price-offers/${OFFER}/pricing`, { effectiveFrom: FROM, pricing, reason: 'test' }).expect(200);
  await app.post('/v1/source-platforms', { sourcePlatform: 'switch', name: 'Switch' }).expect(201);
  for (const type of TYPES) {
    const definition = definitionOf(type, type === 'PRERATED' ? 'amount' : 'seconds');
    await app.post('/v1/mappings', { mapping: type.toLowerCase(), reason: 'test', definition }).expect(201);
  }
}, 60_000);
afterAll(async () => {
  await app.stop();
  await sandbox.close();
  rmSync(dir, { recursive: true, force: true });
});

/** One quantity of a line, by the name of its column. */
function definitionOf(usageRecordType: RecordType, quantity: string): object {
  return {
    sourcePlatform: 'switch',
    serviceType: 'VOICE',
    usageRecordType,
    format: { type: 'DELIMITED', delimiter: ';', quote: '"', header: true },
    fields: {
      serviceId: { column: 'caller' },
      usageType: { constant: 'CALL' },
      at: { column: 'started', format: 'ISO-8601' },
      quantities: { [quantity]: { column: quantity } },
      ...(usageRecordType === 'PRERATED' ? { attributes: { currency: { column: 'currency' } } } : {}),
    },
    identity: { column: 'id' },
  };
}

/** Sends one message and answers what became of it. */
async function sent(
  feed: string,
  object: string,
  payload: object,
  { action = 'CREATE', effectiveFrom = FROM } = {},
): Promise<{ status: string; code: string | null; reason: string | null }> {
  messages += 1;
  const message = { messageId: `m${messages}`, object, action, effectiveFrom, payload };
  const { body } = await app.post(`/v1/feeds/${feed}`, [message]).expect(202);
  return (body as { messages: { status: string; code: string | null; reason: string | null }[] }).messages[0]!;
}

async function fed(feed: string, object: string, payload: object, more = {}): Promise<void> {
  expect(await sent(feed, object, payload, more)).toMatchObject({ status: 'COMPLETE', reason: null });
}

/** An account with one subscription, `<name>-S`, and one line, `<name>-N`. */
async function customer(account: string): Promise<{ account: string; subscription: string }> {
  const holder = { account, subscription: `${account}-S` };
  await fed('accounts', 'ACCOUNT', { account, name: account, currency: 'EUR', billingDay: 1, timeZone: 'UTC' });
  await fed('accounts', 'SUBSCRIPTION', { ...holder, plan: 'M', rateSchedule: 'STD' });
  await fed('accounts', 'SERVICE_ID', { ...holder, serviceId: `${account}-N`, service: 'LINE' });
  return holder;
}

/** A file of calls of one account: seconds, or amount and currency. */
async function usage(account: string, type: RecordType, calls: readonly string[]): Promise<string> {
  files += 1;
  const lines = calls.map((call, index) => {
    const values = type === 'PRERATED' ? `;${call}` : `${call};;`;
    return `${files}.${index};${account}-N;${values};2026-02-0${index + 1}T10:00:00Z\n`;
  });
  const test = app.post('/v1/usage-files');
  void test
    .field('sourcePlatform', 'switch')
    .field('serviceType', 'VOICE')
    .field('usageRecordType', type)
    .attach('file', Buffer.from(HEADER + lines.join('')), `${files}.csv`);
  const { body } = await test.expect(202);
  await app.settle();
  return (body as { fileId: string }).fileId;
}

async function list<Item>(path: string, query: object = {}): Promise<Item[]> {
  return ((await app.get(path, query).expect(200)).body as { items: Item[] }).items;
}
const charges = async (fileId: string) =>
  (await list<Charge>('/v1/monetized-usage', { fileId })).sort((a, b) => (a.id < b.id ? -1 : 1));
const details = async (id: string) => (await app.get(`/v1/monetized-usage/${id}`).expect(200)).body as Details;
const suspended = (fileId: string) => list<Problem>('/v1/suspense/records', { fileId });

/** Bills what is new; answers the lines of an account in the ledger of the billing system itself. */
async function billed(account: string): Promise<[amount: string, units: string][]> {
  await app.post('/v1/aggregations', { reason: 'test' }).expect(202);
  await app.settle();
  const runs = await list<{ status: string }>('/v1/aggregations');
  expect(runs.map(({ status }) => status)).not.toContain('FAILED');
  await app.post('/v1/billing-batches/sends', { reason: 'test' }).expect(202);
  await app.settle();
  const lines = await list<{ account: string; amount: string; quantity: string; status: string }>(
    '/v1/aggregated-usage',
    { limit: 1000 },
  );
  expect(lines.map(({ status }) => status).filter((status) => status !== 'COMPLETE')).toEqual([]);
  return lines.filter((line) => line.account === account).map(({ amount, quantity }) => [amount, quantity]);
}

describe('PRERATED records', () => {
  it('keep their price, explain themselves, and are billed as they came', async () => {
    await customer('rated');
    const fileId = await usage('rated', 'PRERATED', ['1.25;EUR', '0.105;', '3;USD']);
    const found = await charges(fileId);
    expect(found.map(({ amount, quantity, prepaid }) => [amount, quantity, prepaid])).toEqual([
      ['1.25', '1', false],
      ['0.105', '1', false],
    ]);
    const one = await details(found[0]!.id);
    expect(one.price).toEqual({
      priceOfferId: 'PRERATED',
      version: 0,
      charge: 'price of the record',
      measure: 'records',
    });
    expect(one.recomputed).toEqual({ amount: '1.25', quantity: '1', equal: true });
    expect(one.explanation.join(' ')).toContain('came with its price: 1.25 EUR');
    expect(await suspended(fileId)).toMatchObject([{ code: 'CURRENCY_MISMATCH' }]);
    expect(await list('/v1/accounts/rated/balances')).toEqual([]);
    // 1.355, half up, and the rest is carried on.
    expect(await billed('rated')).toEqual([['1.36', '2']]);
    const trace = await app.get(`/v1/lineage/usage-records/${fileId}:2`).expect(200);
    expect(JSON.stringify(trace.body)).toContain('"AGGREGATED_USAGE"');
  });

  it('cannot be mapped without a price', async () => {
    const definition = definitionOf('PRERATED', 'seconds');
    const refused = await app.post('/v1/mappings', { mapping: 'none', reason: 'test', definition }).expect(422);
    expect(JSON.stringify(refused.body)).toContain('fields.quantities.amount');
  });
});

describe('PREPAID records', () => {
  it('debit top-ups, wait in suspense when they do not suffice, fit after another one, and are not billed', async () => {
    const holder = await customer('paid');
    const topUp = (reference: string, quantity: string, more = {}) => ({
      ...holder,
      reference,
      resource: 'EUR',
      quantity,
      ...more,
    });
    await fed('accounts', 'TOP_UP', topUp('P1', '10'));
    await fed('accounts', 'TOP_UP', topUp('P2', '5', { expires: '2026-03-01T00:00:00Z' }));
    const fileId = await usage('paid', 'PREPAID', ['7', '9', '6']);
    // 5 of P2 and 2 of P1; 9 are more than the 8 that are left; 6 of P1.
    const found = await charges(fileId);
    expect(found.map(({ amount, prepaid }) => [amount, prepaid])).toEqual([
      ['7', true],
      ['6', true],
    ]);
    const topUps = () => list<{ reference: string; used: string; left: string }>('/v1/accounts/paid/top-ups');
    expect((await topUps()).map(({ reference, used, left }) => [reference, used, left])).toEqual([
      ['P1', '8', '2'],
      ['P2', '5', '0'],
    ]);
    const one = await details(found[0]!.id);
    expect(one.recomputed).toMatchObject({ amount: '7', equal: true });
    expect(one.impacts.map(({ meaning, resource, quantity }) => [meaning, resource, quantity])).toEqual([
      ['USAGE', 'EUR', '7'],
      ['PREPAID', '$topUp P2', '5'],
      ['PREPAID', '$topUp P1', '2'],
    ]);
    expect(one.explanation).toContain('Top-up P2 pays 5 EUR.');
    expect(await suspended(fileId)).toMatchObject([
      {
        code: 'BALANCE_EXHAUSTED',
        message: expect.stringContaining('has 8 EUR left, which is 1 EUR too little') as string,
      },
    ]);
    expect(await sent('accounts', 'TOP_UP', topUp('P1', '10'))).toMatchObject({
      status: 'ERROR',
      code: 'DUPLICATE_TOP_UP',
    });
    await fed('accounts', 'TOP_UP', topUp('P3', '7'));
    await app.post('/v1/suspense/reprocesses', { selection: { fileId }, reason: 'Topped up' }).expect(202);
    await app.settle();
    expect((await charges(fileId)).map(({ amount }) => amount)).toEqual(['7', '9', '6']);
    expect((await topUps()).map(({ left }) => left)).toEqual(['0', '0', '0']);
    expect(await billed('paid')).toEqual([]);
    const trace = await app.get(`/v1/lineage/usage-records/${fileId}:2`).expect(200);
    expect(JSON.stringify(trace.body)).toContain('paid out of top-ups, and never billed');
  });

  it('beside postpaid usage of the same subscription leave its line alone, to the last record', async () => {
    const holder = await customer('mixed');
    await fed('accounts', 'TOP_UP', { ...holder, reference: 'MIX', resource: 'EUR', quantity: '100' });
    await usage('mixed', 'PREPAID', ['40']);
    const fileId = await usage('mixed', 'POSTPAID', ['3', '4']);
    expect(await billed('mixed')).toEqual([['7', '7']]);
    const [line] = (
      await list<{ account: string; lineId: string; records: number }>('/v1/aggregated-usage', { limit: 1000 })
    ).filter(({ account }) => account === 'mixed');
    expect(line).toMatchObject({ records: 2 });
    const trace = await app.get(`/v1/lineage/usage-records/${fileId}:2`).expect(200);
    expect(JSON.stringify(trace.body)).toContain(line?.lineId ?? 'no line');
  });
});

describe('a commitment', () => {
  it('of 9500: 8000 cost nothing, of 2000 more 500 are over', async () => {
    const holder = await customer('bound');
    const commitment = { ...holder, allowance: 'COMMITTED', amount: '9500', currency: 'EUR' };
    await fed('accounts', 'COMMITMENT', commitment);
    expect(await sent('accounts', 'COMMITMENT', commitment)).toMatchObject({ code: 'ALREADY_EXISTS' });
    const fileId = await usage('bound', 'POSTPAID', ['8000', '2000']);
    const found = await charges(fileId);
    expect(found.map(({ amount }) => amount)).toEqual(['0', '500']);
    const over = await details(found[1]!.id);
    expect(over.recomputed).toMatchObject({ amount: '500', equal: true });
    expect(over.explanation).toContain('Commitment COMMITTED takes 1500 EUR off.');
    expect(await list('/v1/accounts/bound/balances')).toMatchObject([
      { resource: 'COMMITTED', granted: '9500', balance: '0' },
    ]);
    expect(await list('/v1/accounts/bound/commitments')).toMatchObject([
      { allowance: 'COMMITTED', versions: [{ amount: '9500', currency: 'EUR', effectiveTo: null }] },
    ]);
    expect(await billed('bound')).toEqual([['500', '10000']]);
  });
});

describe('rates agreed with an account', () => {
  const STEPS = [
    { upTo: '10', price: '0.5', per: '1' },
    { price: '0.2', per: '1' },
  ];

  it('win over the tiers of the offer where the tenant says so, and the explanation says which', async () => {
    const { account, subscription } = await customer('agreed');
    const rates = { account, priceOfferId: OFFER, charge: 'calls', steps: STEPS };
    await fed('accounts', 'CUSTOM_RATES', rates);
    const before = await usage('agreed', 'POSTPAID', ['20']);
    await app.put('/v1/system-properties/customRatesFromBilling', { value: true, reason: 'test' }).expect(200);
    const after = await usage('agreed', 'POSTPAID', ['20']);
    const end = { account, priceOfferId: OFFER, charge: 'calls' };
    await fed('accounts', 'CUSTOM_RATES', end, { action: 'END', effectiveFrom: '2026-02-02T00:00:00Z' });
    const ended = await usage('agreed', 'POSTPAID', ['20', '20']);
    const own = { ...rates, subscription, steps: [{ price: '2', per: '1' }] };
    await fed('accounts', 'CUSTOM_RATES', own);
    const last = await usage('agreed', 'POSTPAID', ['20']);
    const amounts = await Promise.all([before, after, ended, last].map(charges));
    // 20; 10 at 0.5 and 10 at 0.2; the same and 20 again; 20 at 2.
    expect(amounts.map((each) => each.map(({ amount }) => amount))).toEqual([['20'], ['7'], ['7', '20'], ['40']]);
    const one = await details(amounts[1]![0]!.id);
    expect(one).toMatchObject({ price: { priceOfferId: OFFER, version: 1 }, recomputed: { amount: '7', equal: true } });
    expect(one.explanation[0]).toBe(
      'Rates agreed with account agreed stand in for the tiers of "calls" (in the log: account-main.agreed@3).',
    );
    expect(await list('/v1/accounts/agreed/custom-rates')).toMatchObject([
      { subscription: null, charge: 'calls', versions: [{ steps: STEPS }, { steps: null }] },
      { subscription: 'agreed-S', versions: [{ steps: [{ price: '2', per: '1' }] }] },
    ]);
  });

  it('that are no steps are an error of the activity, with the path', async () => {
    const account = 'agreed';
    const steps = [
      { upTo: '10', price: '0.5' },
      { upTo: '5', price: '-1' },
    ];
    const answer = await sent('accounts', 'CUSTOM_RATES', { account, priceOfferId: OFFER, charge: 'x', steps });
    expect(answer).toMatchObject({ status: 'ERROR', code: 'INVALID_MESSAGE' });
    expect(answer.reason).toContain('payload.steps[1].price must not be negative');
  });
});
