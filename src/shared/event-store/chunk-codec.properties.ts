import fc from 'fast-check';
import { defineColumn, listsOf, TupleLists } from '../kernel/tuple-lists.js';
import { DamagedChunk, decodeChunk, encodeChunk } from './chunk-codec.js';

/** Columns of every spelling: constant, even and uneven integers, few and many strings, anything. */
function column(length: number): fc.Arbitrary<unknown[]> {
  const of = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown[]> =>
    fc.array(value, { minLength: length, maxLength: length });
  const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);
  return fc.oneof(
    fc
      .oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null))
      .map((value) => Array<unknown>(length).fill(value)),
    of(fc.integer()),
    of(fc.maxSafeInteger()),
    fc.tuple(fc.integer(), fc.integer()).map(([first, step]) => Array.from({ length }, (_, n) => first + n * step)),
    of(fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value))),
    of(fc.constantFrom('a', 'b', '', 'ü', null)),
    of(fc.string({ unit: 'binary' })),
    of(fc.oneof(fc.string(), fc.integer())),
    of(json),
  );
}

const chunk = fc
  .record({ head: fc.dictionary(fc.string(), fc.string()), rows: fc.nat(200), exceptions: fc.nat(10) })
  .chain(({ head, rows, exceptions }) =>
    fc
      .tuple(column(rows), column(rows), column(exceptions), column(exceptions))
      .map(([a, b, c, d]) => ({ head: { ...head }, columns: { a, b, 'x.c': c, 'x.d': d } })),
  );

describe('chunk codec', () => {
  it('gives back every chunk it was given', () => {
    fc.assert(
      fc.property(chunk, (given) => {
        const decoded = decodeChunk(encodeChunk(given));
        expect(decoded.columns).toEqual(given.columns);
        expect(decoded.head).toEqual(given.head);
      }),
    );
  });

  it('writes the same bytes for the same chunk', () => {
    fc.assert(fc.property(chunk, (given) => Buffer.compare(encodeChunk(given), encodeChunk(given)) === 0));
  });

  it('writes the same bytes for lists of tuples, however they are held, and gives them back in both ways', () => {
    const tuple = fc.tuple(fc.string(), fc.option(fc.string()), fc.integer());
    fc.assert(
      fc.property(fc.array(fc.array(tuple, { maxLength: 3 }), { maxLength: 40 }), (moved) => {
        const columns = { moved: [] };
        defineColumn(columns, 'moved', () => TupleLists.of(moved));
        const bytes = encodeChunk({ head: {}, columns });
        expect(Buffer.compare(bytes, encodeChunk({ head: {}, columns: { moved } }))).toBe(0);
        const decoded = decodeChunk(bytes).columns as { moved: readonly (readonly unknown[][])[] };
        expect(listsOf(decoded, 'moved').toArrays()).toEqual(moved);
        expect(decoded.moved).toEqual(moved);
      }),
    );
  });

  it('refuses a chunk with any single bit flipped or cut off anywhere', () => {
    fc.assert(
      fc.property(chunk, fc.nat(), fc.integer({ min: 0, max: 7 }), fc.boolean(), (given, at, bit, cut) => {
        const bytes = encodeChunk(given);
        const index = at % bytes.length;
        const damaged = cut ? bytes.slice(0, index) : bytes.slice();
        if (!cut) damaged[index]! ^= 1 << bit;
        expect(() => decodeChunk(damaged).columns).toThrow(DamagedChunk);
      }),
    );
  });
});
