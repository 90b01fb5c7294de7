import fc from 'fast-check';
import { ZoneClock } from './zone-clock.js';
import { zonedInstant, zoneOffset } from './zone.js';

const ZONES = ['UTC', 'Europe/Berlin', 'America/Sao_Paulo', 'Australia/Lord_Howe', 'Africa/Casablanca'] as const;
const instant = fc.integer({ min: Date.UTC(1975, 0), max: Date.UTC(2060, 0) });

describe('a zone clock', () => {
  it('says what the zone database says, however it is asked', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), fc.array(instant, { minLength: 1, maxLength: 20 }), (zone, instants) => {
        const clock = ZoneClock.of(zone);
        const near = instants.flatMap((at) => [at, at + 3_600_000, at - 86_400_000, at]);
        expect(near.map((at) => clock?.offsetAt(at))).toEqual(near.map((at) => zoneOffset(zone, at)));
      }),
    );
  });

  it('reads a wall clock as the zone database does, also where it is moved', () => {
    const changes = [
      Date.UTC(2026, 2, 29, 1),
      Date.UTC(2026, 9, 25, 1),
      Date.UTC(2026, 3, 4, 15),
      Date.UTC(2018, 10, 4, 3),
    ];
    const near = fc
      .tuple(fc.constantFrom(...changes), fc.integer({ min: -100_000_000, max: 100_000_000 }))
      .map(([at, by]) => at + by);
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), fc.array(fc.oneof(instant, near), { maxLength: 20 }), (zone, locals) => {
        const clock = ZoneClock.of(zone);
        expect(locals.map((local) => clock?.instantOf(local))).toEqual(
          locals.map((local) => zonedInstant(zone, local)),
        );
      }),
      { numRuns: 300 },
    );
    expect(ZoneClock.of('+02:00')?.instantOf(7_200_000)).toBe(0);
    expect(ZoneClock.of('Europe/Berlin')?.instantOf(NaN)).toBeNaN();
  });

  it('keeps one offset until the instant it names, and knows every change to the millisecond', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), instant, (zone, from) => {
        const clock = ZoneClock.of(zone);
        if (clock === undefined) throw new Error(zone);
        let at = from;
        for (let step = 0; step < 200; step += 1) {
          const until = clock.steadyUntil(at);
          if (until === Infinity) return;
          expect(until).toBeGreaterThan(at);
          expect(zoneOffset(zone, until - 1)).toBe(zoneOffset(zone, at));
          at = until;
        }
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ['+02:00', 7_200_000],
    ['-03:30', -12_600_000],
    ['Z', 0],
  ])('takes the fixed offset %s', (zone, offset) => {
    expect(ZoneClock.of(zone)?.offsetAt(0)).toBe(offset);
    expect(ZoneClock.of(zone)?.steadyUntil(0)).toBe(Infinity);
  });

  it.each(['', 'Mars/Olympus', '+15:00', '2', '+2:00'])('does not take %j', (zone) => {
    expect(ZoneClock.of(zone)).toBeUndefined();
  });
});
