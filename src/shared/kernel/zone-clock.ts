import { isTimeZone, wallClockInstant, zoneOffset } from './zone.js';

const DAY_MS = 86_400_000;
/** Days kept by one clock; then they are forgotten and found again. Ten years of usage fit. */
const MAX_DAYS = 4_096;
const FIXED_OFFSET = /^([+-])(0\d|1[0-4]):([0-5]\d)$/;

/** The offsets of one UTC day; a clock is changed at most once in it. */
interface Day {
  readonly first: number;
  /** The instant of the change; Infinity when there is none. */
  readonly change: number;
  readonly second: number;
}

/**
 * The wall clock of one zone, for the record path: the same answers as `zoneOffset` and `zonedInstant`, which ask the
 * runtime's zone database and take microseconds, from a small memory of days.
 *
 *     UTC day      |------------ first ------------|change|------ second ------|
 */
export class ZoneClock {
  private readonly days = new Map<number, Day>();
  private readonly fixed: number | undefined;
  private lastNumber = NaN;
  private lastDay: Day = { first: 0, change: Infinity, second: 0 };

  private readonly offsets = (instant: number): number => this.offsetAt(instant);

  private constructor(readonly zone: string) {
    this.fixed = zone === 'UTC' || zone === 'Z' ? 0 : fixedOffset(zone);
  }

  /** @param zone an IANA name, or a fixed offset such as +02:00; undefined for anything else. */
  static of(zone: string): ZoneClock | undefined {
    return zone === 'Z' || fixedOffset(zone) !== undefined || isTimeZone(zone) ? new ZoneClock(zone) : undefined;
  }

  /** Milliseconds that the wall clock is ahead of UTC at an instant. */
  offsetAt(instant: number): number {
    if (this.fixed !== undefined) return this.fixed;
    const day = this.dayOf(instant);
    return instant < day.change ? day.first : day.second;
  }

  /** The instant of a wall-clock time written as if it were UTC milliseconds; NaN for NaN. */
  instantOf(local: number): number {
    if (this.fixed !== undefined) return local - this.fixed;
    // No such time, so no offset either: a zone cannot be asked about it.
    return Number.isNaN(local) ? NaN : wallClockInstant(local, this.offsets);
  }

  /** The first instant after this one at which the clock may be changed or the UTC day ends: until then one offset holds. */
  steadyUntil(instant: number): number {
    if (this.fixed !== undefined) return Infinity;
    const { change } = this.dayOf(instant);
    return instant < change && change !== Infinity ? change : (Math.floor(instant / DAY_MS) + 1) * DAY_MS;
  }

  private dayOf(instant: number): Day {
    const number = Math.floor(instant / DAY_MS);
    if (number === this.lastNumber) return this.lastDay;
    let day = this.days.get(number);
    if (day === undefined) {
      if (this.days.size >= MAX_DAYS) this.days.clear();
      day = this.readDay(number * DAY_MS);
      this.days.set(number, day);
    }
    this.lastNumber = number;
    this.lastDay = day;
    return day;
  }

  private readDay(start: number): Day {
    const first = zoneOffset(this.zone, start);
    const second = zoneOffset(this.zone, start + DAY_MS);
    if (first === second) return { first, change: Infinity, second };
    let [before, after] = [start, start + DAY_MS];
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (zoneOffset(this.zone, middle) === first) before = middle;
      else after = middle;
    }
    return { first, change: after, second };
  }
}

/** ISO 8601 spells an offset `+02:00`; records often carry one instead of a zone. */
function fixedOffset(zone: string): number | undefined {
  const match = FIXED_OFFSET.exec(zone);
  if (match === null) return undefined;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return (match[1] === '-' ? -minutes : minutes) * 60_000;
}
