import type { Projection } from '../../src/shared/read-models/projection.js';
import { REPLAYS_PROJECTION, replaysProjection } from '../../src/shared/read-models/replays.projection.js';
import { hashes, statusOf, world, type World } from './read-models.projections.contract.js';
import {
  append,
  items,
  itemsProjection,
  ownerTotals,
  poisoned,
  PROJECTIONS,
  runnerOf,
  story,
  totalsProjection,
  type OpenReadModels,
  type ReadModelsUnderTest,
} from './read-models.fixtures.js';

const SMALL = { changes: 20, events: 10, milliseconds: 1000 };

/** Any read model can be built anew while the old rows serve, and comes out the same. */
export function rebuildContract(name: string, make: () => Promise<ReadModelsUnderTest>): void {
  describe(`read models contract, rebuilds: ${name}`, () => {
    let adapter: ReadModelsUnderTest;
    let at: World;
    let reader: OpenReadModels;
    const runner = (projections: readonly Projection[] = PROJECTIONS) =>
      runnerOf(at.store, at.models().writer, projections, SMALL);

    beforeEach(async () => {
      adapter = await make();
      at = await world(adapter);
      reader = await adapter.openReader();
    });
    afterEach(async () => {
      await reader.close();
      await at.end();
      await adapter.dispose();
    });

    let requests = 0;
    beforeEach(() => (requests = 0));
    const request = (readModel: string, mode: 'REBUILD' | 'RESUME') =>
      append(at.store, `replay-main.${readModel}`, requests++, [
        { type: 'ReplayRequested.v1', data: { readModel, mode, reason: null } },
      ]);

    it('rebuilds what was asked for while new events come in, and the rows are the same', async () => {
      await append(at.store, 'thing-main.a', 0, story(300));
      await runner().catchUp();
      await request('owner-totals', 'REBUILD');
      const ending = new AbortController();
      const running = runner().run(ending.signal);
      for (let n = 0; n < 10; n += 1) await append(at.store, `thing-main.b${n}`, 0, story(30, 300 + n * 30));
      await until(async () => (await statusOf(reader, 'owner-totals'))?.rebuiltAt !== undefined);
      expect(await reader.waitFor('owner-totals', await at.store.head(), 10_000)).toBe(true);
      expect(await reader.waitFor('items', await at.store.head(), 10_000)).toBe(true);
      ending.abort();
      await running;
      expect(await statusOf(reader, 'owner-totals')).toMatchObject({ state: 'RUNNING', behind: 0 });
      const rebuilt = await hashes(reader);
      const fresh = await make();
      const models = await fresh.openWriter();
      await runnerOf(at.store, models.writer).catchUp();
      expect(rebuilt).toEqual(await hashes(models));
      await models.close();
      await fresh.dispose();
    });

    it('carries a request out once, also over a restart', async () => {
      await append(at.store, 'thing-main.a', 0, story(40));
      await request('items', 'REBUILD');
      const seen: number[] = [];
      const watching = poisoned(itemsProjection, ({ position }) => {
        seen.push(position);
        return false;
      });
      await runner([watching, replaysProjection]).catchUp();
      expect(seen).toHaveLength(80);
      await at.restart();
      await runner([watching, replaysProjection]).catchUp();
      expect(seen).toHaveLength(80);
      expect(await statusOf(reader, 'items')).toMatchObject({ state: 'RUNNING', behind: 0 });
    });

    it('serves the old rows while a new version is built beside them, and swaps all collections at once', async () => {
      await append(at.store, 'thing-main.a', 0, story(200));
      await runner().catchUp();
      const before = await reader.canonicalHash(ownerTotals);
      const doubled: Projection = {
        ...totalsProjection,
        version: 2,
        *project(event) {
          yield* totalsProjection.project(event);
          yield* totalsProjection.project(event);
        },
      };
      await at.restart();
      const ending = new AbortController();
      const positions: number[] = [];
      const states = new Set<string>();
      const watching = poisoned(doubled, ({ position }) => {
        positions.push(position);
        return false;
      });
      const running = runner([watching, itemsProjection, replaysProjection]).run(ending.signal);
      const sums = new Set<number>();
      await until(async () => {
        const status = await statusOf(reader, 'owner-totals');
        states.add(status?.state ?? 'none');
        const page = await reader.find(ownerTotals, { tenant: 'main', limit: 100 });
        sums.add(page.items.reduce((sum, row) => sum + row.items, 0));
        return status?.version === 2;
      });
      ending.abort();
      await running;
      expect(positions[0]).toBe(1);
      const page = await reader.find(ownerTotals, { tenant: 'main', limit: 100 });
      const after = page.items.reduce((sum, row) => sum + row.items, 0);
      // Whoever looked saw all old rows or all new rows.
      expect([...sums].every((sum) => sum === after || sum === after / 2)).toBe(true);
      expect(states.has('none')).toBe(false);
      expect(await reader.canonicalHash(ownerTotals)).not.toBe(before);
    });

    it('starts a rebuild over that was cut off, the old rows serving', async () => {
      await append(at.store, 'thing-main.a', 0, story(200));
      await runner().catchUp();
      const before = await hashes(reader);
      const { writer } = at.models();
      const [checkpoint] = await writer.prepare(PROJECTIONS, 1);
      expect(checkpoint).toMatchObject({ projection: 'items', position: 200 });
      await writer.commit({ writes: [], requests: [{ projection: 'items', position: 150 }], head: 200, now: 1 });
      await writer.beginRebuild(itemsProjection, 200, 1);
      await writer.commit({
        writes: [
          {
            projection: 'items',
            generation: 'shadow',
            from: 0,
            to: 10,
            rows: [{ spec: items, puts: [{ ...(story(1)[0]!.data as object), name: 'half' }], deletes: [] }],
          },
        ],
        requests: [],
        head: 200,
        now: 1,
      });
      expect(await statusOf(reader, 'items')).toMatchObject({
        state: 'REBUILDING',
        rebuild: { position: 10, until: 200 },
      });
      expect(await hashes(reader)).toEqual(before);
      await at.restart();
      expect(await hashes(reader)).toEqual(before);
      await runner().catchUp();
      expect(await statusOf(reader, 'items')).toMatchObject({ state: 'RUNNING' });
      expect((await statusOf(reader, 'items'))?.rebuiltAt).toBeDefined();
      expect(await hashes(reader)).toEqual(before);
    });

    it('keeps serving when a rebuild fails, and says why', async () => {
      await append(at.store, 'thing-main.a', 0, story(100));
      await runner().catchUp();
      const before = await hashes(reader);
      await at.restart();
      const broken = poisoned({ ...itemsProjection, version: 2 }, ({ position }) => position === 50);
      await runner([broken, totalsProjection, replaysProjection]).catchUp();
      expect(await hashes(reader)).toEqual(before);
      expect(await statusOf(reader, 'items')).toMatchObject({
        state: 'STOPPED',
        version: 1,
        position: 100,
        errorPosition: 50,
        error: expect.stringMatching(/rebuild failed.*cannot apply/) as string,
      });
      expect(await statusOf(reader, 'owner-totals')).toMatchObject({ state: 'RUNNING' });
    });

    it('resumes a stopped one on request, without a restart', async () => {
      await append(at.store, 'thing-main.a', 0, story(60));
      let broken = true;
      const flawed = poisoned(itemsProjection, ({ position }) => broken && position === 30);
      const ending = new AbortController();
      const running = runner([flawed, totalsProjection, replaysProjection]).run(ending.signal);
      await until(async () => (await statusOf(reader, 'items'))?.state === 'STOPPED');
      broken = false;
      const position = await request('items', 'RESUME');
      await until(async () => (await statusOf(reader, 'items'))?.state === 'RUNNING');
      expect(await reader.waitFor('items', position, 10_000)).toBe(true);
      ending.abort();
      await running;
      await at.restart();
      const before = await hashes(reader);
      await runner().catchUp();
      expect(await hashes(reader)).toEqual(before);
      expect((await statusOf(reader, 'items'))?.rebuiltAt).toBeUndefined();
    });

    it('rebuilds a stopped one on request; its position never goes back', async () => {
      await append(at.store, 'thing-main.a', 0, story(120));
      let broken = true;
      const flawed = poisoned(totalsProjection, ({ position }) => broken && position > 100);
      const ending = new AbortController();
      const running = runner([flawed, itemsProjection, replaysProjection]).run(ending.signal);
      await until(async () => (await statusOf(reader, 'owner-totals'))?.state === 'STOPPED');
      broken = false;
      await request('owner-totals', 'REBUILD');
      const positions: number[] = [];
      await until(async () => {
        positions.push(await reader.position('owner-totals'));
        return (await statusOf(reader, 'owner-totals'))?.rebuiltAt !== undefined;
      });
      ending.abort();
      await running;
      expect(positions[0]).toBeGreaterThanOrEqual(100);
      expect(positions).toEqual([...positions].sort((a, b) => a - b));
      expect(await statusOf(reader, 'owner-totals')).toMatchObject({ state: 'RUNNING', behind: 0 });
    });

    it('takes a rebuild for arrived where the serving rows stand, not where another one lags', async () => {
      await append(at.store, 'thing-main.a', 0, story(50));
      await runner().catchUp();
      await append(at.store, 'thing-main.b', 0, story(70, 50));
      await at.restart();
      await runner([totalsProjection, replaysProjection]).catchUp();
      const { writer } = await at.restart();
      await writer.commit({ writes: [], requests: [{ projection: 'owner-totals', position: 120 }], head: 120, now: 1 });
      expect([await reader.position('items'), await reader.position('owner-totals')]).toEqual([50, 120]);
      const swappedAt: number[] = [];
      const watched = Object.assign(Object.create(writer) as typeof writer, {
        swap: async (...args: Parameters<typeof writer.swap>) => {
          await writer.swap(...args);
          swappedAt.push(await reader.position('owner-totals'));
        },
      });
      await runnerOf(at.store, watched).catchUp();
      expect(swappedAt).toEqual([120]);
    });

    it('rebuilds the list of requests itself without carrying them out again', async () => {
      await append(at.store, 'thing-main.a', 0, story(20));
      await request(REPLAYS_PROJECTION, 'REBUILD');
      await runner().catchUp();
      await at.restart();
      await runner([itemsProjection, totalsProjection, { ...replaysProjection, version: 2 }]).catchUp();
      expect(await statusOf(reader, REPLAYS_PROJECTION)).toMatchObject({ state: 'RUNNING', version: 2 });
    });
  });
}

/** Waits for a condition; the test's own limit ends it. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
}
