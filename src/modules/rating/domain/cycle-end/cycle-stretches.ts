import { activeSpans, type AccountSays, type ActiveSpan, type Life, type Spanned } from './active-spans.js';
import type { BillingCycle, CycleCalendar, CycleCalendars } from './cycle-calendar.js';

/** A part of a billing cycle in which a subscription was active on the same terms. */
export interface Stretch {
  /** [from, to), epoch ms. */
  readonly from: number;
  readonly to: number;
  /** Days of the cycle [firstDay, lastDay), from 0. A day on which terms change is the new ones'. */
  readonly firstDay: number;
  readonly lastDay: number;
  /** The last instant of its first day: the prices in force then are its prices. */
  readonly pricedAt: number;
  readonly plan: string;
  readonly rateSchedule: string;
  readonly currency: string;
  /** Decimal text. */
  readonly units: string;
}

/** A billing cycle of a subscription, as its account's terms have it. */
export interface CycleOfLife {
  readonly cycle: BillingCycle;
  readonly calendar: CycleCalendar;
  /** When it is over for the account: at its end, or before when the account's anniversary day or zone changes. */
  readonly over: number;
  /** Ascending, none over another; those of less than a day are left out. */
  readonly stretches: readonly Stretch[];
  /** The first time ever that the subscription was active, when that is in this cycle. */
  readonly activation: Stretch | undefined;
}

/** Which cycles are looked at: those that began by `until`, and of them those that `wanted` names. */
export interface CyclesWanted {
  /** The first instant looked at. */
  readonly from: number;
  readonly until: number;
  readonly wanted: (cycle: BillingCycle) => boolean;
}

/**
 * The billing cycles of a subscription, and what it was active for in each. The cycles are those of the account's terms
 * of the time; where its anniversary day or zone changes, the old cycle is cut short and the new one begins in its middle:
 *
 *     day 1     [------------------|           )              [from, change) of the old cycle
 *     day 15            (          |------)[-------------->   [change, end) of the cycle by the new day
 */
export function cyclesOf(life: Life, calendars: CycleCalendars, asked: CyclesWanted): readonly CycleOfLife[] {
  const spans = activeSpans(life);
  const [first] = spans;
  const found: CycleOfLife[] = [];
  if (first === undefined) return found;
  for (const { from, to, calendar } of calendarsOf(life.accountTerms, calendars)) {
    const begin = Math.max(from, first.from, asked.from);
    const last = Math.min(to - 1, asked.until);
    if (begin > last) continue;
    for (let cycle = calendar.at(begin); cycle.start <= last; cycle = calendar.at(cycle.end)) {
      if (!asked.wanted(cycle)) continue;
      const bounds = { from: Math.max(cycle.start, from), to: Math.min(cycle.end, to) };
      const activates = first.from >= bounds.from && first.from < bounds.to;
      add(found, {
        cycle,
        calendar,
        over: bounds.to,
        stretches: stretchesIn(spans, cycle, bounds, calendar),
        activation: activates ? stretchOf(first, cycle, { from: first.from, to: first.from }, calendar) : undefined,
      });
    }
  }
  return found;
}

/** The same cycle may come in parts: when an anniversary day is changed and changed back in it. */
function add(found: CycleOfLife[], part: CycleOfLife): void {
  const index = found.findIndex(({ cycle }) => cycle.start === part.cycle.start);
  const known = found[index];
  if (known === undefined) {
    found.push(part);
    return;
  }
  found[index] = {
    cycle: known.cycle,
    calendar: known.calendar,
    over: part.over,
    stretches: [...known.stretches, ...part.stretches],
    activation: known.activation ?? part.activation,
  };
}

interface Bounds {
  readonly from: number;
  readonly to: number;
}

function stretchesIn(
  spans: readonly ActiveSpan[],
  cycle: BillingCycle,
  bounds: Bounds,
  calendar: CycleCalendar,
): readonly Stretch[] {
  const stretches: Stretch[] = [];
  for (const span of spans) {
    const from = Math.max(span.from, bounds.from);
    const to = Math.min(span.to, bounds.to);
    if (from >= to) continue;
    const stretch = stretchOf(span, cycle, { from, to }, calendar);
    if (stretch.lastDay > stretch.firstDay) stretches.push(stretch);
  }
  return stretches;
}

function stretchOf(
  { account, subscription }: ActiveSpan,
  cycle: BillingCycle,
  { from, to }: Bounds,
  calendar: CycleCalendar,
): Stretch {
  return {
    from,
    to,
    firstDay: calendar.dayOf(cycle, from),
    lastDay: calendar.dayOf(cycle, to),
    pricedAt: from === cycle.start ? cycle.firstDay : calendar.endOfDay(from),
    plan: subscription.plan,
    rateSchedule: subscription.rateSchedule,
    currency: account.currency,
    units: subscription.units ?? '1',
  };
}

/** The calendars of an account over time; what else changes of its terms does not cut a cycle. */
function calendarsOf(
  terms: readonly Spanned<AccountSays>[],
  calendars: CycleCalendars,
): readonly (Bounds & { readonly calendar: CycleCalendar })[] {
  const found: { from: number; to: number; calendar: CycleCalendar }[] = [];
  for (const { from, to, terms: said } of terms) {
    const calendar = calendars.of(said.billingDay, said.timeZone);
    const last = found.at(-1);
    if (last?.calendar === calendar) last.to = to;
    else found.push({ from, to, calendar });
  }
  return found;
}
