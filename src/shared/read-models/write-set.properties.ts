import fc from 'fast-check';
import { rowsInKeyOrder } from './key-order.js';
import { KnownRows } from './known-rows.js';
import type { Change } from './projection.js';
import type { CollectionSpec, Row } from './read-models.port.js';
import { Every, OrderedColumns, RowColumns, every } from './row-columns.js';
import { keyText } from './row-shape.js';
import { declare, foldChanges } from './write-set.js';

const things: CollectionSpec = {
  name: 'things',
  fields: { tenant: 'text', id: 'text', n: 'integer', note: 'text', amount: 'decimal' },
  key: ['tenant', 'id'],
  indexes: [],
};
const declared = declare([things]);

/** Texts that could be mistaken for one another if keys were joined carelessly. */
const part = fc.constantFrom('a', 'b', '', 'a\u0000', '\u0000a', '\u0001', 'a\u0001\u0001', '\u0001\u0002');
const key = fc.record({ tenant: part, id: part });
const change: fc.Arbitrary<Change> = fc.oneof(
  key.map((row) => ({ op: 'put' as const, collection: 'things', row: { ...row, n: 0, amount: '1.50' } })),
  fc.array(key, { maxLength: 4 }).map((rows) => {
    const columns = {
      tenant: rows.map(({ tenant }) => tenant),
      id: rows.map(({ id }) => id),
      n: every(0),
      amount: every('1.50'),
    };
    return { op: 'putColumns' as const, collection: 'things', rows: new RowColumns(rows.length, columns) };
  }),
  key.map((row) => ({ op: 'delete' as const, collection: 'things', key: row })),
  fc.tuple(key, fc.integer({ min: 1, max: 9 })).map(([row, by]) => ({
    op: 'update' as const,
    collection: 'things',
    key: row,
    change: (old: Row | undefined) =>
      old === undefined && by > 7
        ? undefined
        : { ...row, n: ((old?.['n'] as number | undefined) ?? 0) + by, note: old?.['note'], amount: old?.['amount'] },
  })),
);

/** A store that does what an adapter does: puts in order, deletes, loads. */
class Rows {
  readonly rows = new Map<string, Row>();
  constructor(private readonly known?: KnownRows) {}

  async write(changes: readonly Change[]): Promise<void> {
    const load = (spec: CollectionSpec, keys: readonly Row[]) =>
      Promise.resolve(keys.map((one) => this.rows.get(keyText(spec, one))));
    const { rows, settle } = await foldChanges(changes, declared, load, this.known);
    for (const { spec, puts, deletes } of rows) {
      for (const one of deletes) this.rows.delete(keyText(spec, one));
      for (const row of puts) this.rows.set(keyText(spec, row), stored(row));
    }
    if (this.known !== undefined) settle(this.known);
  }
}

/** As the store gives it back. */
function stored(row: Row): Row {
  return {
    tenant: row['tenant'],
    id: row['id'],
    n: row['n'],
    note: row['note'] ?? null,
    amount: row['amount'] === undefined || row['amount'] === null ? null : '1.5',
  };
}

/** As comparing them all would; equal keys in the order they came. */
function sorted(rows: readonly Row[]): Row[] {
  const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  const text = (row: Row, field: string): string => row[field] as string;
  return [...rows].sort((a, b) => byText(text(a, 'tenant'), text(b, 'tenant')) || byText(text(a, 'id'), text(b, 'id')));
}

describe('rows in key order', () => {
  const many = fc.array(
    fc.record({ tenant: fc.constantFrom('main', 'acme'), id: fc.constantFrom('a', 'b', 'ü', 'aa', '') }),
    { minLength: 600, maxLength: 900 },
  );

  it.each([
    ['of one tenant', 'main'],
    ['of several tenants', undefined],
  ])('come as comparing them all would, equal keys in the order they came: %s', (_, tenant) => {
    fc.assert(
      fc.property(many, (keys) => {
        const rows: Row[] = keys.map((one, n) => ({ ...one, tenant: tenant ?? one.tenant, n }));
        expect(rowsInKeyOrder(things, [...rows])).toEqual(sorted(rows));
      }),
      { numRuns: 20 },
    );
  });

  const parts = fc.array(
    fc.record({ tenant: part, note: fc.option(fc.constantFrom('x', 'y'), { nil: null }), ids: fc.array(part) }),
    { maxLength: 9 },
  );

  it('are the same given field by field, and what all have in common is said once', () => {
    fc.assert(
      fc.property(parts, (given) => {
        let n = 0;
        const columns = given.map(
          ({ tenant, note, ids }) =>
            new RowColumns(ids.length, {
              tenant: every(tenant),
              id: ids,
              n: ids.map(() => (n += 1)),
              note: every(note),
              amount: ids.map(() => '1.50'),
            }),
        );
        n = 0;
        const rows: Row[] = given.flatMap(({ tenant, note, ids }) =>
          ids.map((id) => ({ tenant, id, n: (n += 1), note, amount: '1.50' })),
        );
        const ordered = new OrderedColumns(things, columns);
        expect([...ordered]).toEqual(sorted(rows));
        expect(ordered).toHaveLength(rows.length);
        for (const name of Object.keys(things.fields)) {
          const values = sorted(rows).map((row) => row[name]);
          const same = new Set(values).size <= 1;
          const column = ordered.column(name);
          const inOrder = column instanceof Every ? column : ordered.order.map((row) => column[row]);
          expect(inOrder).toEqual(same ? every(values[0]) : values);
        }
      }),
    );
  });

  it('cannot be given as columns of different lengths', () => {
    expect(() => new RowColumns(2, { tenant: every('main'), id: ['a'] })).toThrow(/Column id has 1 values for 2 rows/);
  });
});

describe('foldChanges', () => {
  it('comes to the same rows for any split of the same changes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(change, { maxLength: 8 }), { maxLength: 8 }), async (batches) => {
        const split = new Rows(new KnownRows());
        for (const batch of batches) await split.write(batch);
        const whole = new Rows();
        await whole.write(batches.flat());
        expect([...whole.rows.entries()].sort()).toEqual([...split.rows.entries()].sort());
      }),
      { numRuns: 400 },
    );
  });

  it('keeps keys apart that differ', () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(keyText(things, a) === keyText(things, b)).toBe(a.tenant === b.tenant && a.id === b.id);
      }),
    );
  });

  it('refuses an undeclared collection and an update that changes its key', async () => {
    const load = () => Promise.resolve([undefined]);
    const row = { tenant: 'a', id: 'a', n: 1 };
    const foreign: Change = { op: 'put', collection: 'others', row };
    await expect(foldChanges([foreign], declared, load)).rejects.toThrow(/others/);
    const moving: Change = { op: 'update', collection: 'things', key: row, change: () => ({ ...row, id: 'b' }) };
    await expect(foldChanges([moving], declared, load)).rejects.toThrow(/key/);
  });
});
