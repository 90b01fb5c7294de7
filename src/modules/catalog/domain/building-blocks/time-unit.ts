/**
 * A time unit: what time a moment is, as one word such as PEAK. Rows name stretches of days of the week, of any holiday
 * or of named ones; on a holiday its own rows hold, then those of ANYHOLIDAY, then those of the day of the week, then
 * `otherwise`.
 */
export interface TimeUnit {
  /** Whose wall clock: the tenant's, the record's (see `attribute`), or that of an IANA zone. */
  readonly zone: string;
  /** With RECORD: the attribute of the record that says its zone (`Europe/Berlin`) or its offset (`+02:00`). */
  readonly attribute?: string;
  readonly rows: readonly TimeRow[];
  readonly holidays: readonly Holiday[];
  /** The name of every minute that no row covers; absent when the rows leave none. */
  readonly otherwise?: string;
}

export interface TimeRow {
  readonly name: string;
  /** Days on which the row begins: MONDAY … SUNDAY, WEEKDAY, WEEKEND, ANYDAY, ANYHOLIDAY, or names of holidays. */
  readonly days: readonly string[];
  /** `08:00`. */
  readonly from: string;
  /** Exclusive; `24:00` is the end of the day; not after `from` = on the next day. */
  readonly to: string;
}

export interface Holiday {
  readonly name: string;
  /** `YYYY-MM-DD`, ascending. */
  readonly dates: readonly string[];
}

export const TENANT_ZONE = 'TENANT';
export const RECORD_ZONE = 'RECORD';
export const ANY_HOLIDAY = 'ANYHOLIDAY';
export const WEEK_DAYS = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'] as const;

const DAY_CLASSES: Readonly<Record<string, readonly number[]>> = {
  ANYDAY: [0, 1, 2, 3, 4, 5, 6],
  WEEKDAY: [0, 1, 2, 3, 4],
  WEEKEND: [5, 6],
};

export const DAY_NAMES: readonly string[] = [...WEEK_DAYS, ...Object.keys(DAY_CLASSES), ANY_HOLIDAY];
export const DAY_MINUTES = 1440;

/** The days of the week (Monday = 0) that a name of days means; none for holidays. */
export function weekDaysOf(days: string): readonly number[] {
  const one = WEEK_DAYS.findIndex((name) => name === days);
  return one >= 0 ? [one] : (DAY_CLASSES[days] ?? []);
}

/** Minutes since midnight of `08:30`; 1440 for 24:00. */
export function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
}

/** Days since 1970-01-01 of a date. */
export function dayNumberOf(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / 86_400_000;
}

/** Every name that a unit can answer, in the order of its first mention. */
export function timeNamesOf(unit: TimeUnit): readonly string[] {
  const names = unit.rows.map(({ name }) => name);
  return [...new Set(unit.otherwise === undefined ? names : [...names, unit.otherwise])];
}
