import type { CollectionSpec, Row } from './read-models.port.js';

/** From so many on, dealing them out first is quicker than comparing them all. */
const MANY = 500;

/** Rows by key, so that a batch is written along the tree instead of across it; the order only has to be consistent. */
export function rowsInKeyOrder({ key }: CollectionSpec, rows: Row[]): Row[] {
  return inKeyOrder(rows, key.length, (row, part) => row[key[part] ?? '']);
}

/**
 * Items sorted by the parts of their keys, equal keys in the order they came. Record collections come as thousands of rows
 * of hundreds of accounts, each account's nearly in order: so they are dealt out by the first part that tells them apart,
 * and only the piles are sorted. Measured: a third of the time of sorting them all.
 *
 * @param parts how many a key has.
 */
export function inKeyOrder<T>(items: T[], parts: number, partOf: (item: T, part: number) => unknown): T[] {
  const order = (a: T, b: T): number => {
    for (let part = 0; part < parts; part += 1) {
      const x = partOf(a, part) as string | number;
      const y = partOf(b, part) as string | number;
      if (x !== y) return x < y ? -1 : 1;
    }
    return 0;
  };
  const first = items[0];
  if (first === undefined || items.length < MANY) return items.sort(order);
  const dealt = range(parts).find((part) => items.some((item) => partOf(item, part) !== partOf(first, part)));
  if (dealt === undefined || typeof partOf(first, dealt) !== 'string') return items.sort(order);
  const piles = new Map<unknown, T[]>();
  for (const item of items) {
    const value = partOf(item, dealt);
    const pile = piles.get(value);
    if (pile === undefined) piles.set(value, [item]);
    else pile.push(item);
  }
  const sorted: T[] = [];
  for (const pile of [...piles.values()].sort((a, b) => order(a[0] ?? first, b[0] ?? first))) {
    for (const item of pile.length > 1 ? pile.sort(order) : pile) sorted.push(item);
  }
  return sorted;
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}
