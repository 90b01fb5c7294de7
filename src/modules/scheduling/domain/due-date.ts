import { localDateOf, startOfLocalDate, zonedInstant, type LocalDate } from '../../../shared/kernel/zone.js';
import type { JobSchedule } from './job-schedules.decider.js';

/** The instant at which a schedule is due on a business date, on the wall clock of the zone. */
export function dueInstant(scheduledTime: string, date: LocalDate, zone: string): number {
  return zonedInstant(zone, Date.parse(`${date}T${scheduledTime}Z`));
}

/**
 * The latest business date that is due, or undefined when none was since the schedule was made or changed. A run is
 * identified by its date, so a clock that goes back, or a day with 23 or 25 hours, runs no date twice and skips none.
 *
 *     Jan 1 02:00   Jan 2 02:00   Jan 3 02:00
 *         |             |             |
 *         |   (server down) . . . now |            -> Jan 2: of dates missed while down, the latest is run
 *
 * Running only the latest is enough: its jobs take everything that is pending, whatever date it stems from.
 */
export function latestDue(
  schedule: Pick<JobSchedule, 'scheduledTime' | 'since'>,
  now: number,
  zone: string,
): LocalDate | undefined {
  let date = localDateOf(zone, now);
  for (let back = 0; back < 3; back += 1, date = dayBefore(date)) {
    const due = dueInstant(schedule.scheduledTime, date, zone);
    if (due <= now && exists(date, zone)) return due >= schedule.since ? date : undefined;
  }
  return undefined;
}

/** A zone that crosses the date line skips a date (Apia had no 30 December 2011). */
function exists(date: LocalDate, zone: string): boolean {
  return localDateOf(zone, startOfLocalDate(zone, date)) === date;
}

function dayBefore(date: LocalDate): LocalDate {
  return new Date(Date.parse(`${date}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
}
