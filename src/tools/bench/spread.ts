/** What several runs of one thing came to: the median counts, the other two say how far to trust it. */
export interface Spread {
  readonly least: number;
  readonly median: number;
  readonly most: number;
}

/** @param values at least one; of an even number the lower of the two in the middle is the median. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const [least, median, most] = [0, Math.floor((sorted.length - 1) / 2), sorted.length - 1].map((at) => sorted[at]);
  if (least === undefined || median === undefined || most === undefined) throw new Error('There was no run');
  return { least, median, most };
}

/** The median of every figure by itself: no run needs to be the median of all of them. */
export function mediansOf<T extends object>(runs: readonly T[]): T {
  const [first] = runs;
  if (first === undefined) throw new Error('There was no run');
  const figures = Object.keys(first) as (keyof T)[];
  return Object.fromEntries(figures.map((name) => [name, spreadOf(runs.map((run) => Number(run[name]))).median])) as T;
}
