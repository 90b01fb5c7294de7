import fc from 'fast-check';
import { arraysOf, defineColumn, heldValues, listsOf, TupleLists } from './tuple-lists.js';

type Pair = readonly [name: string, count: number | null];

const pair: fc.Arbitrary<Pair> = fc.tuple(fc.string({ maxLength: 3 }), fc.option(fc.integer(), { nil: null }));
const arrays = fc.array(fc.array(pair, { maxLength: 3 }), { maxLength: 8 });

describe('lists of tuples', () => {
  it('are the same field by field as in arrays', () => {
    fc.assert(
      fc.property(arrays, (given) => {
        const made = new TupleLists<Pair>();
        for (const list of given) made.push(list);
        const again = new TupleLists<Pair>(made.lengths, made.fields);
        for (const lists of [made, again, TupleLists.of(given)]) {
          expect(lists.toArrays()).toEqual(given);
          expect(lists).toHaveLength(given.length);
          expect(lists.tuples).toBe(given.flat().length);
          expect(lists.field(0)).toEqual(given.flat().map(([name]) => name));
          expect(lists.field(1)).toEqual(given.flat().map(([, count]) => count));
          given.forEach((list, row) => {
            const [begin, end] = [lists.starts[row]!, lists.starts[row + 1]!];
            expect(list).toEqual(Array.from({ length: end - begin }, (_, index) => lists.tuple(begin + index)));
          });
        }
      }),
    );
  });

  it('are asked for again after more were put in', () => {
    const lists = TupleLists.of<Pair>([[['a', 1]]]);
    expect([lists.toArrays(), lists.starts]).toEqual([[[['a', 1]]], [0, 1]]);
    lists.push([]);
    lists.push([['b', null]]);
    expect([lists.toArrays(), lists.starts]).toEqual([
      [[['a', 1]], [], [['b', null]]],
      [0, 1, 1, 2],
    ]);
  });

  it('have tuples of one width', () => {
    expect(() => TupleLists.of<readonly unknown[]>([[['a', 1]], [['a']]])).toThrow(/A tuple has 1 fields, not 2/);
  });
});

describe('a column of lists', () => {
  const given: Pair[][] = [[['a', 1]], []];

  it('is arrays to those who look at it, and lists to those who ask', () => {
    const columns: { line: number[]; pairs: readonly (readonly Pair[])[] } = { line: [1, 2], pairs: [] };
    const lists = TupleLists.of(given);
    defineColumn(columns, 'pairs', () => lists);
    expect(columns.pairs).toEqual(given);
    expect(Object.keys(columns)).toEqual(['line', 'pairs']);
    expect(listsOf(columns, 'pairs')).toBe(lists);
    expect([heldValues(columns, 'pairs'), heldValues(columns, 'line')]).toEqual([lists, [1, 2]]);
  });

  it('need not be held as lists', () => {
    expect(listsOf({ pairs: given }, 'pairs').toArrays()).toEqual(given);
    expect(arraysOf(given)).toBe(given);
  });

  it('is read once, and not before somebody looks at it', () => {
    let reads = 0;
    const columns = { pairs: given };
    defineColumn(columns, 'pairs', () => ((reads += 1), given));
    expect(reads).toBe(0);
    expect(columns.pairs).toBe(columns.pairs);
    expect(reads).toBe(1);
  });
});
