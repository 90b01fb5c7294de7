import { MONETIZED_USAGE, type MonetizedUsageReader } from '../../src/modules/rating/index.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { DAY, RatingWorld, START } from '../support/rating-world.js';

const price = {
  currency: 'EUR',
  grants: [{ allowance: 'FREE', quantity: '90', unit: 'seconds' }],
  charges: [
    {
      name: 'calls',
      measure: 'seconds',
      tiers: {
        by: 'BALANCE',
        accumulator: 'TOTAL',
        steps: [{ upTo: '40', price: '1.00' }, { price: '0.50' }],
      },
      allowances: ['FREE'],
      accumulators: ['TOTAL'],
    },
  ],
};

let app: TestApp;
let world: RatingWorld;
let first: number;
beforeAll(async () => {
  app = await startTestApp();
  world = RatingWorld.on(app.store);
  await world.catalog();
  await world.price(price);
  for (const n of [1, 2, 3]) await world.account(n);
  const call = (n: number, seconds: string, day = 1) => ({
    serviceId: `N${n}`,
    at: START + day * DAY,
    quantities: { seconds },
  });
  first = await world.usage([call(1, '100'), call(2, '10'), call(9, '10'), call(1, '7', 2)]);
  await world.usage([call(3, '50'), call(1, '1', 40)], 'f2');
  await app.settle();
});
afterAll(() => app.stop());

interface Item {
  readonly id: string;
  readonly amount: string;
}
async function ids(path: string): Promise<string[]> {
  const { body } = (await app.get(path).expect(200)) as { body: { items: Item[] } };
  return body.items.map(({ id }) => id);
}

describe('GET /v1/monetized-usage', () => {
  it('lists an account, newest usage first, by its filters', async () => {
    expect(await ids('/v1/monetized-usage?account=A1')).toStrictEqual(['f2:6:0', 'f1:4:0', 'f1:1:0']);
    expect(await ids('/v1/monetized-usage?account=A1&fileId=f1')).toStrictEqual(['f1:4:0', 'f1:1:0']);
    expect(await ids('/v1/monetized-usage?account=A1&from=2026-03-03T00:00:00Z')).toStrictEqual(['f2:6:0', 'f1:4:0']);
    expect(await ids('/v1/monetized-usage?account=A1&to=2026-03-03T00:00:00Z')).toStrictEqual(['f1:1:0']);
    expect(await ids('/v1/monetized-usage?account=A1&currency=USD')).toStrictEqual([]);
    expect(await ids('/v1/monetized-usage?account=A7')).toStrictEqual([]);
  });

  it('lists a service id; a file or everything from the rated events', async () => {
    expect((await ids('/v1/monetized-usage?fileId=f1')).sort()).toStrictEqual(['f1:1:0', 'f1:2:0', 'f1:4:0']);
    expect(await ids('/v1/monetized-usage?serviceId=N1')).toStrictEqual(['f2:6:0', 'f1:4:0', 'f1:1:0']);
    expect(await ids('/v1/monetized-usage?serviceId=N9')).toStrictEqual([]);
    expect(await ids('/v1/monetized-usage?serviceId=N3&fileId=f1')).toStrictEqual([]);
    expect((await ids('/v1/monetized-usage')).length).toBe(5);
    expect(await ids('/v1/monetized-usage?serviceType=DATA')).toStrictEqual([]);
  });

  it.each(['', '&account=A1', '&serviceId=N1', '&fileId=f1'])('pages through all of it once: %s', async (filter) => {
    const whole = await ids(`/v1/monetized-usage?limit=50${filter}`);
    const paged: string[] = [];
    let after = '';
    for (;;) {
      const { body } = (await app.get(`/v1/monetized-usage?limit=1${filter}${after}`).expect(200)) as {
        body: { items: Item[]; next?: string };
      };
      paged.push(...body.items.map(({ id }) => id));
      if (body.next === undefined) break;
      after = `&after=${encodeURIComponent(body.next)}`;
    }
    expect(paged).toStrictEqual(whole);
  });

  it('refuses a cursor of another list, and instants without a zone', async () => {
    const { body } = (await app.get('/v1/monetized-usage?limit=1&fileId=f1').expect(200)) as { body: { next: string } };
    await app.get(`/v1/monetized-usage?limit=1&fileId=f2&after=${encodeURIComponent(body.next)}`).expect(422);
    await app.get('/v1/monetized-usage?after=nonsense').expect(422);
    const refused = await app.get('/v1/monetized-usage?from=2026-03-03T00:00:00');
    expect([400, 422]).toContain(refused.status);
  });
});

describe('GET /v1/monetized-usage/{id}', () => {
  it('explains a charge, names its price version and its place in the log', async () => {
    const { body } = (await app.get('/v1/monetized-usage/f1:1:0').expect(200)) as { body: Record<string, unknown> };
    expect(body).toMatchObject({
      id: 'f1:1:0',
      recordId: 'f1:1',
      account: 'A1',
      amount: '5',
      quantity: '100',
      currency: 'EUR',
      at: '2026-03-02T00:00:00.000Z',
      cycleStart: '2026-03-01T00:00:00.000Z',
      price: { priceOfferId: 'BASIC.STD.CALLS.EUR', version: 1, charge: 'calls', measure: 'seconds', actor: 'test' },
      recomputed: { amount: '5', quantity: '100', equal: true },
      mediated: { position: first, ordinal: 0 },
    });
    expect(body['explanation']).toContain('60 seconds in tier 2 (above 40) at 0.5 EUR per 1: 30 EUR.');
    expect((body['impacts'] as { meaning: string }[]).map(({ meaning }) => meaning)).toStrictEqual([
      'GRANT',
      'USAGE',
      'ALLOWANCE',
      'USAGE',
      'ALLOWANCE',
      'ACCUMULATOR',
    ]);
  });

  it('says where to look for a line that is not money', async () => {
    const { body } = (await app.get('/v1/monetized-usage/f1:3:0').expect(404)) as { body: { detail: string } };
    expect(body.detail).toContain('/v1/raw-usage');
    await app.get('/v1/monetized-usage/nonsense').expect(404);
  });
});

describe('what an account sees', () => {
  it('balances per cycle', async () => {
    const { body } = (await app.get('/v1/accounts/A1/balances').expect(200)) as { body: { items: unknown[] } };
    const own = { scope: 'SUBSCRIPTION', subscription: 'S1', carried: '0' };
    const [march, april, may] = ['03', '04', '05'].map((month) => `2026-${month}-01T00:00:00.000Z`);
    const inApril = { ...own, validFrom: april, validTo: may };
    const inMarch = { ...own, validFrom: march, validTo: april };
    expect(body.items).toStrictEqual([
      { ...inApril, kind: 'ALLOWANCE', resource: 'FREE', granted: '90', used: '1', balance: '89' },
      { ...inApril, kind: 'ACCUMULATOR', resource: 'TOTAL', granted: '0', used: '1', balance: '1' },
      { ...inMarch, kind: 'ALLOWANCE', resource: 'FREE', granted: '90', used: '90', balance: '0' },
      { ...inMarch, kind: 'ACCUMULATOR', resource: 'TOTAL', granted: '0', used: '107', balance: '107' },
    ]);
  });

  it('usage summed up', async () => {
    const { body } = (await app.get('/v1/accounts/A1/usage-summary').expect(200)) as { body: { items: unknown[] } };
    expect(body.items).toStrictEqual([
      {
        cycleStart: '2026-04-01T00:00:00.000Z',
        usageType: 'VOICE',
        currency: 'EUR',
        records: 1,
        quantity: '1',
        amount: '0',
      },
      {
        cycleStart: '2026-03-01T00:00:00.000Z',
        usageType: 'VOICE',
        currency: 'EUR',
        records: 2,
        quantity: '107',
        amount: '8.5',
      },
    ]);
  });
});

describe('MONETIZED_USAGE', () => {
  it('finds the charges of a line, and the records and sums of a group of the aggregation key', async () => {
    const reader = app.app.get<MonetizedUsageReader>(MONETIZED_USAGE);
    const [record] = await reader.versionsOf('main', 'f1', 4);
    expect(record).toMatchObject({ id: 'f1:4:0', amount: '3.5', rateSchedule: 'STD', account: 'A1' });
    expect(await reader.versionsOf('main', 'f1', 3)).toStrictEqual([]);
    expect(await reader.versionsOf('main', 'f3', 1)).toStrictEqual([]);
    expect(await reader.versionsOf('other', 'f1', 4)).toStrictEqual([]);
    const { partition } = record!.address;
    const group = {
      tenant: 'main',
      partition,
      fromRevision: 0,
      toRevision: record!.address.revision,
      account: 'A1',
      subscription: 'S1',
      usageType: 'VOICE',
      currency: 'EUR',
      rateSchedule: 'STD',
    };
    const { items } = await reader.members(group, { limit: 10 });
    const sums = await reader.totals(group);
    expect(items.map(({ id }) => id).slice(0, 2)).toStrictEqual(['f1:1:0', 'f1:4:0']);
    expect(sums.records).toBe(items.length);
    expect(await reader.priceVersion('main', 'BASIC.STD.CALLS.EUR', 1)).toMatchObject({ version: 1, reason: 'test' });
    expect(await reader.priceVersion('main', 'BASIC.STD.CALLS.EUR', 2)).toBeUndefined();
  });
});
