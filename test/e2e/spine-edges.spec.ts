import { openApiDocument } from '../../src/shared/http/openapi.js';
import { ApiClient } from '../../src/tools/local/api-client.js';
import { feed } from '../../src/tools/local/sample-setup.js';
import { correctedPrice, MOBILE_OFFER } from '../support/told-again.js';
import { problemOf, sampleText, SampleWorld } from '../support/sample-world.js';

const ACCOUNTS = 60;
const COORDINATES = { sourcePlatform: 'switch', serviceType: 'VOICE', usageRecordType: 'POSTPAID' };

/** Building blocks, each after those it names. */
const KINDS = [
  'currencies',
  'service-types',
  'usage-types',
  'billable-services',
  'multi-rate-usage-types',
  'allowances',
  'accumulators',
  'rate-units',
  'time-units',
  'zone-units',
];

let world: SampleWorld;
let fileId: string;
let acme: ApiClient;
let viewer: string;
/** A preview that proposes changes. */
let runId: string;

interface Listed {
  readonly items: readonly Readonly<Record<string, unknown>>[];
  readonly next?: string;
}

beforeAll(async () => {
  world = await SampleWorld.start({ accounts: ACCOUNTS, env: { RETALLY_TENANTS: 'main,acme' } });
  acme = new ApiClient(world.url, world.app.keyOf('acme'));
  await somethingOfEverything();
}, 60_000);
afterAll(() => world.stop());

/** Several items for every list there is. */
async function somethingOfEverything(): Promise<void> {
  const { api, app } = world;
  ({ fileId } = await world.upload('voice', sampleText({ service: 'voice', records: 2000, accounts: ACCOUNTS })));
  await world.ended(fileId);
  for (const batch of ['b', 'c'])
    await world.take('messages', sampleText({ service: 'messages', records: 700, accounts: ACCOUNTS, batch }));
  await app.settle();
  for (const errorCode of ['SERVICE_NOT_FOUND', 'ACCOUNT_NOT_ACTIVE']) {
    await api.post('/v1/suspense/reprocesses', { selection: { errorCode }, reason: 'Try' });
    await app.settle();
  }
  for (let run = 0; run < 3; run += 1) {
    await api.post('/v1/aggregations', { reason: `Run ${run}` });
    await app.settle();
    await world.take('voice', sampleText({ service: 'voice', records: 40, accounts: ACCOUNTS, batch: `r${run}` }));
  }
  await api.post('/v1/billing-batches/sends', { reason: 'Send' });
  await app.settle();
  await world.billing.post('/sandbox/invoice-run', {});
  await api.post('/v1/invoice-lines/polls', { reason: 'Learn' });
  const strange = (lineId: string) => ({ lineId, invoiceNo: 'X-1', invoiceLineNo: 1, amount: '1', currency: 'EUR' });
  await api.post('/v1/invoice-lines', { lines: ['x', 'y', 'z'].map(strange) });
  await api.post('/v1/job-schedules', {
    name: 'daily',
    frequency: 'DAILY',
    scheduledTime: '02:00:00',
    jobs: ['AGGREGATION'],
  });
  for (const businessDate of ['2026-02-01', '2026-02-02', '2026-02-03'])
    await api.post('/v1/job-schedules/daily/executions', { businessDate });
  await ownTerms();
  await ratingRuns();
  await buildingBlocks();
  const key = await api.post<{ key: string }>('/v1/api-keys', { name: 'Reader', roles: ['viewer'] });
  viewer = key.key;
  await app.settle();
}

/** Two of each kind, as the document's examples define them. */
async function buildingBlocks(): Promise<void> {
  const { paths } = openApiDocument(world.app.app);
  for (const kind of KINDS) {
    const body = paths[`/v1/${kind}`]?.post?.requestBody;
    const examples = body !== undefined && 'content' in body ? body.content['application/json']?.examples : undefined;
    for (const example of Object.values(examples ?? {}))
      if ('value' in example) await world.api.post(`/v1/${kind}`, example.value);
  }
  await world.api.put('/v1/system-properties/timeZone', { value: 'Europe/Berlin', reason: 'Where we are' });
}

/** What one account has beside the catalog. */
async function ownTerms(): Promise<void> {
  await world.api.post('/v1/allowances', { id: 'GIFT', unit: 'seconds', reason: 'Launch' });
  const said = (id: string, object: string, payload: object) => ({
    messageId: `own-${id}`,
    object,
    action: 'CREATE',
    effectiveFrom: '2026-01-01T00:00:00Z',
    payload: { account: 'A0000005', subscription: 'S0000005', ...payload },
  });
  await feed(world.api, 'accounts', [
    said('1', 'TOP_UP', { reference: 'receipt-1', resource: 'EUR', quantity: '10' }),
    said('2', 'TOP_UP', { reference: 'receipt-2', resource: 'EUR', quantity: '5' }),
    said('3', 'CUSTOM_RATES', { priceOfferId: MOBILE_OFFER, charge: 'messages', steps: [{ price: '0.01' }] }),
    said('4', 'COMMITMENT', { allowance: 'GIFT', amount: '5', currency: 'EUR' }),
  ]);
  await world.app.settle();
}

/** Two of each kind. */
async function ratingRuns(): Promise<void> {
  const { api, app } = world;
  await api.put(`/v1/price-offers/${MOBILE_OFFER}/pricing`, correctedPrice());
  const wanted = { selection: { priceOfferId: MOBILE_OFFER }, reason: 'It was agreed otherwise' };
  for (const run of ['1', '2']) {
    ({ runId } = await api.post<{ runId: string }>('/v1/rerates', { ...wanted, mode: 'PREVIEW' }));
    const asOf = `2026-03-0${run}T00:00:00Z`;
    for (const kind of ['SECOND_PASS', 'CYCLE_END']) await api.post('/v1/rating-runs', { kind, asOf, reason: 'Over' });
    await app.settle(60_000);
  }
}

/** A command that changes nothing that other tests look at, yet leaves an event. */
const aggregation = (key: string, reason = 'Edge') =>
  world.api.post<{ runId: string; position: number }>('/v1/aggregations', { reason }, { 'idempotency-key': key });

describe('idempotency keys', () => {
  it('the same key and payload give the first answer, another payload is refused', async () => {
    const first = await aggregation('edge-1');
    await world.app.settle();
    expect(await aggregation('edge-1')).toEqual(first);
    expect(await problemOf(aggregation('edge-1', 'Another reason'))).toMatchObject({
      status: 422,
      code: 'command/key-reused',
    });
    const runs = await world.list<{ runId: string }>('/v1/aggregations');
    expect(runs.filter(({ runId }) => runId === first.runId)).toHaveLength(1);
  });

  it('twins at the same moment have one effect', async () => {
    const before = (await world.list('/v1/aggregations')).length;
    const answers = await Promise.allSettled(Array.from({ length: 12 }, () => aggregation('edge-2')));
    await world.app.settle();
    const again = await aggregation('edge-2');
    for (const answer of answers) {
      if (answer.status === 'fulfilled') expect(answer.value).toEqual(again);
      else expect(answer.reason).toMatchObject({ status: 409, body: { code: 'command/in-flight' } });
    }
    expect(answers.some(({ status }) => status === 'fulfilled')).toBe(true);
    expect((await world.list('/v1/aggregations')).length - before).toBe(1);
  });

  it('of another tenant are another key', async () => {
    const ours = await aggregation('edge-3');
    const theirs = await acme.post<{ runId: string }>(
      '/v1/aggregations',
      { reason: 'Theirs' },
      { 'idempotency-key': 'edge-3' },
    );
    expect(theirs.runId).not.toBe(ours.runId);
    await world.app.settle();
  });
});

describe('lists', () => {
  /** What stands for a path's parameters. */
  const NAMES: Readonly<Record<string, string>> = { account: 'A0000005', id: 'A0000005', name: 'daily' };
  /** What a list needs, or shows too little without. */
  const QUERIES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    '/v1/raw-usage': COORDINATES,
    '/v1/billing-batches': { status: 'all' },
  };
  /** Of these there may be one item: by rule, or of the account looked at. */
  const SINGLE = /job-schedules$|accounts\/.*/;

  const lists = (): string[] =>
    Object.entries(openApiDocument(world.app.app).paths)
      .filter(([path]) => !path.startsWith('/v1/lineage'))
      .filter(([, { get }]) => get?.parameters?.some((parameter) => 'name' in parameter && parameter.name === 'after'))
      .map(([path]) => path);
  const statusOf = (path: string, query: Record<string, string | number | undefined>): Promise<number> =>
    world.api.get(path, query).then(
      () => 200,
      (error: unknown) => (error as { readonly status: number }).status,
    );
  const pathOf = (list: string): string =>
    list
      .replace('zone-units/{id}', 'zone-units/DESTINATIONS')
      .replaceAll(/\{(\w+)\}/g, (_, name: string) => ({ fileId, runId, ...NAMES })[name] ?? '');

  it('walks every item of every list exactly once, whatever the page size', async () => {
    const walked = lists();
    expect(walked.length).toBeGreaterThan(20);
    for (const list of walked) {
      const query = QUERIES[list] ?? {};
      const whole = await world.list(pathOf(list), query);
      expect([list, whole.length > (SINGLE.test(list) ? 0 : 1)]).toEqual([list, true]);
      expect([list, new Set(whole.map((item) => JSON.stringify(item))).size]).toEqual([list, whole.length]);
      for (const limit of [
        1 + Math.floor(whole.length / 7),
        Math.min(1000, Math.max(1, whole.length - 1)),
        Math.min(1000, whole.length),
      ]) {
        const pages: unknown[] = [];
        for (let after: string | undefined, more = true; more; more = after !== undefined) {
          const page: Listed = await world.api.get<Listed>(pathOf(list), { ...query, limit, after });
          expect(page.items.length).toBeLessThanOrEqual(limit);
          pages.push(...page.items);
          after = page.next;
        }
        expect([list, limit, pages]).toEqual([list, limit, whole]);
      }
    }
  }, 60_000);

  it('refuse a wrong limit, a cursor that is none, one of another list, and a filter nobody knows', async () => {
    const { next } = await world.api.get<Listed>('/v1/suspense/records', { limit: 1 });
    const wrongs = [
      { limit: 0 },
      { limit: 1001 },
      { limit: 'ten' },
      { after: 'nonsense' },
      { after: next },
      { no: '1' },
    ];
    const taken: unknown[] = [];
    for (const list of lists()) {
      for (const wrong of wrongs) {
        if (list === '/v1/suspense/records' && 'after' in wrong && wrong.after === next) continue;
        const status = await statusOf(pathOf(list), { ...QUERIES[list], ...wrong });
        if (status !== 422) taken.push([list, wrong, status]);
      }
    }
    expect(taken).toEqual([]);
  }, 60_000);

  it('show another tenant nothing of ours, nor do single things', async () => {
    for (const list of lists()) {
      const query = QUERIES[list] ?? {};
      const ours = new Set((await world.list(pathOf(list), query)).map((item) => JSON.stringify(item)));
      const answer = await acme.get<Listed>(pathOf(list), query).catch((error: unknown) => {
        expect([list, error]).toMatchObject([list, { status: 404 }]);
        return { items: [] };
      });
      const theirs = { items: answer.items };
      // What every tenant has from the start, as long as it says nothing else.
      if (list === '/v1/system-properties') theirs.items = theirs.items.filter(({ version }) => version !== 0);
      expect([list, theirs.items.filter((item) => ours.has(JSON.stringify(item)))]).toEqual([list, []]);
      const own = ['/v1/api-keys', '/v1/commands', '/v1/aggregations', '/v1/user-activities'];
      if (!own.includes(list)) expect([list, theirs.items]).toEqual([list, []]);
    }
    const [charge] = await world.list<{ id: string }>('/v1/monetized-usage', { fileId });
    const [invoiced] = await world.list<{ invoiceNo: string; invoiceLineNo: number }>('/v1/invoice-lines');
    const invoice = `${invoiced?.invoiceNo ?? ''}.${invoiced?.invoiceLineNo ?? 0}`;
    for (const path of [
      `/v1/usage-files/${fileId}`,
      `/v1/raw-usage/${fileId}:2`,
      `/v1/monetized-usage/${charge?.id ?? ''}`,
      `/v1/lineage/usage-records/${fileId}:2`,
      `/v1/lineage/invoice-lines/${invoice}`,
      `/v1/suspense/files/${fileId}/errors`,
      '/v1/job-schedules/daily',
      '/v1/accounts/A0000005',
      '/v1/price-offers/MOBILE_M.STANDARD.MOBILE.EUR',
      '/v1/mappings/switch-calls',
    ]) {
      await world.api.get(path);
      expect([path, (await problemOf(acme.get(path))).status]).toEqual([path, 404]);
    }
  }, 60_000);
});

describe('credentials', () => {
  const METHODS = ['get', 'post', 'put', 'delete', 'patch'] as const;

  function operations(): { method: string; path: string }[] {
    return Object.entries(openApiDocument(world.app.app).paths)
      .filter(([path]) => path.startsWith('/v1/'))
      .flatMap(([path, item]) =>
        METHODS.filter((method) => item[method] !== undefined).map((method) => ({
          method: method.toUpperCase(),
          path: path.replaceAll(/\{\w+\}/g, 'x'),
        })),
      );
  }

  async function answer(method: string, path: string, key: string | undefined): Promise<Response> {
    return fetch(`${world.url}${path}`, {
      method,
      headers: {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
      },
      ...(method === 'GET' ? {} : { body: '{}' }),
    });
  }

  it('unknown or none: 401 on every operation; a viewer: 403 on every one that writes', async () => {
    const unknown = `${viewer.slice(0, 17)}${'A'.repeat(43)}`;
    for (const { method, path } of operations()) {
      for (const key of [undefined, unknown, 'nonsense']) {
        const refused = await answer(method, path, key);
        expect([method, path, refused.status]).toEqual([method, path, 401]);
        expect(refused.headers.get('content-type')).toContain('application/problem+json');
      }
      const read = await answer(method, path, viewer);
      if (method !== 'GET' && path !== '/v1/mappings/try') {
        expect([method, path, read.status]).toEqual([method, path, 403]);
        expect(read.headers.get('content-type')).toContain('application/problem+json');
      }
      await read.body?.cancel();
    }
  }, 60_000);
});

describe('what no program should have to think about', () => {
  /** A body that does not even look like JSON is sent as a form. */
  const typeOf = (body: string): string =>
    /^[[{"]/.test(body) ? 'application/json' : 'application/x-www-form-urlencoded';
  const send = (method: string, path: string, body?: string): Promise<Response> =>
    fetch(`${world.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${world.app.key}`,
        ...(body === undefined ? {} : { 'content-type': typeOf(body) }),
      },
      ...(body === undefined ? {} : { body }),
    });
  const deep = `${'{"a":'.repeat(60)}1${'}'.repeat(60)}`;

  it.each<[string, string, string, string | undefined, number]>([
    ['an unknown field', 'POST', '/v1/aggregations', '{"reason":"x","force":true}', 422],
    ['an operator of a database', 'POST', '/v1/aggregations', '{"reason":{"$gt":""}}', 422],
    ['an operator inside a feed', 'POST', '/v1/feeds/accounts', '[{"messageId":"m","payload":{"$where":"1"}}]', 422],
    ['the prototype of every object', 'POST', '/v1/aggregations', '{"reason":"x","__proto__":{"admin":true}}', 400],
    ['a constructor', 'POST', '/v1/suspense/reprocesses', '{"selection":{"constructor":{"prototype":{}}}}', 400],
    ['an operator in a query', 'GET', '/v1/suspense/records?account[$ne]=x', undefined, 422],
    ['a filter twice', 'GET', '/v1/suspense/records?account=a&account=b', undefined, 422],
    ['half a JSON', 'POST', '/v1/aggregations', '{"reason":', 400],
    ['a body nested beyond reason', 'POST', '/v1/aggregations', deep, 422],
    ['another media type', 'POST', '/v1/aggregations', 'reason=x', 415],
    ['a path that is none', 'GET', '/v1/nothing', undefined, 404],
    ['a method that is none', 'DELETE', '/v1/usage-files', undefined, 405],
    ['a path that climbs', 'GET', '/v1/usage-files/..%2f..%2fetc%2fpasswd', undefined, 404],
    ['a path that cannot be decoded', 'GET', '/v1/usage-files/%E0%A4%A', undefined, 400],
    ['a NUL in a path', 'GET', '/v1/usage-files/a%00b', undefined, 404],
  ])('%s is refused with a problem', async (_, method, path, body, status) => {
    const answered = await send(method, path, body);
    const problem = (await answered.json()) as Record<string, unknown>;
    expect([answered.status, problem]).toEqual([status, expect.objectContaining({ status }) as unknown]);
    expect(answered.headers.get('content-type')).toContain('application/problem+json');
    expect(problem).toMatchObject({ title: expect.any(String) as string, code: expect.any(String) as string });
    expect(JSON.stringify(problem)).not.toMatch(/node_modules|at \w+ \(|\.ts:\d/);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it('a body beyond the limit is refused without being read', async () => {
    const answered = await send('POST', '/v1/feeds/accounts', `["${'x'.repeat(5 * 1024 * 1024)}"]`);
    expect(answered.status).toBe(413);
    expect(answered.headers.get('content-type')).toContain('application/problem+json');
  });
});
