import fc from 'fast-check';
import { ARREARS, at, CycleBooks, day, FOREVER, sum, type MadeRow } from '../../../../../test/support/cycle-books.js';

describe('however a subscription lives and whenever the runs come', () => {
  const status = fc.constantFrom('ACTIVE', 'ACTIVE', 'SUSPENDED', 'CANCELLED');
  const fact = fc.record({ from: fc.integer({ min: 0, max: 150 }), status, units: fc.constantFrom('1', '2', '5') });
  const facts = fc.array(fact, { minLength: 1, maxLength: 6 });
  const dayOf = (number: number): string => day(at('2026-01-01') + number * 86_400_000);
  const CHARGES = [
    { on: 'ACTIVATION', fixed: '7' },
    { on: 'CYCLE_START', measure: 'units', tiers: { by: 'QUANTITY', steps: [{ price: '9.99' }] } },
    { on: 'CYCLE_END', fixed: '3.33', proration: 'FULL_CHARGE' },
    { on: 'CYCLE_END', fixed: '5.01', proration: 'NO_CHARGE' },
  ];

  it('comes to the same as one run that knew everything', async () => {
    await fc.assert(
      fc.asyncProperty(facts, fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 5 }), async (said, runs) => {
        const step = new CycleBooks().account(FOREVER, { billingDay: 31, timeZone: 'America/New_York' }).price(CHARGES);
        const whole = new CycleBooks()
          .account(FOREVER, { billingDay: 31, timeZone: 'America/New_York' })
          .price(CHARGES);
        const rows: MadeRow[] = [];
        for (const [index, { from, ...more }] of said.entries()) {
          step.subscribed(dayOf(from), more);
          whole.subscribed(dayOf(from), more);
          const run = runs[index];
          if (run !== undefined) rows.push(...(await step.run(dayOf(run))));
        }
        rows.push(...(await step.run(dayOf(200))));
        expect(sum(rows)).toBe(sum(await whole.run(dayOf(200))));
        expect(await step.run(dayOf(200))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('of one price and one count of units costs the full charge for each cycle it was active for whole', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 4 }), async (changes) => {
        const books = new CycleBooks().offer('Q', 'PHONE').price([ARREARS]).price([ARREARS], FOREVER, {}, 'Q');
        books.subscribed('2026-03-01');
        for (const change of changes)
          books.subscribed(`2026-03-${String(change).padStart(2, '0')}`, { plan: change % 2 ? 'P' : 'Q' });
        expect(sum(await books.run('2026-04-01'))).toBe('31');
      }),
      { numRuns: 60 },
    );
  });
});
