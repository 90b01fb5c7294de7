import fc from 'fast-check';
import { priceOf } from '../../../../../../test/support/priced-line.js';
import { parsePricing } from '../language/parse-pricing.js';
import { chargedShares, chargeRecurring, minimumSpend, trueUp } from './recurring-charge.js';
import { amountOf, quantityOf } from '../numbers/scaled.js';
import { shareOf } from '../numbers/share.js';

const recurring = (charge: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  priceOf({ currency: 'EUR', charges: [{ name: 'fee', ...charge }], ...more });
const seats = {
  on: 'CYCLE_START',
  measure: 'units',
  tiers: {
    by: 'QUANTITY',
    steps: [
      { upTo: '5', price: '10' },
      { price: '8', entry: '1' },
    ],
  },
};
const share = (from: number, to: number, whole = 30) => ({ from: BigInt(from), to: BigInt(to), whole: BigInt(whole) });
const of = (price: ReturnType<typeof recurring>, units: string, from = 0, to = 30) => {
  const [charged] = chargedShares([share(from, to)], price.pricing.charges[0]?.proration ?? 'PRORATE');
  return chargeRecurring(price.pricing, price.charges[0]!, quantityOf(units), charged);
};

describe('a charge without usage', () => {
  it.each([
    [{ on: 'CYCLE_START', fixed: '9.99' }, '1', 0, 30, '9.99'],
    [{ on: 'CYCLE_START', fixed: '9.99' }, '1', 15, 30, '4.995'],
    [{ on: 'CYCLE_END', fixed: '9.99', proration: 'FULL_CHARGE' }, '1', 15, 30, '9.99'],
    [{ on: 'CYCLE_END', fixed: '9.99', proration: 'NO_CHARGE' }, '1', 15, 30, '0'],
    [{ on: 'CYCLE_END', fixed: '9.99', proration: 'NO_CHARGE' }, '1', 0, 30, '9.99'],
    [seats, '7', 0, 30, '67'],
    [seats, '5', 0, 30, '50'],
    [seats, '7', 0, 10, '22.3333333333'],
    [{ ...seats, tiers: { ...seats.tiers, scope: 'WHOLE' } }, '7', 0, 30, '57'],
    [{ ...seats, amount: { maximum: '60' } }, '7', 0, 15, '30'],
  ])('%j for %s units from day %d to %d is %s', (charge, units, from, to, expected) => {
    expect(of(recurring(charge), units, from, to).amountText).toBe(expected);
  });

  it('is explained', () => {
    expect(of(recurring(seats), '7', 0, 15).steps).toStrictEqual([
      'Charge "fee" is made at the start of each billing cycle.',
      '5 units in tier 1 (above 0 up to 5) at 10 EUR per 1: 50 EUR.',
      '2 units in tier 2 (above 5) at 8 EUR per 1: 16 EUR.',
      'Entering tier 2 (above 5) costs 1 EUR, once.',
      'It is for 1/2 of the billing cycle, of 67 EUR.',
      'Together: 33.5 EUR.',
    ]);
  });

  it('of the shares of a cycle sums to the whole, however it is cut', () => {
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 6 });
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), cuts, (value, days) => {
        const edges = [0, ...days.sort((a, b) => a - b), 31].map(BigInt);
        const parts = edges.slice(1).map((to, index) => shareOf(value, { from: edges[index] ?? 0n, to, whole: 31n }));
        expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(value);
      }),
    );
  });

  it('made once, at activation, knows no share', () => {
    const { pricing, charges } = recurring({ on: 'ACTIVATION', fixed: '25' });
    expect(chargeRecurring(pricing, charges[0]!, quantityOf('1')).amountText).toBe('25');
  });

  it.each([
    ['PRORATE', '5-10 20-30', '5-10 20-30'],
    ['FULL_CHARGE', '5-10 20-25', '0-20 20-30'],
    ['FULL_CHARGE', '5-10', '0-30'],
    ['NO_CHARGE', '0-10 20-30', '0-0 20-20'],
    ['NO_CHARGE', '0-10 10-30', '0-10 10-30'],
    ['NO_CHARGE', '0-29', '0-0'],
  ] as const)('%s of the days %s charges %s', (proration, days, expected) => {
    const shares = (text: string) =>
      text.split(' ').map((days) => share(Number(days.split('-')[0]), Number(days.split('-')[1])));
    expect(chargedShares(shares(days), proration)).toStrictEqual(shares(expected));
  });

  it('trues a minimum up, prorated, and never below 0', () => {
    const { pricing } = recurring({ fixed: '1' }, { spend: { minimum: '100' } });
    const missing = (spent: string, ...applied: readonly ReturnType<typeof share>[]) =>
      trueUp('EUR', minimumSpend(pricing, applied.length === 0 ? undefined : applied), amountOf(spent));
    expect(missing('60').amountText).toBe('40');
    // 100 x 20/30 = 66.6666666667
    expect(missing('60', share(0, 20)).amountText).toBe('6.6666666667');
    expect(missing('60', share(0, 10), share(20, 30)).amountText).toBe('6.6666666666');
    expect(missing('100.01').amountText).toBe('0');
    expect(missing('60').steps).toStrictEqual([
      'At least 100 EUR is due for the billing cycle.',
      '60 EUR was charged in it: 40 EUR is missing.',
    ]);
  });

  it('is never charged for a record', () => {
    const price = priceOf({
      currency: 'EUR',
      charges: [
        { name: 'fee', on: 'CYCLE_START', fixed: '5' },
        { name: 'call', fixed: '0.1' },
      ],
    });
    expect(price.partsFor('VOICE').flatMap(({ charges }) => charges.map(({ name }) => name))).toStrictEqual(['call']);
  });

  it.each([
    [{ ...seats, measure: 'seconds' }, 'charges[0].measure'],
    [{ ...seats, when: { usageType: 'A' } }, 'charges[0].when'],
    [{ ...seats, tiers: { ...seats.tiers, by: 'BALANCE', accumulator: 'A' } }, 'charges[0].tiers.by'],
    [{ fixed: '1', proration: 'PRORATE' }, 'charges[0].proration'],
    [{ on: 'ACTIVATION', fixed: '1', proration: 'PRORATE' }, 'charges[0].proration'],
    [{ on: 'BIRTHDAY', fixed: '1' }, 'charges[0].on'],
  ])('%j is refused at %s', (charge, path) => {
    const parsed = parsePricing({ currency: 'EUR', charges: [{ name: 'fee', ...charge }] });
    expect('errors' in parsed ? parsed.errors.map((error) => error.path) : []).toContain(path);
  });
});
