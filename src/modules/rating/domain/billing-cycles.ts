import { billingCycleAt, type Period } from '../../../shared/kernel/period.js';

/** The billing cycles of one anniversary day in one zone that were asked for so far: calendars are slow, days are few. */
export class BillingCycles {
  private last: Required<Period> | undefined;
  private readonly known: Required<Period>[] = [];

  constructor(
    private readonly billingDay: number,
    readonly timeZone: string,
  ) {}

  /** Start of the cycle an instant belongs to. */
  startAt(at: number): number {
    return this.at(at).start;
  }

  /** Its end: the start of the next one. */
  endAt(at: number): number {
    return this.at(at).end;
  }

  /** The cycle an instant belongs to; always the same object. */
  at(at: number): Required<Period> {
    if (this.last !== undefined && at >= this.last.start && at < this.last.end) return this.last;
    let cycle = this.known.find((candidate) => at >= candidate.start && at < candidate.end);
    if (cycle === undefined) {
      cycle = billingCycleAt(at, this.billingDay, this.timeZone);
      this.known.push(cycle);
    }
    this.last = cycle;
    return cycle;
  }
}

/** All anniversary days and zones in use. */
export class BillingCalendar {
  private readonly cycles = new Map<string, BillingCycles>();

  cyclesOf(billingDay: number, timeZone: string): BillingCycles {
    const key = `${billingDay} ${timeZone}`;
    let cycles = this.cycles.get(key);
    if (cycles === undefined) {
      cycles = new BillingCycles(billingDay, timeZone);
      this.cycles.set(key, cycles);
    }
    return cycles;
  }
}
