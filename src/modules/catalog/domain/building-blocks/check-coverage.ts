import type { FieldError } from '../../../../shared/kernel/refusal.js';
import {
  ANY_HOLIDAY,
  DAY_MINUTES,
  minutesOf,
  WEEK_DAYS,
  weekDaysOf,
  type TimeRow,
  type TimeUnit,
} from './time-unit.js';

const WEEK_MINUTES = 7 * DAY_MINUTES;
const NOBODY = -1;

interface Span {
  /** Minutes since the start of the layer. */
  readonly from: number;
  readonly to: number;
  readonly row: number;
}

/**
 * Every minute of the week has one name: no two rows of one layer (days of the week, any holiday, one holiday) cover
 * the same minute, and what no row covers is named by `otherwise`.
 */
export function checkCoverage(unit: TimeUnit): readonly FieldError[] {
  const weekly = unit.rows.flatMap((row, index) =>
    [...new Set(row.days.flatMap(weekDaysOf))].map((day) => spanOf(row, index, day * DAY_MINUTES)),
  );
  const errors = overlapsInWeek(unit, weekly);
  for (const holiday of [ANY_HOLIDAY, ...unit.holidays.map(({ name }) => name)]) {
    const spans = unit.rows.flatMap((row, index) => (row.days.includes(holiday) ? [spanOf(row, index, 0)] : []));
    errors.push(...overlapsOnHoliday(unit, spans, holiday));
  }
  if (errors.length === 0 && unit.otherwise === undefined) errors.push(...gaps(weekly));
  return errors;
}

function spanOf(row: TimeRow, index: number, start: number): Span {
  const from = minutesOf(row.from);
  const to = minutesOf(row.to);
  return { from: start + from, to: start + (to > from ? to : to + DAY_MINUTES), row: index };
}

/** Sunday night goes on on Monday. */
function owners(spans: readonly Span[], collide: (first: number, second: number, minute: number) => void): Int16Array {
  const week = new Int16Array(WEEK_MINUTES).fill(NOBODY);
  for (const { from, to, row } of spans) {
    for (let minute = from; minute < to; minute += 1) {
      const at = minute % WEEK_MINUTES;
      const owner = week[at] ?? NOBODY;
      if (owner !== NOBODY) collide(owner, row, at);
      week[at] = row;
    }
  }
  return week;
}

function overlapsInWeek(unit: TimeUnit, spans: readonly Span[]): FieldError[] {
  const found = new Map<string, FieldError>();
  owners(spans, (first, second, minute) => {
    const key = `${first} ${second}`;
    if (!found.has(key)) found.set(key, overlap(unit, first, second, clockOf(minute)));
  });
  return [...found.values()];
}

function overlapsOnHoliday(unit: TimeUnit, spans: readonly Span[], holiday: string): FieldError[] {
  const sorted = [...spans].sort((a, b) => a.from - b.from);
  return sorted.flatMap((span, index) => {
    const before = sorted[index - 1];
    if (before === undefined || before.to <= span.from) return [];
    return [overlap(unit, before.row, span.row, `${holiday} ${timeText(span.from)}`)];
  });
}

function overlap(unit: TimeUnit, first: number, second: number, when: string): FieldError {
  const [low, high] = [Math.min(first, second), Math.max(first, second)];
  const other = unit.rows[low]?.name ?? '';
  const message =
    low === high
      ? `covers ${when} twice: one of its days runs into another`
      : `overlaps rows[${low}] (${other}): both cover ${when}`;
  return { path: `rows[${high}]`, message };
}

function gaps(spans: readonly Span[]): FieldError[] {
  const week = owners(spans, () => undefined);
  const start = week.findIndex((row) => row === NOBODY);
  if (start < 0) return [];
  let end = start;
  while (end < WEEK_MINUTES && week[end] === NOBODY) end += 1;
  const message = `must name what no row covers, such as OFFPEAK: ${clockOf(start)} to ${clockOf(end % WEEK_MINUTES)} has no name`;
  return [{ path: 'otherwise', message }];
}

function clockOf(minute: number): string {
  return `${WEEK_DAYS[Math.floor(minute / DAY_MINUTES)] ?? ''} ${timeText(minute % DAY_MINUTES)}`;
}

function timeText(minute: number): string {
  const ofDay = minute % DAY_MINUTES;
  return `${String(Math.floor(ofDay / 60)).padStart(2, '0')}:${String(ofDay % 60).padStart(2, '0')}`;
}
