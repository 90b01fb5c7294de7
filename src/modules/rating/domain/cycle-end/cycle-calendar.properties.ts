import fc from 'fast-check';
import { localDateOf } from '../../../../shared/kernel/zone.js';
import { BillingCycles } from '../billing-cycles.js';
import { CycleCalendar } from './cycle-calendar.js';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const zone = fc.constantFrom(
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Sao_Paulo',
  'America/Havana',
  'Africa/Casablanca',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
);
const billingDay = fc.oneof(fc.integer({ min: 1, max: 27 }), fc.integer({ min: 28, max: 31 }));
const instant = fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2050, 0) });

describe('a calendar of billing cycles', () => {
  it('tiles time with cycles of 28 to 31 days, each beginning at midnight of the day or of the last of its month', () => {
    fc.assert(
      fc.property(zone, billingDay, instant, (name, day, at) => {
        const calendar = new CycleCalendar(new BillingCycles(day, name));
        let cycle = calendar.at(at);
        for (let month = 0; month < 14; month += 1) {
          const date = localDateOf(name, cycle.start);
          const [year = 0, number = 0, startDay = 0] = date.split('-').map(Number);
          expect(startDay).toBe(Math.min(day, new Date(Date.UTC(year, number, 0)).getUTCDate()));
          expect(localDateOf(name, cycle.start - 1)).not.toBe(date);
          expect(cycle.days).toBeGreaterThanOrEqual(28);
          expect(cycle.days).toBeLessThanOrEqual(31);
          // Clocks are changed by an hour at most: so much a cycle may be longer or shorter than its days.
          expect(Math.abs(cycle.end - cycle.start - cycle.days * DAY)).toBeLessThanOrEqual(HOUR);
          const next = calendar.at(cycle.end);
          expect(next.start).toBe(cycle.end);
          expect(calendar.at(cycle.end - 1)).toBe(cycle);
          cycle = next;
        }
      }),
      { numRuns: 60 },
    );
  });

  it('numbers the days of a cycle without a gap, and knows where each begins and ends', () => {
    fc.assert(
      fc.property(zone, billingDay, instant, (name, day, at) => {
        const calendar = new CycleCalendar(new BillingCycles(day, name));
        const cycle = calendar.at(at);
        expect(cycle.firstDay).toBe(calendar.endOfDay(cycle.start));
        expect(calendar.startOfDay(cycle.start, cycle.days)).toBe(cycle.end);
        for (let number = 0; number < cycle.days; number += 1) {
          const start = calendar.startOfDay(cycle.start, number);
          const end = calendar.endOfDay(start);
          expect([calendar.dayOf(cycle, start), calendar.dayOf(cycle, end)]).toEqual([number, number]);
          expect(end + 1).toBe(calendar.startOfDay(cycle.start, number + 1));
          expect([23, 23.5, 24, 24.5, 25]).toContain((end + 1 - start) / HOUR);
        }
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['Europe/Berlin', 1, '2026-03-15T00:00:00Z', 31, 31 * 24 - 1],
    ['Europe/Berlin', 1, '2026-10-15T00:00:00Z', 31, 31 * 24 + 1],
    ['Australia/Lord_Howe', 1, '2026-04-15T00:00:00Z', 30, 30 * 24 + 0.5],
    ['UTC', 31, '2026-02-10T00:00:00Z', 28, 28 * 24],
    ['UTC', 31, '2028-02-10T00:00:00Z', 29, 29 * 24],
    ['UTC', 30, '2026-03-01T00:00:00Z', 30, 30 * 24],
  ])('%s, day %i: the cycle of %s has %i days and %d hours', (name, day, at, days, hours) => {
    const cycle = new CycleCalendar(new BillingCycles(day, name)).at(Date.parse(at));
    expect([cycle.days, (cycle.end - cycle.start) / HOUR]).toEqual([days, hours]);
  });
});
