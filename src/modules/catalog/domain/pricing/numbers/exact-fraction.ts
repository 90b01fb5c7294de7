import { Decimal } from '../../../../../shared/kernel/decimal.js';
import { divideRounded } from '../../../../../shared/kernel/rounding.js';
import { greatestCommonDivisor } from './scaled.js';

/** An exact number: a quotient is not rounded before the end, so `seconds / 60 * 60` is `seconds`. The denominator is positive. */
export interface Fraction {
  readonly n: bigint;
  readonly d: bigint;
}

/** Of a decimal text; undefined for anything else. */
export function fractionOf(text: string): Fraction | undefined {
  const decimal = Decimal.tryParse(text);
  return decimal === undefined ? undefined : { n: decimal.units, d: 10n ** BigInt(decimal.scale) };
}

export function plus(a: Fraction, b: Fraction): Fraction {
  return a.d === b.d ? { n: a.n + b.n, d: a.d } : reduced(a.n * b.d + b.n * a.d, a.d * b.d);
}

export function negated({ n, d }: Fraction): Fraction {
  return { n: -n, d };
}

export function times(a: Fraction, b: Fraction): Fraction {
  return reduced(a.n * b.n, a.d * b.d);
}

/** @param b not zero. */
export function dividedBy(a: Fraction, b: Fraction): Fraction {
  return b.n < 0n ? reduced(-a.n * b.d, a.d * -b.n) : reduced(a.n * b.d, a.d * b.n);
}

/** What is left of a after as many whole b as fit, with the sign of a. @param b not zero. */
export function remainder(a: Fraction, b: Fraction): Fraction {
  const whole = rounded(dividedBy(a, b), 'DOWN');
  return plus(a, negated(times(whole, b)));
}

export function compare(a: Fraction, b: Fraction): number {
  const left = a.n * b.d;
  const right = b.n * a.d;
  return left < right ? -1 : left > right ? 1 : 0;
}

export function rounded({ n, d }: Fraction, method: 'DOWN' | 'CEILING' | 'FLOOR' | 'HALF_UP'): Fraction {
  return { n: divideRounded(n, d, method), d: 1n };
}

function reduced(n: bigint, d: bigint): Fraction {
  const divisor = greatestCommonDivisor(n < 0n ? -n : n, d);
  return divisor <= 1n ? { n, d } : { n: n / divisor, d: d / divisor };
}
