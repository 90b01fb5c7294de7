import type { BillingCycles } from './billing-cycles.js';

/**
 * Where usage is booked that comes after its billing cycle was closed: in the first cycle of its account that is open. It
 * is priced as of its own time, with the balances of its own cycle.
 *
 *     cycles     [---- closed ----[---- closed ----[---- open ----
 *     usage           ^ late                       ^ booked
 *
 * @param closedTo epoch ms: cycles that ended by then are closed; 0 = none ever.
 * @returns the start of the open cycle; undefined when the usage is not late.
 */
export function bookedCycle(
  cycles: Pick<BillingCycles, 'startAt' | 'endAt'>,
  at: number,
  closedTo: number,
): number | undefined {
  return at >= closedTo || cycles.endAt(at) > closedTo ? undefined : cycles.startAt(closedTo);
}
