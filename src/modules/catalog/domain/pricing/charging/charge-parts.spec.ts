import {
  amountsOf,
  chargesOf,
  explanationOf,
  priceOf,
  unitsOf,
  type LineOf,
} from '../../../../../../test/support/priced-line.js';
import { MemoryBalances } from '../../../../../../test/support/memory-balances.js';
import { TrialBalances } from '../trial/trial-balances.js';
import { accumulatorKey, allowanceKey } from '../balances/resource-keys.js';
import { quantityOf } from '../numbers/scaled.js';

const seconds = (value: string): LineOf => ({ quantities: { seconds: value } });
function one(charge: Record<string, unknown>, more: Record<string, unknown> = {}): unknown {
  return { currency: 'EUR', charges: [{ name: 'c', measure: 'seconds', ...charge }], ...more };
}
const flat = { by: 'QUANTITY', steps: [{ price: '0.12', per: '60' }] };

describe('a percentage', () => {
  it('of an amount the record carries, with a fixed fee: 2.9 % + 0.30', () => {
    const price = priceOf({
      currency: 'USD',
      charges: [{ name: 'card', percent: { value: '2.9', of: 'amount' }, fixed: '0.30', amount: { maximum: '5' } }],
    });
    expect(['100', '0', '33.33', '1000'].map((amount) => amountsOf(price, { quantities: { amount } }))).toStrictEqual([
      ['3.2'],
      ['0.3'],
      ['1.26657'],
      ['5'],
    ]);
    expect(amountsOf(price, { quantities: { amount: 'much' } })).toBe('QUANTITY_NOT_DERIVABLE');
    expect(amountsOf(price, {})).toBe('QUANTITY_NOT_DERIVABLE');
  });

  it('of earlier charges of the line: 0.03 + 1.20 + 5 % of the usage = 1.29', () => {
    const price = priceOf({
      currency: 'EUR',
      charges: [
        { name: 'setup', part: 'setup', fixed: '0.03' },
        { name: 'minutes', measure: 'minutes', tiers: { by: 'QUANTITY', steps: [{ price: '0.12' }] } },
        { name: 'network', part: 'network', percent: { value: '5', of: ['minutes'] } },
      ],
    });
    const line = { quantities: { minutes: '10' } };
    expect(amountsOf(price, line)).toStrictEqual(['0.03', '1.2', '0.06']);
    const charged = chargesOf(price, line);
    if ('code' in charged) throw new Error(charged.reason);
    expect(charged[2]?.impacts).toStrictEqual([['PRICE', 'EUR', '1.2', '5', '0.06', null]]);
    expect(explanationOf(price, line, charged[2]!).steps).toStrictEqual([
      'Charge "network" is used, billed as VOICE: it is the first that takes the record.',
      'Each record counts 1.',
      '5 % of "minutes", 1.2: 0.06 EUR.',
      'Together: 0.06 EUR.',
    ]);
  });

  it('counts an earlier charge that was not charged as 0', () => {
    const price = priceOf({
      currency: 'EUR',
      charges: [
        { name: 'hd', part: 'p', when: { attributes: { quality: 'HD' } }, fixed: '1' },
        { name: 'sd', part: 'p', fixed: '2' },
        { name: 'tax', part: 'tax', percent: { value: '50', of: ['hd', 'sd'] } },
      ],
    });
    expect(amountsOf(price, { attributes: { quality: 'HD' } })).toStrictEqual(['1', '0.5']);
    expect(amountsOf(price, {})).toStrictEqual(['2', '1']);
  });

  it('of a step, by tiers of the amount', () => {
    const steps = [{ upTo: '100', percent: '3' }, { percent: '1.5' }];
    const price = priceOf(one({ measure: 'amount', tiers: { by: 'QUANTITY', steps } }));
    expect(amountsOf(price, { quantities: { amount: '300' } })).toStrictEqual(['6']);
    const charged = chargesOf(price, { quantities: { amount: '300' } });
    if ('code' in charged) throw new Error(charged.reason);
    expect(explanationOf(price, { quantities: { amount: '300' } }, charged[0]!).steps).toContain(
      '200 amount in tier 2 (above 100) at 1.5 %: 3 EUR.',
    );
  });
});

describe('free events', () => {
  it('cost nothing at all, so many in a cycle, and are counted in the balances', () => {
    const price = priceOf(one({ tiers: flat, fixed: '0.05', freeEvents: 2, accumulators: ['A'] }));
    const book = new MemoryBalances();
    expect([1, 2, 3, 4].map(() => amountsOf(price, seconds('60'), book))).toStrictEqual([
      ['0'],
      ['0'],
      ['0.17'],
      ['0.17'],
    ]);
    expect(book.get(accumulatorKey('$free /c'))).toBe(quantityOf('2'));
    expect(book.get(accumulatorKey('A'))).toBe(quantityOf('120'));
    expect(amountsOf(price, seconds('60'), new MemoryBalances(book))).toStrictEqual(['0']);
  });

  it('explains them', () => {
    const price = priceOf(one({ tiers: flat, freeEvents: 1 }));
    const charged = chargesOf(price, seconds('60'));
    if ('code' in charged) throw new Error(charged.reason);
    expect(explanationOf(price, seconds('60'), charged[0]!).steps).toStrictEqual([
      'Charge "c" is used, billed as VOICE: it is the first that takes the record.',
      'The record has 60 seconds.',
      '1 records of a billing cycle are free; 0 of them were used before.',
      'It is one of the records of this billing cycle that cost nothing.',
      'Together: 0 EUR.',
    ]);
  });
});

describe('increments of a step', () => {
  const steps = [{ upTo: '60', price: '0.12', per: '60', increments: { first: '60', next: '60' } }, { price: '0.001' }];

  it('first minute indivisible, then by the second', () => {
    const price = priceOf(one({ tiers: { by: 'QUANTITY', steps } }));
    expect(['0', '1', '60', '61', '125'].map((q) => amountsOf(price, seconds(q)))).toStrictEqual([
      ['0'],
      ['0.12'],
      ['0.12'],
      ['0.121'],
      ['0.185'],
    ]);
  });

  it('by BALANCE a begun package is shared by the records of the cycle', () => {
    const packages = {
      by: 'BALANCE',
      accumulator: 'A',
      steps: [{ price: '5', per: '100', increments: { next: '100' } }],
    };
    const price = priceOf(one({ tiers: packages, accumulators: ['A'] }));
    const book = new MemoryBalances();
    expect(['10', '80', '15', '95', '1'].map((q) => amountsOf(price, seconds(q), book))).toStrictEqual([
      ['5'],
      ['0'],
      ['5'],
      ['0'],
      ['5'],
    ]);
  });

  it('an allowance pays for increments as they are sold', () => {
    const price = priceOf(
      one(
        { tiers: { by: 'QUANTITY', steps }, allowances: ['F'] },
        { grants: [{ allowance: 'F', quantity: '100', unit: 'seconds' }] },
      ),
    );
    const book = new MemoryBalances();
    expect(amountsOf(price, seconds('5'), book)).toStrictEqual(['0']);
    expect(book.get(allowanceKey('F'))).toBe(quantityOf('40'));
  });
});

describe('ANY_MATCHING', () => {
  const rules = {
    BONUS: { unit: 'seconds', priority: 1 },
    SOON: { unit: 'seconds', priority: 2, validity: { type: 'DATES', from: '2026-01-01', to: '2026-04-01' } },
    LATER: { unit: 'seconds', priority: 2, validity: { type: 'DATES', from: '2026-01-01', to: '2026-05-01' } },
    DATA: { unit: 'bytes', priority: 0 },
  } as const;

  it('uses priority, then what expires first, then what was granted first; and only what counts the same', () => {
    const price = priceOf(
      one(
        { tiers: flat, allowances: 'ANY_MATCHING' },
        { grants: [{ allowance: 'OWN', quantity: '10', unit: 'seconds' }] },
      ),
      unitsOf({ allowances: rules, elsewhere: { timeZone: 'UTC', sharedByDefault: false } }),
    );
    const names = ['LATER', 'UNKNOWN', 'SOON', 'DATA', 'BONUS'];
    const at = Date.parse('2026-03-02T10:00:00Z');
    const calendar = { startAt: () => 0, endAt: () => Date.parse('2026-04-01T00:00:00Z'), timeZone: 'UTC' };
    const allowances = Object.fromEntries(names.map((name) => [name, '10']));
    const book = new TrialBalances(calendar, at, { accumulators: {}, allowances });
    book.begin(at, 'S', price.resources);
    const charged = chargesOf(price, seconds('100'), book);
    if ('code' in charged) throw new Error(charged.reason);
    const used = charged[0]!.impacts.filter(([type, , , , amount]) => type === 'ALLOWANCE' && amount !== null);
    expect(used.map(([, name]) => name)).toStrictEqual(['BONUS', 'SOON', 'LATER', 'OWN']);
    expect(charged[0]!.amountText).toBe('0.12');
    expect(charged[0]!.before?.order).toStrictEqual(['BONUS', 'SOON', 'LATER', 'OWN']);
  });

  it('draws what counts the unit of a rate unit', () => {
    const price = priceOf(
      one({ measure: 'MINUTES_UP', tiers: { by: 'QUANTITY', steps: [{ price: '1' }] }, allowances: 'ANY_MATCHING' }),
      unitsOf({
        rates: { MINUTES_UP: { kind: 'EXPRESSION', expression: 'math.ceil(seconds / 60)', unit: 'minutes' } },
        allowances: { FREE: { unit: 'minutes', priority: 1 } },
      }),
    );
    const book = new MemoryBalances();
    book.set(allowanceKey('FREE'), quantityOf('2'));
    expect(amountsOf(price, seconds('130'), book)).toStrictEqual(['1']);
  });
});

describe('by EARLIER_PERIOD', () => {
  it('prices everything at the tier the cycle before came to', () => {
    const steps = [{ upTo: '1000', price: '0.10' }, { upTo: '5000', price: '0.08' }, { price: '0.05' }];
    const price = priceOf(one({ tiers: { by: 'EARLIER_PERIOD', accumulator: 'A', steps }, accumulators: ['A'] }));
    const january = new MemoryBalances();
    expect(amountsOf(price, seconds('1000'), january)).toStrictEqual(['100']);
    expect(amountsOf(price, seconds('1'), january)).toStrictEqual(['0.1']);
    const february = new MemoryBalances(january);
    expect(amountsOf(price, seconds('6000'), february)).toStrictEqual(['480']);
    expect(amountsOf(price, seconds('10'), new MemoryBalances(february))).toStrictEqual(['0.5']);
  });
});

describe('a maximum spend', () => {
  it('is a ceiling of the running total, also for credits', () => {
    const steps = [{ upTo: '100', price: '1' }, { price: '0.5' }];
    const tiers = { by: 'BALANCE', accumulator: 'A', scope: 'WHOLE', steps };
    const price = priceOf(one({ tiers, accumulators: ['A'] }, { spend: { maximum: '60' } }));
    const book = new MemoryBalances();
    // Net spend 50, 100, 50.5 (the cheaper tier reprices all), 75: charged 50, 10, -9.5, 9.5.
    expect(['50', '50', '1', '49'].map((q) => amountsOf(price, seconds(q), book))).toStrictEqual([
      ['50'],
      ['10'],
      ['-9.5'],
      ['9.5'],
    ]);
    expect(book.get(accumulatorKey('$spend '))).toBe(quantityOf('75'));
  });

  it('holds for all charges of a line together, and is explained', () => {
    const price = priceOf({
      currency: 'EUR',
      spend: { maximum: '1' },
      charges: [
        { name: 'a', part: 'a', fixed: '0.8' },
        { name: 'b', part: 'b', fixed: '0.7' },
      ],
    });
    const charged = chargesOf(price, {});
    if ('code' in charged) throw new Error(charged.reason);
    expect(charged.map(({ amountText }) => amountText)).toStrictEqual(['0.8', '0.2']);
    expect(explanationOf(price, {}, charged[1]!).steps).toStrictEqual([
      'Charge "b" is used, billed as VOICE: it is the first that takes the record.',
      'Each record counts 1.',
      '0.8 EUR were spent in this billing cycle before.',
      'Once per record: 0.7 EUR.',
      'The spend of the billing cycle changes by +0.7.',
      'A billing cycle costs at most 1 EUR: -0.5 EUR.',
      'Together: 0.2 EUR.',
    ]);
  });
});

describe('by VOLUME', () => {
  const steps = [{ upTo: '100', price: '1' }, { price: '0.5' }];
  const volume = (provisional?: string) =>
    priceOf(
      one({
        tiers: {
          by: 'VOLUME',
          accumulator: 'A',
          scope: 'WHOLE',
          ...(provisional === undefined ? {} : { provisional }),
          steps,
        },
        accumulators: ['A'],
      }),
    );

  it.each([
    [undefined, [['0'], ['0'], ['0']]],
    ['FIRST_TIER', [['60'], ['60'], ['60']]],
    ['TIER_REACHED', [['60'], ['30'], ['30']]],
  ])('with the provisional price %s, three times 60 cost %j for now', (provisional, expected) => {
    const book = new MemoryBalances();
    expect([1, 2, 3].map(() => amountsOf(volume(provisional), seconds('60'), book))).toStrictEqual(expected);
    expect(book.get(accumulatorKey('A'))).toBe(quantityOf('180'));
  });
});
