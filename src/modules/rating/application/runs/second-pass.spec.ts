import { DAY, RatingWorld, START } from '../../../../../test/support/rating-world.js';
import type { RecordedEvent } from '../../../../shared/kernel/event.js';
import type { UsageRerated } from '../../domain/runs/rerated-events.js';
import type { RatingRunAnswered } from '../../domain/runs/run-events.js';

/** The whole of a cycle costs 1.00 a unit up to 100 units, 0.50 beyond that; until it is known, what the first step says. */
const byVolume = {
  currency: 'EUR',
  charges: [
    {
      name: 'calls',
      measure: 'seconds',
      tiers: {
        by: 'VOLUME',
        scope: 'WHOLE',
        accumulator: 'TOTAL',
        provisional: 'FIRST_TIER',
        steps: [{ upTo: '100', price: '1.00' }, { price: '0.50' }],
      },
      accumulators: ['TOTAL'],
    },
  ],
};
const MARCH = START;
const APRIL = START + 31 * DAY;
const MAY = APRIL + 30 * DAY;

let world: RatingWorld;
beforeEach(async () => {
  world = await RatingWorld.open();
  await world.catalog();
  await world.price(byVolume);
  await world.account(0);
  await world.account(1);
});
afterEach(() => world.close());

const rate = (): Promise<void> => world.rate({ partitions: 2, keepEvery: 16 });
const call = (serviceId: string, at: number, seconds: number) => ({
  serviceId,
  at,
  quantities: { seconds: String(seconds) },
});

async function pass(runId: string, asOf: number): Promise<{ counts: unknown; rows: string[]; problems: string[] }> {
  await world.ratingRun(runId, { kind: 'SECOND_PASS', asOf }, 2);
  await rate();
  const said = await world.said();
  const answers = said
    .filter(({ type }) => type === 'RatingRunAnswered.v1')
    .map(({ data }) => data as RatingRunAnswered['data'])
    .filter((data) => data.runId === runId);
  const problems = answers.flatMap((data) => data.problems ?? []).map(({ line, code }) => `${line} ${code}`);
  const counts = answers
    .map((data) => [data.counts.accounts, data.counts.records, data.counts.changed, data.passedTo])
    .sort();
  const rows = said
    .filter((event): event is RecordedEvent & UsageRerated => event.type === 'UsageRerated.v1')
    .filter(({ data }) => data.head.runId === runId)
    .flatMap(({ data: { columns } }) =>
      columns.line.map(
        (line, row) => `${line} v${columns.version[row]} ${columns['old.amount'][row]} -> ${columns.amount[row]}`,
      ),
    );
  return { counts, rows, problems };
}

/** Amounts of what a rerate of everything of A0 makes otherwise. */
async function rerateOfA0(): Promise<readonly string[]> {
  const selection = { accountIds: ['A0'] };
  await world.ratingRun('p1', { kind: 'RERATE', mode: 'PREVIEW', selection }, 2);
  const preview = { runId: 'p1', hash: '' };
  await world.ratingRun('c1', { kind: 'RERATE', mode: 'COMMIT', selection, preview }, 2);
  await rate();
  return (await world.said())
    .filter((event): event is RecordedEvent & UsageRerated => event.type === 'UsageRerated.v1')
    .filter(({ data }) => data.head.runId === 'c1')
    .flatMap(({ data: { columns } }) => columns.amount);
}

describe('a second pass', () => {
  it('prices a billing cycle that has ended at what it came to, and others as they are', async () => {
    await world.usage([
      call('N0', MARCH + DAY, 60),
      call('N0', MARCH + 2 * DAY, 90),
      call('N1', MARCH + DAY, 80),
      call('N0', APRIL + DAY, 200),
    ]);
    await rate();
    const march = await pass('s1', APRIL);
    // A0 came to 150 units in March: 75.00, which is 30.00 for 60 of them and 45.00 for 90; A1 stays in the first step.
    expect(march.rows.sort()).toStrictEqual(['1 v2 60 -> 30', '2 v2 90 -> 45', '3 v2 80 -> 80']);
    // Nothing has come since, and no cycle has ended.
    const again = await pass('s2', APRIL + 5 * DAY);
    expect(again.rows).toStrictEqual([]);
    expect(again.counts).toStrictEqual([
      [0, 0, 0, APRIL + 5 * DAY],
      [0, 0, 0, APRIL + 5 * DAY],
    ]);
    // April has ended meanwhile: 200 units at 0.50.
    const april = await pass('s3', MAY);
    expect(april.rows).toStrictEqual(['4 v2 200 -> 100']);
  });

  it('passes a cycle again for what came late, and comes to what it would have been with it from the start', async () => {
    await world.usage([call('N0', MARCH + DAY, 60)]);
    await rate();
    expect((await pass('s1', APRIL)).rows).toStrictEqual(['1 v2 60 -> 60']);
    world.snapshots.saved.clear();
    await world.usage([call('N0', MARCH + 3 * DAY, 90)]);
    await rate();
    // Rated first as the first pass says, 90.00; the cycle now comes to 150 units, 75.00.
    expect((await pass('s2', APRIL)).rows).toStrictEqual(['1 v3 60 -> 30', '2 v2 90 -> 45']);
  });

  it('does not lose what came late to a pass that is asked for an earlier date than the last one', async () => {
    await world.usage([call('N0', MARCH + DAY, 60)]);
    await rate();
    expect((await pass('s1', APRIL)).rows).toStrictEqual(['1 v2 60 -> 60']);
    await world.usage([call('N0', MARCH + 3 * DAY, 90)]);
    await rate();
    // March had its second pass: what came late for it is looked at once, by this one.
    const earlier = await pass('s2', MARCH);
    expect(earlier.rows).toStrictEqual(['1 v3 60 -> 30', '2 v2 90 -> 45']);
    expect(earlier.counts).toContainEqual([1, 2, 2, APRIL]);
    expect((await pass('s3', APRIL + DAY)).rows).toStrictEqual([]);
  });

  it('goes with a rerate that touches a cycle it was for', async () => {
    await world.usage([call('N0', MARCH + DAY, 60), call('N0', MARCH + 2 * DAY, 90)]);
    await rate();
    await pass('s1', APRIL);
    const [first] = byVolume.charges;
    const cheaper = { ...first, tiers: { ...first!.tiers, steps: [{ price: '0.20' }] } };
    await world.price({ ...byVolume, charges: [cheaper] }, 2);
    expect(await rerateOfA0()).toStrictEqual(['12', '18']);
    expect((await pass('s2', APRIL)).rows).toStrictEqual([]);
  });

  it.each([
    ['was in another currency at the time', { currency: 'USD' }, 'CURRENCY_MISMATCH'],
    ['was not active at the time', { status: 'SUSPENDED' }, 'ACCOUNT_NOT_ACTIVE'],
  ])('names what it cannot price, for an account %s; once mended, a rerate does', async (_, wrong, code) => {
    await world.usage([call('N0', MARCH + DAY, 60), call('N0', MARCH + 2 * DAY, 90)]);
    await rate();
    await world.account(0, wrong);
    const failed = await pass('s1', APRIL + 3 * DAY);
    expect(failed.rows).toStrictEqual([]);
    expect(failed.problems).toStrictEqual([`1 ${code}`, `2 ${code}`]);
    await world.account(0);
    // The mark has moved on: nothing has come since.
    expect((await pass('s2', APRIL + 4 * DAY)).rows).toStrictEqual([]);
    expect(await rerateOfA0()).toStrictEqual(['30', '45']);
  });
});
