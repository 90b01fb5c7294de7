import { localDateOf } from '../../../shared/kernel/zone.js';
import { dueInstant, latestDue } from './due-date.js';

const HOUR = 3_600_000;
const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia', 'Asia/Kathmandu'];

/** Calendar dates of a zone, by walking its own clock. */
function datesOf(zone: string, from: number, to: number): string[] {
  const dates: string[] = [];
  for (let at = from; at < to; at += 6 * HOUR) {
    const date = localDateOf(zone, at);
    if (dates.at(-1) !== date) dates.push(date);
  }
  return dates;
}

describe('the due business date', () => {
  it.each(ZONES)('%s: ten years of ticks run every date of the calendar exactly once, in order', (zone) => {
    const from = Date.parse('2008-01-01T12:00:00Z');
    const to = Date.parse('2018-01-01T12:00:00Z');
    const schedule = { scheduledTime: '02:30:00', since: from };
    const ran: string[] = [];
    for (let now = from; now < to; now += 5 * HOUR) {
      const date = latestDue(schedule, now, zone);
      if (date !== undefined && ran.at(-1) !== date) ran.push(date);
    }
    expect(new Set(ran).size).toBe(ran.length);
    const expected = datesOf(zone, from, to).filter((date) => {
      const due = dueInstant(schedule.scheduledTime, date, zone);
      return due >= from && due <= to - 5 * HOUR;
    });
    expect(ran.slice(0, expected.length)).toEqual(expected);
    if (zone === 'Pacific/Apia') expect(ran).not.toContain('2011-12-30');
  });

  it('of dates missed while down, the latest is run', () => {
    const schedule = { scheduledTime: '02:00:00', since: Date.parse('2026-01-01T00:00:00Z') };
    expect(latestDue(schedule, Date.parse('2026-05-01T01:59:59Z'), 'UTC')).toBe('2026-04-30');
    expect(latestDue(schedule, Date.parse('2026-05-01T02:00:00Z'), 'UTC')).toBe('2026-05-01');
  });

  it('nothing that was due before the schedule was made is run', () => {
    const schedule = { scheduledTime: '02:00:00', since: Date.parse('2026-01-01T10:00:00Z') };
    expect(latestDue(schedule, Date.parse('2026-01-01T10:00:01Z'), 'UTC')).toBeUndefined();
    expect(latestDue(schedule, Date.parse('2026-01-02T01:59:59Z'), 'UTC')).toBeUndefined();
    expect(latestDue(schedule, Date.parse('2026-01-02T02:00:00Z'), 'UTC')).toBe('2026-01-02');
  });
});
