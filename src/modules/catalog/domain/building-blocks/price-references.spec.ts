import { CatalogBook } from '../catalog-book.js';
import type { CatalogEvent } from '../events.js';
import { parsePricing } from '../pricing/language/parse-pricing.js';
import type { BlockFact } from './block-events.js';
import { definedEvent } from './block-events.js';
import { contradictionsOf, missingOfPrice, usersOf } from './block-guard.js';
import type { BlockDefinition, BlockKind } from './building-block.js';
import { readDefinition } from './read-definition.js';

const define = (kind: BlockKind, id: string, members: object, effectiveFrom = 0, version = 1): CatalogEvent => {
  const read = readDefinition(kind, id, members);
  if ('errors' in read) throw new Error(JSON.stringify(read.errors));
  const fact: BlockFact = { kind, id, version, effectiveFrom, definition: read.definition, reason: 'r' };
  return definedEvent(fact);
};
const definition = <Kind extends BlockKind>(kind: Kind, id: string, members: object): BlockDefinition<Kind> => {
  const read = readDefinition(kind, id, members);
  if ('errors' in read) throw new Error(JSON.stringify(read.errors));
  return read.definition;
};
const pricing = (charge: object, more: object = {}) => ({
  currency: 'EUR',
  charges: [{ name: 'calls', measure: 'seconds', tiers: { by: 'QUANTITY', steps: [{ price: '1' }] }, ...charge }],
  ...more,
});
const priced = (version: number, charge: object, more: object = {}): CatalogEvent => ({
  type: 'PricingPut.v1',
  data: { priceOfferId: 'P.A.X.EUR', version, effectiveFrom: version, pricing: pricing(charge, more), reason: 'r' },
});
const parsed = (charge: object) => {
  const read = parsePricing(pricing(charge));
  if ('errors' in read) throw new Error(JSON.stringify(read.errors));
  return read.pricing;
};
function book(...events: readonly CatalogEvent[]): CatalogBook {
  const made = new CatalogBook();
  for (const event of events) made.apply(event);
  return made;
}

const ZONES = {
  attribute: 'to',
  rows: [
    { prefix: '44*', zone: 'UK' },
    { prefix: '447*', zone: 'UK_MOBILE' },
  ],
};
const HOURS = { zone: 'UTC', rows: [{ name: 'PEAK', days: ['WEEKDAY'] }], otherwise: 'REST' };

describe('what a price names', () => {
  const catalog = book(define('ZONE_UNIT', 'UK', ZONES), define('TIME_UNIT', 'HOURS', HOURS));

  it('must be there, down to the zone and the time', () => {
    expect(missingOfPrice(catalog, parsed({ when: { zone: { UK: 'UK_MOBILE' }, time: { HOURS: 'REST' } } }))).toEqual(
      [],
    );
    expect(missingOfPrice(catalog, parsed({ when: { zone: { UK: '*' } } }))).toEqual([]);
    expect(
      missingOfPrice(catalog, parsed({ when: { zone: { UK: 'MARS', EU: 'DE' }, time: { HOURS: 'NOON' } } })),
    ).toEqual([
      { path: 'charges[0].when.zone.UK', message: 'zone unit UK has no MARS: it has UK, UK_MOBILE' },
      {
        path: 'charges[0].when.zone.EU',
        message: 'there is no zone unit EU: define it with POST /v1/zone-units first',
      },
      { path: 'charges[0].when.time.HOURS', message: 'time unit HOURS has no NOON: it has PEAK, REST' },
    ]);
  });

  it('may be an allowance that nobody defined', () => {
    expect(missingOfPrice(catalog, parsed({ allowances: ['FREE'], accumulators: ['SUM'] }))).toEqual([]);
  });
});

describe('what a price selects by', () => {
  const catalog = book(define('ZONE_UNIT', 'UK', ZONES), priced(1, { when: { zone: { UK: 'UK_MOBILE' } } }));

  it('keeps the zones that prices select by', () => {
    const without = definition('ZONE_UNIT', 'UK', { attribute: 'to', rows: [{ prefix: '44*', zone: 'UK' }] });
    expect(contradictionsOf(catalog, 'ZONE_UNIT', 'UK', without)).toEqual([
      { path: 'rows', message: 'must still have UK_MOBILE: version 1 of the price of P.A.X.EUR selects by it' },
    ]);
    expect(contradictionsOf(catalog, 'ZONE_UNIT', 'UK', definition('ZONE_UNIT', 'UK', ZONES))).toEqual([]);
  });

  it('is in use', () => {
    expect(usersOf(catalog, 'ZONE_UNIT', 'UK')).toEqual(['version 1 of the price of P.A.X.EUR']);
  });
});

describe('a price for records of a multi-rate usage type', () => {
  const rate = { measure: 'seconds', tiers: { by: 'QUANTITY', steps: [{ price: '0.002' }] } };
  const when = { usageType: 'PREMIUM' };
  const SETUP = { name: 'setup', when, part: 'SETUP', fixed: '0.03' };
  const TIME = { name: 'time', when, part: 'TIME', ...rate };
  const LEVY = { name: 'levy', when, part: 'LEVY', percent: { value: '5', of: ['setup', 'time'] } };
  const children = [
    { usageType: 'SETUP' },
    { usageType: 'TIME' },
    { usageType: 'LEVY', percent: { value: '5', of: ['SETUP', 'TIME'] } },
  ];
  const errorsOf = (invoiceAt: string, ...charges: readonly object[]) => {
    const catalog = book(define('MULTI_RATE_USAGE_TYPE', 'PREMIUM', { children, invoiceAt }));
    const read = parsePricing({ currency: 'EUR', charges });
    if ('errors' in read) throw new Error(JSON.stringify(read.errors));
    return missingOfPrice(catalog, read.pricing).map(({ path, message }) => `${path} ${message}`);
  };

  it('charges its children, each as it is defined', () => {
    expect(errorsOf('PARENT', SETUP, TIME, LEVY)).toEqual([]);
    const billed = [SETUP, TIME, LEVY].map((charge) => ({ ...charge, usageType: charge.part }));
    expect(errorsOf('CHILD', ...billed)).toEqual([]);
    const other = { name: 'other', when: { usageType: 'TEXT' }, part: 'X', fixed: '1' };
    expect(errorsOf('PARENT', other, SETUP, TIME, LEVY)).toEqual([]);
  });

  it('charges no other, and all of them', () => {
    expect(
      errorsOf('PARENT', SETUP, { ...TIME, part: 'DATA' }, { ...LEVY, percent: { value: '5', of: ['setup'] } }),
    ).toEqual([
      'charges[1].part must be a child of multi-rate usage type PREMIUM (SETUP, TIME, LEVY); it is DATA',
      'charges must charge TIME, a child of PREMIUM',
    ]);
  });

  it('takes the percentage of the definition, of the charges of those children', () => {
    expect(errorsOf('PARENT', SETUP, TIME, { ...LEVY, percent: { value: '6', of: ['time'] } })).toEqual([
      'charges[2].percent.value must be 5: child LEVY is 5 percent of SETUP, TIME',
      'charges[2].percent.of must be ["setup", "time"]: child LEVY is 5 percent of SETUP, TIME',
    ]);
    expect(errorsOf('PARENT', SETUP, TIME, { name: 'levy', when, part: 'LEVY', fixed: '1' })).toEqual([
      'charges[2].percent.value must be 5: child LEVY is 5 percent of SETUP, TIME',
    ]);
  });

  it('bills at the level that is invoiced', () => {
    expect(errorsOf('CHILD', SETUP, TIME, LEVY)).toHaveLength(3);
    expect(errorsOf('PARENT', { ...SETUP, usageType: 'SETUP' }, TIME, LEVY)).toEqual([
      'charges[0].usageType must be PREMIUM: multi-rate usage type PREMIUM is invoiced at its PARENT',
    ]);
  });

  it('keeps their order', () => {
    expect(errorsOf('PARENT', TIME, SETUP, LEVY)).toEqual([
      'charges[0] comes too early: the children of PREMIUM are charged in the order SETUP, TIME, LEVY',
    ]);
  });
});
