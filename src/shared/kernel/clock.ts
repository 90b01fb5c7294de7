/** Where time enters. Deciders and projections never see it: they get instants as data. */
export interface Clock {
  /** Milliseconds since the epoch, UTC. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** A clock for tests and journeys: it stands still until it is moved. */
export class ManualClock implements Clock {
  constructor(private instant: number) {}

  static at(iso: string): ManualClock {
    return new ManualClock(Date.parse(iso));
  }

  now(): number {
    return this.instant;
  }

  moveTo(iso: string): void {
    this.instant = Date.parse(iso);
  }

  advance(milliseconds: number): void {
    this.instant += milliseconds;
  }
}

/** RFC 3339 UTC with milliseconds. */
export function instantToString(instant: number): string {
  return new Date(instant).toISOString();
}
