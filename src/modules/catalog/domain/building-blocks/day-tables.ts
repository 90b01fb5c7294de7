import {
  ANY_HOLIDAY,
  DAY_MINUTES,
  dayNumberOf,
  minutesOf,
  weekDaysOf,
  type TimeRow,
  type TimeUnit,
} from './time-unit.js';

/** 1970-01-01 was a Thursday; Monday is 0. */
const EPOCH_WEEK_DAY = 3;
/** A minute that no row covers, and no `otherwise`: cannot be in a unit that was checked. */
const NO_NAME = 255;

/** One stretch of a row on the day it begins; past 1440 it goes on on the next day. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly name: number;
}

/** A day, made ready: what each of its minutes is called, and until which minute it stays so. */
interface DayTable {
  readonly names: Uint8Array;
  readonly until: Uint16Array;
}

/** The names of all minutes of a day, as numbers: one table per day of the week, and one for every day a holiday touches. */
export class DayTables {
  private readonly week: readonly DayTable[];
  private readonly special = new Map<number, DayTable>();

  constructor(unit: TimeUnit, names: readonly string[]) {
    const otherwise = unit.otherwise === undefined ? NO_NAME : names.indexOf(unit.otherwise);
    const byWeekDay = Array.from({ length: 7 }, (_, weekDay) =>
      stretches(unit.rows, names, (days) => weekDaysOf(days).includes(weekDay)),
    );
    this.week = byWeekDay.map((today, weekDay) => {
      const table = new Uint8Array(DAY_MINUTES).fill(otherwise);
      paint(table, byWeekDay[(weekDay + 6) % 7] ?? [], today);
      return dayTable(table);
    });
    this.addHolidays(unit, names);
  }

  nameAt(day: number, minute: number): number {
    return this.tableOf(day).names[minute] ?? NO_NAME;
  }

  /** The first minute after this one with another name; 1440 when the day has none. */
  changeAfter(day: number, minute: number): number {
    return this.tableOf(day).until[minute] ?? DAY_MINUTES;
  }

  private tableOf(day: number): DayTable {
    const special = this.special.size === 0 ? undefined : this.special.get(day);
    return special ?? this.weekTable(day);
  }

  private weekTable(day: number): DayTable {
    const table = this.week[(((day + EPOCH_WEEK_DAY) % 7) + 7) % 7];
    if (table === undefined) throw new RangeError(`Day ${day} is in no week`);
    return table;
  }

  /** Rows of ANYHOLIDAY lie over those of the week, rows of the holiday itself over both. */
  private addHolidays(unit: TimeUnit, names: readonly string[]): void {
    const holidayOf = new Map<number, string>();
    for (const { name, dates } of unit.holidays) for (const date of dates) holidayOf.set(dayNumberOf(date), name);
    const any = stretches(unit.rows, names, (days) => days === ANY_HOLIDAY);
    const own = new Map(
      unit.holidays.map(({ name }) => [name, stretches(unit.rows, names, (days) => days === name)] as const),
    );
    const anyOn = (day: number) => (holidayOf.has(day) ? any : []);
    const ownOn = (day: number) => own.get(holidayOf.get(day) ?? '') ?? [];
    for (const day of [...holidayOf.keys()].flatMap((holiday) => [holiday, holiday + 1])) {
      const table = this.weekTable(day).names.slice();
      paint(table, anyOn(day - 1), anyOn(day));
      paint(table, ownOn(day - 1), ownOn(day));
      this.special.set(day, dayTable(table));
    }
  }
}

function dayTable(names: Uint8Array): DayTable {
  const until = new Uint16Array(DAY_MINUTES);
  let next = DAY_MINUTES;
  for (let minute = DAY_MINUTES - 1; minute >= 0; minute -= 1) {
    if (minute < DAY_MINUTES - 1 && names[minute] !== names[minute + 1]) next = minute + 1;
    until[minute] = next;
  }
  return { names, until };
}

function stretches(
  rows: readonly TimeRow[],
  names: readonly string[],
  isMeant: (days: string) => boolean,
): readonly Stretch[] {
  return rows
    .filter(({ days }) => days.some(isMeant))
    .map((row) => {
      const from = minutesOf(row.from);
      const to = minutesOf(row.to);
      return { from, to: to > from ? to : to + DAY_MINUTES, name: names.indexOf(row.name) };
    });
}

/** What is left of yesterday's stretches first: where a holiday's night meets the next holiday, the day's own row holds. */
function paint(table: Uint8Array, yesterday: readonly Stretch[], today: readonly Stretch[]): void {
  for (const { to, name } of yesterday) if (to > DAY_MINUTES) table.fill(name, 0, to - DAY_MINUTES);
  for (const { from, to, name } of today) table.fill(name, from, Math.min(to, DAY_MINUTES));
}
