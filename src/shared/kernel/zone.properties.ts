import fc from 'fast-check';
import { DateTime, IANAZone } from 'luxon';
import { isTimeZone, localDateOf, startOfLocalDate, zonedInstant, zoneOffset } from './zone.js';

/** Half-hour and half-hour-saving zones, both hemispheres, savings that begin at midnight, a zone that never saved. */
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Sao_Paulo',
  'America/Havana',
  'Asia/Kolkata',
  'Asia/Beirut',
  'Africa/Casablanca',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
] as const;
const zone = fc.constantFrom(...ZONES);
const instant = fc.integer({ min: Date.UTC(1975, 0), max: Date.UTC(2060, 0) });

const luxonOffset = (name: string, at: number): number => IANAZone.create(name).offset(at) * 60_000;

/** The instants at which the zone's clocks show a wall-clock time: none in a gap, two in an overlap. */
function instantsOf(name: string, local: number): number[] {
  const offsets = new Set([local - 86_400_000, local, local + 86_400_000].map((at) => luxonOffset(name, at)));
  return [...offsets]
    .map((offset) => local - offset)
    .filter((at) => at + luxonOffset(name, at) === local)
    .sort((a, b) => a - b);
}

/** Wall-clock times near the changes of a zone, where mistakes live. */
const nearChange = fc
  .tuple(zone, fc.integer({ min: 1975, max: 2059 }), fc.integer({ min: -180, max: 180 }))
  .map(([name, year, minutes]) => {
    const changes: number[] = [];
    const start = Date.UTC(year, 0);
    for (let day = 0; day < 366; day += 1) {
      const at = start + day * 86_400_000;
      if (luxonOffset(name, at) !== luxonOffset(name, at + 86_400_000))
        changes.push(changeBetween(name, at, at + 86_400_000));
    }
    const change = changes[Math.abs(minutes) % (changes.length || 1)] ?? start;
    return { name, local: change + luxonOffset(name, change) + minutes * 60_000 };
  });

function changeBetween(name: string, from: number, to: number): number {
  let [low, high] = [from, to];
  while (high - low > 60_000) {
    const middle = Math.floor((low + high) / 120_000) * 60_000;
    if (luxonOffset(name, middle) === luxonOffset(name, from)) low = middle;
    else high = middle;
  }
  return high;
}

describe('zones, beside luxon', () => {
  it('knows the offset at any instant', () => {
    fc.assert(fc.property(zone, instant, (name, at) => zoneOffset(name, at) === luxonOffset(name, at)));
  });

  it('finds the instant of a wall-clock time: the only one, or the first of two', () => {
    fc.assert(
      fc.property(nearChange, ({ name, local }) => {
        const [first] = instantsOf(name, local);
        if (first !== undefined) expect(zonedInstant(name, local)).toBe(first);
      }),
      { numRuns: 300 },
    );
  });

  it('moves a wall-clock time that does not exist on by the length of the gap', () => {
    let gaps = 0;
    fc.assert(
      fc.property(nearChange, ({ name, local }) => {
        if (instantsOf(name, local).length > 0) return;
        gaps += 1;
        const found = zonedInstant(name, local);
        expect(found).toBe(local - luxonOffset(name, local - 86_400_000));
        expect(found + luxonOffset(name, found)).toBeGreaterThan(local);
      }),
      { numRuns: 300, seed: 7 },
    );
    expect(gaps).toBeGreaterThan(5);
  });

  it('knows the calendar date, and when it began', () => {
    fc.assert(
      fc.property(zone, instant, (name, at) => {
        const date = localDateOf(name, at);
        expect(date).toBe(DateTime.fromMillis(at, { zone: name }).toISODate());
        const start = startOfLocalDate(name, date);
        expect(start).toBeLessThanOrEqual(at);
        expect(localDateOf(name, start)).toBe(date);
        expect(localDateOf(name, start - 1)).not.toBe(date);
      }),
    );
  });

  it.each([
    ['Europe/Berlin', '2026-03-29T02:30', '2026-03-29T01:30:00.000Z', 'in the gap'],
    ['Europe/Berlin', '2026-10-25T02:30', '2026-10-25T00:30:00.000Z', 'the first of two'],
    ['America/New_York', '2026-03-08T02:30', '2026-03-08T07:30:00.000Z', 'in the gap'],
    ['America/New_York', '2026-11-01T01:30', '2026-11-01T05:30:00.000Z', 'the first of two'],
    ['Australia/Lord_Howe', '2026-10-04T02:15', '2026-10-03T15:45:00.000Z', 'in a gap of half an hour'],
    ['Australia/Lord_Howe', '2026-04-05T01:45', '2026-04-04T14:45:00.000Z', 'the first of two, half an hour apart'],
    ['UTC', '2026-03-29T02:30', '2026-03-29T02:30:00.000Z', 'never moved'],
  ])('%s %s is %s (%s)', (name, local, expected) => {
    expect(new Date(zonedInstant(name, Date.parse(`${local}:00Z`))).toISOString()).toBe(expected);
  });

  it('knows which zones there are', () => {
    expect(['UTC', 'Europe/Berlin', 'Mars/Olympus', ''].map(isTimeZone)).toEqual([true, true, false, false]);
  });
});
