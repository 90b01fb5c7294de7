import { flat, of, one, type PriceList } from './price-list.js';

const calls = (first: string, next: string, price: string) =>
  one({ measure: 'seconds', increments: { first, next }, ...flat(price, '60') });

/** What carriers publish of how they bill calls. */
export const telecomPriceLists: readonly PriceList[] = [
  {
    source: 'VoIP.ms Wiki, Calls cost',
    pricing: calls('6', '6', '0.50'),
    records: of('seconds', [
      ['0', '0'],
      ['1', '0.05'],
      ['27', '0.25'],
      ['30', '0.25'],
      ['60', '0.5'],
    ]),
  },
  {
    source: 'VoIP.ms Wiki, Calls cost, Mexico',
    pricing: calls('60', '60', '0.50'),
    records: of('seconds', [
      ['27', '0.5'],
      ['60', '0.5'],
      ['61', '1'],
    ]),
  },
  {
    source: 'VoIP.ms Wiki, Calls cost, the formula',
    pricing: calls('6', '6', '0.05'),
    records: of('seconds', [['30', '0.025']]),
  },
  {
    source: 'Go360Host, What is the billing increment, 60 seconds',
    pricing: calls('60', '60', '0.0100'),
    records: of('seconds', [
      ['5', '0.01'],
      ['50', '0.01'],
      ['60', '0.01'],
    ]),
  },
  {
    source: 'Go360Host, What is the billing increment, 6 seconds',
    pricing: calls('6', '6', '0.0100'),
    records: of('seconds', [
      ['5', '0.001'],
      ['10', '0.002'],
    ]),
  },
  {
    source: 'Experts123, What is a billing increment, table, 1 minute',
    pricing: calls('60', '60', '0.10'),
    records: of('seconds', [
      ['18', '0.1'],
      ['30', '0.1'],
      ['42', '0.1'],
      ['60', '0.1'],
      ['66', '0.2'],
      ['72', '0.2'],
      ['90', '0.2'],
      ['126', '0.3'],
      ['186', '0.4'],
    ]),
  },
  {
    source: 'Experts123, What is a billing increment, table, 6 seconds',
    pricing: calls('6', '6', '0.10'),
    records: of('seconds', [
      ['18', '0.03'],
      ['30', '0.05'],
      ['42', '0.07'],
      ['60', '0.1'],
      ['66', '0.11'],
      ['72', '0.12'],
      ['90', '0.15'],
      ['126', '0.21'],
      ['186', '0.31'],
    ]),
  },
  {
    source: 'Experts123, What is a billing increment, 18:6',
    pricing: calls('18', '6', '0.10'),
    records: of('seconds', [
      ['5', '0.03'],
      ['18', '0.03'],
      ['19', '0.04'],
      ['24', '0.04'],
    ]),
  },
  {
    source: 'Sigma Voice, The ultimate guide to billing increments',
    pricing: calls('60', '60', '0.60'),
    records: of('seconds', [
      ['20', '0.6'],
      ['45', '0.6'],
      ['82', '1.2'],
    ]),
  },
  {
    source: 'Vaas Consumer, Call billing increment, 30/6',
    pricing: calls('30', '6', '0.60'),
    records: of('seconds', [
      ['10', '0.3'],
      ['30', '0.3'],
      ['31', '0.36'],
    ]),
  },
  {
    source: 'United World Telecom, VoIP billing increments, 12/6',
    pricing: calls('12', '6', '0.60'),
    records: of('seconds', [
      ['1', '0.12'],
      ['12', '0.12'],
      ['13', '0.18'],
      ['19', '0.24'],
    ]),
  },
  {
    source: 'VoIP Essential, What does billing increment mean',
    pricing: calls('6', '6', '0.60'),
    records: of('seconds', [
      ['10', '0.12'],
      ['15', '0.18'],
    ]),
  },
  {
    source: 'InfoChoice, Billing increment',
    pricing: calls('30', '30', '0.60'),
    records: of('seconds', [['31', '0.6']]),
  },
  {
    source: 'WarmConnect, 6/6 billing explanation',
    pricing: calls('6', '6', '0.60'),
    records: of('seconds', [
      ['5', '0.06'],
      ['8', '0.12'],
    ]),
  },
  {
    source: 'VoIPo, Why was the cost of the call different than I expected',
    pricing: {
      currency: 'USD',
      charges: [
        { name: 'incoming, toll-free', part: 'in', measure: 'minutes', ...flat('0.025') },
        { name: 'outgoing, to the mobile', part: 'out', measure: 'minutes', ...flat('0.010') },
      ],
    },
    records: [
      [{ quantities: { minutes: '1' } }, ['0.025', '0.01']],
      [{ quantities: { minutes: '12.5' } }, ['0.3125', '0.125']],
    ],
  },
  {
    source: 'Aria Allegro, worked examples, tiers with an allowance',
    pricing: {
      currency: 'USD',
      charges: [
        {
          name: 'usage',
          measure: 'units',
          tiers: { by: 'QUANTITY', steps: [{ upTo: '40', price: '1.00' }, { price: '0.50' }] },
          allowances: ['FREE'],
          accumulators: ['TOTAL'],
        },
      ],
      grants: [{ allowance: 'FREE', quantity: '90', unit: 'units' }],
    },
    cycles: [
      of('units', [
        ['100', '5'],
        ['100', '70'],
      ]),
    ],
  },
  {
    source: 'Aria Allegro, worked examples, multi-rate with a percentage',
    pricing: {
      currency: 'USD',
      charges: [
        { name: 'access', part: 'access', fixed: '0.03' },
        { name: 'usage', measure: 'minutes', ...flat('0.12') },
        { name: 'surcharge', part: 'surcharge', percent: { value: '5', of: ['usage'] } },
      ],
    },
    records: [[{ quantities: { minutes: '10' } }, ['0.03', '1.2', '0.06']]],
  },
  {
    source: 'Aria Allegro, worked examples, a commitment as an allowance',
    pricing: {
      currency: 'USD',
      charges: [{ name: 'usage', measure: 'amount', ...flat('1'), allowances: ['COMMITMENT'] }],
      grants: [{ allowance: 'COMMITMENT', quantity: '9500', unit: 'amount' }],
    },
    cycles: [
      of('amount', [
        ['8000', '0'],
        ['2000', '500'],
      ]),
    ],
  },
  {
    source: 'Aria Allegro, worked examples, progressive by balance',
    pricing: one({
      tiers: { by: 'BALANCE', accumulator: 'A', steps: [{ upTo: '100', price: '0' }, { price: '1' }] },
      accumulators: ['A'],
    }),
    cycles: [
      of('units', [
        ['120', '20'],
        ['60', '60'],
      ]),
    ],
  },
];
