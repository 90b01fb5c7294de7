import Big from 'big.js';
import fc from 'fast-check';
import { Decimal, unitsToString } from './decimal.js';
import { ROUNDING_METHODS, divideRounded, type RoundingMethod } from './rounding.js';

/** Decimals as people write them: up to 18 digits before and 12 after the point. */
const text = fc
  .tuple(
    fc.boolean(),
    fc.bigInt({ min: 0n, max: 10n ** 18n }),
    fc.string({ unit: fc.constantFrom('0', '1', '2', '4', '5', '6', '9'), maxLength: 12 }),
  )
  .map(([minus, whole, fraction]) => `${minus ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`);
const nonZero = text.filter((each) => !new Big(each).eq(0));
const method = fc.constantFrom(...ROUNDING_METHODS);
const scale = fc.integer({ min: 0, max: 14 });

/** Another implementation to be right with; canonical text, as Decimal prints it. */
const big = (value: string | Big): string => {
  const fixed = new Big(value).toFixed();
  const trimmed = fixed.includes('.') ? fixed.replace(/\.?0+$/, '') : fixed;
  return trimmed === '-0' ? '0' : trimmed;
};

/** big.js knows four modes; the other three follow from the sign. Half-down is half-up unless it is exactly a half. */
function bigRounded(value: Big, decimals: number, by: RoundingMethod): Big {
  switch (by) {
    case 'DOWN':
      return value.round(decimals, 0);
    case 'HALF_UP':
      return value.round(decimals, 1);
    case 'HALF_EVEN':
      return value.round(decimals, 2);
    case 'UP':
      return value.round(decimals, 3);
    case 'CEILING':
      return value.round(decimals, value.lt(0) ? 0 : 3);
    case 'FLOOR':
      return value.round(decimals, value.lt(0) ? 3 : 0);
    case 'HALF_DOWN': {
      const down = value.round(decimals, 0);
      const half = new Big(`0.${'0'.repeat(decimals)}5`);
      return value.minus(down).abs().eq(half) ? down : value.round(decimals, 1);
    }
  }
}

describe('decimal, beside big.js', () => {
  it('reads and prints canonically', () => {
    fc.assert(fc.property(text, (a) => Decimal.parse(a).toString() === big(a)));
    fc.assert(fc.property(text, (a) => Decimal.parse(Decimal.parse(a).toString()).equals(Decimal.parse(a))));
  });

  it('adds, subtracts, multiplies and compares', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        const [x, y] = [Decimal.parse(a), Decimal.parse(b)];
        expect(x.plus(y).toString()).toBe(big(new Big(a).plus(b)));
        expect(x.minus(y).toString()).toBe(big(new Big(a).minus(b)));
        expect(x.times(y).toString()).toBe(big(new Big(a).times(b)));
        expect(x.compare(y)).toBe(new Big(a).cmp(b));
        expect(Decimal.max(x, y).plus(Decimal.min(x, y)).equals(x.plus(y))).toBe(true);
      }),
    );
  });

  it('rounds by every method', () => {
    fc.assert(
      fc.property(text, scale, method, (a, decimals, by) => {
        expect(Decimal.parse(a).rounded(decimals, by).toString()).toBe(big(bigRounded(new Big(a), decimals, by)));
      }),
      { numRuns: 500 },
    );
  });

  it('rounds exact halves by every method', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1000, max: 1000 }), method, (n, by) => {
        const half = `${n < 0 ? '-' : ''}${Math.abs(n)}.5`;
        expect(Decimal.parse(half).rounded(0, by).toString()).toBe(big(bigRounded(new Big(half), 0, by)));
      }),
    );
  });

  it('divides to a scale', () => {
    // Exact at the cut: a quotient rounded twice would differ, so big.js gets digits to spare and cuts by its remainder.
    fc.assert(
      fc.property(text, nonZero, scale, (a, b, decimals) => {
        const quotient = Decimal.parse(a).dividedBy(Decimal.parse(b), decimals, 'DOWN');
        const remainder = Decimal.parse(a)
          .minus(quotient.times(Decimal.parse(b)))
          .absolute();
        const step = Decimal.fromUnits(1n, decimals).times(Decimal.parse(b)).absolute();
        expect(remainder.lessThan(step)).toBe(true);
        Big.DP = decimals;
        Big.RM = 0;
        expect(quotient.toString()).toBe(big(new Big(a).div(b)));
        Big.RM = 1;
        expect(Decimal.parse(a).dividedBy(Decimal.parse(b), decimals, 'HALF_UP').toString()).toBe(
          big(new Big(a).div(b)),
        );
      }),
    );
  });

  it('prints units without an object as with one', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }), fc.integer({ min: 0, max: 20 }), (units, at) => {
        const decimal = new Decimal(units, at);
        expect(unitsToString(units, at)).toBe(decimal.toString());
        expect(Decimal.parse(decimal.toFixed(at)).equals(decimal)).toBe(true);
        expect(decimal.toFixed(at).split('.')[1]?.length ?? 0).toBe(at);
      }),
    );
  });
});

describe('divideRounded', () => {
  it('is never further than one from the quotient, and exact when it can be', () => {
    fc.assert(
      fc.property(
        fc.bigInt(),
        fc.bigInt().filter((d) => d !== 0n),
        method,
        (n, d, by) => {
          const rest = n - divideRounded(n, d, by) * d;
          expect(rest < (d < 0n ? -d : d) && rest > -(d < 0n ? -d : d)).toBe(true);
          expect(divideRounded(n * d, d, by)).toBe(n);
        },
      ),
    );
  });

  it('is the same whichever of the two carries the sign', () => {
    fc.assert(
      fc.property(
        fc.bigInt(),
        fc.bigInt({ min: 1n }),
        method,
        (n, d, by) => divideRounded(-n, d, by) === divideRounded(n, -d, by),
      ),
    );
  });

  it('prints units of every size as their digits with a point in them', () => {
    const sizes = fc.oneof(
      fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
      fc.constantFrom(2n ** 53n - 1n, 2n ** 53n, -(2n ** 53n), 1n - 2n ** 53n, 10n ** 15n, 10n ** 16n, 0n, -1n),
    );
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 12 }), (size, scale, zeros) => {
        const units = size * 10n ** BigInt(zeros);
        const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0');
        const printed = `${digits.slice(0, -scale)}.${digits.slice(-scale)}`.replace(/\.?0+$/, '');
        expect(unitsToString(units, scale)).toBe(units < 0n ? `-${printed}` : printed);
      }),
    );
  });
});
