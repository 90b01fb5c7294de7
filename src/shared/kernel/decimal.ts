import type { RoundingMethod } from './rounding.js';
import { divideRounded } from './rounding.js';

const PATTERN = /^([+-]?)(\d+)(?:\.(\d+))?$/;
const MAX_SCALE = 30;
const MAX_DIGITS = 60;

/**
 * An exact decimal: `units` x 10^-`scale`. Money, rates and quantities are Decimals or their strings, never floats.
 * Values are immutable and kept as given; `toString` is canonical (no trailing zeros, no "-0"), so that equal numbers
 * print and hash equally.
 */
export class Decimal {
  static readonly ZERO = new Decimal(0n, 0);
  static readonly ONE = new Decimal(1n, 0);

  constructor(
    readonly units: bigint,
    readonly scale: number,
  ) {}

  /** Reads `-12.30`; exponents, spaces, separators and anything else throw a SyntaxError that names the text. */
  static parse(text: string): Decimal {
    const parsed = Decimal.tryParse(text);
    if (parsed === undefined) throw new SyntaxError(`"${text.slice(0, 80)}" is not a decimal such as 12.5`);
    return parsed;
  }

  /** As `parse`, but answers undefined for what is not a decimal or is longer than 60 digits / 30 decimals. */
  static tryParse(text: string): Decimal | undefined {
    const match = PATTERN.exec(text);
    if (match === null || text.length > MAX_DIGITS + 2) return undefined;
    const fraction = match[3] ?? '';
    if (fraction.length > MAX_SCALE) return undefined;
    const units = BigInt(`${match[2] ?? ''}${fraction}`);
    return new Decimal(match[1] === '-' ? -units : units, fraction.length);
  }

  static fromUnits(units: bigint, scale: number): Decimal {
    return new Decimal(units, scale);
  }

  /** Only for whole numbers counted by the program (lines, records); a fraction or an unsafe integer throws. */
  static fromInteger(value: number): Decimal {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${String(value)} is not a safe integer`);
    return new Decimal(BigInt(value), 0);
  }

  plus(other: Decimal): Decimal {
    const scale = Math.max(this.scale, other.scale);
    return new Decimal(this.unitsAt(scale) + other.unitsAt(scale), scale);
  }

  minus(other: Decimal): Decimal {
    return this.plus(other.negated());
  }

  times(other: Decimal): Decimal {
    return new Decimal(this.units * other.units, this.scale + other.scale);
  }

  /** A quotient is seldom exact, so scale and rounding are always said. */
  dividedBy(other: Decimal, scale: number, method: RoundingMethod): Decimal {
    const shift = scale + other.scale - this.scale;
    const numerator = shift >= 0 ? this.units * 10n ** BigInt(shift) : this.units;
    const denominator = shift >= 0 ? other.units : other.units * 10n ** BigInt(-shift);
    return new Decimal(divideRounded(numerator, denominator, method), scale);
  }

  negated(): Decimal {
    return new Decimal(-this.units, this.scale);
  }

  absolute(): Decimal {
    return this.units < 0n ? this.negated() : this;
  }

  /** Rounds to `scale` decimals; a value that already fits is only re-scaled. */
  rounded(scale: number, method: RoundingMethod): Decimal {
    if (scale >= this.scale) return new Decimal(this.unitsAt(scale), scale);
    return new Decimal(divideRounded(this.units, 10n ** BigInt(this.scale - scale), method), scale);
  }

  /** The units at a scale not smaller than the value needs; a scale that would lose digits throws. */
  unitsAt(scale: number): bigint {
    if (scale === this.scale) return this.units;
    if (scale > this.scale) return this.units * 10n ** BigInt(scale - this.scale);
    const divisor = 10n ** BigInt(this.scale - scale);
    if (this.units % divisor !== 0n) throw new RangeError(`${this.toString()} does not fit ${scale} decimals`);
    return this.units / divisor;
  }

  /** Whether the value needs no more than `scale` decimals. */
  fits(scale: number): boolean {
    return scale >= this.scale || this.units % 10n ** BigInt(this.scale - scale) === 0n;
  }

  compare(other: Decimal): -1 | 0 | 1 {
    const scale = Math.max(this.scale, other.scale);
    const a = this.unitsAt(scale);
    const b = other.unitsAt(scale);
    return a < b ? -1 : a > b ? 1 : 0;
  }

  equals(other: Decimal): boolean {
    return this.compare(other) === 0;
  }

  lessThan(other: Decimal): boolean {
    return this.compare(other) < 0;
  }

  greaterThan(other: Decimal): boolean {
    return this.compare(other) > 0;
  }

  isZero(): boolean {
    return this.units === 0n;
  }

  isNegative(): boolean {
    return this.units < 0n;
  }

  /** Canonical: no trailing zeros, no plus sign, `0` for every zero. */
  toString(): string {
    return unitsToString(this.units, this.scale);
  }

  /** With exactly `scale` decimals, for money as people write it; throws when digits would be lost. */
  toFixed(scale: number): string {
    const units = this.unitsAt(scale);
    const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
    const whole = digits.slice(0, digits.length - scale);
    return `${units < 0n ? '-' : ''}${whole}${scale > 0 ? `.${digits.slice(digits.length - scale)}` : ''}`;
  }

  toJSON(): string {
    return this.toString();
  }

  static min(a: Decimal, b: Decimal): Decimal {
    return a.compare(b) <= 0 ? a : b;
  }

  static max(a: Decimal, b: Decimal): Decimal {
    return a.compare(b) >= 0 ? a : b;
  }

  static sum(values: Iterable<Decimal>): Decimal {
    let total = Decimal.ZERO;
    for (const value of values) total = total.plus(value);
    return total;
  }
}

/** 10^0 to 10^30. */
const POWERS: readonly bigint[] = Array.from({ length: MAX_SCALE + 1 }, (_, exponent) => 10n ** BigInt(exponent));

/** The same as doubles; beyond 10^15 not every whole number is one. */
const QUICK_POWERS: readonly number[] = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);
const LARGEST_QUICK = BigInt(Number.MAX_SAFE_INTEGER);

/** Prints scaled integer units as a canonical decimal string, for hot paths that keep no Decimal objects. */
export function unitsToString(units: bigint, scale: number): string {
  if (scale === 0) return units.toString();
  const quickPower = QUICK_POWERS[scale];
  if (quickPower !== undefined && units <= LARGEST_QUICK && units >= -LARGEST_QUICK) {
    return quickText(Number(units), quickPower, scale);
  }
  const power = POWERS[scale];
  if (power !== undefined) {
    // Most quantities are whole: one division is cheaper than printing and cutting off a dozen zeros.
    const whole = units / power;
    if (whole * power === units) return whole.toString();
  }
  const negative = units < 0n;
  const digits = (negative ? -units : units).toString().padStart(scale + 1, '0');
  const point = digits.length - scale;
  return `${negative ? '-' : ''}${digits.slice(0, point)}${fraction(digits.slice(point))}`;
}

/** Whole numbers that a double holds: remainders and quotients of them are exact, and no big integer is made. */
function quickText(units: number, power: number, scale: number): string {
  const size = Math.abs(units);
  const rest = size % power;
  const whole = (size - rest) / power;
  const text = rest === 0 ? String(whole) : `${whole}${fraction(String(rest).padStart(scale, '0'))}`;
  return units < 0 ? `-${text}` : text;
}

/** The decimals after a point, without the zeros at their end; nothing when they are all zeros. */
function fraction(decimals: string): string {
  let end = decimals.length;
  while (end > 0 && decimals.charCodeAt(end - 1) === 48) end -= 1;
  return end === 0 ? '' : `.${decimals.slice(0, end)}`;
}
