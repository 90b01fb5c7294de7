import { projectRows, recordedEvent, rowsOf } from '../../../../test/support/project-rows.js';
import { catalogProjection } from './catalog.projection.js';
import { catalogObjects, priceOffers, priceVersions } from './catalog.collections.js';

const OFFER = { priceOfferId: 'P.A.X.EUR', plan: 'P', rateSchedule: 'A', service: 'X', currency: 'EUR' };
const put = (position: number, version: number) =>
  recordedEvent(position, 'PricingPut.v1', {
    priceOfferId: 'P.A.X.EUR',
    version,
    effectiveFrom: version * 10,
    pricing: { currency: 'EUR' },
    reason: `r${version}`,
  });
const LIFE = [
  recordedEvent(1, 'PlanDefined.v1', { plan: 'P', name: 'Later', effectiveFrom: 20 }),
  recordedEvent(2, 'PlanDefined.v1', { plan: 'P', name: 'First', effectiveFrom: 10 }),
  recordedEvent(3, 'RateScheduleDefined.v1', {
    plan: 'P',
    rateSchedule: 'A',
    name: 'A',
    currency: 'EUR',
    effectiveFrom: 10,
  }),
  recordedEvent(4, 'UsageTypeDefined.v1', {
    usageType: 'CALL',
    name: 'Call',
    unit: 's',
    serviceType: 'V',
    effectiveFrom: 10,
  }),
  recordedEvent(5, 'ServiceDefined.v1', {
    service: 'X',
    name: 'X',
    serviceType: 'V',
    usageTypes: ['CALL'],
    effectiveFrom: 10,
  }),
  recordedEvent(6, 'PriceOfferShellMade.v1', { ...OFFER, effectiveFrom: 10 }),
  put(7, 1),
  put(8, 2),
  recordedEvent(9, 'PriceOfferShellMade.v1', { ...OFFER, effectiveFrom: 5 }),
];

describe('the catalog read model', () => {
  it('shows what the feed said, version by version', () => {
    const rows = projectRows(catalogProjection, LIFE);
    expect(rowsOf(catalogObjects, rows).map(({ object, id, name }) => [object, id, name])).toEqual([
      ['PLAN', 'P', 'Later'],
      ['RATE_SCHEDULE', 'P.A', 'A'],
      ['USAGE_TYPE', 'CALL', 'Call'],
      ['SERVICE', 'X', 'X'],
    ]);
    const [plan] = rowsOf(catalogObjects, rows);
    expect(plan?.versions.map(({ effectiveFrom, name }) => [effectiveFrom, name])).toEqual([
      [10, 'First'],
      [20, 'Later'],
    ]);
  });

  it('shows offers with their newest price, and every price there was', () => {
    const rows = projectRows(catalogProjection, LIFE);
    expect(rowsOf(priceOffers, rows)).toEqual([
      {
        tenant: 'main',
        ...OFFER,
        status: 'PRICED',
        version: 2,
        effectiveFrom: 5,
        pricedAt: Date.UTC(2026, 0, 1) + 8,
      },
    ]);
    expect(rowsOf(priceVersions, rows).map(({ version, reason, actor }) => [version, reason, actor])).toEqual([
      [1, 'r1', 'key:1'],
      [2, 'r2', 'key:1'],
    ]);
  });

  it('is a shell until then', () => {
    const rows = projectRows(catalogProjection, LIFE.slice(0, 6));
    expect(rowsOf(priceOffers, rows)).toMatchObject([{ status: 'SHELL', version: 0, pricedAt: null }]);
  });

  it('is the same when events come twice', () => {
    const twice = LIFE.flatMap((event) => [event, event]);
    expect(projectRows(catalogProjection, twice)).toEqual(projectRows(catalogProjection, LIFE));
    expect(projectRows(catalogProjection, [...LIFE, ...LIFE])).toEqual(projectRows(catalogProjection, LIFE));
  });
});
