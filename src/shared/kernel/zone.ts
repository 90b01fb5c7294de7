/** A calendar date without a zone, `YYYY-MM-DD`. */
export type LocalDate = string;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      era: 'short',
    });
    formats.set(zone, format);
  }
  return format;
}

/** Whether the runtime's zone database knows the name (`Europe/Berlin`, `UTC`). */
export function isTimeZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** Offset of a zone from UTC at an instant, in milliseconds (Berlin in summer: +7,200,000). */
export function zoneOffset(zone: string, instant: number): number {
  if (zone === 'UTC') return 0;
  const parts: Record<string, string> = {};
  for (const part of formatOf(zone).formatToParts(instant)) parts[part.type] = part.value;
  const year = parts['era'] === 'BC' ? 1 - Number(parts['year']) : Number(parts['year']);
  const local = Date.UTC(
    year,
    Number(parts['month']) - 1,
    Number(parts['day']),
    Number(parts['hour']),
    Number(parts['minute']),
    Number(parts['second']),
  );
  return local - Math.floor(instant / 1000) * 1000;
}

/**
 * The instant of a wall-clock time in a zone. `local` is the wall clock written as if it were UTC milliseconds.
 *
 *     spring forward   01:30 --(02:30 does not exist)-- 03:30   -> the instant one offset later (03:30)
 *     fall back        02:30 (first) ......... 02:30 (second)   -> the first
 */
export function zonedInstant(zone: string, local: number): number {
  if (zone === 'UTC') return local;
  return wallClockInstant(local, (instant) => zoneOffset(zone, instant));
}

/** The same for whoever knows the offsets of the zone. */
export function wallClockInstant(local: number, offsetAt: (instant: number) => number): number {
  const before = offsetAt(local - 86_400_000);
  const after = offsetAt(local + 86_400_000);
  const first = local - before;
  if (before === after || offsetAt(first) === before) return first;
  const second = local - after;
  return offsetAt(second) === after ? second : first;
}

/** The calendar date in a zone at an instant. */
export function localDateOf(zone: string, instant: number): LocalDate {
  return new Date(instant + zoneOffset(zone, instant)).toISOString().slice(0, 10);
}

/** The first instant of a calendar date in a zone. */
export function startOfLocalDate(zone: string, date: LocalDate): number {
  return zonedInstant(zone, Date.parse(`${date}T00:00:00Z`));
}
