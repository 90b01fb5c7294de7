import Big from 'big.js';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lineage } from '../../src/modules/lineage/domain/lineage.js';
import { Projections } from '../../src/shared/read-models/projections.js';
import { samplePrices } from '../../src/tools/demo/data/sample-catalog.js';
import { until } from '../../src/tools/local/api-client.js';
import { compareReadModel } from '../../src/tools/replay/compare-read-model.js';
import { problemOf, sampleText, SampleWorld } from '../support/sample-world.js';

const ACCOUNTS = 6;
const RECORDS = 80;
const OFFER = 'AI_API.PAYG.INFERENCE.USD';

interface Monetized {
  readonly id: string;
  readonly recordId: string;
  readonly version: number;
  readonly withdrawn: boolean;
  readonly account: string;
  readonly subscription: string;
  readonly usageType: string;
  readonly rateSchedule: string;
  readonly quantity: string;
  readonly amount: string;
  readonly currency: string;
}
interface LineOfVersion {
  readonly state: string;
  readonly lineId?: string;
}
interface Version {
  readonly version: number;
  readonly current: boolean;
  readonly withdrawn: boolean;
  readonly amount: string;
  readonly price: { readonly version: number };
  readonly runId?: string;
  readonly actor: string;
  readonly reason: string | null;
  readonly recordedAt: string;
  readonly billedIn: LineOfVersion;
  readonly takenBackIn?: LineOfVersion;
  readonly log: { readonly stream: string; readonly revision: number };
}
interface Detail extends Monetized {
  readonly runId?: string;
  readonly price: { readonly version: number };
  readonly explanation: readonly string[];
  readonly recomputed?: { readonly equal: boolean };
  readonly versions: readonly Version[];
}
interface Line {
  readonly lineId: string;
  readonly account: string;
  readonly subscription: string;
  readonly usageType: string;
  readonly rateSchedule: string;
  readonly currency: string;
  readonly records: number;
  readonly quantity: string;
  readonly exact: string;
  readonly amount: string;
  readonly residualAfter: string;
}
interface Charge {
  readonly name: string;
  readonly tiers: { readonly steps: readonly { readonly price: string }[] };
}

let world: SampleWorld;
let fileId: string;
beforeAll(async () => {
  world = await SampleWorld.start({ accounts: ACCOUNTS });
  const text = sampleText({ service: 'tokens', records: RECORDS, accounts: ACCOUNTS, seed: 7 });
  ({ fileId } = await world.take('tokens', text));
}, 120_000);
afterAll(() => world.stop());

const PRICE = samplePrices().find(({ priceOfferId }) => priceOfferId === OFFER)!.body;
const CHARGES = (PRICE.pricing as { charges: readonly Charge[] }).charges;

/** Puts the list price times `factor`, in force from the first usage on, of the charges that are kept; then rates again. */
async function reprice(reason: string, factor: string, keep = CHARGES.length): Promise<void> {
  const charges = CHARGES.slice(0, keep).map((charge) => ({
    ...charge,
    tiers: {
      ...charge.tiers,
      steps: charge.tiers.steps.map((step) => ({ ...step, price: Big(step.price).times(factor).toFixed() })),
    },
  }));
  const body = { ...PRICE, reason, pricing: { ...(PRICE.pricing as object), charges } };
  await world.api.put(`/v1/price-offers/${OFFER}/pricing`, body);
  await rerate(reason);
}

async function rerate(reason: string): Promise<void> {
  const asked = { selection: { priceOfferId: OFFER }, reason };
  const preview = await ended(await world.api.post<{ runId: string }>('/v1/rerates', { ...asked, mode: 'PREVIEW' }));
  await ended(
    await world.api.post<{ runId: string }>('/v1/rerates', {
      ...asked,
      mode: 'COMMIT',
      previewId: preview.runId,
      previewHash: preview.hash,
    }),
  );
  await world.app.settle(60_000);
}

async function ended({ runId }: { runId: string }): Promise<{ runId: string; hash: string }> {
  await world.app.settle(60_000);
  return until(
    `rating run ${runId}`,
    () => world.api.get<{ runId: string; hash: string; status: string }>(`/v1/rerates/${runId}`),
    ({ status }) => status === 'COMPLETED',
    { everyMs: 20, timeoutMs: 30_000 },
  );
}

/** A whole day of billing: aggregate, send, have it invoiced, learn the invoice lines. @returns the lines of the run. */
async function bill(): Promise<Line[]> {
  const before = new Set((await lines()).map(({ lineId }) => lineId));
  const { runId } = await world.api.post<{ runId: string }>('/v1/aggregations', { reason: 'day' });
  await world.app.settle(60_000);
  expect(await world.api.get(`/v1/aggregations/${runId}`)).toMatchObject({ status: 'COMPLETED' });
  await world.api.post('/v1/billing-batches/sends', { reason: 'day' });
  await world.app.settle(60_000);
  await world.billing.post('/sandbox/invoice-run', {});
  await world.api.post('/v1/invoice-lines/polls', { reason: 'day' });
  await world.app.settle(60_000);
  return (await lines()).filter(({ lineId }) => !before.has(lineId));
}

const lines = (): Promise<Line[]> => world.list<Line>('/v1/aggregated-usage');
const current = (query = {}): Promise<Monetized[]> =>
  world.list<Monetized>('/v1/monetized-usage', { fileId, ...query });
const detail = (id: string, query = {}): Promise<Detail> => world.api.get<Detail>(`/v1/monetized-usage/${id}`, query);
const lineage = (path: string, query = {}): Promise<Lineage> => world.api.get<Lineage>(`/v1/lineage/${path}`, query);
const keyOf = (one: Line | Monetized): string =>
  [one.account, one.subscription, one.usageType, one.rateSchedule, one.currency].join('/');
const sum = (amounts: readonly string[]): string => amounts.reduce((total, one) => total.plus(one), Big(0)).toFixed();
const edges = ({ edges: list }: Lineage): string[] => list.map(({ from, relation, to }) => `${from} ${relation} ${to}`);

/** Whatever was rated and billed in whatever order: billing stands at what usage costs now, to the last digit and cent. */
async function expectConserved(): Promise<void> {
  const records = await current();
  const billed = await lines();
  for (const key of new Set([...records, ...billed].map(keyOf))) {
    const exact = sum(billed.filter((line) => keyOf(line) === key).map((line) => line.exact));
    const quantity = sum(billed.filter((line) => keyOf(line) === key).map((line) => line.quantity));
    const mine = records.filter((record) => keyOf(record) === key);
    expect([key, exact, quantity]).toEqual([
      key,
      sum(mine.map((one) => one.amount)),
      sum(mine.map((one) => one.quantity)),
    ]);
  }
  const { money } = await world.file(fileId);
  expect(Big(money['USD'] ?? 'NaN').eq(sum(records.map(({ amount }) => amount)))).toBe(true);
  for (const account of new Set(records.map((record) => record.account))) {
    const summaries = await world.list<{ amount: string; records: number }>(`/v1/accounts/${account}/usage-summary`);
    const mine = records.filter((record) => record.account === account);
    expect(sum(summaries.map(({ amount }) => amount))).toBe(sum(mine.map(({ amount }) => amount)));
    expect(sum(summaries.map((each) => String(each.records)))).toBe(String(mine.length));
    const listed = await world.list<Monetized>('/v1/monetized-usage', { account, fileId });
    expect(listed.map(({ id }) => id).sort()).toEqual(mine.map(({ id }) => id).sort());
  }
  const { ledger } = world.sandbox;
  expect(ledger.duplicates()).toEqual([]);
  expect(Object.fromEntries(ledger.records.map((one) => [one.clientRecordId, one.amount]))).toEqual(
    Object.fromEntries(billed.map(({ lineId, amount }) => [lineId, Big(amount).toFixed()])),
  );
}

interface Told {
  readonly items: readonly { id: string; node: string; version: number; quantity: string; amount: string }[];
  readonly edges: ReadonlySet<string>;
}

/** Every row of a line is told, page by page, and together they are the line. */
async function told(line: Line): Promise<Told> {
  const items: Told['items'][number][] = [];
  const found = new Set<string>();
  let after: string | undefined;
  do {
    const query = { limit: 20, ...(after === undefined ? {} : { after }) };
    const page = await lineage(`aggregated-usage/${line.lineId}`, query);
    expect([page.balanced, page.records?.total]).toEqual([true, line.records]);
    items.push(...(page.records?.items ?? []));
    for (const edge of edges(page)) found.add(edge);
    after = page.records?.next;
  } while (after !== undefined);
  expect([items.length, new Set(items.map(({ node }) => node)).size]).toEqual([line.records, line.records]);
  expect(sum(items.map(({ amount }) => amount))).toBe(Big(line.exact).toFixed());
  expect(sum(items.map(({ quantity }) => quantity))).toBe(Big(line.quantity).toFixed());
  return { items, edges: found };
}

/** The tests below are one story and run in their order. */
describe('usage that is rated again, and its bill', () => {
  let one: Monetized;
  let beforeRerates: string;

  it('rated again before it is billed: every line is what it costs now, and tells the correction', async () => {
    const before = await current();
    beforeRerates = new Date().toISOString();
    await reprice('The list was a tenth too cheap', '1.1');
    const now = await current();
    expect(now.map(({ id }) => id).sort()).toEqual(before.map(({ id }) => id).sort());
    expect(new Set(now.map(({ version }) => version))).toEqual(new Set([2]));
    expect(sum(now.map(({ amount }) => amount))).toBe(
      Big(sum(before.map(({ amount }) => amount)))
        .times('1.1')
        .toFixed(),
    );
    const made = await bill();
    expect(made.map(({ records }) => records).reduce((a, b) => a + b)).toBe(2 * now.length);
    await expectConserved();
    for (const line of made) await told(line);
    one = now[0]!;
  }, 120_000);

  it('rated again after it is billed: a credit of the difference, pointing at what it corrects', async () => {
    const billedBefore = await lines();
    await reprice('The increase was wrong', '1');
    const made = await bill();
    expect(made.map(keyOf).sort()).toEqual(billedBefore.map(keyOf).sort());
    expect(made.every(({ exact, quantity }) => exact.startsWith('-') && quantity === '0')).toBe(true);
    await expectConserved();
    for (const line of made) {
      const rows = await told(line);
      for (const { id, node, version } of rows.items) {
        expect([node, version]).toEqual([`MONETIZED_USAGE/${id}@3`, 3]);
        expect(rows.edges).toContain(`MONETIZED_USAGE/${id}@2 CORRECTED_BY ${node}`);
      }
    }
  }, 120_000);

  it('a record tells its versions: who, why, when, and the lines each was added to and taken back from', async () => {
    const record = await detail(one.id);
    expect(record).toMatchObject({ version: 3, withdrawn: false, recomputed: { equal: true } });
    const [third, second, first] = record.versions;
    expect(record.versions.map(({ version, current: now, price }) => [version, now, price.version])).toEqual([
      [3, true, 3],
      [2, false, 2],
      [1, false, 1],
    ]);
    expect([first?.reason, second?.reason, third?.reason]).toEqual([
      null,
      'The list was a tenth too cheap',
      'The increase was wrong',
    ]);
    expect(third?.actor).toMatch(/^key:/);
    expect(record.runId).toBe(third?.runId);
    // The first was taken back before it was billed, so one line has both; the second was billed there.
    const [netted] = (await lines()).filter((line) => line.lineId === first?.billedIn.lineId);
    expect(netted).toBeDefined();
    expect(first?.takenBackIn).toEqual(first?.billedIn);
    expect(second?.billedIn).toEqual(first?.billedIn);
    expect(third?.billedIn).toEqual(second?.takenBackIn);
    expect(third?.billedIn).not.toEqual(second?.billedIn);

    const whole = await lineage(`usage-records/${one.recordId}`);
    const node = `MONETIZED_USAGE/${one.id}`;
    expect(edges(whole)).toEqual(
      expect.arrayContaining([
        `USAGE_RECORD/${one.recordId} MONETIZED_INTO ${node}`,
        `${node} CORRECTED_BY ${node}@2`,
        `${node}@2 CORRECTED_BY ${node}@3`,
        `RATING_RUN/${third?.runId ?? ''} RERATED ${node}@3`,
        `${node} SUMMED_INTO AGGREGATED_USAGE/${first?.billedIn.lineId ?? ''}`,
        `${node}@2 SUMMED_INTO AGGREGATED_USAGE/${first?.billedIn.lineId ?? ''}`,
        `${node}@3 SUMMED_INTO AGGREGATED_USAGE/${third?.billedIn.lineId ?? ''}`,
      ]),
    );
    expect(whole).toMatchObject({ openEnds: [], balanced: true });
  });

  it('answers a record as it stood in the log at an instant', async () => {
    const { versions } = await detail(one.id);
    for (const { version, recordedAt, amount } of versions) {
      expect(await detail(one.id, { asOf: recordedAt })).toMatchObject({
        version,
        amount,
        price: { version },
        recomputed: { equal: true },
        versions: { length: 3 },
      });
    }
    expect(await detail(one.id, { asOf: beforeRerates })).toMatchObject({ version: 1 });
    const early = await problemOf(detail(one.id, { asOf: '2020-01-01T00:00:00Z' }));
    expect(early).toMatchObject({ status: 404, code: 'rating/monetized-usage-not-yet' });
    expect(await problemOf(detail(one.id, { asOf: 'yesterday' }))).toMatchObject({ status: 422 });
  });

  it('a charge that is made no more is withdrawn and credited; made again, it goes on from there', async () => {
    const made = (index: number): Promise<Monetized[]> =>
      current().then((all) => all.filter(({ id }) => id.endsWith(`:${index}`)));
    const output = await made(2);
    await reprice('Output is free', '1', 2);
    expect(await made(2)).toEqual(
      output.map((each) => ({ ...each, version: 4, withdrawn: true, quantity: '0', amount: '0' })),
    );
    const credits = await bill();
    expect(new Set(credits.map(({ usageType }) => usageType))).toEqual(new Set(['TOKENS_OUTPUT']));
    await expectConserved();
    for (const line of credits) await told(line);
    const gone = await detail(output[0]!.id);
    expect(gone).toMatchObject({ version: 4, withdrawn: true, amount: '0', impacts: [] });
    expect(gone.recomputed).toBeUndefined();
    expect(gone.explanation[0]).toContain('not charged this any more');

    await reprice('Output is not free', '1');
    expect(await made(2)).toEqual(output.map((each) => ({ ...each, version: 5 })));
    const debits = await bill();
    expect(sum([...credits, ...debits].map(({ exact }) => exact))).toBe('0');
    await expectConserved();
    for (const line of debits) await told(line);
  }, 120_000);

  it('what comes to nothing between two aggregations makes no line, and says so', async () => {
    await reprice('A slip', '3');
    await reprice('The slip is mended', '1');
    expect(await bill()).toEqual([]);
    await expectConserved();
    const { versions } = await detail(one.id);
    expect(versions[0]).toMatchObject({ reason: 'The slip is mended', billedIn: { state: 'NOTHING' } });
    expect(versions[1]).toMatchObject({
      reason: 'A slip',
      billedIn: { state: 'NOTHING' },
      takenBackIn: { state: 'NOTHING' },
    });
    const whole = await lineage(`monetized-usage/${one.id}`);
    expect(whole.openEnds.map(({ at, state }) => [at, state])).toEqual(
      [versions[1], versions[0]].map((version) => [`MONETIZED_USAGE/${one.id}@${version?.version ?? 0}`, 'ENDED']),
    );
  }, 120_000);

  it('every read model comes out of the log as it stands', async () => {
    const live = world.app.readModels;
    const folder = mkdtempSync(join(tmpdir(), 'retally-rebuilt-'));
    try {
      for (const projection of world.app.app.get(Projections).all()) {
        const { collections } = await compareReadModel(projection, { store: world.app.store, live, folder });
        expect(collections.filter(({ equal }) => !equal)).toEqual([]);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 120_000);
});
