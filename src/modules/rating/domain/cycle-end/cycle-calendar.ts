import { billingCycleAt, type Period } from '../../../../shared/kernel/period.js';
import { localDateOf, startOfLocalDate } from '../../../../shared/kernel/zone.js';

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

  constructor(
    private readonly billingDay: number,
    private readonly zone: string,
  ) {}

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
    return startOfLocalDate(this.zone, dateOf(this.dayNumber(cycleStart) + day));
  }

  private dayNumber(instant: number): number {
    return Date.parse(localDateOf(this.zone, instant)) / DAY_MS;
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

function dateOf(dayNumber: number): string {
  return new Date(dayNumber * DAY_MS).toISOString().slice(0, 10);
}
