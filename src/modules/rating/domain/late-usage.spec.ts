import { BillingCycles } from './billing-cycles.js';
import { bookedCycle } from './late-usage.js';

const at = (text: string): number => Date.parse(text);
const cycles = new BillingCycles(15, 'UTC');
const booked = (usage: string, closedTo: string): string | undefined => {
  const found = bookedCycle(cycles, at(usage), at(closedTo));
  return found === undefined ? undefined : new Date(found).toISOString().slice(0, 10);
};

describe('usage of a closed billing cycle', () => {
  it.each([
    ['2026-03-10T00:00:00Z', '2026-03-15T00:00:00Z', '2026-03-15'],
    ['2026-03-14T23:59:59.999Z', '2026-03-15T00:00:00Z', '2026-03-15'],
    ['2026-01-20T00:00:00Z', '2026-04-02T00:00:00Z', '2026-03-15'],
    ['2026-03-20T00:00:00Z', '2026-04-02T00:00:00Z', undefined],
    ['2026-03-15T00:00:00Z', '2026-03-15T00:00:00Z', undefined],
    ['2026-03-10T00:00:00Z', '1970-01-01T00:00:00Z', undefined],
  ])('of %s, closed to %s, is booked in %s', (usage, closedTo, expected) => {
    expect(booked(usage, closedTo)).toBe(expected);
  });
});
