import type { Period } from '../../../../shared/kernel/period.js';
import { ZoneClock } from '../../../../shared/kernel/zone-clock.js';
import { startOfLocalDate } from '../../../../shared/kernel/zone.js';
import { BillingCalendar, type BillingCycles } from '../billing-cycles.js';

const DAY_MS = 86_400_000;

/** A billing cycle [start, end), in epoch ms and in days of its zone: a day of 23 or 25 hours is a day. */
export interface BillingCycle extends Required<Period> {
  readonly days: number;
  /** Last instant of its first day. */
  readonly firstDay: number;
}

/** The billing cycles of one anniversary day in one zone, and their days. Calendars are slow: what was asked for is kept. */
export class CycleCalendar {
  private readonly known = new Map<Required<Period>, BillingCycle>();
  private readonly clock: ZoneClock;
  /** First instants of days, by their number. */
  private readonly starts = new Map<number, number>();

  /** @throws RangeError when the zone is not known. */
  constructor(private readonly cycles: BillingCycles) {
    const clock = ZoneClock.of(cycles.timeZone);
    if (clock === undefined) throw new RangeError(`${cycles.timeZone} is not a time zone`);
    this.clock = clock;
  }

  at(instant: number): BillingCycle {
    const period = this.cycles.at(instant);
    let cycle = this.known.get(period);
    if (cycle === undefined) {
      const { start, end } = period;
      const days = this.dayNumber(end) - this.dayNumber(start);
      cycle = { start, end, days, firstDay: this.endOfDay(start) };
      this.known.set(period, cycle);
    }
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
      start = startOfLocalDate(this.cycles.timeZone, new Date(dayNumber * DAY_MS).toISOString().slice(0, 10));
      this.starts.set(dayNumber, start);
    }
    return start;
  }
}

/** All anniversary days and zones in use. */
export class CycleCalendars {
  private readonly billing = new BillingCalendar();
  private readonly calendars = new Map<BillingCycles, CycleCalendar>();

  of(billingDay: number, zone: string): CycleCalendar {
    const cycles = this.billing.cyclesOf(billingDay, zone);
    let calendar = this.calendars.get(cycles);
    if (calendar === undefined) this.calendars.set(cycles, (calendar = new CycleCalendar(cycles)));
    return calendar;
  }
}
