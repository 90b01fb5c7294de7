import { LogUnavailable, type EventStore } from '../../../../shared/event-store/event-store.port.js';
import { calls, people } from '../../../../../test/support/people-calling.js';
import { RatingWorld, type RatedEvent } from '../../../../../test/support/rating-world.js';

let world: RatingWorld;
beforeEach(async () => {
  world = await RatingWorld.open();
});
afterEach(() => world.close());

/** What each stream says, row by row: how its records are cut into events is left out. */
function rowsOf(events: readonly RatedEvent[]): Record<string, unknown[]> {
  const rows: Record<string, unknown[]> = {};
  for (const { stream, data } of events) {
    const list = (rows[stream] ??= []);
    const { columns, head } = data;
    columns.line.forEach((line, row) => {
      const offer = head.offers[columns.offer[row]!];
      const values = Object.keys(columns).filter(
        (name) => !name.startsWith('s.') && name !== 'source' && name !== 'offer',
      );
      list.push([line, offer, ...values.map((name) => columns[name]![row])]);
    });
    const suspended = (rows[`${stream}, suspended`] ??= []);
    columns['s.line'].forEach((line, row) => {
      suspended.push([line, columns['s.code'][row], columns['s.message'][row]]);
    });
  }
  return rows;
}

describe('the rater, stopped and started again', () => {
  const CHUNKS = 6;
  const SNAPSHOTS = ['rating-main.0', 'rating-main.1', 'rating.reference.0', 'rating.reference.1', 'rating.tenants'];
  async function fill(): Promise<void> {
    await people(world, 9);
    const positions: number[] = [];
    for (let chunk = 0; chunk < CHUNKS; chunk += 1) {
      positions.push(await world.usage(calls(chunk, 240, 9)));
      if (chunk === 3) {
        await world.account(9);
        const records = calls(0, 240, 9).flatMap(({ serviceId }, ordinal) =>
          serviceId === 'N9' ? [{ position: positions[0]!, ordinal, line: ordinal + 1 }] : [],
        );
        await world.reprocess('r1', records);
      }
    }
  }

  /** A store whose n-th append to a rating partition fails: before it is done, or after. */
  function failing(n: number, when: 'before' | 'after'): EventStore {
    let appends = 0;
    return new Proxy(world.store, {
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

  it('comes out the same after a stop at every append, with and without snapshots', async () => {
    await fill();
    await world.rate({ keepEvery: 16, partitions: 2 });
    const expected = await world.rated();
    await world.close();
    for (const when of ['before', 'after'] as const) {
      for (const keep of [true, false]) {
        for (let n = 1; ; n += 1) {
          world = await RatingWorld.open();
          await fill();
          const crashed = await world.rate({ keepEvery: 16, partitions: 2 }, failing(n, when)).then(
            () => false,
            (error: unknown) => error instanceof LogUnavailable,
          );
          if (!keep) world.snapshots.saved.clear();
          await world.rate({ keepEvery: 16, partitions: 2 });
          const found = await world.rated();
          expect(rowsOf(found)).toStrictEqual(rowsOf(expected));
          if (!crashed) break;
          await world.close();
        }
        if (keep) expect([...world.snapshots.saved.keys()].sort()).toStrictEqual(SNAPSHOTS);
        await world.close();
      }
    }
    world = await RatingWorld.open();
  }, 120_000);

  it('takes up a long input in the middle, where its stream says', async () => {
    const lines = Array.from({ length: 4000 }, (_, index) => ({
      serviceId: 'N0',
      quantities: { seconds: String(index % 50) },
    }));
    for (const n of [2, 3]) {
      for (const when of ['before', 'after'] as const) {
        await people(world, 1);
        await world.usage(lines);
        await expect(world.rate({}, failing(n, when))).rejects.toThrow('planned');
        if (when === 'after') expect((await world.rated()).length).toBeGreaterThan(0);
        await world.rate();
        const { columns } = (await world.rated()).at(-1)!.data;
        expect((await world.rated()).flatMap(({ data }) => data.columns.line)).toStrictEqual(
          lines.map((_, i) => i + 1),
        );
        const total = lines.slice(0, -1).reduce((sum, line) => sum + Number(line.quantities.seconds), 0);
        expect(columns.before.at(-1)?.accumulator).toBe(String(total));
        await world.close();
        world = await RatingWorld.open();
      }
    }
  });

  it('gives the same events, ids included, whether or not a snapshot was at hand', async () => {
    await fill();
    await world.rate({ keepEvery: 16 });
    const expected = await world.rated();
    await world.close();
    world = await RatingWorld.open();
    await fill();
    for (const n of [2, 3, 5, 7]) {
      await world.rate({ keepEvery: 16 }, failing(n, 'before')).catch(() => undefined);
      world.snapshots.saved.clear();
    }
    await world.rate({ keepEvery: 16 });
    const byStream = (events: readonly RatedEvent[]): unknown =>
      [...events]
        .sort((a, b) => a.stream.localeCompare(b.stream) || a.revision - b.revision)
        .map(({ stream, revision, id, data: { head, columns } }) => ({ stream, revision, id, head, columns }));
    expect(byStream(await world.rated())).toStrictEqual(byStream(expected));
  }, 60_000);

  it('goes on without doubling when another writer takes over', async () => {
    await people(world, 9);
    const stop = new AbortController();
    const running = [world.rater({ lingerMs: 3 }), world.rater({ lingerMs: 1 })].map((rater) => rater.run(stop.signal));
    for (let chunk = 0; chunk < 30; chunk += 1) await world.usage(calls(chunk, 40, 9));
    const seen: number[] = [];
    for await (const delivery of world.store.subscribe({
      after: 0,
      filter: { categories: ['rating'] },
      signal: stop.signal,
    })) {
      if (delivery.kind !== 'event' || delivery.event.type !== 'UsageBatchRated.v1') continue;
      const { columns } = (delivery.event as RatedEvent).data;
      seen.push(...columns.line, ...columns['s.line']);
      if (seen.length >= 1200) break;
    }
    stop.abort();
    await Promise.all(running);
    const lines = (await world.rated()).flatMap(({ data }) => [...data.columns.line, ...data.columns['s.line']]);
    expect(lines.sort((a, b) => a - b)).toStrictEqual(Array.from({ length: 1200 }, (_, index) => index + 1));
    const rows = rowsOf(await world.rated());
    await world.close();
    world = await RatingWorld.open();
    await people(world, 9);
    for (let chunk = 0; chunk < 30; chunk += 1) await world.usage(calls(chunk, 40, 9));
    await world.rate();
    const alone = rowsOf(await world.rated());
    const sorted = (all: Record<string, unknown[]>): unknown =>
      Object.fromEntries(
        Object.entries(all).map(([stream, list]) => [stream, list.map((row) => JSON.stringify(row)).sort()]),
      );
    expect(sorted(rows)).toStrictEqual(sorted(alone));
  }, 60_000);

  it('leaves a snapshot of another log aside', async () => {
    await fill();
    await world.rate({ keepEvery: 16, partitions: 2 });
    const expected = rowsOf(await world.rated());
    const { saved } = world.snapshots;
    await world.close();
    world = await RatingWorld.open();
    await people(world, 9);
    for (let chunk = 0; chunk < 40; chunk += 1) await world.usage(calls(chunk, 5, 9));
    for (const [name, snapshot] of saved) world.snapshots.saved.set(name, snapshot);
    await world.rate();
    const lines = (await world.rated()).flatMap(({ data }) => [...data.columns.line, ...data.columns['s.line']]);
    expect(lines.length).toBe(200);
    expect(Object.keys(expected).length).toBeGreaterThan(1);
  });
});
