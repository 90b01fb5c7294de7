import { CatalogBook } from './catalog-book.js';
import { decideCatalogChange, isCatalogRefusal, type CatalogChange } from './catalog-change.js';
import type { CatalogEvent } from './events.js';

const JAN = Date.UTC(2026, 0, 1);
const FEB = Date.UTC(2026, 1, 1);

type Action = 'CREATE' | 'UPDATE';
const usageType = (code: string, action: Action = 'CREATE'): CatalogChange => ({
  object: 'USAGE_TYPE',
  action,
  effectiveFrom: JAN,
  usageType: code,
  name: code,
  unit: 'second',
  serviceType: 'VOICE',
});
const service = (code: string, usageTypes: string[], action: Action = 'CREATE'): CatalogChange => ({
  object: 'SERVICE',
  action,
  effectiveFrom: JAN,
  service: code,
  name: code,
  serviceType: 'VOICE',
  usageTypes,
});
const plan = (code: string, action: Action = 'CREATE'): CatalogChange => ({
  object: 'PLAN',
  action,
  effectiveFrom: JAN,
  plan: code,
  name: code,
});
const schedule = (code: string, currency = 'EUR', action: Action = 'CREATE'): CatalogChange => ({
  object: 'RATE_SCHEDULE',
  action,
  effectiveFrom: JAN,
  plan: 'P',
  rateSchedule: code,
  name: code,
  currency,
});
const planService = (rateSchedules: string[] = [], action: Action = 'CREATE', effectiveFrom = JAN): CatalogChange => ({
  object: 'PLAN_SERVICE',
  action,
  effectiveFrom,
  plan: 'P',
  service: 'X',
  rateSchedules,
});

function lived(...changes: readonly CatalogChange[]): { last: readonly CatalogEvent[] | string; book: CatalogBook } {
  const book = new CatalogBook();
  let last: readonly CatalogEvent[] | string = [];
  for (const change of changes) {
    const decision = decideCatalogChange(change, book);
    last = isCatalogRefusal(decision) ? decision.code : decision;
    if (!isCatalogRefusal(decision)) for (const event of decision) book.apply(event);
  }
  return { last, book };
}
const after = (...changes: readonly CatalogChange[]) => lived(...changes).last;
const offers = (decision: readonly CatalogEvent[] | string) =>
  typeof decision === 'string'
    ? decision
    : decision.map(({ data }) => ('priceOfferId' in data ? data.priceOfferId : 'no offer'));

const SOLD = [usageType('CALL'), service('X', ['CALL']), plan('P'), schedule('A'), schedule('B', 'USD')];

describe('a message of the catalog feed', () => {
  it('defines what is not there, and defines it anew when it is', () => {
    expect(after(usageType('CALL'))).toEqual([
      {
        type: 'UsageTypeDefined.v1',
        data: { usageType: 'CALL', name: 'CALL', unit: 'second', serviceType: 'VOICE', effectiveFrom: JAN },
      },
    ]);
    expect(after(usageType('CALL'), usageType('CALL'))).toBe('ALREADY_EXISTS');
    expect(after(usageType('CALL'), usageType('CALL', 'UPDATE'))).toHaveLength(1);
    expect(after(usageType('CALL', 'UPDATE'))).toBe('USAGE_TYPE_NOT_FOUND');
    expect(after(plan('P', 'UPDATE'))).toBe('PLAN_NOT_FOUND');
    expect(after(plan('P'), schedule('A', 'EUR', 'UPDATE'))).toBe('RATE_SCHEDULE_NOT_FOUND');
  });

  it('waits for what it hangs on', () => {
    expect(after(service('X', ['CALL']))).toBe('USAGE_TYPE_NOT_FOUND');
    expect(after(schedule('A'))).toBe('PLAN_NOT_FOUND');
    expect(after(planService())).toBe('PLAN_NOT_FOUND');
    expect(after(plan('P'), planService())).toBe('SERVICE_NOT_FOUND');
    expect(after(usageType('CALL'), service('X', ['CALL']), plan('P'), planService())).toBe('RATE_SCHEDULE_NOT_FOUND');
    expect(after(...SOLD, planService(['C']))).toBe('RATE_SCHEDULE_NOT_FOUND');
  });

  it('makes an offer of every combination of plan, rate schedule, service and currency', () => {
    expect(offers(after(...SOLD, planService()))).toEqual(['P.A.X.EUR', 'P.B.X.USD']);
    expect(offers(after(...SOLD, planService(['B'])))).toEqual(['P.B.X.USD']);
  });

  it('makes each offer once, and what is new with an update', () => {
    expect(after(...SOLD, planService(), planService())).toBe('ALREADY_EXISTS');
    expect(after(...SOLD, planService([], 'UPDATE'))).toBe('PLAN_SERVICE_NOT_FOUND');
    expect(after(...SOLD, planService(), planService([], 'UPDATE'))).toEqual([]);
    expect(offers(after(...SOLD, planService(), schedule('C'), planService([], 'UPDATE')))).toEqual(['P.C.X.EUR']);
    expect(offers(after(...SOLD, planService(['A']), planService(['B'])))).toEqual(['P.B.X.USD']);
  });

  it('makes another offer when the currency of a rate schedule changes', () => {
    const changed = after(...SOLD, planService(), schedule('A', 'CHF', 'UPDATE'), planService([], 'UPDATE'));
    expect(offers(changed)).toEqual(['P.A.X.CHF']);
  });

  it('lets an offer begin earlier', () => {
    const { last, book } = lived(...SOLD, planService(['A'], 'CREATE', FEB), planService(['A'], 'UPDATE', JAN));
    expect(offers(last)).toEqual(['P.A.X.EUR']);
    expect(book.offer('P', 'A', 'X', JAN)?.priceOfferId).toBe('P.A.X.EUR');
    expect(book.offer('P', 'A', 'X', JAN - 1)).toBeUndefined();
  });
});
