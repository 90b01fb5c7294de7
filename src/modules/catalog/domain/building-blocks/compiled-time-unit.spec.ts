import fc from 'fast-check';
import { DateTime } from 'luxon';
import { compileTimeUnit } from './compiled-time-unit.js';
import type { TimeUnit } from './time-unit.js';

const PEAK_HOURS: TimeUnit = {
  zone: 'TENANT',
  rows: [
    { name: 'PEAK', days: ['WEEKDAY'], from: '08:00', to: '20:00' },
    { name: 'NIGHT', days: ['FRIDAY', 'SATURDAY'], from: '22:00', to: '06:00' },
    { name: 'FEAST', days: ['ANYHOLIDAY'], from: '00:00', to: '24:00' },
    { name: 'NEW_YEAR_NIGHT', days: ['NEW_YEARS_EVE'], from: '20:00', to: '04:00' },
  ],
  holidays: [
    { name: 'NEW_YEARS_EVE', dates: ['2026-12-31'] },
    { name: 'NEW_YEAR', dates: ['2026-01-01', '2027-01-01'] },
  ],
  otherwise: 'OFFPEAK',
};
const berlin = compileTimeUnit(PEAK_HOURS, 'Europe/Berlin');
const at = (local: string, zone = 'Europe/Berlin') => DateTime.fromISO(local, { zone }).toMillis();
const iso = (instants: readonly number[]) => instants.map((instant) => new Date(instant).toISOString());

describe('what time an instant is', () => {
  it.each([
    ['2026-03-02T07:59:59.999', 'OFFPEAK'],
    ['2026-03-02T08:00:00', 'PEAK'],
    ['2026-03-02T19:59:59.999', 'PEAK'],
    ['2026-03-02T20:00:00', 'OFFPEAK'],
    ['2026-03-06T21:59:00', 'OFFPEAK'],
    ['2026-03-06T22:00:00', 'NIGHT'],
    ['2026-03-07T05:59:00', 'NIGHT'],
    ['2026-03-07T06:00:00', 'OFFPEAK'],
    ['2026-03-08T05:00:00', 'NIGHT'],
    ['2026-03-08T12:00:00', 'OFFPEAK'],
    ['2026-01-01T12:00:00', 'FEAST'],
    ['2026-12-31T19:59:00', 'FEAST'],
    ['2026-12-31T20:00:00', 'NEW_YEAR_NIGHT'],
    ['2027-01-01T03:59:00', 'NEW_YEAR_NIGHT'],
    ['2027-01-01T04:00:00', 'FEAST'],
    ['2027-01-02T05:59:00', 'NIGHT'],
    ['2027-01-02T06:00:00', 'OFFPEAK'],
  ])('%s in Berlin is %s', (local, name) => {
    expect(berlin.timeNameAt(at(local))).toBe(name);
  });

  it("is told by the record's own zone or offset, and by nothing else", () => {
    const unit = compileTimeUnit({ ...PEAK_HOURS, zone: 'RECORD', attribute: 'zone' }, 'Europe/Berlin');
    const instant = Date.parse('2026-03-02T07:30:00Z');
    expect(unit.attribute).toBe('zone');
    expect(
      ['Europe/Berlin', 'Europe/London', '+00:30', 'Z', 'nowhere'].map((z) => unit.timeNameAt(instant, z)),
    ).toEqual(['PEAK', 'OFFPEAK', 'PEAK', 'OFFPEAK', undefined]);
    expect(unit.timeNameAt(instant)).toBeUndefined();
    expect(berlin.timeNameAt(instant, 'Europe/London')).toBe('PEAK');
  });
});

describe('the boundaries within a stretch of time', () => {
  it('are the instants at which the name changes, neither end among them', () => {
    expect(iso(berlin.boundariesBetween(at('2026-03-02T19:30'), at('2026-03-03T08:10')))).toEqual([
      '2026-03-02T19:00:00.000Z',
      '2026-03-03T07:00:00.000Z',
    ]);
    expect(berlin.boundariesBetween(at('2026-03-02T08:00'), at('2026-03-02T20:00'))).toEqual([]);
    expect(berlin.boundariesBetween(at('2026-03-02T09:00'), at('2026-03-02T09:00'))).toEqual([]);
  });

  it('go by the wall clock when it is put forward in a stretch, and when it is put back', () => {
    const short = { zone: 'TENANT', rows: [{ name: 'SMALL_HOURS', days: ['ANYDAY'], from: '02:15', to: '02:45' }] };
    const unit = compileTimeUnit({ ...short, holidays: [], otherwise: 'REST' }, 'Europe/Berlin');
    // 29 March 2026: the clock goes from 01:59:59 to 03:00, 02:15 to 02:45 never is.
    expect(unit.boundariesBetween(at('2026-03-29T00:00'), at('2026-03-29T12:00'))).toEqual([]);
    // 25 October 2026: 02:00 to 03:00 comes twice, and so do the small hours.
    expect(iso(unit.boundariesBetween(at('2026-10-25T00:00'), at('2026-10-25T12:00')))).toEqual([
      '2026-10-25T00:15:00.000Z',
      '2026-10-25T00:45:00.000Z',
      '2026-10-25T01:15:00.000Z',
      '2026-10-25T01:45:00.000Z',
    ]);
  });

  it('are all there are, beside luxon and the definition read minute by minute', () => {
    const zone = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe');
    const start = fc.integer({ min: Date.UTC(2025, 11, 20) / 60_000, max: Date.UTC(2027, 0, 10) / 60_000 });
    fc.assert(
      fc.property(zone, start, fc.integer({ min: 0, max: 3_000 }), (name, startMinute, minutes) => {
        const unit = compileTimeUnit(PEAK_HOURS, name);
        const from = startMinute * 60_000;
        const to = from + minutes * 60_000;
        const expected: number[] = [];
        let before = literally(from, name);
        for (let instant = from + 60_000; instant < to; instant += 60_000) {
          const now = literally(instant, name);
          if (now !== before) expected.push(instant);
          before = now;
        }
        expect(iso(unit.boundariesBetween(from, to))).toEqual(iso(expected));
        expect(unit.timeNameAt(from)).toBe(literally(from, name));
      }),
      { numRuns: 40 },
    );
  });
});

/** PEAK_HOURS in other words: no tables, no minutes of the week. */
function literally(instant: number, zone: string): string {
  const local = DateTime.fromMillis(instant, { zone });
  const date = local.toISODate() ?? '';
  const before = local.minus({ days: 1 }).toISODate() ?? '';
  const { hour, weekday } = local;
  if (date === '2026-12-31' && hour >= 20) return 'NEW_YEAR_NIGHT';
  if (before === '2026-12-31' && hour < 4) return 'NEW_YEAR_NIGHT';
  if (['2026-01-01', '2027-01-01', '2026-12-31'].includes(date)) return 'FEAST';
  if (hour >= 22 && (weekday === 5 || weekday === 6)) return 'NIGHT';
  if (hour < 6 && (weekday === 6 || weekday === 7)) return 'NIGHT';
  if (hour >= 8 && hour < 20 && weekday <= 5) return 'PEAK';
  return 'OFFPEAK';
}
