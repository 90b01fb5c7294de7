import fc from 'fast-check';
import { billingCycleAt, periodContains, periodsOverlap } from './period.js';
import { localDateOf } from './zone.js';

const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'America/Sao_Paulo');
const billingDay = fc.integer({ min: 1, max: 31 });
const instant = fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2050, 0) });

describe('billing cycles', () => {
  it('hold every instant exactly once: each begins where the one before ends', () => {
    fc.assert(
      fc.property(instant, billingDay, zone, (at, day, name) => {
        const cycle = billingCycleAt(at, day, name);
        expect(periodContains(cycle, at)).toBe(true);
        expect(billingCycleAt(cycle.start, day, name)).toEqual(cycle);
        expect(billingCycleAt(cycle.end - 1, day, name)).toEqual(cycle);
        expect(billingCycleAt(cycle.end, day, name).start).toBe(cycle.end);
        expect(billingCycleAt(cycle.start - 1, day, name).end).toBe(cycle.start);
      }),
    );
  });

  it('begin on the billing day, or on the last day of a shorter month', () => {
    fc.assert(
      fc.property(instant, billingDay, zone, (at, day, name) => {
        const date = localDateOf(name, billingCycleAt(at, day, name).start);
        const [year = 0, month = 0, dayOfMonth = 0] = date.split('-').map(Number);
        const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
        expect(dayOfMonth).toBe(Math.min(day, lastDay));
      }),
    );
  });

  it.each([
    ['2026-01-31', '2026-02-28', '2026-01-31'],
    ['2026-02-27', '2026-02-28', '2026-01-31'],
    ['2026-02-28', '2026-03-31', '2026-02-28'],
    ['2026-03-30', '2026-03-31', '2026-02-28'],
    ['2026-04-30', '2026-05-31', '2026-04-30'],
    ['2028-02-29', '2028-03-31', '2028-02-29'],
    ['2026-12-31', '2027-01-31', '2026-12-31'],
  ])('of day 31: %s is in the cycle until %s, since %s', (date, end, start) => {
    const cycle = billingCycleAt(Date.parse(`${date}T12:00:00Z`), 31, 'UTC');
    expect(localDateOf('UTC', cycle.start)).toBe(start);
    expect(localDateOf('UTC', cycle.end)).toBe(end);
  });

  it('begin at midnight of the account, not of Greenwich', () => {
    const cycle = billingCycleAt(Date.parse('2026-03-31T23:30:00Z'), 1, 'Europe/Berlin');
    expect(new Date(cycle.start).toISOString()).toBe('2026-03-31T22:00:00.000Z');
  });
});

describe('periods', () => {
  const period = fc
    .tuple(fc.integer({ min: 0, max: 30 }), fc.option(fc.integer({ min: 1, max: 10 }), { nil: undefined }))
    .map(([start, length]) => (length === undefined ? { start } : { start, end: start + length }));

  it('overlap exactly when they share an instant', () => {
    fc.assert(
      fc.property(period, period, (a, b) => {
        const shared = Array.from({ length: 100 }, (_, at) => at).some(
          (at) => periodContains(a, at) && periodContains(b, at),
        );
        expect(periodsOverlap(a, b)).toBe(shared);
        expect(periodsOverlap(b, a)).toBe(shared);
      }),
    );
  });
});
