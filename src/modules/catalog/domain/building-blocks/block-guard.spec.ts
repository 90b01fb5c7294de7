import { CatalogBook } from '../catalog-book.js';
import type { CatalogEvent } from '../events.js';
import type { Pricing } from '../pricing/language/pricing.js';
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
const FEED: readonly CatalogEvent[] = [
  {
    type: 'UsageTypeDefined.v1',
    data: { usageType: 'CALL', name: 'Call', unit: 's', serviceType: 'VOICE', effectiveFrom: 0 },
  },
  {
    type: 'ServiceDefined.v1',
    data: { service: 'X', name: 'X', serviceType: 'VOICE', usageTypes: ['CALL', 'OWN'], effectiveFrom: 0 },
  },
  {
    type: 'RateScheduleDefined.v1',
    data: { rateSchedule: 'A', plan: 'P', name: 'A', currency: 'EUR', effectiveFrom: 0 },
  },
];

describe('who uses a building block', () => {
  const catalog = book(
    ...FEED,
    define('ZONE_UNIT', 'UK', ZONES),
    define('ALLOWANCE', 'FREE', { unit: 'seconds' }),
    define('SYSTEM_PROPERTY', 'timeZone', { value: 'UTC' }),
    define('TIME_UNIT', 'HOURS', { ...HOURS, zone: 'TENANT' }),
    define('TIME_UNIT', 'HOURS', HOURS, 9, 2),
    define('SERVICE_TYPE', 'VOICE', {}),
    define('USAGE_TYPE', 'OWN', { unit: 'event', serviceType: 'VOICE' }),
    define('MULTI_RATE_USAGE_TYPE', 'CALL', { children: [{ usageType: 'CALL' }, { usageType: 'OWN' }] }),
    priced(1, {}),
    priced(2, { measure: 'HEAT', allowances: ['FREE'] }),
  );

  it.each([
    ['ALLOWANCE', 'FREE', ['version 2 of the price of P.A.X.EUR']],
    ['RATE_UNIT', 'HEAT', ['version 2 of the price of P.A.X.EUR']],
    ['SYSTEM_PROPERTY', 'timeZone', ['version 1 of time unit HOURS']],
    ['SERVICE_TYPE', 'VOICE', ['version 1 of usage type OWN', 'usage type CALL', 'service X']],
    ['USAGE_TYPE', 'OWN', ['version 1 of multi-rate usage type CALL', 'service X']],
    [
      'CURRENCY',
      'EUR',
      ['version 1 of the price of P.A.X.EUR', 'version 2 of the price of P.A.X.EUR', 'rate schedule P.A'],
    ],
    ['TIME_UNIT', 'HOURS', []],
  ] as const)('%s %s: %j', (kind, id, users) => {
    expect(usersOf(catalog, kind, id)).toEqual(users);
  });

  it('lets no rate unit take the name of what a price measures', () => {
    const unit = definition('RATE_UNIT', 'HEAT', { kind: 'METER_DIFFERENCE', reading: 'r', unit: 'kWh' });
    expect(contradictionsOf(catalog, 'RATE_UNIT', 'HEAT', unit)).toMatchObject([{ path: 'id' }]);
    expect(contradictionsOf(catalog, 'RATE_UNIT', 'COLD', unit)).toEqual([]);
  });
});

describe('what a building block names', () => {
  it.each([
    ['TIME_UNIT', 'T', { ...HOURS, zone: 'TENANT' }, ['zone']],
    ['BILLABLE_SERVICE', 'S', { serviceType: 'IPTV', usageTypes: ['CALL', 'VIEW'] }, ['serviceType', 'usageTypes[1]']],
    ['BILLABLE_SERVICE', 'X', { serviceType: 'VOICE' }, ['id']],
    ['USAGE_TYPE', 'CALL', { unit: 's', serviceType: 'VOICE' }, ['id']],
    ['USAGE_TYPE', 'TEXT', { unit: 's', serviceType: 'VOICE' }, []],
    [
      'MULTI_RATE_USAGE_TYPE',
      'M',
      { children: [{ usageType: 'CALL' }, { usageType: 'LEVY' }] },
      ['id', 'children[1].usageType'],
    ],
  ] as const)('%s %s %j must be there', (kind, id, members, paths) => {
    const found = contradictionsOf(book(...FEED), kind, id, definition(kind, id, members));
    expect(found.map(({ path }) => path)).toEqual(paths);
  });
});

describe('the catalog book', () => {
  it('answers the same units until something changes, and other ones from another version on', () => {
    const catalog = book(
      define('ZONE_UNIT', 'UK', ZONES),
      define('ZONE_UNIT', 'UK', { ...ZONES, rows: [{ prefix: '44*', zone: 'GB' }] }, 100, 2),
    );
    const before = catalog.unitsAt(50);
    expect(catalog.unitsAt(99)).toBe(before);
    expect(catalog.unitsAt(100)).not.toBe(before);
    expect([50, 100].map((at) => catalog.unitsAt(at).zoneUnit('UK')?.zoneOf('447'))).toEqual(['UK_MOBILE', 'GB']);
    expect(catalog.unitsAt(-1).zoneUnit('UK')).toBeUndefined();
    const compiled = before.zoneUnit('UK');
    catalog.apply(define('TIME_UNIT', 'HOURS', { ...HOURS, zone: 'TENANT' }));
    expect(catalog.unitsAt(50)).not.toBe(before);
    expect(catalog.unitsAt(50).zoneUnit('UK')).toBe(compiled);
  });

  it('tells the time of the tenant by the property of its zone', () => {
    const peak = { ...HOURS, zone: 'TENANT', rows: [{ name: 'PEAK', days: ['ANYDAY'], from: '08:00', to: '20:00' }] };
    const catalog = book(
      define('SYSTEM_PROPERTY', 'timeZone', { value: 'Asia/Tokyo' }),
      define('SYSTEM_PROPERTY', 'timeZone', { value: 'America/New_York' }, Date.UTC(2026, 6), 2),
      define('TIME_UNIT', 'HOURS', peak),
    );
    const at = (instant: number) => catalog.unitsAt(instant).timeUnit('HOURS')?.timeNameAt(instant);
    expect(at(Date.UTC(2026, 5, 30, 23, 30))).toBe('PEAK');
    expect(at(Date.UTC(2026, 6, 1, 23, 30))).toBe('PEAK');
    expect(at(Date.UTC(2026, 6, 2, 0, 30))).toBe('REST');
  });

  it('comes back from a snapshot as it was', () => {
    const catalog = book(
      ...FEED,
      define('ZONE_UNIT', 'UK', ZONES, 100, 1),
      define('ZONE_UNIT', 'UK', { ...ZONES, rows: [{ prefix: '1*', zone: 'US' }] }, 50, 2),
      define('USAGE_TYPE', 'OWN', { unit: 'event', serviceType: 'VOICE' }),
    );
    const again = CatalogBook.fromJSON(JSON.parse(JSON.stringify(catalog)) as ReturnType<CatalogBook['toJSON']>);
    expect(again.toJSON()).toEqual(catalog.toJSON());
    expect(again.blocks.latest('ZONE_UNIT', 'UK')).toMatchObject({ prefixes: ['1*'] });
    expect(again.usageType('OWN', 5)).toEqual({
      usageType: 'OWN',
      name: 'OWN',
      unit: 'event',
      serviceType: 'VOICE',
      effectiveFrom: 0,
    });
    const removed: CatalogEvent = {
      type: 'BuildingBlockRemoved.v1',
      data: { kind: 'USAGE_TYPE', id: 'OWN', version: 2, reason: 'r' },
    };
    again.apply(removed);
    expect(again.usageType('OWN', 5)).toBeUndefined();
    expect(again.usageType('CALL', 5)?.name).toBe('Call');
  });
});

describe('accumulators in prices', () => {
  const withPrice = (charge: object) => book(priced(1, { accumulators: ['A'], ...charge }));
  const tiers = (by: string) => ({ tiers: { by, accumulator: 'A', steps: [{ price: '1' }] } });

  it.each([
    [
      'quantities, whatever the period',
      tiers('BALANCE'),
      { unit: 'seconds', reset: { type: 'NEVER' }, scope: 'ACCOUNT' },
      [],
    ],
    ['amounts of the currency', { fixed: '1' }, { unit: 'EUR', accumulateQuantity: false }, []],
    [
      'amounts choose a tier of the next period',
      tiers('EARLIER_PERIOD'),
      { unit: 'EUR', accumulateQuantity: false },
      [],
    ],
    ['amounts of another currency', { fixed: '1' }, { unit: 'USD', accumulateQuantity: false }, ['id']],
    ['tiers where an amount stands', tiers('BALANCE'), { unit: 'EUR', accumulateQuantity: false }, ['id']],
  ] as const)('%s', (_, charge, members, paths) => {
    const found = contradictionsOf(withPrice(charge), 'ACCUMULATOR', 'A', definition('ACCUMULATOR', 'A', members));
    expect(found.map(({ path }) => path)).toEqual(paths);
    for (const { message } of found) expect(message).toContain('version 1 of the price of');
  });

  const volume = pricing({ accumulators: ['A'], ...tiers('VOLUME') }) as unknown as Pricing;

  it.each([
    ['of a subscription and a cycle', { unit: 'seconds' }, []],
    ['over two cycles', { unit: 'seconds', reset: { type: 'PERIOD', cycles: 2 } }, ['charges[0].tiers.accumulator']],
    ['of an account', { unit: 'seconds', scope: 'ACCOUNT' }, ['charges[0].tiers.accumulator']],
  ] as const)('VOLUME %s', (_, members, paths) => {
    const found = missingOfPrice(book(define('ACCUMULATOR', 'A', members)), volume);
    expect(found.map(({ path }) => path)).toEqual(paths);
  });

  it('VOLUME of a subscription stays so where all else is shared', () => {
    const shared = define('SYSTEM_PROPERTY', 'shareAcrossMasterPlanInstances', { value: true });
    const own = define('ACCUMULATOR', 'A', { unit: 'seconds', scope: 'SUBSCRIPTION' });
    expect(missingOfPrice(book(shared), volume).map(({ path }) => path)).toEqual(['charges[0].tiers.accumulator']);
    expect(missingOfPrice(book(shared, own), volume)).toEqual([]);
  });
});
