import { Decimal, unitsToString } from '../../../shared/kernel/decimal.js';

/** Amounts are integers of 10^-10, quantities of 10^-12: a quantity of money has two digits more. */
const RATING_SCALE = 10;
const QUANTITY_SCALE = 12;
const AMOUNT_IN_QUANTITY = 10n ** BigInt(QUANTITY_SCALE - RATING_SCALE);

export function amountText(amount: bigint): string {
  return unitsToString(amount, RATING_SCALE);
}

export function quantityText(quantity: bigint): string {
  return unitsToString(quantity, QUANTITY_SCALE);
}

/** An amount as a quantity of money, as balances count it. */
export function quantityOfAmount(amount: bigint): bigint {
  return amount * AMOUNT_IN_QUANTITY;
}

/** @throws RangeError when it is finer than amounts are. */
export function amountOfQuantity(quantity: bigint): bigint {
  if (quantity % AMOUNT_IN_QUANTITY !== 0n) throw new RangeError(`${quantityText(quantity)} is finer than an amount`);
  return quantity / AMOUNT_IN_QUANTITY;
}

/** Undefined when the text is no decimal, or finer than the scale. */
export function unitsOfText(text: string, scale: typeof RATING_SCALE | typeof QUANTITY_SCALE): bigint | undefined {
  const decimal = Decimal.tryParse(text);
  return decimal?.fits(scale) === true ? decimal.unitsAt(scale) : undefined;
}
