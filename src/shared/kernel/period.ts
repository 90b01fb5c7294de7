import { localDateOf, startOfLocalDate } from './zone.js';

/**
 * A half-open stretch of time in instants (ms): `start` belongs to it, `end` does not.
 *
 *     start            end
 *       [---------------)          end undefined = open
 */
export interface Period {
  readonly start: number;
  readonly end?: number;
}

export function periodContains(period: Period, instant: number): boolean {
  return instant >= period.start && (period.end === undefined || instant < period.end);
}

export function periodsOverlap(a: Period, b: Period): boolean {
  return (a.end === undefined || b.start < a.end) && (b.end === undefined || a.start < b.end);
}

/** Longer than any billing cycle: an instant is in one that began no earlier than so long before it. */
export const LONGEST_CYCLE_MS = 32 * 86_400_000;

/**
 * The billing cycle of one month around an instant, for an anniversary day 1 to 31 in the account's zone. In a month
 * without that day the cycle starts on its last day:
 *
 *     day 31:   Jan 31        Feb 28        Mar 31        Apr 30
 *                 [-------------)[------------)[------------)
 */
export function billingCycleAt(instant: number, billingDay: number, zone: string): Required<Period> {
  const date = localDateOf(zone, instant);
  const year = Number(date.slice(0, 4));
  const month = Number(date.slice(5, 7)) - 1;
  const anniversary = cycleStart(year, month, billingDay, zone);
  return instant >= anniversary
    ? { start: anniversary, end: cycleStart(year, month + 1, billingDay, zone) }
    : { start: cycleStart(year, month - 1, billingDay, zone), end: anniversary };
}

function cycleStart(year: number, month: number, billingDay: number, zone: string): number {
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const date = new Date(Date.UTC(year, month, Math.min(billingDay, lastDay)));
  return startOfLocalDate(zone, date.toISOString().slice(0, 10));
}
