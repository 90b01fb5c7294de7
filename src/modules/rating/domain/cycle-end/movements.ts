import { currencyOf } from '../../../../shared/kernel/price-offer-id.js';
import type { BillingCycle, CycleCalendar } from './cycle-calendar.js';
import { isSame, type Due, type Made, type Movement } from './due.js';

/**
 * What is due less what was made, of one billing cycle of a subscription: so nothing is due twice, what became known late
 * is caught up, and what is not due any more (a subscription that ended within a cycle it had paid for) is taken back.
 *
 *     due    whole cycle   ->   [1st, 10th) since it was cancelled on the 10th
 *     made   +9.99              -9.99 whole cycle taken back, +2.90 for nine days
 *
 * What was made by another version of its price stands: a price that is put for the past reaches what is not made yet.
 */
export function movementsOf(
  due: readonly Due[],
  made: readonly Made[],
  place: { readonly cycle: Pick<BillingCycle, 'start'>; readonly calendar: CycleCalendar },
): readonly Movement[] {
  const movements: Movement[] = [];
  for (const each of due) {
    const move = each.type === 'TRUE-UP' ? trueUp(each, made) : unlessMade(each, made);
    if (move !== undefined) movements.push(move);
  }
  for (const each of made) {
    if (each.amount === 0n || due.some((other) => answers(other, each))) continue;
    movements.push({ due: takenBack(each, place), amount: -each.amount, before: each.amount, corrects: true });
  }
  return movements;
}

/** One that costs nothing, such as a part of a cycle under NO_CHARGE, is known by having been made at all. */
function unlessMade(due: Due, made: readonly Made[]): Movement | undefined {
  const stands = made.some((each) => isSame(each, due) && (each.amount !== 0n || due.amount === 0n));
  return stands ? undefined : { due, amount: due.amount, before: 0n, corrects: false };
}

/** It follows what was spent, also by usage that came late or was rated again. */
function trueUp(due: Due, made: readonly Made[]): Movement | undefined {
  const before = made.filter((each) => answers(due, each)).reduce((sum, each) => sum + each.amount, 0n);
  const amount = due.amount - before;
  return amount === 0n ? undefined : { due, amount, before, corrects: before !== 0n };
}

function answers(due: Due, made: Made): boolean {
  return due.type === 'TRUE-UP' ? made.type === due.type && made.subject === due.subject : isSame(due, made);
}

function takenBack(
  made: Made,
  { cycle, calendar }: { readonly cycle: Pick<BillingCycle, 'start'>; readonly calendar: CycleCalendar },
): Due {
  const { type, subject, charge, units, firstDay, lastDay, days, price, amount } = made;
  return {
    type,
    subject,
    charge,
    units,
    firstDay,
    lastDay,
    days,
    price,
    amount,
    proration: 'PRORATE',
    currency: currencyOf(price.priceOfferId),
    applied: {
      from: calendar.startOfDay(cycle.start, firstDay),
      to: calendar.startOfDay(cycle.start, lastDay),
    },
  };
}
