/** A lease as its holder knows it. */
export interface HeldLease {
  readonly group: string;
  readonly epoch: number;
  /** Another member ought to have it: it is being parked. */
  readonly leaving: boolean;
}

/** One life of a member: from joining until it ends, or until it can no longer be sure to live in the eyes of others. */
export class Membership {
  private readonly ending = new AbortController();
  readonly held = new Map<string, HeldLease>();
  /** Parked, but not yet known to be released. */
  readonly releasing = new Map<string, number>();

  constructor(
    readonly id: string,
    /** When the last beat that succeeded was sent: from then on others count. */
    public confirmedAt: number,
  ) {}

  get lost(): AbortSignal {
    return this.ending.signal;
  }

  end(): void {
    this.held.clear();
    this.ending.abort();
  }
}
