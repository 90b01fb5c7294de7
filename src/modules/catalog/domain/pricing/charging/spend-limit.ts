import type { Impact } from './charged.js';
import type { Line } from './line.js';
import { AMOUNT_TO_QUANTITY, amountText, type AmountUnits } from '../numbers/scaled.js';

/**
 * The maximum of a cycle is a ceiling over the running total of net spend: a charge costs what it lifts the total under
 * the ceiling. The total goes on above it, so that a later credit counts from where the spend really stands.
 *
 *      charged |        ________ maximum
 *              |      /:
 *              |    /  :
 *              |__/____:________ net spend of the cycle
 *
 * A minimum alone has no ceiling: the total is kept for the end of the cycle.
 *
 * Notes the impacts and answers what is charged.
 */
export function withinSpend({ price, balances }: Line, amount: AmountUnits, impacts: Impact[]): AmountUnits {
  const { spend } = price;
  if (spend === undefined || amount === 0n) return amount;
  const { counter, maximum } = spend;
  const before = (balances.get(counter.key) ?? 0n) / AMOUNT_TO_QUANTITY;
  const after = before + amount;
  const charged = maximum === undefined ? amount : least(after, maximum) - least(before, maximum);
  balances.set(counter.key, after * AMOUNT_TO_QUANTITY);
  impacts.push(['ACCUMULATOR', counter.name, amountText(amount), null, null, null]);
  if (charged !== amount) {
    impacts.push(['PRICE', price.currency, spend.text, null, amountText(charged - amount), null]);
  }
  return charged;
}

function least(a: AmountUnits, b: AmountUnits): AmountUnits {
  return a < b ? a : b;
}
