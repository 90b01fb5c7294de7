import fc from 'fast-check';
import Big from 'big.js';
import {
  amountsOf,
  chargesOf,
  explanationOf,
  priceOf,
  unitsOf,
  type LineOf,
} from '../../../../../../test/support/priced-line.js';
import { MemoryBalances } from '../../../../../../test/support/memory-balances.js';
import { allowanceKey } from '../balances/resource-keys.js';
import { quantityOf } from '../numbers/scaled.js';

const WEEK = {
  zone: 'UTC',
  rows: [
    { name: 'PEAK', days: ['WEEKDAY'], from: '08:00', to: '18:00' },
    { name: 'HOLIDAY', days: ['ANYHOLIDAY'], from: '00:00', to: '24:00' },
  ],
  holidays: [{ name: 'Labour Day', dates: ['2026-05-01'] }],
  otherwise: 'OFFPEAK',
};
const units = unitsOf({ times: { WEEK } });
const perMinute = (price: string) => ({ by: 'QUANTITY', steps: [{ price, per: '60' }] });

/** Peak 0.12 a minute, holidays 0.03, else 0.06; other members for all of them. */
function timed(members: Record<string, unknown> = {}, more: Record<string, unknown> = {}) {
  const charge = (name: string, when: unknown, price: string) => ({
    name,
    measure: 'seconds',
    when,
    tiers: perMinute(price),
    ...members,
  });
  return priceOf(
    {
      currency: 'EUR',
      timeUnit: 'WEEK',
      ...more,
      charges: [
        charge('peak', { time: 'PEAK' }, '0.12'),
        charge('holiday', { time: 'HOLIDAY' }, '0.03'),
        charge('off-peak', {}, '0.06'),
      ],
    },
    units,
  );
}
const call = (at: string, seconds: string): LineOf => ({ at, quantities: { seconds } });

/** Names, quantities and net amounts of the rows. */
function rows(price: ReturnType<typeof timed>, line: LineOf, book = new MemoryBalances()) {
  const charged = chargesOf(price, line, book);
  return 'code' in charged
    ? charged.code
    : charged.map(({ charge, quantityText, amountText }) => [charge.name, quantityText, amountText]);
}

describe('a record whose time changes on the way', () => {
  it.each([
    [
      '2026-03-02T07:50:00Z',
      '1800',
      [
        ['off-peak', '600', '0.6'],
        ['peak', '1200', '2.4'],
      ],
    ],
    ['2026-03-02T08:00:00Z', '60', [['peak', '60', '0.12']]],
    ['2026-03-02T07:59:00Z', '60', [['off-peak', '60', '0.06']]],
    [
      '2026-03-02T07:59:59.500Z',
      '1',
      [
        ['off-peak', '0.5', '0.0005'],
        ['peak', '0.5', '0.001'],
      ],
    ],
    [
      '2026-03-02T07:00:00Z',
      '46800',
      [
        ['off-peak', '10800', '10.8'],
        ['peak', '36000', '72'],
      ],
    ],
    [
      '2026-04-30T23:59:00Z',
      '120',
      [
        ['off-peak', '60', '0.06'],
        ['holiday', '60', '0.03'],
      ],
    ],
    ['2026-03-07T07:50:00Z', '1800', [['off-peak', '1800', '1.8']]],
  ])('from %s for %s s is priced by its pieces: %j', (at, seconds, expected) => {
    expect(rows(timed(), call(at, seconds))).toStrictEqual(expected);
  });

  it('a begun increment belongs to where it began, and the next piece begins after it', () => {
    const price = timed({ increments: { first: '60', next: '60' } });
    expect(rows(price, call('2026-03-02T07:59:30Z', '100'))).toStrictEqual([
      ['off-peak', '60', '0.06'],
      ['peak', '60', '0.12'],
    ]);
    expect(rows(price, call('2026-03-02T07:59:30Z', '60'))).toStrictEqual([['off-peak', '60', '0.06']]);
    expect(rows(timed({ increments: { first: '60', next: '6' } }), call('2026-03-02T07:59:30Z', '61'))).toStrictEqual([
      ['off-peak', '60', '0.06'],
      ['peak', '6', '0.012'],
    ]);
  });

  it('connect fee, minimum, free quantity and limits are charged once, as the charge it begins with says', () => {
    const at = '2026-03-02T07:59:30Z';
    expect(rows(timed({ fixed: '0.5' }), call(at, '60'))).toStrictEqual([
      ['off-peak', '30', '0.53'],
      ['peak', '30', '0.06'],
    ]);
    expect(rows(timed({ minimum: '120' }), call(at, '60'))).toStrictEqual([
      ['off-peak', '30', '0.03'],
      ['peak', '90', '0.18'],
    ]);
    expect(rows(timed({ free: '40' }), call(at, '60'))).toStrictEqual([
      ['off-peak', '0', '0'],
      ['peak', '20', '0.04'],
    ]);
    expect(rows(timed({ amount: { maximum: '0.05' } }), call(at, '60'))).toStrictEqual([
      ['off-peak', '30', '0.03'],
      ['peak', '30', '0.02'],
    ]);
    expect(rows(timed({ amount: { minimum: '1' } }), call(at, '60'))).toStrictEqual([
      ['off-peak', '30', '0.03'],
      ['peak', '30', '0.97'],
    ]);
    expect(rows(timed({ freeEvents: 1 }), call(at, '60'))).toStrictEqual([['off-peak', '0', '0']]);
  });

  it('the position in F runs on', () => {
    const steps = (first: string, second: string) => ({
      by: 'QUANTITY',
      steps: [
        { upTo: '60', price: first },
        { price: second, entry: '5' },
      ],
    });
    const charges = [
      { name: 'peak', measure: 'seconds', when: { time: 'PEAK' }, tiers: steps('2', '1') },
      { name: 'off-peak', measure: 'seconds', tiers: steps('0.2', '0.1') },
    ];
    const price = priceOf({ currency: 'EUR', timeUnit: 'WEEK', charges }, units);
    // 40 s off-peak in tier 1; then 20 s peak in tier 1 and 10 s in tier 2, which is entered once.
    expect(rows(price, call('2026-03-02T07:59:20Z', '70'))).toStrictEqual([
      ['off-peak', '40', '8'],
      ['peak', '30', '55'],
    ]);
  });

  it('WHOLE means the tier of the whole record', () => {
    const tiers = (price: string) => ({
      by: 'QUANTITY',
      scope: 'WHOLE',
      steps: [{ upTo: '60', price }, { price: '0.5' }],
    });
    const charges = [
      { name: 'peak', measure: 'seconds', when: { time: 'PEAK' }, tiers: tiers('2') },
      { name: 'off-peak', measure: 'seconds', tiers: tiers('1') },
    ];
    const price = priceOf({ currency: 'EUR', timeUnit: 'WEEK', charges }, units);
    expect(rows(price, call('2026-03-02T07:59:40Z', '60'))).toStrictEqual([
      ['off-peak', '20', '20'],
      ['peak', '40', '80'],
    ]);
    expect(rows(price, call('2026-03-02T07:59:40Z', '61'))).toStrictEqual([
      ['off-peak', '20', '10'],
      ['peak', '41', '20.5'],
    ]);
  });

  it('allowances go from the first piece on, and accumulators add every piece', () => {
    const price = timed(
      { allowances: ['F'], accumulators: ['A'] },
      { grants: [{ allowance: 'F', quantity: '45', unit: 'seconds' }] },
    );
    const book = new MemoryBalances();
    expect(rows(price, call('2026-03-02T07:59:30Z', '60'), book)).toStrictEqual([
      ['off-peak', '30', '0'],
      ['peak', '30', '0.03'],
    ]);
    expect(book.toRecord()).toStrictEqual({ 'allowance/F': '0', 'accumulator/A': '60' });
    book.set(allowanceKey('F'), quantityOf('10'));
    expect(rows(price, call('2026-03-02T07:59:30Z', '60'), book)).toStrictEqual([
      ['off-peak', '30', '0.02'],
      ['peak', '30', '0.06'],
    ]);
  });

  it('blocks are counted from the beginning of the record', () => {
    const up = timed({ block: { size: '60', countIn: 'BLOCKS' }, tiers: { by: 'QUANTITY', steps: [{ price: '1' }] } });
    expect(rows(up, call('2026-03-02T07:59:30Z', '100'))).toStrictEqual([
      ['off-peak', '1', '1'],
      ['peak', '1', '1'],
    ]);
    const down = timed({ block: { size: '60', round: 'DOWN' } });
    expect(rows(down, call('2026-03-02T07:59:30Z', '119'))).toStrictEqual([['off-peak', '60', '0.06']]);
  });

  it('is priced whole when not all charges measure the same duration', () => {
    const charges = [
      { name: 'peak', measure: 'seconds', when: { time: 'PEAK' }, tiers: perMinute('0.12') },
      { name: 'evening call', measure: 'records', tiers: { by: 'QUANTITY', steps: [{ price: '0.1' }] } },
    ];
    const price = priceOf({ currency: 'EUR', timeUnit: 'WEEK', charges }, units);
    expect(rows(price, call('2026-03-02T07:59:30Z', '600'))).toStrictEqual([['evening call', '1', '0.1']]);
    expect(rows(price, call('2026-03-02T17:59:30Z', '60'))).toStrictEqual([['peak', '60', '0.12']]);
  });

  it('in minutes is cut at milliseconds, and nothing is lost', () => {
    const minutes = priceOf(
      {
        currency: 'EUR',
        timeUnit: 'WEEK',
        charges: [
          {
            name: 'peak',
            measure: 'minutes',
            when: { time: 'PEAK' },
            tiers: { by: 'QUANTITY', steps: [{ price: '1' }] },
          },
          { name: 'off-peak', measure: 'minutes', tiers: { by: 'QUANTITY', steps: [{ price: '1' }] } },
        ],
      },
      units,
    );
    const line = { at: '2026-03-02T07:59:35Z', quantities: { minutes: '1' } };
    expect(rows(minutes, line)).toStrictEqual([
      ['off-peak', '0.416666666666', '0.4166666667'],
      ['peak', '0.583333333334', '0.5833333333'],
    ]);
  });

  it('of more than a year is refused, and of no matching time says when', () => {
    expect(rows(timed(), call('2026-03-02T07:59:30Z', '99999999'))).toBe('QUANTITY_NOT_DERIVABLE');
    const charges = [{ name: 'peak', measure: 'seconds', when: { time: 'PEAK' }, tiers: perMinute('0.12') }];
    const price = priceOf({ currency: 'EUR', timeUnit: 'WEEK', charges }, units);
    expect(chargesOf(price, call('2026-03-02T17:59:00Z', '120'))).toMatchObject({
      code: 'NO_MATCHING_RATE',
      facts: { 'time WEEK': 'OFFPEAK' },
    });
  });

  it('is explained row by row', () => {
    const price = timed({ fixed: '0.5' });
    const line = call('2026-03-02T07:59:30Z', '60');
    const charged = chargesOf(price, line);
    if ('code' in charged) throw new Error(charged.reason);
    expect(explanationOf(price, line, charged[1]!).steps).toStrictEqual([
      'Charge "peak" is used, billed as VOICE: the record has time by WEEK = "PEAK".',
      'The record has 60 seconds.',
      'Its time changes on the way, so it is priced by its pieces: 30 by "off-peak", then 30 by "peak".',
      'Of them 30 is charged here; what is charged once per record goes with "off-peak".',
      '30 seconds in tier 1 (above 0) at 0.12 EUR per 60: 0.06 EUR.',
      'Together: 0.06 EUR.',
    ]);
  });

  it('costs what it costs uncut when every time has the same price', () => {
    const members = fc.record(
      {
        increments: fc.constantFrom({ first: '60', next: '6' }, { first: '0', next: '7' }, { first: '30', next: '30' }),
        minimum: fc.constantFrom('30', '100'),
        free: fc.constantFrom('10', '45'),
        fixed: fc.constantFrom('0.05'),
        amount: fc.constantFrom({ minimum: '0.2', maximum: '0.9' }),
        tiers: fc.constantFrom(
          {
            by: 'QUANTITY',
            steps: [
              { upTo: '100', price: '0.07', per: '60', entry: '0.01' },
              { price: '0.01', entry: '0.3' },
            ],
          },
          {
            by: 'QUANTITY',
            scope: 'WHOLE',
            steps: [
              { upTo: '100', price: '0.07', per: '60' },
              { price: '0.01', entry: '0.3' },
            ],
          },
          { by: 'BALANCE', accumulator: 'A', steps: [{ upTo: '100', price: '0.07', per: '60' }, { price: '0.01' }] },
        ),
      },
      { requiredKeys: ['tiers'] },
    );
    const record = fc.record({
      start: fc.integer({ min: 0, max: 7200 }),
      seconds: fc.integer({ min: 0, max: 90_000 }),
    });
    fc.assert(
      fc.property(members, fc.array(record, { minLength: 1, maxLength: 3 }), (more, records) => {
        // A maximum is used up piece by piece, so what of an allowance it saves depends on where the record is cut.
        const grants = more.amount === undefined ? [{ allowance: 'F', quantity: '500', unit: 'seconds' }] : undefined;
        const all = { ...more, accumulators: ['A'], ...(grants === undefined ? {} : { allowances: ['F'] }) };
        const cut = timed(all, { grants });
        const whole = priceOf({ currency: 'EUR', grants, charges: [{ name: 'c', measure: 'seconds', ...all }] });
        const [cutBook, wholeBook] = [new MemoryBalances(), new MemoryBalances()];
        for (const { start, seconds } of records) {
          const line = call(new Date(Date.parse('2026-03-02T07:00:00Z') + start * 1000).toISOString(), String(seconds));
          const sum = (amounts: readonly string[] | string) =>
            typeof amounts === 'string' ? amounts : amounts.reduce((all_, a) => all_.plus(a), new Big(0)).toFixed();
          expect(sum(amountsOf(cut, line, cutBook))).toBe(sum(amountsOf(whole, line, wholeBook)));
          expect(cutBook.toRecord()).toStrictEqual(wholeBook.toRecord());
        }
      }),
      { numRuns: 1500 },
    );
  });
});
