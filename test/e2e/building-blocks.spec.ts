import { ManualClock } from '../../src/shared/kernel/clock.js';
import { startTestApp, type TestApp } from '../support/app.js';

interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
  readonly facts?: Readonly<Record<string, unknown>>;
}
interface Block extends Readonly<Record<string, unknown>> {
  readonly id: string;
  readonly version: number;
  readonly versions: readonly Readonly<Record<string, unknown>>[];
}

let app: TestApp;
const clock = ManualClock.at('2026-03-01T10:00:00Z');
beforeAll(async () => {
  app = await startTestApp({ clock });
  const feed = [
    {
      messageId: 'u',
      object: 'USAGE_TYPE',
      action: 'CREATE',
      effectiveFrom: '2026-01-01T00:00:00Z',
      payload: { usageType: 'CALL', name: 'Call', unit: 'second', serviceType: 'VOICE' },
    },
    {
      messageId: 's',
      object: 'SERVICE',
      action: 'CREATE',
      effectiveFrom: '2026-01-01T00:00:00Z',
      payload: { service: 'LINE', name: 'Line', serviceType: 'VOICE', usageTypes: ['CALL'] },
    },
    {
      messageId: 'p',
      object: 'PLAN',
      action: 'CREATE',
      effectiveFrom: '2026-01-01T00:00:00Z',
      payload: { plan: 'M', name: 'M' },
    },
    {
      messageId: 'r',
      object: 'RATE_SCHEDULE',
      action: 'CREATE',
      effectiveFrom: '2026-01-01T00:00:00Z',
      payload: { plan: 'M', rateSchedule: 'STD', name: 'Standard', currency: 'EUR' },
    },
    {
      messageId: 'ps',
      object: 'PLAN_SERVICE',
      action: 'CREATE',
      effectiveFrom: '2026-01-01T00:00:00Z',
      payload: { plan: 'M', service: 'LINE' },
    },
  ];
  await app.post('/v1/feeds/catalog', feed).expect(202);
  await app.settle();
});
afterAll(() => app.stop());

const problem = (answer: { readonly body: unknown }): Problem => answer.body as Problem;
const shown = async (path: string): Promise<Block> => {
  await app.settle();
  return (await app.get(path).expect(200)).body as Block;
};

describe('a building block', () => {
  const path = '/v1/allowances';

  it('is defined, replaced, removed and defined again, and every step stays to be seen', async () => {
    const made = await app.post(path, { id: 'GIFT', unit: 'seconds', reason: 'Launch' }).expect(201);
    expect(made.headers['etag']).toBe('"1"');
    expect(made.body).toMatchObject({ id: 'GIFT', version: 1 });
    clock.advance(60_000);
    const change = { name: 'A gift', unit: 'seconds', priority: 5, reason: 'Used before others' };
    await app.put(`${path}/GIFT`, change).set('if-match', '"1"').expect(200);
    const details = await shown(`${path}/GIFT`);
    expect(details).toMatchObject({
      id: 'GIFT',
      source: 'OWN',
      version: 2,
      unit: 'seconds',
      priority: 5,
      name: 'A gift',
      effectiveFrom: '2026-03-01T10:01:00.000Z',
    });
    expect(details.versions.map(({ version, reason, definition }) => [version, reason, definition])).toEqual([
      [2, 'Used before others', { name: 'A gift', unit: 'seconds', validity: { type: 'CYCLE' }, priority: 5 }],
      [1, 'Launch', { name: 'GIFT', unit: 'seconds', validity: { type: 'CYCLE' }, priority: 100 }],
    ]);
    await app.delete(`${path}/GIFT`, { reason: 'Ended' }).set('if-match', '2').expect(200);
    await app.settle();
    await app.get(`${path}/GIFT`).expect(404);
    await app.post(path, { id: 'GIFT', unit: 'MB', reason: 'Again' }).expect(201);
    const again = await shown(`${path}/GIFT`);
    expect([again.version, again.versions.map(({ action }) => action)]).toEqual([
      4,
      ['DEFINED', 'REMOVED', 'DEFINED', 'DEFINED'],
    ]);
  });

  it('is not made twice, not changed unseen, and not changed by the same again', async () => {
    await app.post(path, { id: 'ONCE', unit: 's', reason: 'r' }).expect(201);
    expect(problem(await app.post(path, { id: 'ONCE', unit: 's', reason: 'r' }).expect(409)).code).toBe(
      'catalog/building-block-exists',
    );
    const same = await app.put(`${path}/ONCE`, { unit: 's', reason: 'other words' }).expect(200);
    expect(same.headers['etag']).toBe('"1"');
    await app.put(`${path}/ONCE`, { unit: 'MB', reason: 'r' }).expect(200);
    const stale = problem(
      await app.put(`${path}/ONCE`, { unit: 'GB', reason: 'r' }).set('if-match', '"1"').expect(412),
    );
    expect(stale).toMatchObject({ code: 'catalog/building-block-changed', facts: { version: 2 } });
    await app.delete(`${path}/ONCE`, { reason: 'r' }).set('if-match', '"1"').expect(412);
    expect(problem(await app.put(`${path}/NONE`, { unit: 'GB', reason: 'r' }).expect(404)).code).toBe(
      'catalog/building-block-not-found',
    );
    await app.delete(`${path}/NONE`, { reason: 'r' }).expect(404);
    expect(
      problem(await app.put(`${path}/ONCE`, { unit: 'GB', reason: 'r' }).set('if-match', 'x').expect(400)).code,
    ).toBe('request/if-match');
  });

  it('answers the same request under one key once', async () => {
    const body = { id: 'KEYED', unit: 's', reason: 'r' };
    const first = await app.post(path, body).set('idempotency-key', 'keyed-1').expect(201);
    const second = await app.post(path, body).set('idempotency-key', 'keyed-1').expect(201);
    expect(second.body).toEqual(first.body);
  });

  it('says everything that is wrong at once', async () => {
    const { code, errors } = problem(await app.post(path, { id: '/', unitt: 's', effectiveFrom: 'today' }).expect(422));
    expect(code).toBe('catalog/building-block-invalid');
    expect(errors?.map((error) => error.path).sort()).toEqual(['effectiveFrom', 'id', 'reason', 'unit', 'unitt']);
    expect((await app.delete(`${path}/ONCE`).expect(422)).body).toMatchObject({ code: 'request/invalid' });
    for (const body of [null, [], 'x'])
      await app.post(path).set('content-type', 'application/json').send(JSON.stringify(body)).expect(422);
  });

  it('is found by id, name and unit, page by page', async () => {
    const ids = ['LIST_A', 'LIST_B', 'LIST_C'];
    for (const id of ids) await app.post(path, { id, name: `Größe ${id}`, unit: 'pages', reason: 'r' }).expect(201);
    await app.settle();
    const list = async (query: object) =>
      (await app.get(path, query).expect(200)).body as { items: Block[]; next?: string };
    expect((await list({ name: 'größe' })).items.map(({ id }) => id)).toEqual(ids);
    const first = await list({ unit: 'pages', limit: 2 });
    const second = await list({ unit: 'pages', limit: 2, after: first.next ?? '' });
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids);
    expect(second.next).toBeUndefined();
    await app.get(path, { serviceType: 'VOICE' }).expect(422);
  });

  it('may only be changed by who may', async () => {
    const key = (await app.post('/v1/api-keys', { name: 'reader', roles: ['viewer'] }).expect(201)).body as {
      key: string;
    };
    const asReader = (test: ReturnType<TestApp['get']>) => test.set('authorization', `Bearer ${key.key}`);
    await asReader(app.get(path)).expect(200);
    await asReader(app.post(path, { id: 'NO', unit: 's', reason: 'r' })).expect(403);
    await asReader(app.delete(`${path}/ONCE`, { reason: 'r' })).expect(403);
    await asReader(app.put('/v1/system-properties/timeZone', { value: 'UTC', reason: 'r' })).expect(403);
  });
});

describe('what names a building block, and what it names', () => {
  it('keeps it: it goes when nothing names it any more', async () => {
    await app.post('/v1/service-types', { id: 'IPTV', reason: 'r' }).expect(201);
    await app.post('/v1/usage-types', { id: 'VIEW', unit: 'minute', serviceType: 'IPTV', reason: 'r' }).expect(201);
    await app.post('/v1/usage-types', { id: 'RENT', unit: 'film', serviceType: 'IPTV', reason: 'r' }).expect(201);
    const children = [{ usageType: 'VIEW' }, { usageType: 'RENT' }];
    await app.post('/v1/multi-rate-usage-types', { id: 'VIEW', children, reason: 'r' }).expect(201);
    const refused = problem(await app.delete('/v1/usage-types/RENT', { reason: 'r' }).expect(409));
    expect(refused).toMatchObject({
      code: 'catalog/building-block-referenced',
      detail: 'The usage type RENT is in use by version 1 of multi-rate usage type VIEW: what uses it must go first',
    });
    await app.delete('/v1/service-types/IPTV', { reason: 'r' }).expect(409);
    await app.delete('/v1/multi-rate-usage-types/VIEW', { reason: 'r' }).expect(200);
    for (const id of ['RENT', 'VIEW']) await app.delete(`/v1/usage-types/${id}`, { reason: 'r' }).expect(200);
    await app.delete('/v1/service-types/IPTV', { reason: 'r' }).expect(200);
  });

  it('must be there first', async () => {
    const missing = problem(
      await app
        .post('/v1/billable-services', { id: 'CABLE', serviceType: 'NONE', usageTypes: ['CALL', 'NO'], reason: 'r' })
        .expect(422),
    );
    expect(missing.errors?.map((error) => error.path)).toEqual(['serviceType', 'usageTypes[1]']);
    const zone = { id: 'HOURS', rows: [], otherwise: 'ALWAYS', reason: 'r' };
    const needsZone = problem(await app.post('/v1/time-units', zone).expect(422));
    expect(needsZone.errors?.[0]?.message).toContain('PUT /v1/system-properties/timeZone');
    await app.put('/v1/system-properties/timeZone', { value: 'Europe/Berlin', reason: 'r' }).expect(200);
    await app.post('/v1/time-units', zone).expect(201);
    expect(problem(await app.delete('/v1/system-properties/timeZone', { reason: 'r' }).expect(409)).detail).toContain(
      'version 1 of time unit HOURS',
    );
  });

  it('of the feed is changed there, and may be named by it when it is own', async () => {
    expect(
      problem(
        await app.post('/v1/usage-types', { id: 'CALL', unit: 's', serviceType: 'VOICE', reason: 'r' }).expect(422),
      ).errors,
    ).toMatchObject([{ path: 'id' }]);
    expect(await shown('/v1/usage-types/CALL')).toMatchObject({
      source: 'FEED',
      version: 0,
      unit: 'second',
      versions: [],
    });
    await app.post('/v1/usage-types', { id: 'TEXT', unit: 'message', serviceType: 'VOICE', reason: 'r' }).expect(201);
    const service = {
      messageId: 's2',
      object: 'SERVICE',
      action: 'CREATE',
      effectiveFrom: '2026-01-01T00:00:00Z',
      payload: { service: 'TEXTS', name: 'Texts', serviceType: 'VOICE', usageTypes: ['TEXT'] },
    };
    expect((await app.post('/v1/feeds/catalog', [service]).expect(202)).body).toMatchObject({ complete: 1 });
    expect(problem(await app.delete('/v1/usage-types/TEXT', { reason: 'r' }).expect(409)).detail).toContain(
      'service TEXTS',
    );
    await app.settle();
    const services = (await app.get('/v1/billable-services', { source: 'FEED' }).expect(200)).body as {
      items: Block[];
    };
    expect(services.items.map(({ id }) => id)).toEqual(['LINE', 'TEXTS']);
  });

  it('is a price too', async () => {
    await app.post('/v1/accumulators', { id: 'SECONDS', unit: 'seconds', reason: 'r' }).expect(201);
    const tiers = { by: 'BALANCE', accumulator: 'SECONDS', steps: [{ price: '0.01' }] };
    const pricing = {
      currency: 'EUR',
      charges: [{ name: 'calls', measure: 'seconds', tiers, accumulators: ['SECONDS'] }],
    };
    const body = { effectiveFrom: '2026-01-01T00:00:00Z', pricing, reason: 'r' };
    await app.put('/v1/price-offers/M.STD.LINE.EUR/pricing', body).expect(200);
    expect(problem(await app.delete('/v1/accumulators/SECONDS', { reason: 'r' }).expect(409)).detail).toContain(
      'version 1 of the price of M.STD.LINE.EUR',
    );
    await app.post('/v1/currencies', { id: 'EUR', reason: 'r' }).expect(201);
    await app.delete('/v1/currencies/EUR', { reason: 'r' }).expect(409);
  });
});

describe('system properties', () => {
  it('are all there with what holds, and no others', async () => {
    const { items } = await shown('/v1/system-properties');
    expect(items).toMatchObject([
      { id: 'customRatesFromBilling', value: false, version: 0 },
      { id: 'shareAcrossMasterPlanInstances', value: false, fallback: false },
      { id: 'timeZone', value: 'Europe/Berlin', fallback: null, version: 1 },
    ]);
    await app.put('/v1/system-properties/customRatesFromBilling', { value: 'yes', reason: 'r' }).expect(422);
    await app.put('/v1/system-properties/customRatesFromBilling', { value: true, reason: 'r' }).expect(200);
    expect(await shown('/v1/system-properties/customRatesFromBilling')).toMatchObject({ value: true, version: 1 });
    await app.delete('/v1/system-properties/customRatesFromBilling', { reason: 'r' }).expect(200);
    expect(await shown('/v1/system-properties/customRatesFromBilling')).toMatchObject({ value: false, version: 2 });
    await app.put('/v1/system-properties/colour', { value: 'red', reason: 'r' }).expect(422);
    await app.get('/v1/system-properties/colour').expect(404);
    await app.put('/v1/system-properties/timeZone', { value: 'Mars', reason: 'r' }).expect(422);
  });
});

describe('units', () => {
  it('of zones take a hundred thousand prefixes, show them in pages and find the longest', async () => {
    const prefix = Array.from({ length: 99_998 }, (_, index) => `${10_000_000 + index * 37}*`);
    const rows = [
      { prefix, zone: 'FAR' },
      { prefix: '100000374*', zone: 'NEAR' },
      { prefix: '10000037411', zone: 'SOS' },
    ];
    const started = performance.now();
    await app.post('/v1/zone-units', { id: 'WORLD', attribute: 'to', rows, reason: 'r' }).expect(201);
    const seconds = (performance.now() - started) / 1000;
    expect(seconds).toBeLessThan(10);
    expect(await shown('/v1/zone-units/WORLD')).toMatchObject({ prefixCount: 100_000, zones: ['FAR', 'NEAR', 'SOS'] });
    const zoneOf = async (value: string) =>
      ((await app.get('/v1/zone-units/WORLD/lookup', { value }).expect(200)).body as { zone: string | null }).zone;
    expect(await zoneOf('1000003799')).toBe('FAR');
    expect(await zoneOf('10000037499')).toBe('NEAR');
    expect(await zoneOf('10000037411')).toBe('SOS');
    expect(await zoneOf('9')).toBeNull();
    const page = async (query: object) =>
      (await app.get('/v1/zone-units/WORLD/prefixes', query).expect(200)).body as {
        items: { prefix: string }[];
        next?: string;
      };
    expect((await page({ prefix: '100000374' })).items).toEqual([
      { prefix: '100000374*', zone: 'NEAR' },
      { prefix: '10000037411', zone: 'SOS' },
    ]);
    const first = await page({ zone: 'FAR', limit: 1000 });
    const second = await page({ zone: 'FAR', limit: 1, after: first.next ?? '' });
    expect(second.items).toEqual([{ prefix: prefix[1000], zone: 'FAR' }]);
    await app.get('/v1/zone-units/NONE/prefixes').expect(404);
    await app.get('/v1/zone-units/WORLD/lookup').expect(422);
  });

  it('that one event cannot hold are refused with what to do', async () => {
    let seed = 7;
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
    const next = () => letters[(seed = (seed * 48_271) % 2_147_483_647) % letters.length];
    const prefix = Array.from({ length: 90_000 }, () => `${Array.from({ length: 20 }, next).join('')}*`);
    const refused = await app.post('/v1/zone-units', {
      id: 'HUGE',
      attribute: 'to',
      rows: [{ prefix, zone: 'A' }],
      reason: 'r',
    });
    expect([refused.status, problem(refused).code]).toEqual([422, 'catalog/building-block-too-large']);
  });

  it('of time tell the time as rating sees it', async () => {
    const rows = [{ name: 'PEAK', days: ['WEEKDAY'], from: '08:00', to: '20:00' }];
    await app.post('/v1/time-units', { id: 'PEAKS', rows, otherwise: 'REST', reason: 'r' }).expect(201);
    const at = async (instant: string) =>
      ((await app.get('/v1/time-units/PEAKS/lookup', { at: instant }).expect(200)).body as { time: string }).time;
    expect([
      await at('2026-03-02T07:00:00Z'),
      await at('2026-03-02T06:59:59Z'),
      await at('2026-07-01T06:00:00Z'),
    ]).toEqual(['PEAK', 'REST', 'PEAK']);
    await app.get('/v1/time-units/NONE/lookup').expect(404);
    const overlap = [...rows, { name: 'NOON', days: ['MONDAY'], from: '12:00', to: '13:00' }];
    expect(
      problem(await app.post('/v1/time-units', { id: 'BAD', rows: overlap, otherwise: 'R', reason: 'r' }).expect(422))
        .errors,
    ).toEqual([{ path: 'rows[1]', message: 'overlaps rows[0] (PEAK): both cover MONDAY 12:00' }]);
  });
});
