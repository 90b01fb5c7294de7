import fc from 'fast-check';
import {
  chargesOf,
  explanationOf,
  priceOf,
  proveExplained,
  unitsOf,
  usageOf,
  type LineOf,
} from '../../../../../../test/support/priced-line.js';
import { chargeLine } from './charge-line.js';
import type { Charged } from './charged.js';
import type { CompiledPrice } from '../compiled/compile-pricing.js';
import { MemoryBalances } from '../../../../../../test/support/memory-balances.js';
import { accumulatorKey, allowanceKey } from '../balances/resource-keys.js';
import { amountText, quantityOf, quantityText } from '../numbers/scaled.js';
import { amountOfTiers } from './tier-amounts.js';
import { VolumeSpread } from './volume-spread.js';

const steps = [
  { upTo: '100', price: '1' },
  { price: '0.5', entry: '7' },
];

function volume(members: Record<string, unknown> = {}, more: Record<string, unknown> = {}): CompiledPrice {
  const tiers = { by: 'VOLUME', accumulator: 'A', scope: 'WHOLE', steps };
  return priceOf({
    currency: 'EUR',
    charges: [{ name: 'c', measure: 'units', tiers, accumulators: ['A'], ...members }],
    ...more,
  });
}
const graduated = { tiers: { by: 'VOLUME', accumulator: 'A', scope: 'GRADUATED', steps } };
const units = (value: string): LineOf => ({ quantities: { units: value } });

/** The second pass over lines of one cycle, in this order: the first one for the totals, then each with its share. */
function secondPass(price: CompiledPrice, lines: readonly LineOf[], book = new MemoryBalances()): readonly Charged[][] {
  const first = new MemoryBalances();
  for (const line of lines) chargesOf(price, line, first);
  return lines.map((line) => {
    const charged = chargeLine(price, usageOf(line), book, { totalOf: (key) => first.get(key) });
    if ('code' in charged) throw new Error(charged.reason);
    for (const one of charged) proveExplained(price, line, one);
    return charged;
  });
}

const amounts = (lines: readonly (readonly Charged[])[]): string[] =>
  lines.flatMap((charged) => charged.map((one) => one.amountText));

describe('F of a total, spread over its stretches', () => {
  it('sums to F of the total whatever the stretches', () => {
    const record = fc.bigInt({ min: 0n, max: 10n ** 15n });
    fc.assert(
      fc.property(
        fc.array(record, { maxLength: 40 }),
        fc.constantFrom(volume(), volume(graduated)),
        (records, price) => {
          const charge = price.charges[0]!;
          const total = records.reduce((sum, quantity) => sum + quantity, 0n);
          for (const order of [records, [...records].reverse()]) {
            const spread = new VolumeSpread(charge, total);
            let start = 0n;
            let sum = 0n;
            for (const quantity of order) {
              sum += spread.amountOf({ start, end: start + quantity });
              start += quantity;
            }
            expect(sum).toBe(spread.amount);
            expect(sum).toBe(amountOfTiers(charge, total));
          }
        },
      ),
    );
  });

  it('refuses stretches beyond the total, and other tiers', () => {
    const spread = new VolumeSpread(volume().charges[0]!, quantityOf('180'));
    expect(() => spread.amountOf({ start: quantityOf('60'), end: quantityOf('181') })).toThrow('more than its total');
    const flat = priceOf({ currency: 'EUR', charges: [{ name: 'fee', fixed: '1' }] });
    expect(() => new VolumeSpread(flat.charges[0]!, 0n)).toThrow('is not priced by VOLUME');
  });
});

describe('a line in the second pass', () => {
  it.each([
    ['WHOLE: F(180) = 180 x 0.5 + 7 = 97', {}, ['60', '60', '60'], ['32.3333333333', '32.3333333334', '32.3333333333']],
    ['GRADUATED: F(180) = 100 + 80 x 0.5 + 7 = 147', graduated, ['120', '60'], ['98', '49']],
    ['all in the first tier', {}, ['100'], ['100']],
    ['nothing costs nothing', {}, ['0', '50', '0'], ['0', '50', '0']],
    ['a cycle of nothing', {}, ['0', '0'], ['0', '0']],
    [
      'fixed and limits are its own: 48.5 + 0.05 <= 40',
      { fixed: '0.05', amount: { maximum: '40' } },
      ['90', '90'],
      ['40', '40'],
    ],
  ])('%s', (_, members, quantities, expected) => {
    expect(amounts(secondPass(volume(members), quantities.map(units)))).toStrictEqual(expected);
  });

  it('is explained from what it kept: what the cycle came to, and its place in it', () => {
    const price = volume({ fixed: '1' });
    const [, second] = secondPass(price, ['60', '60', '60'].map(units));
    const [charged] = second!;
    expect(charged!.before).toStrictEqual({
      accumulator: '60',
      allowances: {},
      volume: { total: '180', from: '60' },
    });
    expect(explanationOf(price, units('60'), charged!).steps).toStrictEqual([
      'Charge "c" is used, billed as VOICE: it is the first that takes the record.',
      'The record has 60 units.',
      'Accumulator A stood at 60: the record stands there.',
      'The billing cycle came to 180 units as a whole.',
      '180 units in tier 2 (above 100) at 0.5 EUR per 1: 90 EUR.',
      'Entering tier 2 (above 100) costs 7 EUR, once.',
      'That is 97 EUR for the cycle.',
      'Its share of what the billing cycle came to, 60 units: 32.3333333334 EUR.',
      'Once per record: 1 EUR.',
      'Accumulator A grows by 60 units.',
      'Together: 33.3333333334 EUR.',
    ]);
  });

  it('has allowances set off at its blended rate, never more than it was charged', () => {
    const grants = { grants: [{ allowance: 'L', quantity: '90', unit: 'units' }] };
    const price = volume({ allowances: ['L'] }, grants);
    const book = new MemoryBalances();
    // F(200) = 107, so 100 units are 53.5; 90 of them are 48.15, and none is left for the next ones.
    const lines = secondPass(price, ['100', '100'].map(units), book);
    expect(amounts(lines)).toStrictEqual(['5.35', '53.5']);
    expect(book.get(allowanceKey('L'))).toBe(0n);
    expect(lines[0]![0]!.impacts).toStrictEqual([
      ['ALLOWANCE', 'L', '90', null, null, null],
      ['PRICE', 'EUR', '100', null, '53.5', 1],
      ['ALLOWANCE', 'L', '-90', null, '-48.15', 1],
      ['ACCUMULATOR', 'A', '100', null, null, null],
    ]);
    const limited = volume({ allowances: ['L'], amount: { maximum: '10' } }, grants);
    expect(amounts(secondPass(limited, ['100', '100'].map(units)))).toStrictEqual(['0', '10']);
  });

  it('takes nothing from an allowance when the cycle costs nothing', () => {
    const free = {
      by: 'VOLUME',
      accumulator: 'A',
      scope: 'WHOLE',
      steps: [{ upTo: '100', price: '0' }, { price: '1' }],
    };
    const price = volume(
      { tiers: free, allowances: ['L'] },
      { grants: [{ allowance: 'L', quantity: '90', unit: 'units' }] },
    );
    const book = new MemoryBalances();
    expect(amounts(secondPass(price, [units('60')], book))).toStrictEqual(['0']);
    expect(book.get(allowanceKey('L'))).toBe(quantityOf('90'));
  });

  it('counts under the maximum of the cycle', () => {
    const price = volume({}, { spend: { maximum: '60' } });
    expect(amounts(secondPass(price, ['90', '90'].map(units)))).toStrictEqual(['48.5', '11.5']);
  });

  it('is charged as in the first pass when the total was not made with it', () => {
    const charged = chargeLine(volume(), usageOf(units('60')), new MemoryBalances(), {
      totalOf: () => quantityOf('59'),
    });
    expect('code' in charged ? charged : charged.map((one) => one.amountText)).toStrictEqual(['0']);
  });
});

describe('a record whose time changes on the way, in the second pass', () => {
  const peak = { by: 'VOLUME', scope: 'GRADUATED', steps: [{ upTo: '1000', price: '0.2' }, { price: '0.1' }] };
  const off = { by: 'VOLUME', scope: 'WHOLE', steps: [{ upTo: '1000', price: '0.1' }, { price: '0.04' }] };
  const week = unitsOf({
    times: {
      WEEK: {
        zone: 'UTC',
        rows: [{ name: 'PEAK', days: ['ANYDAY'], from: '08:00', to: '18:00' }],
        holidays: [],
        otherwise: 'OFFPEAK',
      },
    },
  });
  const timed = (peakCounts: string, offCounts: string): CompiledPrice =>
    priceOf(
      {
        currency: 'EUR',
        timeUnit: 'WEEK',
        charges: [
          {
            name: 'peak',
            measure: 'seconds',
            when: { time: 'PEAK' },
            tiers: { ...peak, accumulator: peakCounts },
            accumulators: [peakCounts],
          },
          {
            name: 'off',
            measure: 'seconds',
            tiers: { ...off, accumulator: offCounts },
            accumulators: [offCounts],
            fixed: '1',
          },
        ],
      },
      week,
    );
  /** 600 s off-peak, then 1200 s peak; then 1800 s peak. */
  const lines: readonly LineOf[] = [
    { at: '2026-03-02T07:50:00Z', quantities: { seconds: '1800' } },
    { at: '2026-03-02T09:00:00Z', quantities: { seconds: '1800' } },
  ];

  it('has each piece at the total of its own accumulator', () => {
    const priced = secondPass(timed('P', 'O'), lines);
    // Off-peak came to 600: F = 60, and 1 per record. Peak to 3000: F = 200 + 200 = 400, 1200 of it are 160.
    expect(priced.map((charged) => charged.map((one) => `${one.charge.name} ${one.amountText}`))).toStrictEqual([
      ['off 61', 'peak 160'],
      ['peak 240'],
    ]);
    expect(priced[0]![0]!.before!.volume).toStrictEqual({
      total: '600',
      from: '0',
      totals: { 'accumulator/O': '600', 'accumulator/P': '3000' },
    });
  });

  it('has its pieces at one total when they count together', () => {
    const priced = secondPass(timed('A', 'A'), lines);
    // Together 3600. Off-peak F = 3600 x 0.04 = 144, 600 of it are 24; peak F = 200 + 260 = 460, 1200 of it 153.33.., 1800 are 230.
    expect(amounts(priced)).toStrictEqual(['25', '153.3333333333', '230']);
    expect(priced[0]![0]!.before!.volume).toStrictEqual({ total: '3600', from: '0' });
  });
});

it('any order of the records of a cycle comes to the same sum, by balance and by quantity alike', () => {
  const quantity = fc.integer({ min: 0, max: 400 }).map(String);
  const members = fc.constantFrom({}, graduated, { allowances: ['L'] }, { ...graduated, allowances: ['L'] });
  const grants = { grants: [{ allowance: 'L', quantity: '250', unit: 'units' }] };
  fc.assert(
    fc.property(members, fc.array(quantity, { minLength: 1, maxLength: 12 }), (more, quantities) => {
      const price = volume(more, 'allowances' in more ? grants : {});
      const gross = (lines: readonly Charged[][]): bigint =>
        lines.flat().reduce((sum, { impacts }) => {
          return impacts.reduce((all, [type, , , , amount]) => {
            return type === 'PRICE' && amount !== null ? all + quantityOf(amount) : all;
          }, sum);
        }, 0n);
      const books = [new MemoryBalances(), new MemoryBalances()] as const;
      const there = secondPass(price, quantities.map(units), books[0]);
      const back = secondPass(price, [...quantities].reverse().map(units), books[1]);
      const total = quantities.reduce((sum, each) => sum + quantityOf(each), 0n);
      expect(amountText(gross(there) / 100n)).toBe(amountText(amountOfTiers(price.charges[0]!, total)));
      expect(gross(back)).toBe(gross(there));
      for (const book of books) expect(quantityText(book.get(accumulatorKey('A')) ?? 0n)).toBe(quantityText(total));
    }),
    { numRuns: 400 },
  );
});
