import { Decimal } from './decimal.js';

/** Digits a double holds exactly, whatever they are. */
const QUICK_DIGITS = 15;
const ZERO = 48;
const NINE = 57;
const POINT = 46;
const MINUS = 45;
const POWERS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15] as const;

/**
 * An exact running sum of decimal texts for the record path. Nearly all texts have up to 15 digits and nearly all sums
 * too: they are whole numbers of 10^-scale in a double, no object and no big integer is made for them. What does not fit
 * goes on as a Decimal. The sum prints as `Decimal` prints it.
 */
export class DecimalTally {
  private units = 0;
  private scale = 0;
  /** What does not fit the double, once there was such a thing. */
  private rest: Decimal | undefined;

  /** @throws SyntaxError for what is not a decimal. */
  add(text: string): this {
    const { length } = text;
    const negative = text.charCodeAt(0) === MINUS;
    const from = negative ? 1 : 0;
    let value = 0;
    let point = -1;
    let index = length - from <= QUICK_DIGITS && length > from ? from : length + 1;
    for (; index < length; index += 1) {
      const code = text.charCodeAt(index);
      if (code >= ZERO && code <= NINE) value = value * 10 + (code - ZERO);
      else if (code === POINT && point < 0 && index > from && index < length - 1) point = index;
      else break;
    }
    const quick = index === length && this.addUnits(negative ? -value : value, point < 0 ? 0 : length - 1 - point);
    if (!quick) this.rest = (this.rest ?? Decimal.ZERO).plus(Decimal.parse(text));
    return this;
  }

  isZero(): boolean {
    return this.rest === undefined ? this.units === 0 : this.total().isZero();
  }

  /** Canonical, as a Decimal's. */
  toString(): string {
    if (this.rest !== undefined) return this.total().toString();
    const { units, scale } = this;
    if (scale === 0) return String(units === 0 ? 0 : units);
    return quickText(units, scale);
  }

  private total(): Decimal {
    const quick = Decimal.fromUnits(BigInt(this.units), this.scale);
    return this.rest === undefined ? quick : quick.plus(this.rest);
  }

  /** False when the sum would not be exact: then nothing has changed. */
  private addUnits(units: number, scale: number): boolean {
    let mine = this.units;
    let others = units;
    if (scale > this.scale) mine *= POWERS[scale - this.scale] ?? NaN;
    else if (scale < this.scale) others *= POWERS[this.scale - scale] ?? NaN;
    const sum = mine + others;
    if (!Number.isSafeInteger(mine) || !Number.isSafeInteger(others) || !Number.isSafeInteger(sum)) return false;
    this.units = sum;
    if (scale > this.scale) this.scale = scale;
    return true;
  }
}

function quickText(units: number, scale: number): string {
  if (units === 0) return '0';
  let value = units;
  let decimals = scale;
  while (decimals > 0 && value % 10 === 0) {
    value /= 10;
    decimals -= 1;
  }
  if (decimals === 0) return String(value);
  const digits = String(Math.abs(value)).padStart(decimals + 1, '0');
  const point = digits.length - decimals;
  return `${value < 0 ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** The sum of two decimal texts, as a text. @throws SyntaxError for what is not a decimal. */
export function sumOfTexts(a: string, b: string): string {
  return new DecimalTally().add(a).add(b).toString();
}

/** A decimal text with the other sign, for sums that something is taken from. */
export function negatedText(text: string): string {
  if (text === '0') return text;
  return text.startsWith('-') ? text.slice(1) : `-${text}`;
}
