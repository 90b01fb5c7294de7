import type { RecordFacts, RatedCharge } from './rated-batch.js';
import { amountText, quantityText, unitsOfText } from './money-units.js';

/** Stands for a price offer where a record came with its price; it has no versions but this one. */
export const PRERATED_OFFER = { priceOfferId: 'PRERATED', version: 0 } as const;
/** What a mapping calls the price of a record, its currency, and how many units it is the price of. */
export const PRERATED_AMOUNT = 'amount';
export const PRERATED_CURRENCY = 'currency';
export const PRERATED_UNITS = 'units';
const RECORDS = 'records';

/** A record that came with its price. */
interface PreratedUsage extends RecordFacts {
  quantity(name: string): string | null | undefined;
}

export type Prerated =
  | { readonly charge: RatedCharge }
  /** What of the record is missing or cannot be read, as the end of a sentence. */
  | { readonly missing: typeof PRERATED_AMOUNT | typeof PRERATED_UNITS; readonly reason: string };

/**
 * The one charge of a record that came with its price: nothing is priced, drawn on or added up. Its amount may be a credit;
 * its quantity is its `units`, else it counts as one record.
 */
export function preRate(usage: PreratedUsage, currency: string): Prerated {
  const said = usage.quantity(PRERATED_AMOUNT);
  const amount = typeof said === 'string' ? unitsOfText(said, 10) : undefined;
  if (amount === undefined) return { missing: PRERATED_AMOUNT, reason: complaint(PRERATED_AMOUNT, said, 10) };
  const units = usage.quantity(PRERATED_UNITS);
  const counted = typeof units === 'string';
  const quantity = unitsOfText(counted ? units : '1', 12);
  if (quantity === undefined) return { missing: PRERATED_UNITS, reason: complaint(PRERATED_UNITS, units, 12) };
  const text = amountText(amount);
  const charge: RatedCharge = {
    charge: { index: 0, measure: counted ? PRERATED_UNITS : RECORDS },
    usageType: usage.usageType,
    quantity,
    quantityText: quantityText(quantity),
    amount,
    amountText: text,
    impacts: [['PRICE', currency, '0', text, text, null]],
    before: null,
  };
  return { charge };
}

function complaint(name: string, said: string | null | undefined, scale: number): string {
  return typeof said === 'string'
    ? `has "${said.slice(0, 80)}" as quantity "${name}", which is not a decimal with at most ${scale} decimals`
    : `has no quantity "${name}"`;
}
