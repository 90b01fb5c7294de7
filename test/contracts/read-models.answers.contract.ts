import fc from 'fast-check';
import { Decimal } from '../../src/shared/kernel/decimal.js';
import { hashOfRows } from '../../src/shared/read-models/canonical-rows.js';
import type { Condition, Query } from '../../src/shared/read-models/read-models.port.js';
import { item, items, itemsProjection, type Item, type ReadModelsUnderTest } from './read-models.fixtures.js';

type Opened = Awaited<ReturnType<ReadModelsUnderTest['openWriter']>>;
type Sort = NonNullable<Query['sort']>;

const TEXTS = [
  '',
  'a',
  'A',
  'a\u0001',
  'ab',
  'B',
  'Straße ÄRGER',
  'ärger',
  'Z',
  '\u212Aelvin',
  'kelvin',
  '\uffee',
  '😀',
  '^a.b$|(x)',
];
const AMOUNTS = [
  '0',
  '1.5',
  '-1.5',
  '0.0000001',
  '1000',
  '9'.repeat(34),
  `-${'9'.repeat(35)}`,
  `${'1'.repeat(30)}.${'3'.repeat(30)}`,
];
const NUMBERS = [-(2 ** 40), -1, 0, 1, 2 ** 31 - 1, 2 ** 31, Number.MAX_SAFE_INTEGER];
const INSTANTS = [-8.64e15, -1, 0, 1_700_000_000_000, 8.64e15];

/** Every combination of owner and number once, the other fields in steps of their own. */
const ROWS: readonly Item[] = TEXTS.flatMap((owner, i) =>
  NUMBERS.map((n, j) =>
    item(n, {
      owner,
      name: (i + j) % 5 === 0 ? null : (TEXTS[(i * 3 + j) % TEXTS.length] ?? ''),
      at: (i * j) % 4 === 1 ? null : (INSTANTS[(i + 2 * j) % INSTANTS.length] ?? 0),
      open: (i + j) % 3 === 0,
      amount: AMOUNTS[(i + 3 * j) % AMOUNTS.length] ?? '0',
      detail: { $set: [owner, { 'a.b': null, _bsontype: 'ObjectId' }] },
    }),
  ),
);

const condition: fc.Arbitrary<Condition> = fc.oneof(
  textCondition('owner'),
  textCondition('name'),
  rangeCondition('n', NUMBERS),
  rangeCondition('at', INSTANTS),
  fc.record({ field: fc.constant('open'), op: fc.constant('eq' as const), value: fc.boolean() }),
  fc.record({ field: fc.constant('amount'), op: fc.constant('eq' as const), value: fc.constantFrom(...AMOUNTS) }),
  fc.record({
    field: fc.constant('amount'),
    op: fc.constant('in' as const),
    value: fc.subarray(AMOUNTS, { minLength: 1 }),
  }),
);

function textCondition(field: string): fc.Arbitrary<Condition> {
  const text = fc.constantFrom(...TEXTS, 'K', 'k', 'ÄR', 'ß', 'I', '\u0001', '.', '\ud83d\ude00x');
  return fc.oneof(
    fc.record({
      field: fc.constant(field),
      op: fc.constantFrom('eq', 'gt', 'gte', 'lt', 'lte', 'contains'),
      value: text,
    }),
    fc.record({
      field: fc.constant(field),
      op: fc.constant('in' as const),
      value: fc.array(text, { minLength: 1, maxLength: 4 }),
    }),
  );
}

function rangeCondition(field: string, values: readonly number[]): fc.Arbitrary<Condition> {
  const op = fc.constantFrom('eq' as const, 'gt' as const, 'gte' as const, 'lt' as const, 'lte' as const);
  return fc.record({ field: fc.constant(field), op, value: fc.constantFrom(...values) });
}

const sort: fc.Arbitrary<Sort> = fc.uniqueArray(
  fc.record({ field: fc.constantFrom('owner', 'n', 'name', 'at', 'open'), direction: fc.constantFrom('asc', 'desc') }),
  { maxLength: 3, selector: ({ field }) => field },
);

/** What the port promises, worked out on plain rows: every adapter gives the same pages, counts, sums and hashes. */
export function answersContract(name: string, make: () => Promise<ReadModelsUnderTest>): void {
  describe(`read models contract, answers: ${name}`, () => {
    let adapter: ReadModelsUnderTest;
    let models: Opened;

    beforeAll(async () => {
      adapter = await make();
      models = await adapter.openWriter();
      await models.writer.prepare([itemsProjection], 1);
      const puts = [
        ...ROWS,
        item(1, { tenant: 'main\u0001' }),
        item(1, { tenant: 'mai' }),
        item(1, { tenant: 'mainz' }),
      ];
      const rows = [{ spec: items, puts, deletes: [] }];
      const write = { projection: 'items', generation: 'live' as const, from: 0, to: 1, rows };
      await models.writer.commit({ writes: [write], requests: [], head: 1, now: 1 });
    });
    afterAll(async () => {
      await models.close();
      await adapter.dispose();
    });

    it('finds, sorts, pages, counts and sums as plain rows would be', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(condition, { maxLength: 3 }),
          sort,
          fc.integer({ min: 3, max: 120 }),
          async (where, by, limit) => {
            const expected = ROWS.filter((row) => where.every((each) => matches(row, each))).sort(order(by));
            const query = { tenant: 'main', where };
            expect(await models.count(items, query)).toBe(expected.length);
            const amounts = expected.map(({ amount }) => Decimal.parse(amount));
            expect(await models.sum(items, 'amount', query)).toBe(Decimal.sum(amounts).toString());
            const found: Item[] = [];
            for (let after: string | undefined, pages = 0; pages === 0 || after !== undefined; pages += 1) {
              const page = await models.find(items, {
                ...query,
                sort: by,
                limit,
                ...(after === undefined ? {} : { after }),
              });
              found.push(...page.items);
              after = page.next;
            }
            expect(found).toEqual(expected);
          },
        ),
        { numRuns: 150 },
      );
    });

    it('gives every row by its key', async () => {
      for (const row of ROWS)
        expect(await models.get(items, { tenant: 'main', owner: row.owner, n: row.n })).toEqual(row);
    });

    it('keeps tenants apart whose names begin alike', async () => {
      for (const tenant of ['mai', 'main\u0001', 'mainz']) expect(await models.count(items, { tenant })).toBe(1);
      expect(await models.count(items, { tenant: 'main' })).toBe(ROWS.length);
    });

    it('hashes the rows in the order of the key, whichever adapter holds them', async () => {
      const tenants = ['mai', 'main', 'main\u0001', 'mainz'];
      const inOrder = [...ROWS].sort(order([]));
      const rows = tenants.flatMap((tenant) => (tenant === 'main' ? inOrder : [item(1, { tenant })]));
      expect(await models.canonicalHash(items)).toBe(hashOfRows(rows));
    });
  });
}

function matches(row: Item, { field, op, value }: Condition): boolean {
  const held = row[field as keyof Item] as string | number | boolean | null;
  if (held === null) return false;
  switch (op) {
    case 'eq':
      return held === value;
    case 'in':
      return (value as readonly unknown[]).includes(held);
    case 'contains':
      return contains(held as string, value as string);
    case 'gt':
      return compare(held, value as string | number) > 0;
    case 'gte':
      return compare(held, value as string | number) >= 0;
    case 'lt':
      return compare(held, value as string | number) < 0;
    case 'lte':
      return compare(held, value as string | number) <= 0;
  }
}

/** ASCII ignores the case of ASCII letters alone; other texts are compared lower-cased. */
function contains(held: string, text: string): boolean {
  if (!/^[\u0001-\u007f]*$/.test(text)) return held.toLowerCase().includes(text.toLowerCase());
  const lower = (from: string) => from.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
  return lower(held).includes(lower(text));
}

/** By code point, which UTF-8 keeps; nulls first. */
function compare(a: string | number | boolean | null, b: string | number | boolean | null): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : a > b ? 1 : 0;
}

function order(by: Sort): (a: Item, b: Item) => number {
  const last = by.at(-1)?.direction ?? 'asc';
  const terms = [...by, { field: 'owner', direction: last }, { field: 'n', direction: last }];
  return (a, b) => {
    for (const { field, direction } of terms) {
      const x = a[field as keyof Item] as string | null;
      const difference = compare(x, b[field as keyof Item] as string | null);
      if (difference !== 0) return direction === 'asc' ? difference : -difference;
    }
    return 0;
  };
}
