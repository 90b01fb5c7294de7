import { billingCycleAt, type Period } from '../../../../shared/kernel/period.js';
import { ZoneClock } from '../../../../shared/kernel/zone-clock.js';
import { startOfLocalDate } from '../../../../shared/kernel/zone.js';

const DAY_MS = 86_400_000;

/** A billing cycle [start, end), in epoch ms and in days of its zone: a day of 23 or 25 hours is a day. */
export interface BillingCycle extends Required<Period> {
  readonly days: number;
  /** Last instant of its first day. */
  readonly firstDay: number;
}

/** The billing cycles of one anniversary day in one zone. Calendars are slow, so what was asked for is kept. */
export class CycleCalendar {
  private readonly known: BillingCycle[] = [];
  private last: BillingCycle | undefined;
  private readonly clock: ZoneClock;
  /** First instants of days, by their number. */
  private readonly starts = new Map<number, number>();

  /** @throws RangeError when the zone is not known. */
  constructor(
    private readonly billingDay: number,
    private readonly zone: string,
  ) {
    const clock = ZoneClock.of(zone);
    if (clock === undefined) throw new RangeError(`${zone} is not a time zone`);
    this.clock = clock;
  }

  at(instant: number): BillingCycle {
    const { last } = this;
    if (last !== undefined && instant >= last.start && instant < last.end) return last;
    let cycle = this.known.find(({ start, end }) => instant >= start && instant < end);
    if (cycle === undefined) {
      const { start, end } = billingCycleAt(instant, this.billingDay, this.zone);
      const days = this.dayNumber(end) - this.dayNumber(start);
      cycle = { start, end, days, firstDay: this.endOfDay(start) };
      this.known.push(cycle);
    }
    this.last = cycle;
    return cycle;
  }

  /** The day of a cycle that an instant of it belongs to, from 0; its end is the day after its last. */
  dayOf(cycle: BillingCycle, instant: number): number {
    if (instant === cycle.start) return 0;
    return instant === cycle.end ? cycle.days : this.dayNumber(instant) - this.dayNumber(cycle.start);
  }

  /** The last instant of the day an instant belongs to: what changes on a day counts for the whole of it. */
  endOfDay(instant: number): number {
    return this.startOfDay(instant, 1) - 1;
  }

  /** The first instant of a day of a cycle, from 0; of the number of its days: its end. */
  startOfDay(cycleStart: number, day: number): number {
    return this.startOf(this.dayNumber(cycleStart) + day);
  }

  private dayNumber(instant: number): number {
    return Math.floor((instant + this.clock.offsetAt(instant)) / DAY_MS);
  }

  private startOf(dayNumber: number): number {
    let start = this.starts.get(dayNumber);
    if (start === undefined) {
      start = startOfLocalDate(this.zone, new Date(dayNumber * DAY_MS).toISOString().slice(0, 10));
      this.starts.set(dayNumber, start);
    }
    return start;
  }
}

/** All anniversary days and zones in use. */
export class CycleCalendars {
  private readonly calendars = new Map<string, CycleCalendar>();

  of(billingDay: number, zone: string): CycleCalendar {
    const key = `${billingDay} ${zone}`;
    let calendar = this.calendars.get(key);
    if (calendar === undefined) this.calendars.set(key, (calendar = new CycleCalendar(billingDay, zone)));
    return calendar;
  }
}
