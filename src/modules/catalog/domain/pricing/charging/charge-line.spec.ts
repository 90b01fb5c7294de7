import type { Charged, NotCharged } from './charged.js';
import { chargeLine } from './charge-line.js';
import { compilePricing } from '../compiled/compile-pricing.js';
import { explainCharge } from '../explaining/explain-charge.js';
import { parsePricing } from '../language/parse-pricing.js';
import { MemoryBalances as Book } from '../../../../../../test/support/memory-balances.js';
import type { Balances } from './priced-usage.js';
import { accumulatorKey } from '../balances/resource-keys.js';
import { quantityOf } from '../numbers/scaled.js';

interface Line {
  readonly usageType?: string;
  readonly quantities?: Readonly<Record<string, string>>;
  readonly attributes?: Readonly<Record<string, string>>;
}
function usage({ usageType = 'VOICE', quantities = {}, attributes = {} }: Line) {
  return {
    usageType,
    at: 0,
    serviceId: 'S',
    quantity: (name: string) => quantities[name],
    attribute: (name: string) => attributes[name],
  };
}
function compiled(pricing: unknown) {
  const parsed = parsePricing(pricing);
  if ('errors' in parsed) throw new Error(JSON.stringify(parsed.errors));
  return compilePricing(parsed.pricing);
}
function chargeAll(pricing: unknown, line: Line, book: Balances = new Book()): Charged[] | NotCharged {
  return chargeLine(compiled(pricing), usage(line), book);
}
function amountsOf(pricing: unknown, line: Line, book?: Balances): string[] | string {
  const charged = chargeAll(pricing, line, book);
  return 'code' in charged ? charged.code : charged.map(({ amountText }) => amountText);
}
function one(charge: Record<string, unknown>): unknown {
  return { currency: 'EUR', charges: [{ name: 'c', measure: 'seconds', ...charge }] };
}
const seconds = (value: string): Line => ({ quantities: { seconds: value } });
const flat = { by: 'QUANTITY', steps: [{ price: '0.12', per: '60' }] };

describe('chargeLine', () => {
  it('charges ten minutes in three parts: 0.03 + 1.20 + 0.02', () => {
    const pricing = {
      currency: 'EUR',
      charges: [
        { name: 'setup', part: 'setup', fixed: '0.03' },
        { name: 'minutes', measure: 'minutes', tiers: { by: 'QUANTITY', steps: [{ price: '0.12' }] } },
        { name: 'network', part: 'network', fixed: '0.02' },
      ],
    };
    expect(amountsOf(pricing, { quantities: { minutes: '10' } })).toStrictEqual(['0.03', '1.2', '0.02']);
  });

  it('charges by balance: 120 units cost 20, 60 more cost 60', () => {
    const pricing = one({
      tiers: {
        by: 'BALANCE',
        accumulator: 'A',
        steps: [{ upTo: '100', price: '0' }, { upTo: '300', price: '1' }, { price: '2' }],
      },
      accumulators: ['A'],
    });
    const book = new Book();
    expect(amountsOf(pricing, seconds('120'), book)).toStrictEqual(['20']);
    expect(amountsOf(pricing, seconds('60'), book)).toStrictEqual(['60']);
    expect(book.get(accumulatorKey('A'))).toBe(quantityOf('180'));
  });

  it.each([
    ['61', { increments: { first: '60', next: '6' } }, '66'],
    ['60', { increments: { first: '60', next: '6' } }, '60'],
    ['1', { increments: { first: '60', next: '6' } }, '60'],
    ['0', { increments: { first: '60', next: '6' } }, '0'],
    ['0', { minimum: '30' }, '30'],
    ['29.5', { minimum: '30' }, '30'],
    ['1001', { block: { size: '1000' } }, '2000'],
    ['1999', { block: { size: '1000', round: 'DOWN' } }, '1000'],
    ['1001', { block: { size: '1000', countIn: 'BLOCKS' } }, '2'],
    ['100', { free: '30' }, '70'],
    ['20', { free: '30' }, '0'],
  ])('%s with %j is rated as %s', (measured, rule, expected) => {
    const charged = chargeAll(one({ tiers: flat, ...rule }), seconds(measured));
    expect('code' in charged ? charged : charged[0]?.quantityText).toBe(expected);
  });

  it('puts a bound itself into the tier below it', () => {
    const steps = [{ upTo: '40', price: '1' }, { price: '0.5' }];
    expect(amountsOf(one({ tiers: { by: 'QUANTITY', steps } }), seconds('40'))).toStrictEqual(['40']);
    expect(amountsOf(one({ tiers: { by: 'QUANTITY', scope: 'WHOLE', steps } }), seconds('40'))).toStrictEqual(['40']);
    expect(amountsOf(one({ tiers: { by: 'QUANTITY', scope: 'WHOLE', steps } }), seconds('41'))).toStrictEqual(['20.5']);
  });

  it('asks for an entry price once, when its tier is entered', () => {
    const pricing = one({
      tiers: {
        by: 'BALANCE',
        accumulator: 'A',
        steps: [
          { upTo: '10', price: '1' },
          { price: '1', entry: '5' },
        ],
      },
      accumulators: ['A'],
    });
    const book = new Book();
    expect(['10', '1', '1'].map((q) => amountsOf(pricing, seconds(q), book))).toStrictEqual([['10'], ['6'], ['1']]);
  });

  it('prices again what was used before, when another tier of WHOLE is reached', () => {
    const pricing = one({
      tiers: { by: 'BALANCE', accumulator: 'A', scope: 'WHOLE', steps: [{ upTo: '10', price: '1' }, { price: '0.5' }] },
      accumulators: ['A'],
    });
    const book = new Book();
    expect(['10', '2', '8'].map((q) => amountsOf(pricing, seconds(q), book))).toStrictEqual([['10'], ['-4'], ['4']]);
  });

  it('adds the connect fee and keeps the amount within its limits', () => {
    expect(amountsOf(one({ tiers: flat, fixed: '0.05' }), seconds('60'))).toStrictEqual(['0.17']);
    const limited = one({ tiers: flat, amount: { minimum: '0.1', maximum: '0.5' } });
    expect(['1', '60', '6000'].map((q) => amountsOf(limited, seconds(q)))).toStrictEqual([['0.1'], ['0.12'], ['0.5']]);
  });

  it('uses allowances in their order, each only as far as it goes, and not for what is free', () => {
    const pricing = {
      currency: 'EUR',
      grants: [
        { allowance: 'X', quantity: '10', unit: 'seconds' },
        { allowance: 'Y', quantity: '50', unit: 'seconds' },
      ],
      charges: [
        {
          name: 'c',
          measure: 'seconds',
          tiers: { by: 'QUANTITY', steps: [{ upTo: '5', price: '0' }, { price: '1' }] },
          allowances: ['X', 'Y'],
        },
      ],
    };
    const book = new Book();
    expect(amountsOf(pricing, seconds('20'), book)).toStrictEqual(['0']);
    expect(book.toRecord()).toStrictEqual({ 'allowance/X': '0', 'allowance/Y': '45' });
    expect(amountsOf(pricing, seconds('60'), book)).toStrictEqual(['10']);
  });

  it('takes the first charge whose attributes match; without one nothing is charged', () => {
    const pricing = {
      currency: 'EUR',
      charges: [
        {
          name: 'hd',
          measure: 'seconds',
          when: { attributes: { quality: 'HD' } },
          tiers: { by: 'QUANTITY', steps: [{ price: '2' }] },
        },
        {
          name: 'sd',
          measure: 'seconds',
          when: { attributes: { quality: 'SD' } },
          tiers: { by: 'QUANTITY', steps: [{ price: '1' }] },
        },
      ],
    };
    const line = (quality: string): Line => ({ ...seconds('3'), attributes: { quality } });
    expect([line('HD'), line('SD'), line('4K')].map((each) => amountsOf(pricing, each))).toStrictEqual([
      ['6'],
      ['3'],
      'NO_MATCHING_RATE',
    ]);
    expect(chargeAll(pricing, line('4K'))).toMatchObject({
      reason: expect.stringContaining('quality = "4K"') as string,
    });
  });

  it.each([
    ['no such quantity', {}],
    ['not a number', { seconds: 'many' }],
    ['negative', { seconds: '-1' }],
    ['an exponent', { seconds: '1e3' }],
    ['13 decimals', { seconds: '0.0000000000001' }],
    ['empty', { seconds: '' }],
  ])('says that the quantity cannot be derived: %s', (_, quantities) => {
    expect(amountsOf(one({ tiers: flat }), { quantities })).toBe('QUANTITY_NOT_DERIVABLE');
  });

  it('keeps exact what no double could', () => {
    const charged = chargeAll(
      one({ tiers: { by: 'QUANTITY', steps: [{ price: '0.0000000003' }] } }),
      seconds('123456789012345678'),
    );
    expect('code' in charged ? charged : charged[0]?.amountText).toBe('37037036.7037037034');
  });
});

describe('explainCharge', () => {
  it('says in words and numbers how the first worked example comes to 5', () => {
    const price = compiled({
      currency: 'EUR',
      charges: [
        {
          name: 'calls',
          measure: 'seconds',
          tiers: { by: 'QUANTITY', steps: [{ upTo: '40', price: '1.00' }, { price: '0.50' }] },
          allowances: ['FREE'],
          accumulators: ['TOTAL'],
        },
      ],
    });
    const { charged, steps, impacts } = explainCharge(price, 0, usage(seconds('100')), {
      accumulator: null,
      allowances: { FREE: '90' },
    });
    expect(charged.amountText).toBe('5');
    expect(impacts.map(({ meaning, quantity, amount, tierTo }) => [meaning, quantity, amount, tierTo])).toStrictEqual([
      ['USAGE', '40', '40', '40'],
      ['ALLOWANCE', '-40', '-40', '40'],
      ['USAGE', '60', '30', null],
      ['ALLOWANCE', '-50', '-25', null],
      ['ACCUMULATOR', '100', null, null],
    ]);
    expect(steps).toStrictEqual([
      'Charge "calls" is used, billed as VOICE: it is the first that takes the record.',
      'The record has 100 seconds.',
      'Allowance FREE had 90 left.',
      '40 seconds in tier 1 (above 0 up to 40) at 1 EUR per 1: 40 EUR.',
      'Allowance FREE gives 40 seconds at 1 per 1: -40.',
      '60 seconds in tier 2 (above 40) at 0.5 EUR per 1: 30 EUR.',
      'Allowance FREE gives 50 seconds at 0.5 per 1: -25.',
      'Accumulator TOTAL grows by 100 seconds.',
      'Together: 5 EUR.',
    ]);
  });
});
