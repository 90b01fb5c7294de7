import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Big from 'big.js';
import { startTestApp, type TestApp } from '../support/app.js';

/**
 * Two files that nobody here wrote: a trace of language model requests (Azure, CC BY 4.0) and the calls of the Copenhagen
 * Networks Study. They are not part of the project: RETALLY_TEST_REAL_FILES names the folder they lie in; a named folder
 * without them fails.
 */
const FOLDER = process.env['RETALLY_TEST_REAL_FILES'];
const TOKENS = 'AzureLLMInferenceTrace_code.csv';
const CALLS = 'copenhagen_calls.csv';

const START = '2015-01-01T00:00:00Z';
const PER_CALL = '0.05';
const PER_MINUTE = '0.09';

interface FileView {
  readonly status: string;
  readonly phases: { readonly rating: { readonly processed: number; readonly suspended: number } };
  readonly quantities: Readonly<Record<string, string>>;
  readonly money: Readonly<Record<string, string>>;
  readonly balance: { readonly balanced: boolean; readonly linesRead: number };
}

const named = FOLDER === undefined ? describe.skip : describe;

named('real files (the folder is named by RETALLY_TEST_REAL_FILES)', () => {
  let app: TestApp;
  const folder = FOLDER ?? '';

  beforeAll(async () => {
    app = await startTestApp();
    await feedCatalog(app);
  }, 60_000);
  afterAll(() => app.stop());

  test('a token trace: two quantities in a line, the sums of its source, and money by an independent calculation', async () => {
    await feed(app, 'accounts', customer('azure', 'USD', 'AI', 'PAYG', 'INFERENCE', ['azure-code']));
    await makeMapping(app, 'azure-trace', {
      sourcePlatform: 'azure',
      serviceType: 'TOKENS',
      usageRecordType: 'POSTPAID',
      format: { type: 'DELIMITED', delimiter: ',', header: true },
      fields: {
        serviceId: { constant: 'azure-code' },
        usageType: { constant: 'INFERENCE' },
        at: { column: 'TIMESTAMP', format: 'yyyy-MM-dd HH:mm:ss.SSSSSSS', timeZone: 'UTC' },
        quantities: { inputTokens: { column: 'ContextTokens' }, outputTokens: { column: 'GeneratedTokens' } },
      },
      identity: { fields: ['$file', '$line'] },
    });
    const file = await rate(app, join(folder, TOKENS), { sourcePlatform: 'azure', serviceType: 'TOKENS' });

    expect(file.balance).toMatchObject({ balanced: true, linesRead: 8819 });
    expect(file.phases.rating).toMatchObject({ processed: 8819, suspended: 0 });
    expect(file.quantities).toEqual({ inputTokens: '18059974', outputTokens: '245896' });
    let money = new Big(0);
    for (const line of (await readFile(join(folder, TOKENS), 'utf8')).trim().split(/\r?\n/).slice(1)) {
      const [, input = '', output = ''] = line.split(',');
      money = money.plus(new Big(input).times('0.0025').div(1000)).plus(new Big(output).times('0.01').div(1000));
    }
    expect(file.money).toEqual({ USD: money.toFixed() });
  }, 60_000);

  test('calls without times: 449 callers, the seconds of their source, and money by an independent calculation', async () => {
    const lines = (await readFile(join(folder, CALLS), 'utf8')).trim().split(/\r?\n/).slice(1);
    const calls = lines.map((line) => line.split(';'));
    const callers = [...new Set(calls.map(([caller = '']) => caller))];
    expect(callers).toHaveLength(449);
    await feed(
      app,
      'accounts',
      callers.flatMap((caller) => customer(`caller-${caller}`, 'EUR', 'VOICE', 'STANDARD', 'CALLS', [caller])),
    );
    await makeMapping(app, 'copenhagen-calls', {
      sourcePlatform: 'copenhagen',
      serviceType: 'VOICE',
      usageRecordType: 'POSTPAID',
      format: { type: 'DELIMITED', delimiter: ';', header: true },
      fields: {
        serviceId: { column: 'Source' },
        usageType: { constant: 'CALL' },
        at: { constant: '2015-06-01T00:00:00Z', stepMs: 1000 },
        quantities: { seconds: { column: 'Weight' } },
        attributes: { callee: { column: 'Target' } },
      },
      identity: { fields: ['$file', '$line'] },
    });
    const file = await rate(app, join(folder, CALLS), { sourcePlatform: 'copenhagen', serviceType: 'VOICE' });

    expect(file.balance).toMatchObject({ balanced: true, linesRead: 3600 });
    expect(file.phases.rating).toMatchObject({ processed: 3600, suspended: 0 });
    expect(file.quantities).toEqual({ seconds: '205759' });
    let money = new Big(0);
    for (const [, , seconds = '0'] of calls) {
      const minutes = Math.ceil(Number(seconds) / 60);
      money = money.plus(new Big(PER_MINUTE).times(minutes)).plus(PER_CALL);
    }
    expect(file.money).toEqual({ EUR: money.toFixed() });
  }, 60_000);
});

async function rate(
  app: TestApp,
  path: string,
  source: { sourcePlatform: string; serviceType: string },
): Promise<FileView> {
  const upload = await app
    .post('/v1/usage-files')
    .field('sourcePlatform', source.sourcePlatform)
    .field('serviceType', source.serviceType)
    .field('usageRecordType', 'POSTPAID')
    .attach('file', path);
  expect(upload.status).toBe(202);
  const { fileId } = upload.body as { fileId: string };
  for (;;) {
    await app.settle();
    const { body } = await app.get(`/v1/usage-files/${fileId}`);
    const file = body as FileView;
    if (file.status === 'COMPLETED' || file.status === 'REJECTED') return file;
  }
}

async function makeMapping(
  app: TestApp,
  mapping: string,
  definition: { sourcePlatform: string; [member: string]: unknown },
): Promise<void> {
  const { sourcePlatform } = definition;
  expect((await app.post('/v1/source-platforms', { sourcePlatform, name: sourcePlatform })).status).toBeLessThan(300);
  const saved = await app.post('/v1/mappings', { mapping, definition, reason: 'A file nobody here wrote' });
  expect(saved.status).toBeLessThan(300);
}

const message = (object: string, id: string, payload: object) => ({
  messageId: `${object}-${id}`,
  object,
  action: 'CREATE',
  effectiveFrom: START,
  payload,
});

function customer(
  account: string,
  currency: string,
  plan: string,
  rateSchedule: string,
  service: string,
  ids: string[],
) {
  const subscription = `s-${account}`;
  return [
    message('ACCOUNT', account, { account, name: account, status: 'ACTIVE', currency, billingDay: 1, timeZone: 'UTC' }),
    message('SUBSCRIPTION', subscription, { account, subscription, plan, rateSchedule, status: 'ACTIVE' }),
    ...ids.map((serviceId) => message('SERVICE_ID', serviceId, { account, subscription, serviceId, service })),
  ];
}

async function feed(app: TestApp, kind: 'catalog' | 'accounts', messages: readonly object[]): Promise<void> {
  for (let from = 0; from < messages.length; from += 1000) {
    const { status, body } = await app.post(`/v1/feeds/${kind}`, messages.slice(from, from + 1000));
    expect(status).toBe(202);
    const { messages: answers } = body as { messages: { status: string }[] };
    expect(answers.filter((answer) => answer.status !== 'COMPLETE')).toEqual([]);
  }
}

async function feedCatalog(app: TestApp): Promise<void> {
  const usageType = (usageTypeCode: string, unit: string, serviceType: string) =>
    message('USAGE_TYPE', usageTypeCode, { usageType: usageTypeCode, name: usageTypeCode, unit, serviceType });
  await feed(app, 'catalog', [
    usageType('INFERENCE', 'token', 'TOKENS'),
    usageType('TOKENS_INPUT', 'token', 'TOKENS'),
    usageType('TOKENS_OUTPUT', 'token', 'TOKENS'),
    usageType('CALL', 'second', 'VOICE'),
    message('SERVICE', 'INFERENCE', {
      service: 'INFERENCE',
      name: 'Inference',
      serviceType: 'TOKENS',
      usageTypes: ['INFERENCE', 'TOKENS_INPUT', 'TOKENS_OUTPUT'],
    }),
    message('SERVICE', 'CALLS', { service: 'CALLS', name: 'Calls', serviceType: 'VOICE', usageTypes: ['CALL'] }),
    message('PLAN', 'AI', { plan: 'AI', name: 'AI' }),
    message('RATE_SCHEDULE', 'AI', { plan: 'AI', rateSchedule: 'PAYG', name: 'Pay as you go', currency: 'USD' }),
    message('PLAN_SERVICE', 'AI', { plan: 'AI', service: 'INFERENCE' }),
    message('PLAN', 'VOICE', { plan: 'VOICE', name: 'Voice' }),
    message('RATE_SCHEDULE', 'VOICE', { plan: 'VOICE', rateSchedule: 'STANDARD', name: 'Standard', currency: 'EUR' }),
    message('PLAN_SERVICE', 'VOICE', { plan: 'VOICE', service: 'CALLS' }),
  ]);
  const flat = (price: string, per: string) => ({ by: 'QUANTITY', scope: 'GRADUATED', steps: [{ price, per }] });
  await price(app, 'AI.PAYG.INFERENCE.USD', {
    currency: 'USD',
    select: 'FIRST',
    charges: [
      { name: 'input', usageType: 'TOKENS_INPUT', measure: 'inputTokens', tiers: flat('0.0025', '1000') },
      { name: 'output', usageType: 'TOKENS_OUTPUT', measure: 'outputTokens', tiers: flat('0.01', '1000') },
    ],
  });
  await price(app, 'VOICE.STANDARD.CALLS.EUR', {
    currency: 'EUR',
    select: 'FIRST',
    charges: [
      {
        name: 'calls',
        measure: 'seconds',
        increments: { first: '60', next: '60' },
        tiers: flat(PER_MINUTE, '60'),
        fixed: PER_CALL,
      },
    ],
  });
}

async function price(app: TestApp, priceOfferId: string, pricing: object): Promise<void> {
  const { status } = await app.put(`/v1/price-offers/${priceOfferId}/pricing`, {
    effectiveFrom: START,
    pricing,
    reason: 'A price for files nobody here wrote',
  });
  expect(status).toBeLessThan(300);
}
