import { compileTimeUnit } from '../../../modules/catalog/domain/building-blocks/compiled-time-unit.js';
import { compileZoneUnit } from '../../../modules/catalog/domain/building-blocks/compiled-zone-unit.js';
import { parsePricing } from '../../../modules/catalog/domain/pricing/language/parse-pricing.js';
import { compilePricing, type CompiledPrice, type PriceUnits } from '../../../modules/catalog/index.js';
import { byHand, type ByHand } from './by-hand.js';

/** One way to price a record, in the language of prices and by hand. */
export interface RatingModel {
  readonly name: string;
  readonly price: CompiledPrice;
  readonly byHand: ByHand;
}

const PREFIXES = Array.from({ length: 900 }, (_, index) => `${100 + index}*`);
const ZONE_COUNT = 8;
const zones = compileZoneUnit({
  kind: 'PREFIX',
  attribute: 'calledNumber',
  prefixes: PREFIXES,
  zones: PREFIXES.map((_, index) => `Z${index % ZONE_COUNT}`),
});
const week = compileTimeUnit(
  {
    zone: 'UTC',
    rows: [{ name: 'PEAK', days: ['WEEKDAY'], from: '08:00', to: '20:00' }],
    holidays: [],
    otherwise: 'OFFPEAK',
  },
  'UTC',
);
const UNITS: PriceUnits = {
  zoneUnit: (name) => (name === 'ZONES' ? zones : undefined),
  timeUnit: (name) => (name === 'WEEK' ? week : undefined),
  rateUnit: (name) => (name === 'traffic' ? { kind: 'EXPRESSION', expression: 'up + down', unit: 'byte' } : undefined),
  allowance: () => undefined,
  accumulator: () => undefined,
  elsewhere: undefined,
};

const tiers = (by: 'QUANTITY' | 'BALANCE', scope: 'GRADUATED' | 'WHOLE', entry?: readonly string[]) => ({
  by,
  scope,
  ...(by === 'BALANCE' ? { accumulator: 'USED' } : {}),
  steps: [{ upTo: '600', price: '0.004' }, { upTo: '3600', price: '0.003' }, { price: '0.001' }].map((step, index) => ({
    ...step,
    ...(entry === undefined ? {} : { entry: entry[index] }),
  })),
});
const flat = (price: string, per = '1') => ({ by: 'QUANTITY', steps: [{ price, per }] });
const seconds = (charge: object) => ({ name: 'c', measure: 'seconds', ...charge });
const USED = { accumulators: ['USED'] };

/** By name of the model: the charges of its price, and what else it has. */
const PRICES: Readonly<Record<keyof typeof byHand, readonly [charges: readonly object[], more?: object]>> = {
  flat: [[seconds({ tiers: flat('0.002') })]],
  'price per 600 units, rounded': [[seconds({ tiers: flat('0.1', '600') })]],
  'increments 60/6, connect fee': [
    [seconds({ increments: { first: '60', next: '6' }, tiers: flat('0.002'), fixed: '0.05' })],
  ],
  'blocks, counted as blocks': [
    [{ name: 'c', measure: 'bytes', block: { size: '1048576', countIn: 'BLOCKS' }, tiers: flat('0.01') }],
  ],
  'free quantity, minimum and maximum': [
    [seconds({ free: '30', tiers: flat('0.002'), amount: { minimum: '0.01', maximum: '5' } })],
  ],
  'progressive by quantity': [[seconds({ tiers: tiers('QUANTITY', 'GRADUATED') })]],
  'progressive by balance': [[seconds({ tiers: tiers('BALANCE', 'GRADUATED'), ...USED })]],
  'progressive by balance, entry fees': [
    [seconds({ tiers: tiers('BALANCE', 'GRADUATED', ['1', '0.5', '0.25']), ...USED })],
  ],
  'whole tier by quantity': [[seconds({ tiers: tiers('QUANTITY', 'WHOLE') })]],
  'whole tier by balance': [[seconds({ tiers: tiers('BALANCE', 'WHOLE'), ...USED })]],
  'packages shared in a cycle': [
    [
      seconds({
        tiers: {
          by: 'BALANCE',
          accumulator: 'USED',
          steps: [{ price: '5', per: '1000', increments: { next: '1000' } }],
        },
        ...USED,
      }),
    ],
  ],
  allowance: [
    [seconds({ tiers: flat('0.002'), allowances: ['MINUTES'] })],
    { grants: [{ allowance: 'MINUTES', quantity: '6000', unit: 'seconds' }] },
  ],
  'free events': [[seconds({ tiers: flat('0.002'), fixed: '0.05', freeEvents: 5 })]],
  'percentage with fee and limits': [
    [{ name: 'c', percent: { value: '2.9', of: 'amount' }, fixed: '0.30', amount: { minimum: '0.5', maximum: '20' } }],
  ],
  'time of day, cut in pieces': [
    [
      seconds({ name: 'peak', when: { time: { WEEK: 'PEAK' } }, tiers: flat('0.004') }),
      seconds({ tiers: flat('0.001') }),
    ],
  ],
  'zone by longest prefix': [
    Array.from({ length: ZONE_COUNT }, (_, zone) =>
      seconds({ name: `zone ${zone}`, when: { zone: { ZONES: `Z${zone}` } }, tiers: flat(`0.00${zone + 1}`) }),
    ),
  ],
  'attributes, best match': [
    [
      seconds({ name: 'any', tiers: flat('0.009') }),
      seconds({ name: 'quality', when: { attributes: { quality: '*' } }, tiers: flat('0.007') }),
      seconds({ name: 'own', when: { attributes: { network: 'OWN' } }, tiers: flat('0.003') }),
      seconds({ name: 'own HD', when: { attributes: { network: 'OWN', quality: 'HD' } }, tiers: flat('0.004') }),
    ],
    { select: 'BEST' },
  ],
  'multi-rate: setup, time, 5 % of both': [
    [
      { name: 'setup', part: 'setup', fixed: '0.03' },
      seconds({ name: 'time', tiers: flat('0.002') }),
      { name: 'network', part: 'network', percent: { value: '5', of: ['setup', 'time'] } },
    ],
  ],
  'rate unit, an expression': [[{ name: 'c', measure: 'traffic', tiers: flat('0.00001') }]],
  'maximum spend of a cycle': [[seconds({ tiers: flat('0.002') })], { spend: { maximum: '10' } }],
};

export function ratingModels(): readonly RatingModel[] {
  return Object.entries(PRICES).map(([name, [charges, more]]) => {
    const parsed = parsePricing({ currency: 'EUR', charges, ...more });
    if ('errors' in parsed) throw new Error(`The price of "${name}": ${JSON.stringify(parsed.errors)}`);
    return { name, price: compilePricing(parsed.pricing, UNITS), byHand: byHand[name as keyof typeof byHand] };
  });
}
