/** How a quotient that is not exact is made exact; the field's spellings. */
export const ROUNDING_METHODS = ['UP', 'DOWN', 'CEILING', 'FLOOR', 'HALF_UP', 'HALF_DOWN', 'HALF_EVEN'] as const;
export type RoundingMethod = (typeof ROUNDING_METHODS)[number];

/**
 * Divides two integers and rounds the quotient to an integer by the declared method.
 * @param denominator may be negative, never zero (a division by zero is a defect and throws).
 */
export function divideRounded(numerator: bigint, denominator: bigint, method: RoundingMethod): bigint {
  if (denominator === 0n) throw new RangeError('divideRounded: the denominator is zero');
  const n = denominator < 0n ? -numerator : numerator;
  const d = denominator < 0n ? -denominator : denominator;
  const quotient = n / d;
  const remainder = n % d;
  if (remainder === 0n) return quotient;
  return awayFromZero(n < 0n, remainder, d, quotient, method) ? quotient + (n < 0n ? -1n : 1n) : quotient;
}

function awayFromZero(
  negative: boolean,
  remainder: bigint,
  d: bigint,
  quotient: bigint,
  method: RoundingMethod,
): boolean {
  const doubled = 2n * (remainder < 0n ? -remainder : remainder);
  switch (method) {
    case 'UP':
      return true;
    case 'DOWN':
      return false;
    case 'CEILING':
      return !negative;
    case 'FLOOR':
      return negative;
    case 'HALF_UP':
      return doubled >= d;
    case 'HALF_DOWN':
      return doubled > d;
    case 'HALF_EVEN':
      return doubled > d || (doubled === d && quotient % 2n !== 0n);
  }
}
