import type { EndToEnd } from './end-to-end.js';
import type { Floor } from './floor-run.js';
import { mediansOf, spreadOf, type Spread } from './spread.js';

/** A file up to this size takes a second or two: one such run says more about the machine's mood than about us. */
const SMALL_RECORDS = 200_000;
const PAIRS_OF_SMALL = 9;

/** The floor and, right after it, end to end: what drifts in the machine drifts for both. */
export interface Pair {
  readonly floor: Floor;
  readonly endToEnd?: EndToEnd;
}

export interface Paired extends Pair {
  /** End to end as a part of the floor: the median of what the pairs say, each of itself. */
  readonly ratio?: number;
  /** Records per second, and the ratio, over all pairs. */
  readonly spread: { readonly floor: Spread; readonly endToEnd?: Spread; readonly ratio?: Spread };
  readonly pairs: readonly Pair[];
}

export function pairsFor(records: number): number {
  return records <= SMALL_RECORDS ? PAIRS_OF_SMALL : 1;
}

/** Runs both in turn. Every figure is the median of its runs. */
export async function measurePairs(
  count: number,
  floor: (pair: number) => Promise<Floor>,
  endToEnd?: (pair: number) => Promise<EndToEnd>,
): Promise<Paired> {
  const pairs: Pair[] = [];
  for (let pair = 1; pair <= count; pair += 1) {
    pairs.push({ floor: await floor(pair), ...(endToEnd === undefined ? {} : { endToEnd: await endToEnd(pair) }) });
  }
  const floors = pairs.map((pair) => pair.floor);
  const ends = pairs.flatMap((pair) => pair.endToEnd ?? []);
  const floorSpread = spreadOf(floors.map((run) => run.recordsPerSecond));
  if (ends.length === 0) return { floor: mediansOf(floors), spread: { floor: floorSpread }, pairs };
  const ratio = spreadOf(
    pairs.flatMap(({ floor, endToEnd }) =>
      endToEnd === undefined ? [] : endToEnd.recordsPerSecond / floor.recordsPerSecond,
    ),
  );
  return {
    floor: mediansOf(floors),
    endToEnd: mediansOf(ends),
    ratio: ratio.median,
    spread: { floor: floorSpread, endToEnd: spreadOf(ends.map((run) => run.recordsPerSecond)), ratio },
    pairs,
  };
}
