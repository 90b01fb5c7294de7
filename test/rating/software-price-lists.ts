import { flat, graduated, of, one, tiers, whole, type PriceList } from './price-list.js';

const bands = tiers(
  [
    ['3', '10.00'],
    ['7', '9.50'],
  ],
  '9.00',
);
const zuplo = tiers(
  [
    ['1000', '0.10'],
    ['10000', '0.05'],
  ],
  '0.01',
);
const balance = (scope: string, steps: unknown) => ({
  tiers: { by: 'BALANCE', accumulator: 'CYCLE', scope, steps },
  accumulators: ['CYCLE'],
});
const stairs = [
  { upTo: '100', price: '0', entry: '10' },
  { price: '0', entry: '30' },
];

/** What billing systems and software vendors publish to explain their price models. */
export const softwarePriceLists: readonly PriceList[] = [
  {
    source: 'Solvimon, Progressive tiered pricing',
    pricing: one(
      graduated(
        tiers(
          [
            ['100', '0.10'],
            ['1000', '0.08'],
          ],
          '0.07',
        ),
      ),
      'EUR',
    ),
    records: of('units', [
      ['0', '0'],
      ['100', '10'],
      ['101', '10.08'],
      ['200', '18'],
      ['1000', '82'],
      ['1500', '117'],
    ]),
  },
  {
    source: 'Solvimon, Progressive tiered pricing, percentages',
    pricing: one(
      {
        measure: 'amount',
        ...graduated([{ upTo: '100', percent: '10' }, { upTo: '1000', percent: '8' }, { percent: '5' }]),
      },
      'EUR',
    ),
    records: of('amount', [
      ['100', '10'],
      ['200', '18'],
      ['1000', '82'],
      ['2000', '132'],
    ]),
  },
  {
    source: 'Zuora, Example: Tiered pricing mode',
    pricing: one(graduated(tiers([['100', '0.00']], '2.00'))),
    records: of('units', [
      ['100', '0'],
      ['130', '60'],
      ['200', '200'],
    ]),
  },
  {
    source: 'Sage Intacct, Usage-based item pricing examples, step',
    pricing: one(graduated(bands)),
    records: of('units', [
      ['1', '10'],
      ['3', '30'],
      ['4', '39.5'],
      ['7', '68'],
      ['8', '77'],
      ['11', '104'],
    ]),
  },
  {
    source: 'Sage Intacct, Usage-based item pricing examples, volume',
    pricing: one(whole(bands)),
    records: of('units', [
      ['3', '30'],
      ['4', '38'],
      ['7', '66.5'],
      ['8', '72'],
      ['11', '99'],
    ]),
  },
  {
    source: 'EarnBill, Understanding usage based pricing strategies',
    pricing: one(whole(tiers([['100', '1.00']], '0.80'))),
    records: of('units', [
      ['100', '100'],
      ['101', '80.8'],
      ['150', '120'],
    ]),
  },
  {
    source: 'ErrorHandle, Splitting number into bands for variable rate billing',
    pricing: one(
      graduated(
        tiers(
          [
            ['100', '0.10'],
            ['500', '0.08'],
          ],
          '0.06',
        ),
      ),
    ),
    records: of('units', [
      ['100', '10'],
      ['500', '42'],
      ['501', '42.06'],
      ['600', '48'],
    ]),
  },
  {
    source: 'Zuplo, Pricing models, per unit',
    pricing: one(flat('0.001')),
    records: of('units', [
      ['1', '0.001'],
      ['100000', '100'],
    ]),
  },
  {
    source: 'Zuplo, Pricing models, graduated',
    pricing: one(graduated(zuplo)),
    records: of('units', [
      ['1000', '100'],
      ['10000', '550'],
      ['15000', '600'],
    ]),
  },
  {
    source: 'Zuplo, Pricing models, volume',
    pricing: one(whole(zuplo)),
    records: of('units', [
      ['1000', '100'],
      ['1001', '50.05'],
      ['10000', '500'],
      ['15000', '150'],
    ]),
  },
  {
    source: 'Autumn, Graduated pricing',
    pricing: one(
      graduated(
        tiers(
          [
            ['1000', '0.01'],
            ['10000', '0.008'],
          ],
          '0.005',
        ),
      ),
    ),
    records: of('units', [
      ['1000', '10'],
      ['10000', '82'],
      ['15000', '107'],
    ]),
  },
  {
    source: 'Lago, Charge models: graduated',
    pricing: one(
      graduated(
        tiers(
          [
            ['100', '1'],
            ['200', '0.50'],
          ],
          '0.10',
        ),
      ),
    ),
    records: of('units', [
      ['0', '0'],
      ['100', '100'],
      ['200', '150'],
      ['201', '150.1'],
      ['300', '160'],
    ]),
  },
  {
    source: 'Lago, Charge models: package',
    pricing: one(
      graduated([
        { upTo: '100', price: '0' },
        { price: '5', per: '100', increments: { next: '100' } },
      ]),
    ),
    records: of('units', [
      ['100', '0'],
      ['101', '5'],
      ['200', '5'],
      ['201', '10'],
      ['300', '10'],
      ['301', '15'],
    ]),
  },
  {
    source: 'Lago, Charge models: package, event by event',
    pricing: one(
      balance('GRADUATED', [
        { upTo: '100', price: '0' },
        { price: '5', per: '100', increments: { next: '100' } },
      ]),
    ),
    cycles: [
      of('units', [
        ['100', '0'],
        ['1', '5'],
        ['99', '0'],
        ['1', '5'],
      ]),
    ],
  },
  {
    source: 'Lago, Charge models: graduated percentage',
    pricing: one({
      measure: 'amount',
      ...balance('GRADUATED', [
        { upTo: '1000', percent: '1', entry: '200' },
        { upTo: '10000', percent: '2', entry: '300' },
        { percent: '3', entry: '400' },
      ]),
    }),
    cycles: [
      of('amount', [
        ['500', '205'],
        ['550', '306'],
        ['4000', '80'],
        ['4950', '99'],
        ['1', '400.03'],
      ]),
    ],
  },
  {
    source: 'Lago, Charge models: percentage',
    pricing: {
      currency: 'USD',
      charges: [{ name: 'transfer', percent: { value: '1.2', of: 'amount' }, fixed: '0.10' }],
    },
    records: of('amount', [
      ['1000', '12.1'],
      ['50', '0.7'],
      ['0.01', '0.10012'],
    ]),
  },
  {
    source: 'Lago, Charge models: percentage, with a minimum and a maximum per transaction',
    pricing: {
      currency: 'USD',
      charges: [
        {
          name: 'transfer',
          percent: { value: '1.2', of: 'amount' },
          fixed: '0.10',
          amount: { minimum: '1', maximum: '5' },
        },
      ],
    },
    records: of('amount', [
      ['10', '1'],
      ['300', '3.7'],
      ['1000', '5'],
    ]),
  },
  {
    source: 'Recurly, Quantity-based pricing, tiered',
    pricing: one(graduated(tiers([['100', '1.00']], '0.50'))),
    records: of('units', [
      ['100', '100'],
      ['150', '125'],
    ]),
  },
  {
    source: 'Recurly, Quantity-based pricing, volume',
    pricing: one(whole(tiers([['100', '1.00']], '0.50'))),
    records: of('units', [
      ['100', '100'],
      ['150', '75'],
    ]),
  },
  {
    source: 'Metrifox, Pricing models, stairstep',
    pricing: one(graduated(stairs)),
    records: of('units', [
      ['50', '10'],
      ['100', '10'],
      ['101', '40'],
      ['500', '40'],
    ]),
  },
  {
    source: 'Metrifox, Pricing models, stairstep, over a cycle',
    pricing: one(balance('GRADUATED', stairs)),
    cycles: [
      of('units', [
        ['60', '10'],
        ['40', '0'],
        ['1', '30'],
        ['300', '0'],
      ]),
    ],
  },
  {
    source: 'Metrifox, Pricing models, graduated',
    pricing: one(graduated(tiers([['1000', '0.10']], '0.08'))),
    records: of('units', [
      ['1000', '100'],
      ['2500', '220'],
    ]),
  },
  {
    source: 'Metrifox, Pricing models, volume',
    pricing: one(whole(tiers([['1000', '0.10']], '0.08'))),
    records: of('units', [
      ['1000', '100'],
      ['2500', '200'],
    ]),
  },
  {
    source: 'Stripe, Quantity transformation, rounded up',
    pricing: one({ block: { size: '5', countIn: 'BLOCKS' }, ...flat('10') }),
    records: of('units', [
      ['1', '10'],
      ['3', '10'],
      ['5', '10'],
      ['6', '20'],
      ['7', '20'],
    ]),
  },
  {
    source: 'Stripe, Quantity transformation, rounded down',
    pricing: one({ block: { size: '5', round: 'DOWN', countIn: 'BLOCKS' }, ...flat('10') }),
    records: of('units', [
      ['4', '0'],
      ['5', '10'],
      ['9', '10'],
    ]),
  },
  {
    source: 'Stripe, Transform quantities',
    pricing: one({ measure: 'minutes', increments: { next: '60' }, ...flat('10', '60') }),
    records: of('minutes', [
      ['60', '10'],
      ['61', '20'],
      ['150', '30'],
    ]),
  },
  {
    source: 'Chargebee, Package pricing, tokens',
    pricing: one({ measure: 'tokens', block: { size: '1000000' }, ...flat('1.25', '1000000') }),
    records: of('tokens', [
      ['10', '1.25'],
      ['1000000', '1.25'],
      ['1500000', '2.5'],
    ]),
  },
  {
    source: 'Chargebee, Package pricing, API calls',
    pricing: one({ block: { size: '1000', countIn: 'BLOCKS' }, ...flat('10') }),
    records: of('units', [
      ['1', '10'],
      ['1000', '10'],
      ['1001', '20'],
    ]),
  },
  {
    source: 'Amazon Web Services, S3 FAQs, requests and storage of Express One Zone',
    pricing: {
      currency: 'USD',
      charges: [
        { name: 'put', when: { usageType: 'PUT' }, measure: 'records', ...flat('0.00113', '1000') },
        { name: 'puts', when: { usageType: 'PUTS' }, measure: 'requests', ...flat('0.00113', '1000') },
        { name: 'gets', when: { usageType: 'GETS' }, measure: 'requests', ...flat('0.00003', '1000') },
        { name: 'storage', when: { usageType: 'STORAGE' }, measure: 'gbMonths', ...flat('0.11') },
      ],
    },
    records: [
      [{ usageType: 'PUT' }, '0.00000113'],
      [{ usageType: 'PUTS', quantities: { requests: '1000000' } }, '1.13'],
      [{ usageType: 'PUTS', quantities: { requests: '157286400' } }, '177.733632'],
      [{ usageType: 'GETS', quantities: { requests: '9000000' } }, '0.27'],
      [{ usageType: 'GETS', quantities: { requests: '314572800' } }, '9.437184'],
      [{ usageType: 'STORAGE', quantities: { gbMonths: '10' } }, '1.1'],
      [{ usageType: 'STORAGE', quantities: { gbMonths: '3303.77' } }, '363.4147'],
    ],
  },
  {
    source: 'Understanding S3 data transfer pricing: a comprehensive guide to AWS costs',
    pricing: one({
      measure: 'gigabytes',
      ...graduated(
        tiers(
          [
            ['10240', '0.09'],
            ['51200', '0.085'],
            ['153600', '0.07'],
          ],
          '0.05',
        ),
      ),
    }),
    records: of('gigabytes', [
      ['1', '0.09'],
      ['10240', '921.6'],
      ['51200', '4403.2'],
      ['153600', '11571.2'],
      ['153601', '11571.25'],
    ]),
  },
];
