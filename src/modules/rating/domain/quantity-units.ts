import { Decimal } from '../../../shared/kernel/decimal.js';

/** Decimals of balances: as the language of prices keeps quantities. */
const SCALE = 12;

/** A quantity of an impact as an integer of 10^-12; it may be negative. */
export function quantityUnitsOf(text: string): bigint {
  return Decimal.parse(text).unitsAt(SCALE);
}
