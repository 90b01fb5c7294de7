import { unitsOf } from '../support/priced-line.js';
import { flat, graduated, of, one, tiers, type PriceList } from './price-list.js';

const PWC = {
  zone: 'America/New_York',
  rows: [
    { name: 'PEAK', days: ['WEEKDAY'], from: '15:00', to: '19:00' },
    { name: 'OFFPEAK', days: ['ANYHOLIDAY'], from: '00:00', to: '24:00' },
  ],
  holidays: [{ name: 'Memorial Day', dates: ['2026-05-25'] }],
  otherwise: 'OFFPEAK',
};
const kwh = (quantity: string, at: string) => ({ at, quantities: { kwh: quantity } });
const gallons = (charge: Record<string, unknown>) => one({ measure: 'gallons', ...charge });

/** Tariffs of water and electricity works. */
export const utilityPriceLists: readonly PriceList[] = [
  {
    source: 'Hi-Desert Water District, Water rates',
    pricing: one({ ...graduated(tiers([['4', '3.65']], '6.17')), fixed: '20.75' }),
    records: of('units', [
      ['0', '20.75'],
      ['4', '35.35'],
      ['8', '60.03'],
    ]),
  },
  {
    source: 'City of Oakley, Sewer',
    pricing: gallons(
      graduated([
        { upTo: '5000', price: '0', entry: '27' },
        { upTo: '15000', price: '2', per: '1000' },
        { price: '1.10', per: '1000' },
      ]),
    ),
    records: of('gallons', [
      ['5000', '27'],
      ['10000', '37'],
      ['15000', '47'],
      ['16000', '48.1'],
    ]),
  },
  {
    source: 'Ask a New Question, water rates by code: home',
    pricing: gallons({ ...flat('0.005'), fixed: '5.00' }),
    records: of('gallons', [
      ['0', '5'],
      ['1000', '10'],
    ]),
  },
  {
    source: 'Ask a New Question, water rates by code: commercial',
    pricing: gallons(graduated([{ upTo: '4000000', price: '0', entry: '1000' }, { price: '0.025' }])),
    records: of('gallons', [
      ['4000000', '1000'],
      ['5000000', '26000'],
    ]),
  },
  {
    source: 'Ask a New Question, water rates by code: industrial',
    pricing: gallons(
      graduated([
        { upTo: '4000000', price: '0', entry: '1000' },
        { upTo: '10000000', price: '0', entry: '1000' },
        { price: '0', entry: '1000' },
      ]),
    ),
    records: of('gallons', [
      ['4000000', '1000'],
      ['4000001', '2000'],
      ['10000001', '3000'],
    ]),
  },
  {
    source: 'A city in Minnesota, Water rates (billed quarterly), residential',
    pricing: gallons({
      ...graduated(
        tiers(
          [
            ['7500', '3.56'],
            ['15000', '3.75'],
            ['22500', '4.13'],
            ['30000', '4.73'],
          ],
          '5.93',
          '1000',
        ),
      ),
      fixed: '27.00',
    }),
    records: of('gallons', [
      ['7500', '53.7'],
      ['15000', '81.825'],
      ['22500', '112.8'],
      ['30000', '148.275'],
      ['31000', '154.205'],
    ]),
  },
  {
    source: 'A city in Minnesota, Water rates (billed quarterly), commercial',
    pricing: gallons(
      graduated(
        tiers(
          [
            ['7500', '3.56'],
            ['53500', '3.75'],
            ['175000', '4.13'],
            ['300000', '4.73'],
          ],
          '5.93',
          '1000',
        ),
      ),
    ),
    records: of('gallons', [
      ['53500', '199.2'],
      ['175000', '700.995'],
      ['300001', '1292.25093'],
    ]),
  },
  {
    source: 'A city in Minnesota, Current rate structure, 50,000 gallon user: water',
    pricing: gallons({
      ...graduated(
        tiers(
          [
            ['10000', '0'],
            ['35000', '3.51'],
          ],
          '6.15',
          '1000',
        ),
      ),
      fixed: '50.46',
    }),
    records: of('gallons', [
      ['10000', '50.46'],
      ['35000', '138.21'],
      ['50000', '230.46'],
    ]),
  },
  {
    source: 'A city in Minnesota, Current rate structure, 50,000 gallon user: sewer',
    pricing: gallons({ free: '15000', ...flat('4.93', '1000'), fixed: '85.55' }),
    records: of('gallons', [
      ['15000', '85.55'],
      ['50000', '258.1'],
    ]),
  },
  {
    source: 'Tamil Nadu, Electricity bill cost calculation, up to 100 units',
    pricing: one({ ...flat('1.00'), fixed: '20' }, 'INR'),
    records: of('units', [['80', '100']]),
  },
  {
    source: 'Tamil Nadu, Electricity bill cost calculation, up to 200 units',
    pricing: one({ ...flat('1.50'), fixed: '20' }, 'INR'),
    records: of('units', [['130', '215']]),
  },
  {
    source: 'Tamil Nadu, Electricity bill cost calculation, up to 500 units',
    pricing: one({ ...graduated(tiers([['200', '2.00']], '3.00')), fixed: '30' }, 'INR'),
    records: of('units', [
      ['200', '430'],
      ['230', '520'],
    ]),
  },
  {
    source: 'Tamil Nadu, Electricity bill cost calculation, more than 500 units',
    pricing: one(
      {
        ...graduated(
          tiers(
            [
              ['200', '3.00'],
              ['500', '4.00'],
            ],
            '5.75',
          ),
        ),
        fixed: '40',
      },
      'INR',
    ),
    records: of('units', [['600', '2415']]),
  },
  {
    source: 'Decoding electricity bill: slabs, charges and calculations',
    pricing: one(
      graduated(
        tiers(
          [
            ['100', '3.00'],
            ['300', '4.50'],
            ['500', '6.00'],
          ],
          '8.00',
        ),
      ),
      'INR',
    ),
    records: of('units', [
      ['100', '300'],
      ['300', '1200'],
      ['350', '1500'],
      ['500', '2400'],
      ['501', '2408'],
    ]),
  },
  {
    source: 'Andhra Pradesh, electricity slabs, category A',
    pricing: one(graduated(tiers([['50', '1.45']], '2.60')), 'INR'),
    records: of('units', [
      ['50', '72.5'],
      ['75', '137.5'],
    ]),
  },
  {
    source: 'Fayetteville PWC, Online usage calculator, time-of-use rates',
    units: unitsOf({ times: { PWC } }),
    pricing: {
      currency: 'USD',
      timeUnit: 'PWC',
      charges: [
        { name: 'peak', measure: 'kwh', when: { time: 'PEAK' }, ...flat('0.13') },
        { name: 'off-peak', measure: 'kwh', when: { time: 'OFFPEAK' }, ...flat('0.08473') },
      ],
    },
    records: [
      [kwh('200', '2026-06-01T20:00:00Z'), '26'],
      [kwh('150', '2026-06-01T19:00:00Z'), '19.5'],
      [kwh('800', '2026-06-01T14:00:00Z'), '67.784'],
      [kwh('850', '2026-06-01T23:00:00Z'), '72.0205'],
      [kwh('100', '2026-06-06T20:00:00Z'), '8.473'],
      [kwh('100', '2026-05-25T20:00:00Z'), '8.473'],
    ],
  },
  {
    source: 'Super Global Calculator, Time-of-use rate savings, charging a car',
    units: unitsOf({
      times: {
        DAY: {
          zone: 'UTC',
          rows: [{ name: 'NIGHT', days: ['ANYDAY'], from: '00:00', to: '06:00' }],
          holidays: [],
          otherwise: 'DAY',
        },
      },
    }),
    pricing: {
      currency: 'USD',
      timeUnit: 'DAY',
      charges: [
        { name: 'night', measure: 'kwh', when: { time: 'NIGHT' }, ...flat('0.12') },
        { name: 'day', measure: 'kwh', ...flat('0.40') },
      ],
    },
    records: [
      [kwh('40', '2026-06-01T18:00:00Z'), '16'],
      [kwh('40', '2026-06-01T03:00:00Z'), '4.8'],
    ],
  },
];
