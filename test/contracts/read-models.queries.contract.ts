import type { ReadModelWriter } from '../../src/shared/read-models/read-model-writer.port.js';
import { InvalidQuery, type Condition, type Query, type Row } from '../../src/shared/read-models/read-models.port.js';
import { item, items, itemsProjection, type OpenReadModels, type ReadModelsUnderTest } from './read-models.fixtures.js';

/** What every read-model adapter answers, whatever it is made of. */
export function queryContract(name: string, make: () => Promise<ReadModelsUnderTest>): void {
  describe(`read models contract, queries: ${name}`, () => {
    let adapter: ReadModelsUnderTest;
    let models: OpenReadModels & { readonly writer: ReadModelWriter };
    let position = 0;

    beforeEach(async () => {
      adapter = await make();
      models = await adapter.openWriter();
      await models.writer.prepare([itemsProjection], 1);
      position = 0;
    });
    afterEach(async () => {
      await models.close();
      await adapter.dispose();
    });

    async function store(rows: readonly Row[]): Promise<void> {
      const from = position;
      position += 1;
      await models.writer.commit({
        writes: [
          {
            projection: 'items',
            generation: 'live',
            from,
            to: position,
            rows: [{ spec: items, puts: rows, deletes: [] }],
          },
        ],
        requests: [],
        head: position,
        now: 1,
      });
    }

    const find = async (query: Partial<Query> = {}) =>
      (await models.find(items, { tenant: 'main', limit: 1000, ...query })).items.map(({ n }) => n);
    const where = (...conditions: Condition[]) => find({ where: conditions, sort: [{ field: 'n', direction: 'asc' }] });

    async function paged(query: Omit<Query, 'limit' | 'tenant' | 'after'>, limit: number): Promise<number[]> {
      const found: number[] = [];
      let after: string | undefined;
      do {
        const page = await models.find(items, {
          tenant: 'main',
          limit,
          ...query,
          ...(after === undefined ? {} : { after }),
        });
        expect(page.items.length).toBeLessThanOrEqual(limit);
        found.push(...page.items.map(({ n }) => n));
        after = page.next;
      } while (after !== undefined);
      return found;
    }

    it('gives a row back as it was put, every declared field, null for nothing', async () => {
      const row = item(1, { name: 'Zoë "x" $gt \\ %_ 😀', detail: { deep: [1, { a: null }], text: 'é' } });
      await store([row, { ...item(2), name: undefined, at: null, amount: '1.500', detail: null, undeclared: 1 }]);
      expect(await models.get(items, { tenant: 'main', owner: row.owner, n: 1 })).toEqual(row);
      expect(await models.get(items, { tenant: 'main', owner: 'owner-2', n: 2 })).toEqual({
        ...item(2),
        name: null,
        at: null,
        amount: '1.5',
        detail: null,
      });
      expect(await models.get(items, { tenant: 'other', owner: row.owner, n: 1 })).toBeUndefined();
      await expect(models.get(items, { tenant: 'main', owner: 'x' })).rejects.toThrow(InvalidQuery);
    });

    it('answers every operator', async () => {
      await store([
        item(1, { name: 'Alpha', at: 10, open: true, amount: '1.10' }),
        item(2, { name: 'ÄRGER beta', at: 20, open: false, amount: '-0.5' }),
        item(3, { name: 'gamma 50% a_b \\ c', at: 30, open: true, amount: '0' }),
        item(4, { name: null, at: null, open: false, amount: '12345678901234567890.123' }),
      ]);
      expect(await where({ field: 'name', op: 'eq', value: 'Alpha' })).toEqual([1]);
      expect(await where({ field: 'name', op: 'eq', value: 'alpha' })).toEqual([]);
      expect(await where({ field: 'open', op: 'eq', value: true })).toEqual([1, 3]);
      expect(await where({ field: 'open', op: 'eq', value: false })).toEqual([2, 4]);
      expect(await where({ field: 'amount', op: 'eq', value: '1.1000' })).toEqual([1]);
      expect(await where({ field: 'amount', op: 'eq', value: '-0' })).toEqual([3]);
      expect(await where({ field: 'amount', op: 'in', value: ['-0.50', '12345678901234567890.1230'] })).toEqual([2, 4]);
      expect(await where({ field: 'n', op: 'in', value: [4, 1, 99] })).toEqual([1, 4]);
      expect(await where({ field: 'at', op: 'gt', value: 10 })).toEqual([2, 3]);
      expect(await where({ field: 'at', op: 'gte', value: 10 })).toEqual([1, 2, 3]);
      expect(await where({ field: 'at', op: 'lt', value: 30 })).toEqual([1, 2]);
      expect(await where({ field: 'at', op: 'lte', value: 30 }, { field: 'at', op: 'gt', value: 10 })).toEqual([2, 3]);
      expect(await where({ field: 'name', op: 'gte', value: 'B' }, { field: 'name', op: 'lt', value: 'z' })).toEqual([
        3,
      ]);
      expect(await where({ field: 'name', op: 'contains', value: 'ALPHA' })).toEqual([1]);
      expect(await where({ field: 'name', op: 'contains', value: 'ärger B' })).toEqual([2]);
      expect(await where({ field: 'name', op: 'contains', value: '50%' })).toEqual([3]);
      expect(await where({ field: 'name', op: 'contains', value: 'a_b' })).toEqual([3]);
      expect(await where({ field: 'name', op: 'contains', value: 'aXb' })).toEqual([]);
      expect(await where({ field: 'name', op: 'contains', value: '\\' })).toEqual([3]);
      expect(await models.count(items, { tenant: 'main', where: [{ field: 'open', op: 'eq', value: true }] })).toBe(2);
      expect(await models.count(items, { tenant: 'nobody' })).toBe(0);
    });

    it('sums decimals exactly, beyond what a float holds', async () => {
      await store([
        item(1, { amount: '9007199254740993' }),
        item(2, { amount: '0.0000000001' }),
        item(3, { amount: '-9007199254740992.5' }),
      ]);
      expect(await models.sum(items, 'amount', { tenant: 'main' })).toBe('0.5000000001');
      expect(await models.sum(items, 'amount', { tenant: 'nobody' })).toBe('0');
      await expect(models.sum(items, 'n', { tenant: 'main' })).rejects.toThrow(InvalidQuery);
    });

    it.each<[string, Query['sort']]>([
      ['the key', undefined],
      ['a field, ascending', [{ field: 'at', direction: 'asc' }]],
      ['a field with nulls, descending', [{ field: 'at', direction: 'desc' }]],
      [
        'two fields, both descending',
        [
          { field: 'name', direction: 'desc' },
          { field: 'at', direction: 'desc' },
        ],
      ],
      [
        'two fields, mixed',
        [
          { field: 'name', direction: 'asc' },
          { field: 'at', direction: 'desc' },
        ],
      ],
      [
        'a boolean and a field, mixed',
        [
          { field: 'open', direction: 'desc' },
          { field: 'at', direction: 'asc' },
        ],
      ],
    ])('pages by %s as if it were one list', async (_, sort) => {
      const rows = Array.from({ length: 60 }, (__, n) =>
        item(n, { at: n % 7 === 0 ? null : (n * 37) % 11, name: n % 5 === 0 ? null : `name ${n % 4}` }),
      );
      await store([...rows, item(7, { tenant: 'other' })]);
      const order = sort === undefined ? {} : { sort };
      const whole = await find(order);
      expect([...whole].sort((a, b) => a - b)).toEqual(rows.map(({ n }) => n));
      for (const limit of [1, 7, 59, 60]) expect(await paged(order, limit)).toEqual(whole);
      const open: Condition[] = [{ field: 'open', op: 'eq', value: true }];
      expect(await paged({ ...order, where: open }, 3)).toEqual(whole.filter((n) => n % 3 === 0));
    });

    it('sorts nulls first ascending and last descending, ties by the key in the last direction', async () => {
      await store([item(1, { at: 5 }), item(2, { at: null }), item(3, { at: 5 }), item(4, { at: 1 })]);
      const sorted = (direction: 'asc' | 'desc') => find({ sort: [{ field: 'at', direction }] });
      expect(await sorted('asc')).toEqual([2, 4, 1, 3]);
      expect(await sorted('desc')).toEqual([3, 1, 4, 2]);
    });

    it('keeps its pages while rows come in: nothing twice, nothing that was there left out', async () => {
      await store(Array.from({ length: 30 }, (_, n) => item(n * 2, { owner: 'o' })));
      const first = await models.find(items, { tenant: 'main', limit: 10 });
      await store([item(1, { owner: 'o' }), item(31, { owner: 'o' })]);
      const rest = await models.find(items, { tenant: 'main', limit: 100, after: first.next! });
      expect(rest.items.map(({ n }) => n)).toEqual([20, 22, 24, 26, 28, 30, 31, ...range(32, 58, 2)]);
    });

    it('refuses what it cannot answer, naming the parameter', async () => {
      await store([item(1), item(2)]);
      const refused = async (query: Partial<Query>, path: string) => {
        await expect(find(query)).rejects.toMatchObject({ name: 'InvalidQuery', path });
      };
      await refused({ where: [{ field: 'nope', op: 'eq', value: 1 }] }, 'nope');
      await refused({ where: [{ field: 'constructor', op: 'eq', value: 1 }] }, 'constructor');
      await refused({ where: [{ field: 'n" OR 1=1 --', op: 'eq', value: 1 }] }, 'n" OR 1=1 --');
      await refused({ where: [{ field: 'detail', op: 'eq', value: 'x' }] }, 'detail');
      await refused({ where: [{ field: 'amount', op: 'gt', value: '1' }] }, 'amount');
      await refused({ where: [{ field: 'n', op: 'contains', value: '1' }] }, 'n');
      await refused({ where: [{ field: 'n', op: 'eq', value: '1' }] }, 'n');
      await refused({ where: [{ field: 'n', op: 'in', value: [] }] }, 'n');
      await refused({ where: [{ field: 'name', op: 'eq', value: { $gt: '' } as never }] }, 'name');
      await refused({ where: [{ field: 'name', op: '$where' as never, value: 'x' }] }, 'name');
      await refused({ sort: [{ field: 'nope', direction: 'asc' }] }, 'sort');
      await refused({ sort: [{ field: 'amount', direction: 'asc' }] }, 'sort');
      await refused({ sort: [{ field: 'n', direction: 'asc; DROP TABLE x' as never }] }, 'sort');
      for (const limit of [0, 1001, 1.5, Number.NaN]) await refused({ limit }, 'limit');
    });

    it('refuses a cursor of another query, and one that was made up', async () => {
      await store([item(1), item(2), item(3)]);
      const { next } = await models.find(items, { tenant: 'main', limit: 1 });
      expect(await find({ after: next! })).toHaveLength(2);
      const refused = (query: Partial<Query>) => expect(find(query)).rejects.toMatchObject({ path: 'after' });
      await refused({ after: next!, tenant: 'other' });
      await refused({ after: next!, where: [{ field: 'n', op: 'gt', value: 0 }] });
      await refused({ after: next!, sort: [{ field: 'n', direction: 'desc' }] });
      await refused({ after: 'AAAA' });
      const [fingerprint] = JSON.parse(Buffer.from(next!, 'base64url').toString()) as [string];
      const forged = Buffer.from(JSON.stringify([fingerprint, { $gt: 1 }, 2])).toString('base64url');
      await refused({ after: forged });
    });

    it('takes hostile text for text', async () => {
      const texts = [`' OR 1=1 --`, `"; DROP TABLE live_items; --`, '$where', '{"$gt":""}', '%', '\\%', `it''s`];
      await store(texts.map((name, n) => item(n, { name, owner: name })));
      for (const [n, name] of texts.entries()) {
        expect(await where({ field: 'name', op: 'eq', value: name })).toEqual([n]);
        expect(await where({ field: 'owner', op: 'in', value: [name] })).toEqual([n]);
        expect((await models.get(items, { tenant: 'main', owner: name, n }))?.name).toBe(name);
      }
      expect(await models.count(items, { tenant: `main' OR '1'='1` })).toBe(0);
    });

    it('refuses a row that its collection cannot hold, and writes nothing of that commit', async () => {
      const bad = (changes: Record<string, unknown>) =>
        expect(store([item(1), { ...item(2), ...changes }])).rejects.toMatchObject({ name: 'ProjectionFault' });
      for (const changes of [
        { amount: 1.5 },
        { amount: 'ten' },
        { n: 1.5 },
        { n: 9007199254740993n },
        { open: 1 },
        { owner: null },
        { name: 7 },
        { at: Number.NaN },
        { at: 8.64e15 + 1 },
      ]) {
        await bad(changes);
        position -= 1;
      }
      expect(await find()).toEqual([]);
    });
  });
}

function range(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);
}
