import fc from 'fast-check';
import { Decimal } from './decimal.js';
import { currencyOf, isCurrencyCode, RATING_SCALE, roundToMinorUnit } from './money.js';
import { ROUNDING_METHODS } from './rounding.js';

const amount = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }).map((units) => new Decimal(units, RATING_SCALE));
const currency = fc
  .tuple(fc.constantFrom('EUR', 'JPY', 'KWD', 'CLF'), fc.constantFrom(...ROUNDING_METHODS))
  .map(([code, rounding]) => currencyOf(code, rounding));

describe('money', () => {
  it('is whole again: what is rounded and what is left make the exact amount', () => {
    fc.assert(
      fc.property(amount, currency, (exact, unit) => {
        const { rounded, residual } = roundToMinorUnit(exact, unit);
        expect(rounded.plus(residual).equals(exact)).toBe(true);
        expect(rounded.fits(unit.minorUnit)).toBe(true);
        expect(residual.absolute().lessThan(Decimal.fromUnits(1n, unit.minorUnit))).toBe(true);
      }),
    );
  });

  it('loses nothing over many lines when each residual is carried to the next', () => {
    fc.assert(
      fc.property(fc.array(amount, { maxLength: 40 }), currency, (amounts, unit) => {
        let carried = Decimal.ZERO;
        let billed = Decimal.ZERO;
        for (const exact of amounts) {
          const { rounded, residual } = roundToMinorUnit(exact.plus(carried), unit);
          billed = billed.plus(rounded);
          carried = residual;
        }
        expect(billed.plus(carried).equals(Decimal.sum(amounts))).toBe(true);
      }),
    );
  });

  it('knows the minor units', () => {
    expect(['EUR', 'USD', 'JPY', 'KWD', 'CLF'].map((code) => currencyOf(code).minorUnit)).toEqual([2, 2, 0, 3, 4]);
    expect(['EUR', 'eur', 'EURO', 'E1R', ''].map(isCurrencyCode)).toEqual([true, false, false, false, false]);
  });
});
