import { mongo } from 'mongoose';
import { Decimal } from '../../../kernel/decimal.js';

type Decimal128 = mongo.Decimal128;
const { Decimal128 } = mongo;

/** What a Decimal128 holds exactly. */
const MOST_DIGITS = 34;
const SCIENTIFIC = /^(-?)(\d)(?:\.(\d+))?E([+-]\d+)$/;

/**
 * A canonical decimal as it is stored: a number of the server's (`NumberDecimal` in a shell), or the canonical text where
 * it has more than 34 digits (kernel decimals go to 60). Equal decimals are stored equally, so equality works on both.
 */
export function storedDecimal(canonical: string): Decimal128 | string {
  if (canonical.length > MOST_DIGITS && digitsOf(canonical) > MOST_DIGITS) return canonical;
  return Decimal128.fromString(canonical);
}

/** The canonical text of what is stored. */
export function decimalText(stored: unknown): string {
  const text = stored instanceof Decimal128 ? stored.toString() : stored;
  if (typeof text !== 'string') throw new TypeError(`A ${typeof stored} stands where a decimal was stored`);
  const scientific = SCIENTIFIC.exec(text);
  if (scientific === null) return text;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = scientific;
  const scale = fraction.length - Number(exponent);
  const units = BigInt(`${sign}${whole}${fraction}`);
  return (scale >= 0 ? new Decimal(units, scale) : new Decimal(units * 10n ** BigInt(-scale), 0)).toString();
}

function digitsOf(canonical: string): number {
  return canonical.replace(/^-?(?:0\.0*)?/, '').replace('.', '').length;
}

/** How often each value stands among the rows that match, as the server counts them. */
export interface CountedValue {
  /** The stored decimal; null or absent for rows without one. */
  readonly _id?: unknown;
  readonly n: number;
}

/**
 * The exact sum of counted values. The server only counts; it never adds, for a Decimal128 rounds beyond 34 digits
 * without a word.
 */
export async function sumOf(counted: AsyncIterable<CountedValue>): Promise<string> {
  let sum = Decimal.ZERO;
  for await (const { _id, n } of counted) {
    if (_id === undefined || _id === null) continue;
    sum = sum.plus(Decimal.parse(decimalText(_id)).times(Decimal.fromInteger(n)));
  }
  return sum.toString();
}
