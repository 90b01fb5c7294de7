import { startTestApp, type TestApp } from '../support/app.js';
import { RatingWorld } from '../support/rating-world.js';

const OFFER = 'BASIC.STD.CALLS.EUR';
const PRICE = {
  currency: 'EUR',
  charges: [
    { name: 'call', fixed: '10' },
    { name: 'setup', on: 'ACTIVATION', fixed: '25' },
    { name: 'seats', on: 'CYCLE_START', measure: 'units', tiers: { by: 'QUANTITY', steps: [{ price: '31' }] } },
    { name: 'support', on: 'CYCLE_END', fixed: '3.1', proration: 'FULL_CHARGE' },
  ],
  spend: { minimum: '100' },
};

interface Item {
  readonly id: string;
  readonly type: string;
  readonly charge: string | null;
  readonly cycleStart: string;
  readonly scale: string;
  readonly amount: string;
  readonly corrects: boolean;
}

let app: TestApp;
let world: RatingWorld;
let messages = 0;

async function feed(object: string, payload: object, effectiveFrom: string, action = 'CREATE'): Promise<void> {
  const message = { messageId: `m${(messages += 1)}`, object, action, effectiveFrom, payload };
  const { body } = (await app.post('/v1/feeds/accounts', [message]).expect(202)) as { body: { error: number } };
  expect(body).toMatchObject({ complete: 1, error: 0 });
  await app.settle();
}

const subscription = (more: object = {}) => ({
  account: 'A1',
  subscription: 'S1',
  plan: 'BASIC',
  rateSchedule: 'STD',
  units: '2',
  ...more,
});

async function end(asOf: string): Promise<Record<string, unknown>> {
  const request = { kind: 'CYCLE_END', asOf, reason: 'The cycle ended' };
  const { body } = (await app.post('/v1/rating-runs', request).expect(202)) as { body: { runId: string } };
  await app.settle();
  const run = (await app.get(`/v1/rating-runs/${body.runId}`).expect(200)) as { body: Record<string, unknown> };
  expect(run.body).toMatchObject({ status: 'COMPLETED' });
  return run.body;
}

async function items(query = 'account=A1'): Promise<readonly Item[]> {
  const { body } = (await app.get(`/v1/monetized-non-usage?${query}`).expect(200)) as { body: { items: Item[] } };
  return body.items;
}

const brief = (rows: readonly Item[]): readonly string[] =>
  rows.map(({ type, cycleStart, scale, amount }) => `${type} ${cycleStart.slice(0, 10)} ${scale}: ${amount}`);

beforeAll(async () => {
  app = await startTestApp({ env: { RETALLY_PARTITIONS: '2' } });
  world = RatingWorld.on(app.store);
  await world.catalog();
  await app.settle();
  const put = { pricing: PRICE, effectiveFrom: '2026-03-01T00:00:00Z', reason: 'test' };
  await app.put(`/v1/price-offers/${OFFER}/pricing`, put).expect(200);
  const account = { account: 'A1', name: 'One', currency: 'EUR', billingDay: 1, timeZone: 'UTC' };
  await feed('ACCOUNT', account, '2026-03-01T00:00:00Z');
  await feed('SUBSCRIPTION', subscription(), '2026-03-11T00:00:00Z');
  await feed(
    'SERVICE_ID',
    { account: 'A1', subscription: 'S1', serviceId: 'N1', service: 'CALLS' },
    '2026-03-11T00:00:00Z',
  );
  const call = (day: number) => ({ serviceId: 'N1', at: Date.UTC(2026, 2, day) });
  await world.usage([12, 13, 14, 20, 31].map(call));
  await app.settle();
});
afterAll(() => app.stop());

describe('the end of a billing cycle over HTTP', () => {
  it('makes what is due without usage', async () => {
    expect(await end('2026-04-01T00:00:00Z')).toMatchObject({
      counts: { accounts: 1, records: 5, changed: 0, problems: 0 },
      money: [{ currency: 'EUR', before: '0', after: '149.8419354839' }],
    });
    expect(brief(await items()).toSorted()).toEqual([
      // FULL_CHARGE: the whole, though it began on the 11th.
      'ARREARS_RECURRING 2026-03-01 1: 3.1',
      // 2 seats x 31 EUR x 21/31
      'FORWARD_RECURRING 2026-03-01 0.6774193548: 42',
      'FORWARD_RECURRING 2026-04-01 1: 62',
      'ONE_TIME 2026-03-01 1: 25',
      // 100 x 21/31 = 67.7419354839, less five calls at 10.
      'TRUE-UP 2026-03-01 1: 17.7419354839',
    ]);
  });

  it('makes nothing twice, and changes no charge of usage', async () => {
    const run = await end('2026-04-01T00:00:00Z');
    expect(run).toMatchObject({ counts: { records: 0 }, money: [] });
    for (const part of ['changes', 'accounts']) {
      const { body } = await app.get(`/v1/rating-runs/${String(run['runId'])}/${part}`).expect(200);
      expect(body).toEqual({ items: [] });
      const none = await app.get(`/v1/rating-runs/0123456789abcdef/${part}`).expect(404);
      expect(none.body).toMatchObject({ code: 'rating/run-not-found' });
      await app.get(`/v1/rerates/${String(run['runId'])}/${part}`).expect(404);
    }
    expect(await items()).toHaveLength(5);
  });

  it('explains each, computed anew, with its place in the log', async () => {
    for (const { id, type } of await items()) {
      const { body } = (await app.get(`/v1/monetized-non-usage/${id}`).expect(200)) as {
        body: { explanation: string[]; recomputed: object; log: object; price: object };
      };
      expect([type, body.recomputed]).toMatchObject([type, { equal: true }]);
      expect(body.price).toMatchObject({ priceOfferId: OFFER, version: 1 });
      expect(body.log).toMatchObject({ stream: expect.stringMatching(/^rating-main\.[01]$/) as string });
      if (type === 'TRUE-UP') {
        expect(body.explanation).toEqual([
          'The billing cycle is from 2026-03-01T00:00:00.000Z to 2026-04-01T00:00:00.000Z; it is for ' +
            '2026-03-11T00:00:00.000Z to 2026-04-01T00:00:00.000Z.',
          'At least 67.7419354839 EUR is due for the billing cycle.',
          '50 EUR was charged in it: 17.7419354839 EUR is missing.',
        ]);
      }
    }
    const [fee] = await items('account=A1&type=FORWARD_RECURRING&to=2026-04-01T00:00:00Z');
    const { body } = (await app.get(`/v1/monetized-non-usage/${fee?.id ?? ''}`)) as { body: { explanation: string[] } };
    expect(body.explanation).toEqual([
      'The billing cycle is from 2026-03-01T00:00:00.000Z to 2026-04-01T00:00:00.000Z; it is for ' +
        '2026-03-11T00:00:00.000Z to 2026-04-01T00:00:00.000Z, by PRORATE, 21 of 31 days.',
      'Charge "seats" is made at the start of each billing cycle.',
      '2 units in tier 1 (above 0) at 31 EUR per 1: 62 EUR.',
      'It is for 21/31 of the billing cycle, of 62 EUR.',
      'Together: 42 EUR.',
    ]);
    await app.get('/v1/monetized-non-usage/1:0').expect(404);
    await app.get('/v1/monetized-non-usage/nonsense').expect(404);
  });

  it('sums up what an account pays, and lists by every filter', async () => {
    const { body } = (await app.get('/v1/accounts/A1/non-usage-summary').expect(200)) as { body: { items: object[] } };
    expect(body.items).toContainEqual({
      cycleStart: '2026-04-01T00:00:00.000Z',
      type: 'FORWARD_RECURRING',
      currency: 'EUR',
      records: 1,
      amount: '62',
    });
    expect(body.items).toHaveLength(5);
    expect(await items('account=A2')).toEqual([]);
    expect(await items('subscription=S1&currency=EUR')).toHaveLength(5);
    expect(await items('currency=USD')).toEqual([]);
    expect(brief(await items('type=ONE_TIME'))).toEqual(['ONE_TIME 2026-03-01 1: 25']);
    expect(await items('from=2026-04-01T00:00:00Z')).toHaveLength(1);
    await app.get('/v1/monetized-non-usage?type=MONTHLY').expect(422);
  });

  it('books usage that comes late in the open cycle, at the price of its time, and the true-up follows', async () => {
    await world.usage([{ serviceId: 'N1', at: Date.UTC(2026, 2, 25) }], 'late');
    await app.settle();
    const { body: list } = (await app.get('/v1/monetized-usage?fileId=late').expect(200)) as {
      body: { items: Item[] };
    };
    const { body } = await app.get(`/v1/monetized-usage/${list.items[0]?.id ?? ''}`).expect(200);
    expect(body).toMatchObject({
      amount: '10',
      cycleStart: '2026-03-01T00:00:00.000Z',
      late: true,
      bookedCycle: '2026-04-01T00:00:00.000Z',
      recomputed: { equal: true },
    });
    const { body: first } = (await app.get('/v1/monetized-usage?fileId=f1').expect(200)) as { body: { items: Item[] } };
    const early = await app.get(`/v1/monetized-usage/${first.items[0]?.id ?? ''}`).expect(200);
    expect(early.body).toMatchObject({ late: false, bookedCycle: '2026-03-01T00:00:00.000Z' });
    expect(await end('2026-04-02T00:00:00Z')).toMatchObject({
      counts: { records: 1, changed: 1 },
      money: [{ currency: 'EUR', after: '-10' }],
    });
    const [correction] = await items('type=TRUE-UP');
    const { body: explained } = await app.get(`/v1/monetized-non-usage/${correction?.id ?? ''}`).expect(200);
    expect(explained).toMatchObject({ amount: '-10', corrects: true, recomputed: { amount: '-10', equal: true } });
  });

  it('gives back what was paid ahead of a cancellation', async () => {
    await feed('SUBSCRIPTION', subscription({ status: 'CANCELLED' }), '2026-04-16T00:00:00Z', 'UPDATE');
    await end('2026-04-16T00:00:00Z');
    const april = (await items('account=A1&from=2026-04-01T00:00:00Z')).filter(({ charge }) => charge === 'seats');
    expect(april.map(({ amount, corrects }) => [amount, corrects])).toEqual([
      ['-62', true],
      ['31', false],
      ['62', false],
    ]);
    for (const { id } of april) {
      const { body } = await app.get(`/v1/monetized-non-usage/${id}`).expect(200);
      expect(body).toMatchObject({ recomputed: { equal: true } });
    }
  });

  it('has a read model that a replay makes again, row for row', async () => {
    const before = await items();
    const summary = (await app.get('/v1/accounts/A1/non-usage-summary').expect(200)).body as object;
    await app.post('/v1/replays', { readModel: 'non-usage', reason: 'A test' }).expect(202);
    await app.settle();
    expect(await items()).toEqual(before);
    expect((await app.get('/v1/accounts/A1/non-usage-summary').expect(200)).body).toEqual(summary);
  });
});
