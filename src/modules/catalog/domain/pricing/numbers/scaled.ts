import { Decimal, unitsToString } from '../../../../../shared/kernel/decimal.js';
import { RATING_SCALE } from '../../../../../shared/kernel/money.js';
import { divideRounded } from '../../../../../shared/kernel/rounding.js';
import { QUANTITY_SCALE } from '../language/pricing.js';

/** A quantity as an integer of 10^-12, an amount as an integer of 10^-10: no decimal library on the record path. */
export type QuantityUnits = bigint;
export type AmountUnits = bigint;

/** An amount as a quantity: running totals are balances, and balances are quantities. */
export const AMOUNT_TO_QUANTITY = 10n ** BigInt(QUANTITY_SCALE - RATING_SCALE);

/** One unit of quantity. */
export const ONE: QuantityUnits = 10n ** BigInt(QUANTITY_SCALE);

/** 10^12, 10^11 … 1: by the number of decimals a text has. */
const FACTORS: readonly bigint[] = Array.from({ length: QUANTITY_SCALE + 1 }, (_, decimals) => {
  return 10n ** BigInt(QUANTITY_SCALE - decimals);
});
/** Digits a double holds exactly. */
const QUICK_DIGITS = 15;
const ZERO = 48;
const NINE = 57;
const POINT = 46;

/**
 * A quantity from its text; undefined when it is not a decimal, is negative or has more than 12 decimals. Texts of up
 * to 15 digits, nearly all, are read without a decimal object.
 */
export function quantityUnits(text: string): QuantityUnits | undefined {
  const { length } = text;
  if (length === 0 || length > QUICK_DIGITS) return slowQuantityUnits(text);
  let value = 0;
  let decimals = -1;
  for (let index = 0; index < length; index += 1) {
    const code = text.charCodeAt(index);
    if (code >= ZERO && code <= NINE) {
      value = value * 10 + (code - ZERO);
      if (decimals >= 0) decimals += 1;
    } else if (code === POINT && decimals < 0 && index > 0 && index < length - 1) {
      decimals = 0;
    } else {
      return slowQuantityUnits(text);
    }
  }
  const factor = FACTORS[decimals < 0 ? 0 : decimals];
  return factor === undefined ? slowQuantityUnits(text) : BigInt(value) * factor;
}

function slowQuantityUnits(text: string): QuantityUnits | undefined {
  const decimal = Decimal.tryParse(text);
  if (decimal === undefined || decimal.isNegative() || !decimal.fits(QUANTITY_SCALE)) return undefined;
  return decimal.unitsAt(QUANTITY_SCALE);
}

/** Whether a text is a quantity as we print it: then it can be kept instead of printed again. */
export function isPlainInteger(text: string): boolean {
  const { length } = text;
  if (length === 0 || length > QUICK_DIGITS || (length > 1 && text.charCodeAt(0) === ZERO)) return false;
  for (let index = 0; index < length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < ZERO || code > NINE) return false;
  }
  return true;
}

export function quantityText(units: QuantityUnits): string {
  return unitsToString(units, QUANTITY_SCALE);
}

export function amountText(units: AmountUnits): string {
  return unitsToString(units, RATING_SCALE);
}

/** Of a validated price: a text that is not a decimal is a defect and throws. */
export function quantityOf(text: string): QuantityUnits {
  return Decimal.parse(text).unitsAt(QUANTITY_SCALE);
}

export function amountOf(text: string): AmountUnits {
  return Decimal.parse(text).unitsAt(RATING_SCALE);
}

/** Every amount is rounded half up at the rating scale, and in one place. */
export function roundAmount(numerator: bigint, denominator: bigint): AmountUnits {
  return denominator === 1n ? numerator : divideRounded(numerator, denominator, 'HALF_UP');
}

/** Of a quantity that is not negative. */
export function ceilDivide(quantity: bigint, size: bigint): bigint {
  return (quantity + size - 1n) / size;
}

export function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let x = a;
  let y = b;
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}
