import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedEventStore } from '../../src/shared/event-store/adapters/embedded/embedded-event-store.js';
import type { EventStore } from '../../src/shared/event-store/event-store.port.js';
import { put, type Projection } from '../../src/shared/read-models/projection.js';
import type { ReadModelWriter } from '../../src/shared/read-models/read-model-writer.port.js';
import type { CollectionSpec, ReadModels, Row } from '../../src/shared/read-models/read-models.port.js';
import { every, OrderedColumns, RowColumns, type RowList } from '../../src/shared/read-models/row-columns.js';
import {
  append,
  item,
  items,
  itemsProjection,
  ownerTotals,
  poisoned,
  PROJECTIONS,
  REGISTRY,
  runnerOf,
  story,
  totalsProjection,
  type Item,
  type OpenReadModels,
  type ReadModelsUnderTest,
} from './read-models.fixtures.js';

const ONE_EVENT = { changes: 1, events: 1, milliseconds: 1000 };
const LARGE = { changes: 1_000_000, events: 1_000_000, milliseconds: 60_000 };

/** A log and read models of their own for one test. */
export async function world(adapter: ReadModelsUnderTest) {
  const folder = await mkdtemp(join(tmpdir(), 'retally-projections-'));
  const store: EventStore = await EmbeddedEventStore.open({
    path: join(folder, 'log.db'),
    registry: REGISTRY,
    writer: 'inline',
  });
  let models = await adapter.openWriter();
  return {
    store,
    models: () => models,
    /** As after a crash: what was not written is gone. */
    restart: async () => {
      await models.close();
      models = await adapter.openWriter();
      return models;
    },
    end: async () => {
      await models.close();
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}
export type World = Awaited<ReturnType<typeof world>>;

export async function hashes(models: ReadModels): Promise<string[]> {
  return [await models.canonicalHash(items), await models.canonicalHash(ownerTotals)];
}

export async function statusOf(models: ReadModels, projection: string) {
  return (await models.status()).find((status) => status.projection === projection);
}

/** What the read models of every adapter and every split of the log come to. */
export function projectionContract(name: string, make: () => Promise<ReadModelsUnderTest>): void {
  describe(`read models contract, projections: ${name}`, () => {
    let adapter: ReadModelsUnderTest;
    let at: World;
    const catchUp = (projections: readonly Projection[] = PROJECTIONS, limits = LARGE) =>
      runnerOf(at.store, at.models().writer, projections, limits).catchUp();

    beforeEach(async () => {
      adapter = await make();
      at = await world(adapter);
    });
    afterEach(async () => {
      await at.end();
      await adapter.dispose();
    });

    /** The same log into read models of their own, one event per transaction. */
    async function eventByEvent(): Promise<string[]> {
      const other = await make();
      const models = await other.openWriter();
      await runnerOf(at.store, models.writer, PROJECTIONS, ONE_EVENT).catchUp();
      const result = await hashes(models);
      await models.close();
      await other.dispose();
      return result;
    }

    it('comes to the same rows however the log is split into transactions, restarts included', async () => {
      await append(at.store, 'thing-main.a', 0, story(150));
      await catchUp(PROJECTIONS, { ...LARGE, events: 7 });
      await append(at.store, 'thing-main.a', 150, story(150, 150));
      await at.restart();
      await catchUp();
      expect(await at.models().count(items, { tenant: 'main' })).toBeGreaterThan(20);
      expect(await hashes(at.models())).toEqual(await eventByEvent());
    });

    it('changes nothing when events that were applied are read again', async () => {
      const end = await append(at.store, 'thing-main.a', 0, story(200));
      await catchUp();
      const before = await hashes(at.models());
      await at.restart();
      await catchUp();
      expect(await hashes(at.models())).toEqual(before);
      // A writer that believes it stands elsewhere is refused as a whole: the rows and the position are one.
      const stale = at.models().writer.commit({
        writes: [
          {
            projection: 'items',
            generation: 'live',
            from: end - 100,
            to: end,
            rows: [{ spec: items, puts: [item(1, { name: 'stale' })], deletes: [] }],
          },
        ],
        requests: [],
        head: end,
        now: 1,
      });
      await expect(stale).rejects.toThrow(/does not stand at/);
      expect(await hashes(at.models())).toEqual(before);
    });

    it.each([
      ['all alike', 1],
      ['of several kinds', 3],
    ])('holds rows that come field by field as those that come row by row: %s', async (_, kinds) => {
      const { writer } = at.models();
      // More than one part, and more than are bound together; the last of two with one key counts.
      const parts = [37, 0, 4, 1].map((length, part) => {
        const of = part % kinds;
        const numbers = Array.from({ length }, (__, index) => (index * 13) % length);
        return new RowColumns<Item>(length, {
          tenant: every('main'),
          owner: numbers.map((n) => `owner-${n % 7}`),
          n: numbers,
          name: every([null, 'x', '\u00e4'][of] ?? null),
          at: every([5, null, -7][of] ?? null),
          open: every(of === 0),
          amount: numbers.map(() => `${part}.50`),
          detail: every({ of }),
        });
      });
      let position = 0;
      const write = async (puts: RowList, deletes: readonly Row[] = []): Promise<void> => {
        const from = position;
        position += 1;
        const rows = [{ spec: items, puts, deletes }];
        await writer.commit({
          writes: [{ projection: 'items', generation: 'live', from, to: position, rows }],
          requests: [],
          head: position,
          now: 1,
        });
      };
      await writer.prepare(PROJECTIONS, 1);
      await write(new OrderedColumns(items, parts));
      const byField = await at.models().canonicalHash(items);
      expect(await at.models().count(items, { tenant: 'main' })).toBe(37);
      const first = await at.models().get(items, { tenant: 'main', owner: 'owner-0', n: 0 });
      expect(first).toMatchObject({ amount: '3.5', detail: { of: 3 % kinds } });
      const rows = parts.flatMap((part) => Array.from({ length: part.length }, (__, index) => part.row(index)));
      await write(
        [],
        rows.map(({ tenant, owner, n }) => ({ tenant, owner, n })),
      );
      expect(await at.models().count(items, { tenant: 'main' })).toBe(0);
      await write(rows);
      expect(await at.models().canonicalHash(items)).toBe(byField);
      const wrong = { ...parts[0]!.columns, open: every('yes' as unknown as boolean) };
      const fault = await write(new OrderedColumns(items, [new RowColumns<Item>(37, wrong)])).catch(String);
      expect(fault).toMatch(/ProjectionFault: .*items.*open holds "yes", which is no boolean/);
      expect(await at.models().canonicalHash(items)).toBe(byField);
    });

    it('loads a row once, and saves it once per transaction, however often it changes', async () => {
      await append(at.store, 'thing-main.a', 0, story(300));
      const { writer } = at.models();
      let loads = 0;
      let saves = 0;
      const counting: ReadModelWriter = Object.assign(Object.create(writer) as ReadModelWriter, {
        load: (...args: Parameters<ReadModelWriter['load']>) => {
          if (args[0].name === ownerTotals.name) loads += args[2].length;
          return writer.load(...args);
        },
        commit: (commit: Parameters<ReadModelWriter['commit']>[0]) => {
          for (const { rows } of commit.writes) {
            for (const { spec, puts } of rows) if (spec.name === ownerTotals.name) saves += puts.length;
          }
          return writer.commit(commit);
        },
      });
      await runnerOf(at.store, counting, PROJECTIONS, LARGE).catchUp();
      expect([loads, saves]).toEqual([7, 7]);
      await append(at.store, 'thing-main.b', 0, story(300));
      await runnerOf(at.store, counting, PROJECTIONS, { ...LARGE, events: 100 }).catchUp();
      // Whoever begins reads them anew; in each of its batches all seven change.
      expect([loads, saves]).toEqual([14, 28]);
    });

    it('stands at the end of the log even when the last events are nobody’s', async () => {
      await append(at.store, 'thing-main.a', 0, story(3));
      const position = await append(at.store, 'thing-main.b', 0, [{ type: 'NobodysBusiness.v1', data: {} }]);
      await catchUp();
      expect(await at.models().position('items')).toBe(position);
      expect(await at.models().position('nobody')).toBe(0);
    });

    it.each([
      [
        'project throws',
        (projection: Projection, bad: number) => poisoned(projection, (event) => event.position === bad),
      ],
      [
        'project throws half way',
        (projection: Projection, bad: number): Projection => ({
          ...projection,
          *project(event) {
            yield* projection.project(event);
            if (event.position !== bad) return;
            yield put(items as CollectionSpec, item(98, { name: 'half' }));
            throw new Error(`cannot apply ItemPut.v1 at ${bad}`);
          },
        }),
      ],
      [
        'an update throws',
        (projection: Projection, bad: number): Projection => ({
          ...projection,
          project: (event) =>
            event.position !== bad
              ? projection.project(event)
              : [
                  ...projection.project(event),
                  {
                    op: 'update',
                    collection: 'items',
                    key: { tenant: 'main', owner: 'x', n: 1 },
                    change: () => {
                      throw new Error(`cannot apply ItemPut.v1 at ${bad}`);
                    },
                  },
                ],
        }),
      ],
      [
        'a row cannot be stored',
        (projection: Projection, bad: number): Projection => ({
          ...projection,
          project: (event) =>
            event.position !== bad
              ? projection.project(event)
              : [...projection.project(event), put(items as CollectionSpec, item(1, { amount: 'cannot apply' }))],
        }),
      ],
    ])('stops alone, right before the event, when %s; goes on after the fix', async (_, poison) => {
      const bad = (await append(at.store, 'thing-main.a', 0, story(50))) - 20;
      const end = await append(at.store, 'thing-main.b', 0, story(60, 50));
      const broken = [poison(itemsProjection, bad), ...PROJECTIONS.slice(1)];
      await catchUp(broken);
      const stopped = await statusOf(at.models(), 'items');
      expect(stopped).toMatchObject({ state: 'STOPPED', position: bad - 1, errorPosition: bad });
      expect(stopped?.error).toMatch(/cannot apply/);
      expect(stopped?.behind).toBe(end - bad + 1);
      expect(await at.models().waitFor('items', end, 60_000)).toBe(false);
      expect(await statusOf(at.models(), 'owner-totals')).toMatchObject({ state: 'RUNNING', position: end });
      // The same program again stops at the same event; the repaired one goes on, and nothing was skipped.
      await catchUp(broken);
      expect(await statusOf(at.models(), 'items')).toMatchObject({ state: 'STOPPED', position: bad - 1 });
      await catchUp();
      expect(await statusOf(at.models(), 'items')).toMatchObject({ state: 'RUNNING', position: end });
      expect((await statusOf(at.models(), 'items'))?.error).toBeUndefined();
      expect(await hashes(at.models())).toEqual(await eventByEvent());
    });

    it('stops at the very first event of a batch of one, too', async () => {
      await append(at.store, 'thing-main.a', 0, story(1));
      await catchUp([poisoned(itemsProjection, () => true), totalsProjection]);
      expect(await statusOf(at.models(), 'items')).toMatchObject({ state: 'STOPPED', position: 0, errorPosition: 1 });
      expect(await statusOf(at.models(), 'owner-totals')).toMatchObject({ state: 'RUNNING', position: 1 });
    });

    it('lets a new projection catch up with the others', async () => {
      await append(at.store, 'thing-main.a', 0, story(120));
      await catchUp([totalsProjection]);
      await append(at.store, 'thing-main.a', 120, story(80, 120));
      await catchUp(PROJECTIONS, { ...LARGE, events: 10 });
      expect(await hashes(at.models())).toEqual(await eventByEvent());
    });

    it('starts anew when a collection changes its fields', async () => {
      await append(at.store, 'thing-main.a', 0, story(60));
      await catchUp();
      const wider: CollectionSpec = { ...items, fields: { ...items.fields, extra: 'text' } };
      const widened: Projection = {
        ...itemsProjection,
        collections: [wider],
        handles: ['ItemPut.v1'],
        *project(event) {
          yield put(wider, { ...(event.data as object), extra: 'new' });
        },
      };
      await at.restart();
      await catchUp([widened, totalsProjection]);
      const { items: rows } = await at.models().find(wider, { tenant: 'main', limit: 1 });
      expect(rows[0]).toMatchObject({ extra: 'new' });
    });

    it('adds and drops indexes without building anything anew', async () => {
      await append(at.store, 'thing-main.a', 0, story(60));
      await catchUp();
      const before = await hashes(at.models());
      const indexed: CollectionSpec = { ...items, indexes: [{ fields: ['tenant', 'amount'] }] };
      await at.restart();
      const seen: number[] = [];
      const watching = poisoned({ ...itemsProjection, collections: [indexed] }, ({ position }) => {
        seen.push(position);
        return false;
      });
      await catchUp([watching, totalsProjection]);
      expect(seen).toEqual([]);
      expect(await hashes(at.models())).toEqual(before);
    });

    it('refuses a log that ends before what the read models have seen', async () => {
      await append(at.store, 'thing-main.a', 0, story(10));
      await catchUp();
      const other = await make();
      const shorter = await world(other);
      const runner = runnerOf(shorter.store, at.models().writer);
      await expect(runner.catchUp()).rejects.toThrow(/ends at 0.*not the log/s);
      await shorter.end();
      await other.dispose();
    });

    describe('while it runs', () => {
      let reader: OpenReadModels;
      let ending: AbortController;
      let running: Promise<void>;

      beforeEach(async () => {
        reader = await adapter.openReader();
        ending = new AbortController();
        running = runnerOf(at.store, at.models().writer).run(ending.signal);
      });
      afterEach(async () => {
        ending.abort();
        await running;
        await reader.close();
      });

      it('is seen by another connection as soon as the position is', async () => {
        for (let n = 0; n < 5; n += 1) {
          const position = await append(at.store, 'thing-main.a', n, [{ type: 'ItemPut.v1', data: item(n) }]);
          expect(await reader.waitFor('items', position, 10_000)).toBe(true);
          expect(await reader.count(items, { tenant: 'main' })).toBe(n + 1);
        }
        expect(await reader.waitFor('items', (await at.store.head()) + 1, 20)).toBe(false);
      });

      it('follows appends that are nobody’s business', async () => {
        const position = await append(at.store, 'thing-main.b', 0, [{ type: 'NobodysBusiness.v1', data: {} }]);
        expect(await reader.waitFor('items', position, 10_000)).toBe(true);
      });
    });
  });
}
