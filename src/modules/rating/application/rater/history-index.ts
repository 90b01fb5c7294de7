/** Events of a partition's stream that are looked up together. */
const BLOCK = 32;

/** For a snapshot: of each block the earliest and the latest billing cycle its rows are in; none: [1, 0]. */
export interface HistoryIndexState {
  /** Of the first revision that was looked at: blocks that begin before it hold what is not known. */
  readonly since: number;
  readonly cycles: readonly (readonly [from: number, to: number])[];
}

/** Which events of a partition's stream may hold rows of a billing cycle, so that a run reads no others. */
export class HistoryIndex {
  /** By block. */
  private readonly cycles: [from: number, to: number][] = [];

  constructor(private readonly since = 0) {}

  /** What an event says. Revisions come in order. @param columns of cycles: each one a column of its rows. */
  add(revision: number, ...columns: readonly (readonly number[] | undefined)[]): void {
    const block = Math.floor(revision / BLOCK);
    while (this.cycles.length <= block) this.cycles.push([1, 0]);
    const found = this.cycles[block];
    if (found === undefined) return;
    for (const cycles of columns) {
      for (const cycle of cycles ?? []) {
        const isFirst = found[0] > found[1];
        if (isFirst || cycle < found[0]) found[0] = cycle;
        if (isFirst || cycle > found[1]) found[1] = cycle;
      }
    }
  }

  /**
   * Stretches of revisions, [from, to), that may hold rows of billing cycles that start in [wanted.from, wanted.to].
   * @param end the first revision that is not wanted any more.
   */
  *stretches(
    wanted: { readonly from: number; readonly to: number } | undefined,
    end: number,
  ): Iterable<readonly [from: number, to: number]> {
    let begun: number | undefined;
    for (let from = 0; from < end; from += BLOCK) {
      const isWanted = wanted === undefined || this.mayHold(from, wanted);
      if (isWanted) begun ??= from;
      else if (begun !== undefined) {
        yield [begun, from];
        begun = undefined;
      }
    }
    if (begun !== undefined) yield [begun, end];
  }

  toJSON(): HistoryIndexState {
    return { since: this.since, cycles: this.cycles };
  }

  static fromJSON({ since, cycles }: HistoryIndexState): HistoryIndex {
    const index = new HistoryIndex(since);
    for (const [from, to] of cycles) index.cycles.push([from, to]);
    return index;
  }

  private mayHold(first: number, wanted: { readonly from: number; readonly to: number }): boolean {
    const [from, to] = this.cycles[first / BLOCK] ?? [1, 0];
    if (first < this.since) return true;
    return from <= to && from <= wanted.to && to >= wanted.from;
  }
}
