import { DAY, flatPrice, RatingWorld, START } from '../../../../../test/support/rating-world.js';
import { LogUnavailable, type EventStore } from '../../../../shared/event-store/event-store.port.js';
import type { RecordedEvent } from '../../../../shared/kernel/event.js';
import type { RerateProposed, UsageRerated } from '../../domain/runs/rerated-events.js';
import type { BalanceLedger } from '../../domain/balance-ledger.js';
import type { RatingRunAnswered, RerateSelection } from '../../domain/runs/run-events.js';
import type { RunAnswerer, RunAnswerers } from './answer-run.js';
import { runAnswerers } from './answerers.js';

const PARTITIONS = 2;
const PEOPLE = 5;
/** 40 units free in a cycle, then 1.00 up to 100, then 0.50: what comes first decides what the later ones cost. */
const tiered = (first: string): unknown => ({
  currency: 'EUR',
  grants: [{ allowance: 'FREE', quantity: '40', unit: 'seconds' }],
  charges: [
    {
      name: 'calls',
      measure: 'seconds',
      tiers: { by: 'BALANCE', accumulator: 'TOTAL', steps: [{ upTo: '100', price: first }, { price: '0.50' }] },
      allowances: ['FREE'],
      accumulators: ['TOTAL'],
    },
  ],
});
const EVERYTHING: RerateSelection = { priceOfferId: 'BASIC.STD.CALLS.EUR' };

let world: RatingWorld;
beforeEach(async () => {
  world = await RatingWorld.open();
});
afterEach(() => world.close());

async function people(price: unknown): Promise<void> {
  await world.catalog();
  await world.price(price);
  for (let n = 0; n < PEOPLE; n += 1) await world.account(n);
}

/** Three calls of everybody, one of them in the next cycle. */
async function calls(chunk = 0): Promise<number> {
  return world.usage(
    Array.from({ length: 3 * PEOPLE }, (_, index) => ({
      serviceId: `N${index % PEOPLE}`,
      at: START + DAY * (index < 2 * PEOPLE ? 3 - Math.floor(index / PEOPLE) : 40) + chunk * 1000,
      quantities: { seconds: String(20 + index) },
    })),
  );
}

const rate = (store?: EventStore, answerers?: RunAnswerers): Promise<void> =>
  world.rate({ partitions: PARTITIONS, keepEvery: 16 }, store, answerers);
const ofType = <E>(events: readonly RecordedEvent[], type: string): (RecordedEvent & E)[] =>
  events.filter((event) => event.type === type) as (RecordedEvent & E)[];

async function preview(runId: string, selection = EVERYTHING): Promise<string> {
  await world.ratingRun(runId, { kind: 'RERATE', mode: 'PREVIEW', selection }, PARTITIONS);
  await rate();
  return runId;
}

async function commit(
  previewId: string,
  runId: string,
  store?: EventStore,
  selection = EVERYTHING,
  answerers?: RunAnswerers,
): Promise<void> {
  const hash = 'looked at by the command';
  const asked = { kind: 'RERATE', mode: 'COMMIT', selection, preview: { runId: previewId, hash } } as const;
  await world.ratingRun(runId, asked, PARTITIONS);
  await rate(store, answerers);
}

async function answers(runId: string): Promise<RatingRunAnswered['data'][]> {
  const all = ofType<RatingRunAnswered>(await world.said(), 'RatingRunAnswered.v1');
  return all.map(({ data }) => data).filter((data) => data.runId === runId);
}

/** As the streams stand: every charge by its id, in its last version. */
async function standing(): Promise<Record<string, string>> {
  const rows: Record<string, string> = {};
  for (const { type, data } of await world.said()) {
    if (type !== 'UsageBatchRated.v1' && type !== 'UsageRerated.v1') continue;
    const { head, columns } = data as UsageRerated['data'];
    columns.line.forEach((line, row) => {
      const { fileId } = head.sources[columns.source[row]!]!;
      const offer = head.offers[columns.offer[row]!]!;
      const version = type === 'UsageRerated.v1' ? columns.version[row] : 1;
      const { cycle, amount, quantity, impacts, before } = columns;
      rows[`${fileId}:${line}:${columns.charge[row]}`] = JSON.stringify([
        version! > 1 ? 'again' : 'first',
        offer.version,
        cycle[row],
        amount[row],
        quantity[row],
        impacts[row],
        before[row],
      ]);
    });
  }
  return rows;
}

const withoutVersion = (rows: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(rows).map(([id, row]) => [id, row.replace(/^\["(again|first)",\d+/, '[')]));

describe('a rerate', () => {
  it('proposes what a corrected price makes otherwise, and changes nothing', async () => {
    await people(flatPrice('0.60'));
    await calls();
    await rate();
    const before = await standing();
    await world.price(flatPrice('1.20'), 2);
    await preview('p1', { accountIds: ['A1'] });
    const proposed = ofType<RerateProposed>(await world.said(), 'RerateProposed.v1');
    expect(proposed.map(({ stream }) => stream)).toHaveLength(1);
    const { columns, head } = proposed[0]!.data;
    // 21, 26 and 31 seconds at 0.60 and then at 1.20 for 60, in the order of their times: the second day, the third, April.
    expect(columns['old.amount']).toStrictEqual(['0.26', '0.21', '0.31']);
    expect(columns.amount).toStrictEqual(['0.52', '0.42', '0.62']);
    expect(columns.version).toStrictEqual([2, 2, 2]);
    expect(head.money).toStrictEqual({ EUR: '0.78' });
    expect(head.accounts?.map(({ account }) => account)).toStrictEqual(['A1']);
    expect(await standing()).toStrictEqual(before);
    const said = await answers('p1');
    expect(said.map(({ counts }) => counts.changed).sort()).toStrictEqual([0, 3]);
    expect(said.flatMap(({ money }) => money)).toStrictEqual([{ currency: 'EUR', before: '0.78', after: '1.56' }]);
  });

  it('commits what was seen: all that rests on it too, as if the price had been right from the start', async () => {
    await people(tiered('1.00'));
    await calls();
    await calls(1);
    await rate();
    await world.price(tiered('3.00'), 2);
    await preview('p1');
    await commit('p1', 'c1');
    const after = await standing();
    const said = await answers('c1');
    expect(said.reduce((sum, { counts }) => sum + counts.stale, 0)).toBe(0);
    expect(said.reduce((sum, { counts }) => sum + counts.records, 0)).toBe(30);
    // The rows of the commit are those of the preview.
    const rowsOf = (events: readonly (RecordedEvent & (UsageRerated | RerateProposed))[]): unknown =>
      events.map(({ data }) => data.columns);
    const all = await world.said();
    expect(rowsOf(ofType<UsageRerated>(all, 'UsageRerated.v1'))).toStrictEqual(
      rowsOf(ofType<RerateProposed>(all, 'RerateProposed.v1')),
    );
    // Usage that comes afterwards is rated on the new balances, with and without a snapshot.
    world.snapshots.saved.clear();
    await calls(2);
    await rate();
    const further = await standing();
    expect(Object.keys(further)).toHaveLength(45);
    await world.close();

    world = await RatingWorld.open();
    await people(tiered('3.00'));
    await ordered();
    await rate();
    const right = withoutVersion(await standing());
    const inTheirOrder = (rows: Record<string, string>): string[] => Object.values(withoutVersion(rows)).sort();
    expect(inTheirOrder(further)).toStrictEqual(Object.values(right).sort());
    expect(Object.keys(after)).toHaveLength(30);
  });

  it('leaves an account alone that has moved since the preview, and names it', async () => {
    await people(tiered('1.00'));
    await calls();
    await rate();
    await world.price(tiered('3.00'), 2);
    await preview('p1');
    await world.usage([{ serviceId: 'N2', at: START + DAY, quantities: { seconds: '30' } }]);
    await commit('p1', 'c1');
    const said = await answers('c1');
    expect(said.reduce((sum, { counts }) => sum + counts.stale, 0)).toBe(1);
    expect(said.flatMap(({ problems = [] }) => problems)).toMatchObject([{ account: 'A2', code: 'STALE_PREVIEW' }]);
    const accounts = ofType<UsageRerated>(await world.said(), 'UsageRerated.v1').flatMap(
      ({ data }) => data.columns.account,
    );
    expect([...new Set(accounts)].sort()).toStrictEqual(['A0', 'A1', 'A3', 'A4']);
    // The same commit once more: every account it changed has moved by it.
    await commit('p1', 'c2');
    const again = await answers('c2');
    expect(again.reduce((sum, { counts }) => sum + counts.changed, 0)).toBe(0);
    expect(again.reduce((sum, { counts }) => sum + counts.stale, 0)).toBe(5);
  });

  it('counts an account that it cannot look at once, though something was proposed for it', async () => {
    await people(tiered('1.00'));
    await calls();
    await rate();
    await world.price(tiered('3.00'), 2);
    await preview('p1');
    const { RERATE } = runAnswerers(world.store);
    const broken: RunAnswerer = {
      answer: (place) => RERATE!.answer({ ...place, ledger: brokenLedger(place.ledger) }),
    };
    await commit('p1', 'c1', world.store, EVERYTHING, { RERATE: broken });
    const said = await answers('c1');
    const sum = (of: 'accounts' | 'problems' | 'stale') => said.reduce((all, { counts }) => all + counts[of], 0);
    expect([sum('accounts'), sum('problems'), sum('stale')]).toStrictEqual([PEOPLE, PEOPLE, 0]);
    const codes = said.flatMap(({ problems = [] }) => problems).map(({ account, code }) => `${account} ${code}`);
    expect(codes.sort()).toStrictEqual(Array.from({ length: PEOPLE }, (_, n) => `A${n} RATING_DEFECT`));
  });

  it('keeps what it cannot rate again, and says which record and why', async () => {
    await people(flatPrice('0.60'));
    await calls();
    await rate();
    const price = { when: { usageType: 'VOICE', attributes: { quality: 'HD' } } };
    await world.price(flatPrice('1.20', price), 2);
    await preview('p1', { accountIds: ['A0'] });
    const said = await answers('p1');
    expect(said.reduce((sum, { counts }) => sum + counts.problems, 0)).toBe(3);
    expect(said.flatMap(({ problems = [] }) => problems)).toMatchObject(
      [6, 1, 11].map((line) => ({ account: 'A0', fileId: 'f1', line, code: 'NO_MATCHING_RATE' })),
    );
    expect(ofType(await world.said(), 'RerateProposed.v1')).toHaveLength(0);
  });

  it('comes to the same state after a stop at every append', async () => {
    const fill = async (): Promise<void> => {
      await people(tiered('1.00'));
      await calls();
      await rate();
      await world.price(tiered('3.00'), 2);
      await preview('p1');
    };
    await fill();
    await commit('p1', 'c1');
    await calls(1);
    await rate();
    const expected = comparable(await world.said());
    for (const when of ['before', 'after'] as const) {
      for (const keep of [true, false]) {
        for (let n = 1; ; n += 1) {
          await world.close();
          world = await RatingWorld.open();
          await fill();
          const crashed = await commit('p1', 'c1', failing(world.store, n, when)).then(
            () => false,
            (error: unknown) => error instanceof LogUnavailable,
          );
          if (!keep) world.snapshots.saved.clear();
          await rate();
          await calls(1);
          await rate();
          expect(comparable(await world.said())).toStrictEqual(expected);
          if (!crashed) break;
        }
      }
    }
  }, 120_000);
});

/** The calls of three chunks, as they would have come in had nothing come late. */
async function ordered(): Promise<void> {
  const lines = [0, 1, 2].flatMap((chunk) =>
    Array.from({ length: 3 * PEOPLE }, (_, index) => ({
      serviceId: `N${index % PEOPLE}`,
      at: START + DAY * (index < 2 * PEOPLE ? 3 - Math.floor(index / PEOPLE) : 40) + chunk * 1000,
      quantities: { seconds: String(20 + index) },
      chunk,
    })),
  );
  // The third chunk came after the commit: it is rated behind what stood then.
  const early = lines.filter(({ chunk }) => chunk < 2).sort((a, b) => a.at - b.at);
  await world.usage(early);
  await world.usage(lines.filter(({ chunk }) => chunk === 2));
}

/** Whoever asks it for a balance gets an error. */
function brokenLedger(ledger: BalanceLedger): BalanceLedger {
  return new Proxy(ledger, {
    get: () => {
      throw new Error('planned');
    },
  });
}

/** A store whose n-th append fails: before it is done, or after. */
function failing(store: EventStore, n: number, when: 'before' | 'after'): EventStore {
  let appends = 0;
  return new Proxy(store, {
    get(target, property, receiver) {
      if (property !== 'append') return Reflect.get(target, property, receiver) as unknown;
      return async (...args: Parameters<EventStore['append']>) => {
        const fails = (appends += 1) === n;
        if (fails && when === 'before') throw new LogUnavailable('planned');
        const appended = await target.append(...args);
        if (fails) throw new LogUnavailable('planned');
        return appended;
      };
    },
  });
}

/** Stream by stream, with the ids; the places in the whole log may differ. */
function comparable(events: readonly RecordedEvent[]): unknown {
  return [...events]
    .sort((a, b) => a.stream.localeCompare(b.stream) || a.revision - b.revision)
    .map(({ stream, revision, type, data }) => ({ stream, revision, type, data: withoutPositions(data) }));
}

function withoutPositions(data: unknown): unknown {
  return JSON.parse(
    JSON.stringify(data, (key, value: unknown) => (key === 'position' || key === 'through' ? undefined : value)),
  );
}
