import { roundAmount } from './scaled.js';

/** A stretch (from, to] of a whole: days or instants of a billing cycle, a place in a period's total. */
export interface Share {
  readonly from: bigint;
  readonly to: bigint;
  /** Greater than 0. */
  readonly whole: bigint;
}

/**
 * What of an amount or a quantity belongs to a share of the whole. Both ends are rounded and not the length between
 * them, so that shares that cover the whole sum to it, to the last unit:
 *
 *      0 |----- 1/3 -----|----- 1/3 -----|----- 1/3 -----| 100.00      33.33 + 33.34 + 33.33
 */
export function shareOf(value: bigint, { from, to, whole }: Share): bigint {
  return roundAmount(value * to, whole) - roundAmount(value * from, whole);
}
