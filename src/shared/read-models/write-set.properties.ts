import fc from 'fast-check';
import type { Change } from './projection.js';
import type { CollectionSpec, Row } from './read-models.port.js';
import { byKey, inKeyOrder, keyText } from './row-shape.js';
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
  async write(changes: readonly Change[]): Promise<void> {
    const load = (spec: CollectionSpec, keys: readonly Row[]) =>
      Promise.resolve(keys.map((one) => this.rows.get(keyText(spec, one))));
    for (const { spec, puts, deletes } of await foldChanges(changes, declared, load)) {
      for (const one of deletes) this.rows.delete(keyText(spec, one));
      for (const row of puts) this.rows.set(keyText(spec, row), stored(row));
    }
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

describe('inKeyOrder', () => {
  const many = fc.array(
    fc.record({ tenant: fc.constantFrom('main', 'acme'), id: fc.constantFrom('a', 'b', 'ü', 'aa', '') }),
    { minLength: 600, maxLength: 900 },
  );

  it.each([
    ['of one tenant', 'main'],
    ['of several tenants', undefined],
  ])('sorts many rows %s as comparing them all would, equal keys in the order they came', (_, tenant) => {
    fc.assert(
      fc.property(many, (keys) => {
        const rows: Row[] = keys.map((one, n) => ({ ...one, tenant: tenant ?? one.tenant, n }));
        expect(inKeyOrder(things, [...rows])).toEqual([...rows].sort(byKey(things)));
      }),
      { numRuns: 20 },
    );
  });
});

describe('foldChanges', () => {
  it('comes to the same rows for any split of the same changes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(change, { maxLength: 8 }), { maxLength: 8 }), async (batches) => {
        const split = new Rows();
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
