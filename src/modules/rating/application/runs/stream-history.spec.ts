import { DAY, flatPrice, RatingWorld, START } from '../../../../../test/support/rating-world.js';
import { HistoryIndex } from '../rater/history-index.js';
import type { AccountHistory, HistoryWanted } from './answer-run.js';
import { RunInterrupted } from './run-log.js';
import { StreamHistory } from './stream-history.js';

const STREAM = 'rating-main.0';
const MONTHS = [0, 31, 61, 92];
const EVENTS = 100;
const SELECTION = { priceOfferId: 'BASIC.STD.CALLS.EUR', from: START + 35 * DAY };

let world: RatingWorld;
let index: HistoryIndex;
let end: number;
beforeAll(async () => {
  world = await RatingWorld.open();
  await world.catalog();
  await world.price(flatPrice('0.60'));
  for (let n = 0; n < 7; n += 1) await world.account(n);
  const stop = new AbortController();
  const rater = world.rater({ partitions: 1 }).run(stop.signal);
  // A chunk per event, and a month for every 25 of them.
  for (let chunk = 0; chunk < EVENTS; chunk += 1) {
    const at = START + DAY * (MONTHS[Math.floor(chunk / 25)]! + 5);
    await world.usage(
      [chunk % 7, (chunk * 3) % 7].map((n) => ({ serviceId: `N${n}`, at, quantities: { seconds: '60' } })),
    );
    await world.answered(world.asked);
  }
  stop.abort();
  await rater;
  await world.price(flatPrice('1.20'), 2);
  await world.ratingRun('p', { kind: 'RERATE', mode: 'PREVIEW', selection: SELECTION }, 1);
  const preview = { runId: 'p', hash: '' };
  await world.ratingRun('c', { kind: 'RERATE', mode: 'COMMIT', selection: SELECTION, preview }, 1);
  await world.rate({ partitions: 1 });
  index = new HistoryIndex();
  end = 0;
  for await (const { revision, data } of world.store.readStream(STREAM)) {
    const { columns } = data as { columns?: Record<string, number[]> };
    index.add(revision, columns?.['cycle'], columns?.['old.cycle']);
    end = revision + 1;
  }
}, 60_000);
afterAll(() => world.close());

const history = (more: { mostRows?: number; index?: HistoryIndex; signal?: AbortSignal } = {}): StreamHistory =>
  new StreamHistory({ store: world.store, stream: STREAM, index, end, signal: new AbortController().signal, ...more });

async function groupsOf(from: StreamHistory, wanted: HistoryWanted): Promise<(readonly AccountHistory[])[]> {
  const groups: (readonly AccountHistory[])[] = [];
  for await (const group of from.groups(wanted)) groups.push(group);
  return groups;
}

describe('the history of a partition', () => {
  it('is what was said last of every charge, whether its rows may be held at once or not', async () => {
    const [all, ...none] = await groupsOf(history(), {});
    expect(none).toEqual([]);
    expect(all!.map(({ account }) => account)).toEqual([0, 1, 2, 3, 4, 5, 6].map((n) => `A${n}`));
    const rows = all!.flatMap((account) => account.rows);
    expect(rows).toHaveLength(2 * EVENTS);
    // March and the calls of the fifth of April before the time chosen are as they were.
    expect(rows.filter(({ version }) => version === 2)).toHaveLength(150);
    expect(
      rows.every(
        ({ version, amount, at }) =>
          amount === (version === 2 ? '1.2' : '0.6') && at >= SELECTION.from === (version === 2),
      ),
    ).toBe(true);
    const few = await groupsOf(history({ mostRows: 60 }), {});
    expect(few.length).toBeGreaterThan(2);
    expect(few.flat()).toEqual(all);
  });

  it('reads only what may hold a billing cycle, and the same with nothing known of where it is', async () => {
    const cycles = { from: START + 31 * DAY, to: START + 31 * DAY };
    const april = await groupsOf(history(), { cycles, accounts: new Set(['A1', 'A2']) });
    expect(april.flat().map(({ account }) => account)).toEqual(['A1', 'A2']);
    expect(april.flat().flatMap(({ rows }) => rows.map(({ cycle }) => cycle))).toEqual(
      april.flat().flatMap(({ rows }) => rows.map(() => cycles.from)),
    );
    const unknown = history({ index: new HistoryIndex(end) });
    expect(await groupsOf(unknown, { cycles, accounts: new Set(['A1', 'A2']) })).toEqual(april);
    const revisions: number[] = [];
    for await (const { revision } of history().events({ from: START, to: START })) revisions.push(revision);
    // March is in the first 25 events: one block of 32 is read, and none of the others.
    expect(revisions).toEqual(Array.from({ length: 32 }, (_, revision) => revision));
    expect(HistoryIndex.fromJSON(JSON.parse(JSON.stringify(index)) as ReturnType<HistoryIndex['toJSON']>)).toEqual(
      index,
    );
  });

  it('ends at once when its run is interrupted', async () => {
    await expect(groupsOf(history({ signal: AbortSignal.abort() }), {})).rejects.toThrow(RunInterrupted);
  });
});
