import Big from 'big.js';
import { until } from '../../src/tools/local/api-client.js';
import { problemOf, sampleText, SampleWorld } from '../support/sample-world.js';

const OFFER = 'MOBILE_M.STANDARD.MOBILE.EUR';
const ACCOUNTS = 6;

interface Run {
  readonly runId: string;
  readonly status: string;
  readonly position: number;
  readonly hash: string | null;
  readonly counts: { accounts: number; records: number; changed: number; problems: number; stale: number } | null;
  readonly money: readonly { currency: string; before: string; after: string }[];
  readonly problems: readonly { account: string; code: string; message: string }[];
}
interface Change {
  readonly id: string;
  readonly account: string;
  readonly version: number;
  readonly old: { readonly amount: string; readonly priceVersion: number } | null;
  readonly new: { readonly amount: string; readonly priceVersion: number };
}
interface Account {
  readonly account: string;
  readonly changes: number;
  readonly money: Run['money'];
  readonly balances: readonly { subscription: string; kind: string; resource: string; by: string }[];
}
interface Charge {
  readonly id: string;
  readonly account: string;
  readonly serviceId: string;
  readonly quantity: string;
  readonly amount: string;
  readonly version: number;
}
interface Balance {
  readonly resource: string;
  readonly balance: string;
}

/** The first seconds of a month are dear, the rest is not: what a call costs depends on what came before it. */
function price(first: string): unknown {
  return {
    currency: 'EUR',
    select: 'FIRST',
    grants: [{ allowance: 'FREE_SECONDS', quantity: '60', unit: 'seconds', per: 'CYCLE' }],
    charges: [
      {
        name: 'calls',
        when: { usageType: 'CALL' },
        measure: 'seconds',
        tiers: {
          by: 'BALANCE',
          accumulator: 'CALL_SECONDS',
          scope: 'GRADUATED',
          steps: [
            { upTo: '300', price: first, per: '60' },
            { price: '0.06', per: '60' },
          ],
        },
        allowances: ['FREE_SECONDS'],
        accumulators: ['CALL_SECONDS'],
      },
    ],
  };
}

let world: SampleWorld;
beforeAll(async () => {
  world = await SampleWorld.start({ accounts: ACCOUNTS, env: { RETALLY_PARTITIONS: '2' } });
  await put(price('0.24'), 'What the plan costs');
  await take('a', 60);
}, 120_000);
afterAll(() => world.stop());

const put = (pricing: unknown, reason: string): Promise<unknown> =>
  world.api.put(`/v1/price-offers/${OFFER}/pricing`, { effectiveFrom: '2020-01-01T00:00:00Z', pricing, reason });
/** @param of only the lines of this service id. */
const take = async (batch: string, records: number, of?: string): Promise<void> => {
  const [header, ...lines] = sampleText({ service: 'voice', records, accounts: ACCOUNTS, seed: 5, batch }).split('\n');
  const text = [header, ...lines.filter((line) => of === undefined || line.includes(of))].join('\n');
  expect(await world.take('voice', text, `voice-${batch}.csv`)).toMatchObject({ status: 'COMPLETED' });
};
const charges = (query = {}): Promise<Charge[]> => world.list<Charge>('/v1/monetized-usage', query);
const amounts = async (): Promise<Record<string, string>> =>
  Object.fromEntries((await charges()).map(({ id, amount }) => [id, amount]));
const total = (all: readonly { amount: string }[]): string =>
  all.reduce((sum, { amount }) => sum.plus(amount), Big(0)).toFixed();

async function ended({ runId }: { runId: string }): Promise<Run> {
  await world.app.settle(60_000);
  return until(
    `rerate ${runId}`,
    () => world.api.get<Run>(`/v1/rerates/${runId}`),
    ({ status }) => status === 'COMPLETED',
    { everyMs: 20, timeoutMs: 30_000 },
  );
}
const selection = { priceOfferId: OFFER };
const ask = (body: object): Promise<{ runId: string; position: number }> =>
  world.api.post('/v1/rerates', { reason: 'The price was entered with a wrong comma', ...body });
const preview = async (chosen: object = selection): Promise<Run> =>
  ended(await ask({ mode: 'PREVIEW', selection: chosen }));
const commit = async ({ runId, hash }: Run): Promise<Run> =>
  ended(await ask({ mode: 'COMMIT', previewId: runId, previewHash: hash }));

describe('a price that is corrected afterwards', () => {
  let seen: Run;
  let before: Record<string, string>;

  it('shows what would change, record by record and account by account, and changes nothing', async () => {
    before = await amounts();
    await put(price('0.12'), 'The comma was wrong');
    seen = await preview();
    expect(seen.counts).toMatchObject({ problems: 0, stale: 0 });
    expect(await amounts()).toEqual(before);

    const changes = await world.list<Change>(`/v1/rerates/${seen.runId}/changes`);
    expect(changes.length).toBeGreaterThan(0);
    for (const { id, version, old } of changes) {
      expect([id, old?.amount, version]).toEqual([id, before[id], 2]);
    }
    const money = { before: total(changes.map(({ old }) => old!)), after: total(changes.map((change) => change.new)) };
    expect(seen.money).toEqual([{ currency: 'EUR', ...money }]);
    const accounts = await world.list<Account>(`/v1/rerates/${seen.runId}/accounts`);
    expect(accounts.reduce((sum, { changes: each }) => sum + each, 0)).toBe(changes.length);
    expect(total(accounts.map((account) => ({ amount: account.money[0]!.after })))).toBe(money.after);
    // Only the rate is another one: what was counted and used up stays.
    expect(accounts.flatMap(({ balances }) => balances)).toEqual([]);
    const [one] = accounts;
    const own = await world.list<Change>(`/v1/rerates/${seen.runId}/changes`, { account: one!.account });
    expect(own).toEqual(changes.filter(({ account }) => account === one!.account));
    // The same of the run as a run of any kind.
    expect(await world.list<Change>(`/v1/rating-runs/${seen.runId}/changes`)).toEqual(changes);
    expect(await world.list<Account>(`/v1/rating-runs/${seen.runId}/accounts`)).toEqual(accounts);
  });

  it('is not committed by another hash, another selection, or without a preview', async () => {
    const asked = { mode: 'COMMIT', previewId: seen.runId, previewHash: seen.hash };
    const otherHash = await problemOf(ask({ ...asked, previewHash: '0'.repeat(64) }));
    expect(otherHash).toMatchObject({ status: 409, code: 'rating/preview-stale' });
    const otherSelection = await problemOf(ask({ ...asked, selection: { accountIds: ['A0000001'] } }));
    expect(otherSelection).toMatchObject({ status: 409, code: 'rating/preview-stale' });
    const none = await problemOf(ask({ ...asked, previewId: '0123456789abcdef' }));
    expect(none).toMatchObject({ status: 404, code: 'rating/preview-not-found' });
    const unchosen = await problemOf(ask({ mode: 'PREVIEW', selection: { from: '2026-01-01T00:00:00Z' } }));
    expect(unchosen).toMatchObject({ status: 422, code: 'rating/nothing-selected' });
    const unnamed = await problemOf(ask({ mode: 'COMMIT' }));
    expect(unnamed.errors?.map(({ path }) => path).sort()).toEqual(['previewHash', 'previewId']);
    expect(await amounts()).toEqual(before);
  });

  it('is committed as it was seen, but for an account that has moved since; a new preview brings that one', async () => {
    // More calls of one account alone, at the times of those that stand.
    const [one] = await charges();
    await take('b', 60, one!.serviceId);
    const moved = (await charges()).filter(({ id }) => before[id] === undefined).map(({ account }) => account);
    expect(new Set(moved)).toEqual(new Set([one!.account]));
    const run = await commit(seen);
    expect(run.counts?.stale).toBe(1);
    expect(run.problems).toMatchObject([{ account: moved[0], code: 'STALE_PREVIEW' }]);
    const changes = await world.list<Change>(`/v1/rerates/${run.runId}/changes`);
    const proposed = await world.list<Change>(`/v1/rerates/${seen.runId}/changes`);
    expect(changes).toEqual(proposed.filter(({ account }) => account !== moved[0]));
    const now = await amounts();
    for (const change of changes) expect([change.id, now[change.id]]).toEqual([change.id, change.new.amount]);

    const rest = await preview();
    expect(rest.counts).toMatchObject({ stale: 0 });
    expect(await world.list<Account>(`/v1/rerates/${rest.runId}/accounts`)).toMatchObject([{ account: moved[0] }]);
    const done = await commit(rest);
    expect(done.money).toEqual(rest.money);
    expect(await preview()).toMatchObject({ counts: { changed: 0 }, money: [] });
  });

  it('keeps every version, and the balances a record is rated on afterwards', async () => {
    const [again] = (await charges()).filter(({ version }) => version === 2);
    const detail = await world.api.get<{
      versions: readonly { version: number; amount: string; price: { version: number } }[];
      recomputed?: { equal: boolean };
    }>(`/v1/monetized-usage/${again!.id}`);
    const versions = detail.versions.map(({ version, amount, price: { version: of } }) => [version, amount, of]);
    expect(versions).toEqual([
      [2, again!.amount, 3],
      [1, before[again!.id], 2],
    ]);
    expect(detail.recomputed?.equal).toBe(true);
    await take('c', 60);
    // What came late was rated behind what stood; in the order of the calls some of it costs something else.
    const late = await preview({ accountIds: [again!.account] });
    if (late.counts?.changed !== 0) await commit(late);
    expect(await preview({ accountIds: [again!.account] })).toMatchObject({ counts: { changed: 0 }, money: [] });
    const counted = (await world.list<Balance>(`/v1/accounts/${again!.account}/balances`)).filter(
      ({ resource }) => resource === 'CALL_SECONDS',
    );
    const used = await charges({ account: again!.account });
    expect(total(counted.map(({ balance }) => ({ amount: balance })))).toBe(
      total(used.map(({ quantity }) => ({ amount: quantity }))),
    );
  });
});

describe('runs over billing cycles by hand', () => {
  it('settle what has ended, and nothing that is still to come', async () => {
    const asked = { kind: 'SECOND_PASS', reason: 'by hand' };
    const future = await problemOf(world.api.post('/v1/rating-runs', { ...asked, asOf: '2999-01-01T00:00:00Z' }));
    expect(future).toMatchObject({ status: 422, code: 'rating/as-of-in-future' });
    const { runId, position } = await world.api.post<{ runId: string; position: number }>('/v1/rating-runs', {
      ...asked,
      asOf: '2026-01-01T00:00:00Z',
    });
    await world.app.settle(60_000);
    const run = await world.api.get<Run>(`/v1/rating-runs/${runId}`, { minPosition: position });
    expect(run).toMatchObject({ status: 'COMPLETED', position, counts: { changed: 0, problems: 0 } });
    expect(await problemOf(world.api.get(`/v1/rerates/${runId}`))).toMatchObject({ code: 'rating/rerate-not-found' });
  });
});
