import { parsePricing } from './parse-pricing.js';

const flat = { name: 'flat', measure: 'seconds', tiers: { by: 'QUANTITY', steps: [{ price: '0.12', per: '60' }] } };

function errorsOf(value: unknown): Record<string, string> {
  const parsed = parsePricing(value);
  return 'errors' in parsed ? Object.fromEntries(parsed.errors.map(({ path, message }) => [path, message])) : {};
}
/** One charge with other members. */
function charge(members: Record<string, unknown>): unknown {
  return { currency: 'EUR', charges: [{ ...flat, ...members }] };
}
function steps(...list: unknown[]): unknown {
  return charge({ tiers: { by: 'QUANTITY', steps: list } });
}

describe('parsePricing', () => {
  it('reads a price, makes decimals canonical, fills defaults in and leaves absent members out', () => {
    const parsed = parsePricing({
      currency: 'EUR',
      charges: [
        {
          ...flat,
          percent: null,
          minimum: '030.0',
          fixed: '0.050',
          tiers: {
            by: 'BALANCE',
            accumulator: 'VOICE_SECONDS',
            steps: [
              { upTo: '6000', price: '0.120', per: '60' },
              { price: '0.08', per: '60' },
            ],
          },
          accumulators: ['VOICE_SECONDS'],
        },
      ],
    });
    const expected = {
      currency: 'EUR',
      select: 'FIRST',
      charges: [
        {
          name: 'flat',
          measure: 'seconds',
          minimum: '30',
          fixed: '0.05',
          tiers: {
            by: 'BALANCE',
            accumulator: 'VOICE_SECONDS',
            scope: 'GRADUATED',
            steps: [
              { upTo: '6000', price: '0.12', per: '60' },
              { price: '0.08', per: '60' },
            ],
          },
          accumulators: ['VOICE_SECONDS'],
        },
      ],
    };
    expect(parsed).toStrictEqual({ pricing: expected });
    expect(parsePricing(expected)).toStrictEqual({ pricing: expected });
  });

  it('answers all errors at once, each with its path', () => {
    expect(
      Object.keys(
        errorsOf({
          currency: 'euro',
          select: 'LAST',
          surprise: 1,
          charges: [
            { name: '', measure: 'seconds', tiers: { by: 'WHIM', steps: [{ price: 0.12 }] }, fixed: '1e3' },
            { name: 'b', colour: 'red', tiers: { by: 'QUANTITY', steps: [] } },
          ],
        }),
      ).sort(),
    ).toStrictEqual([
      'charges[0].fixed',
      'charges[0].name',
      'charges[0].tiers.by',
      'charges[0].tiers.steps[0].price',
      'charges[1].colour',
      'charges[1].measure',
      'charges[1].tiers.steps',
      'currency',
      'select',
      'surprise',
    ]);
  });

  it.each([
    ['not an object', 'x', ''],
    ['null', null, ''],
    ['a list', [], ''],
    ['no charges', { currency: 'EUR' }, 'charges'],
    ['an empty list of charges', { currency: 'EUR', charges: [] }, 'charges'],
    ['a charge that charges nothing', { currency: 'EUR', charges: [{ name: 'a' }] }, 'charges[0]'],
    ['a charge without a name', charge({ name: undefined }), 'charges[0].name'],
    ['a charge whose name is two lines', charge({ name: 'a\nb' }), 'charges[0].name'],
    ['two charges of one name', { currency: 'EUR', charges: [flat, flat] }, 'charges[1].name'],
    [
      'falling bounds',
      steps({ upTo: '10', price: '1' }, { upTo: '9', price: '1' }, { price: '1' }),
      'charges[0].tiers.steps[1].upTo',
    ],
    [
      'equal bounds',
      steps({ upTo: '10', price: '1' }, { upTo: '10.0', price: '1' }, { price: '1' }),
      'charges[0].tiers.steps[1].upTo',
    ],
    ['a bound of 0', steps({ upTo: '0', price: '1' }, { price: '1' }), 'charges[0].tiers.steps[0].upTo'],
    ['two open ends', steps({ price: '1' }, { price: '2' }), 'charges[0].tiers.steps[0].upTo'],
    ['no open end', steps({ upTo: '5', price: '1' }), 'charges[0].tiers.steps[0].upTo'],
    ['percent and price in one step', steps({ price: '1', percent: '2' }), 'charges[0].tiers.steps[0].percent'],
    ['a step without a price', steps({ per: '60' }), 'charges[0].tiers.steps[0].price'],
    ['a negative price', steps({ price: '-1' }), 'charges[0].tiers.steps[0].price'],
    ['a price per 0', steps({ price: '1', per: '0' }), 'charges[0].tiers.steps[0].per'],
    [
      'a bound of 13 decimals',
      steps({ upTo: '1.0000000000001', price: '1' }, { price: '1' }),
      'charges[0].tiers.steps[0].upTo',
    ],
    [
      'an entry finer than the rating scale',
      steps({ price: '1', entry: '0.00000000001' }),
      'charges[0].tiers.steps[0].entry',
    ],
    ['increments and block', charge({ increments: { next: '6' }, block: { size: '10' } }), 'charges[0].block'],
    ['increments without next', charge({ increments: { first: '6' } }), 'charges[0].increments.next'],
    ['tiers without a measure', charge({ measure: undefined }), 'charges[0].measure'],
    [
      'an accumulator by QUANTITY',
      charge({ tiers: { by: 'QUANTITY', accumulator: 'A', steps: [{ price: '1' }] } }),
      'charges[0].tiers.accumulator',
    ],
    [
      'BALANCE without an accumulator',
      charge({ tiers: { by: 'BALANCE', steps: [{ price: '1' }] } }),
      'charges[0].tiers.accumulator',
    ],
    [
      'an accumulator nothing adds to',
      charge({ tiers: { by: 'BALANCE', accumulator: 'A', steps: [{ price: '1' }] } }),
      'charges[0].accumulators',
    ],
    ['a maximum below the minimum', charge({ amount: { minimum: '2', maximum: '1' } }), 'charges[0].amount.maximum'],
    ['limits that limit nothing', charge({ amount: {} }), 'charges[0].amount'],
    [
      'an attribute that is no text',
      charge({ when: { attributes: { quality: 4 } } }),
      'charges[0].when.attributes.quality',
    ],
    ['a misspelt condition', charge({ when: { Zone: 'DE' } }), 'charges[0].when.Zone'],
    ['a resource named twice', charge({ accumulators: ['A', 'A'] }), 'charges[0].accumulators[1]'],
    [
      'a charge behind one that takes all',
      { currency: 'EUR', charges: [flat, { ...flat, name: 'b', when: { attributes: { a: 'x' } } }] },
      'charges[1]',
    ],
    [
      'a percentage of a later charge',
      {
        currency: 'EUR',
        charges: [
          { name: 'p', part: 'p', percent: { value: '5', of: ['flat'] } },
          { ...flat, part: 'x' },
        ],
      },
      'charges[0].percent.of[0]',
    ],
    [
      'a grant nobody draws on',
      { currency: 'EUR', charges: [flat], grants: [{ allowance: 'A', quantity: '1', unit: 'seconds' }] },
      'grants[0].allowance',
    ],
    [
      'a proration of a grant that is none',
      {
        currency: 'EUR',
        charges: [{ ...flat, allowances: ['A'] }],
        grants: [{ allowance: 'A', quantity: '1', unit: 'seconds', proration: 'HALF' }],
      },
      'grants[0].proration',
    ],
    [
      'a grant in another unit',
      {
        currency: 'EUR',
        charges: [{ ...flat, allowances: ['A'] }],
        grants: [{ allowance: 'A', quantity: '1', unit: 'minutes' }],
      },
      'grants[0].unit',
    ],
    [
      'a percentage of an alternative of the same part',
      {
        currency: 'EUR',
        charges: [
          { ...flat, when: { attributes: { a: 'x' } } },
          { name: 'p', percent: { value: '5', of: ['flat'] } },
        ],
      },
      'charges[1].percent.of[0]',
    ],
    ['per beside a percentage', steps({ percent: '1', per: '1000' }), 'charges[0].tiers.steps[0].per'],
    [
      'a bound inside an increment',
      steps({ upTo: '90', price: '1', increments: { first: '60', next: '60' } }, { price: '1' }),
      'charges[0].tiers.steps[0].upTo',
    ],
    [
      'a bound before the first increment',
      steps({ upTo: '30', price: '1', increments: { first: '60', next: '10' } }, { price: '1' }),
      'charges[0].tiers.steps[0].upTo',
    ],
    [
      'increments of a step beside those of the charge',
      charge({
        increments: { next: '6' },
        tiers: { by: 'QUANTITY', steps: [{ price: '1', increments: { next: '60' } }] },
      }),
      'charges[0].tiers.steps[0].increments',
    ],
    [
      'an earlier period by parts',
      charge({ tiers: { by: 'EARLIER_PERIOD', accumulator: 'A', scope: 'GRADUATED', steps: [{ price: '1' }] } }),
      'charges[0].tiers.scope',
    ],
    [
      'an entry price by an earlier period',
      charge({ tiers: { by: 'EARLIER_PERIOD', accumulator: 'A', steps: [{ price: '1', entry: '1' }] } }),
      'charges[0].tiers.steps[0].entry',
    ],
    [
      'a provisional price where nothing is priced later',
      charge({ tiers: { by: 'QUANTITY', provisional: 'FIRST_TIER', steps: [{ price: '1' }] } }),
      'charges[0].tiers.provisional',
    ],
    [
      'volume of something that is not added up',
      charge({ tiers: { by: 'VOLUME', accumulator: 'A', steps: [{ price: '1' }] } }),
      'charges[0].accumulators',
    ],
    ['a zone without its unit', charge({ when: { zone: 'DE_MOBILE' } }), 'charges[0].when.zone'],
    ['a time that is a number', charge({ when: { time: 8 } }), 'charges[0].when.time'],
    ['a time without a name', charge({ when: { time: { WEEK: null } } }), 'charges[0].when.time.WEEK'],
    [
      'two most specific charges of one meaning',
      {
        currency: 'EUR',
        select: 'BEST',
        charges: [
          { ...flat, when: { attributes: { a: 'x' } } },
          { ...flat, name: 'b', when: { attributes: { a: 'x' } } },
        ],
      },
      'charges[1]',
    ],
    [
      'a value behind any value',
      {
        currency: 'EUR',
        charges: [
          { ...flat, when: { attributes: { a: '*' } } },
          { ...flat, name: 'b', when: { attributes: { a: 'x' } } },
        ],
      },
      'charges[1]',
    ],
    ['a maximum spend of nothing', { currency: 'EUR', charges: [flat], spend: { maximum: '0' } }, 'spend.maximum'],
    [
      'a grant that no charge with ANY_MATCHING counts',
      {
        currency: 'EUR',
        charges: [{ ...flat, allowances: 'ANY_MATCHING' }],
        grants: [{ allowance: 'A', quantity: '1', unit: 'minutes' }],
      },
      'grants[0].allowance',
    ],
    [
      'two grants of one allowance',
      {
        currency: 'EUR',
        charges: [{ ...flat, allowances: ['A'] }],
        grants: [
          { allowance: 'A', quantity: '1', unit: 'seconds' },
          { allowance: 'A', quantity: '1', unit: 'seconds' },
        ],
      },
      'grants[1].allowance',
    ],
  ])('refuses %s', (_, value, path) => {
    expect(Object.keys(errorsOf(value))).toContain(path);
  });

  it.each([
    [
      'a price by volume',
      charge({ tiers: { by: 'VOLUME', accumulator: 'A', steps: [{ price: '1' }] }, accumulators: ['A'] }),
    ],
    ['a minimum spend', { currency: 'EUR', charges: [flat], spend: { minimum: '10', maximum: '200', per: 'CYCLE' } }],
    ['a charge that recurs', { currency: 'EUR', charges: [{ name: 'fee', on: 'CYCLE_START', fixed: '5' }] }],
  ])('takes %s', (_, value) => {
    expect('pricing' in parsePricing(value)).toBe(true);
  });

  it('writes the units of zones and times out, so that a price says itself what is meant', () => {
    const short = {
      currency: 'EUR',
      zoneUnit: 'Z',
      timeUnit: 'W',
      charges: [{ ...flat, when: { zone: 'DE', time: 'PEAK' } }],
    };
    const parsed = parsePricing(short);
    expect(parsed).toMatchObject({ pricing: { charges: [{ when: { zone: { Z: 'DE' }, time: { W: 'PEAK' } } }] } });
    expect('pricing' in parsed && parsePricing(parsed.pricing)).toStrictEqual(parsed);
  });

  it('says what would be right', () => {
    expect(errorsOf(steps({ upTo: '10', price: '1' }, { upTo: '9', price: '1' }, { price: '1' }))).toStrictEqual({
      'charges[0].tiers.steps[1].upTo': 'must be greater than 10, the bound of the step before it',
    });
    expect(errorsOf(steps({ price: 0.5 }))).toStrictEqual({
      'charges[0].tiers.steps[0].price': 'must be a decimal as text such as "0.12"; it is the number 0.5',
    });
  });

  it('takes any words of one line as the name of a charge', () => {
    expect(errorsOf(charge({ name: 'Gespräche, außer 0900 (alle Netze)' }))).toStrictEqual({});
  });

  it('lets a record be charged by parts, and by alternatives inside a part', () => {
    expect(
      errorsOf({
        currency: 'EUR',
        charges: [
          { ...flat, name: 'hd', when: { attributes: { quality: 'HD' } } },
          flat,
          { name: 'tax', part: 'tax', fixed: '0.02' },
          { ...flat, name: 'out', usageType: 'OUT' },
        ],
      }),
    ).toStrictEqual({});
  });
});
