import type { RatedBefore, RatedImpact, UsageBatchRatedHead } from '../../domain/events.js';

/** Where a monetized record stands in the log. */
export interface RatedAddress {
  readonly stream: string;
  readonly partition: number;
  readonly revision: number;
  readonly position: number;
  readonly eventId: string;
  readonly hash: string;
  /** Row in the columns of the rated event. */
  readonly row: number;
  /** When the event was appended, and by whom. */
  readonly recordedAt: string;
  readonly actor: string;
}

/** What a record was rated for; what a run rated again was rated as seen at the position of its request. */
export type RatedCause =
  UsageBatchRatedHead['cause'] | { readonly kind: 'RUN'; readonly runId: string; readonly position: number };

/** A version of a monetized usage record, whole, as read from its rated event. */
export interface MonetizedRecord {
  /** `<fileId>:<line>:<charge>` */
  readonly id: string;
  /** `<fileId>:<line>` */
  readonly recordId: string;
  readonly fileId: string;
  readonly line: number;
  readonly charge: number;
  /** From 1; what was rated again has the next one, and nothing is overwritten. */
  readonly version: number;
  /** The charge is made no more: quantity and amount are 0, and there are no impacts. */
  readonly withdrawn: boolean;
  /** Paid out of top-ups: it is not billed. */
  readonly prepaid: boolean;
  readonly account: string;
  readonly subscription: string;
  readonly serviceId: string;
  readonly serviceType: string;
  readonly usageType: string;
  readonly rateSchedule: string;
  /** Usage time, epoch ms. */
  readonly at: number;
  /** Start of the billing cycle its balances belong to, epoch ms. */
  readonly cycle: number;
  /** Of a first version whose cycle was closed when it came: the start of the open cycle it is booked in; else null. */
  readonly booked: number | null;
  readonly currency: string;
  readonly quantity: string;
  readonly amount: string;
  readonly price: { readonly priceOfferId: string; readonly version: number };
  readonly impacts: readonly RatedImpact[];
  readonly before: RatedBefore | null;
  readonly cause: RatedCause;
  /** The mediated chunk, and the record's row in it. */
  readonly mediated: { readonly position: number; readonly ordinal: number };
  readonly address: RatedAddress;
}

/** A version of a price and the event that put it. */
export interface PriceVersion {
  readonly priceOfferId: string;
  readonly version: number;
  readonly effectiveFrom: number;
  readonly pricing: unknown;
  readonly reason: string;
  readonly event: {
    readonly stream: string;
    readonly revision: number;
    readonly position: number;
    readonly eventId: string;
    readonly actor: string;
    readonly commandId?: string;
    readonly recordedAt: string;
  };
}

/** What makes the records of one aggregated line: closed ranges of one rating stream, and the aggregation key. */
export interface RecordGroup {
  readonly tenant: string;
  readonly partition: number;
  readonly fromRevision: number;
  readonly toRevision: number;
  readonly account: string;
  readonly subscription: string;
  readonly usageType: string;
  readonly currency: string;
  readonly rateSchedule: string;
  /** Earliest and latest usage time of the group (inclusive), to read no more than needed. */
  readonly firstAt?: number;
  readonly lastAt?: number;
}

/** A row that the line of a group is made of: a record, or the correction of one. */
export interface GroupMember {
  readonly id: string;
  readonly recordId: string;
  /** Of the version the row has made. */
  readonly version: number;
  readonly at: number;
  /** What the row adds to the group: of a correction, what it is less what it was, as far as each is of the group. */
  readonly quantity: string;
  readonly amount: string;
  /** Where the row stands: a revision of the group's rating stream, and the row in its columns. */
  readonly revision: number;
  readonly row: number;
}

/** The door for other modules to monetized usage: every answer is read from the rated events themselves. */
export interface MonetizedUsageReader {
  /** Every version of every charge of a raw line, charge by charge, oldest first; empty while it is not monetized. */
  versionsOf(tenant: string, fileId: string, line: number): Promise<readonly MonetizedRecord[]>;
  /**
   * The rows of a group a page at a time: those that count now, then those replaced since, then the corrections that only
   * took something away from it; each in order of usage time.
   */
  members(
    group: RecordGroup,
    page: { readonly limit: number; readonly after?: string },
  ): Promise<{ readonly items: readonly GroupMember[]; readonly next?: string }>;
  /** How many rows, and the exact sums, of the whole group, computed from the rows. */
  totals(group: RecordGroup): Promise<{ readonly records: number; readonly quantity: string; readonly amount: string }>;
  /** The price version a record was rated with. */
  priceVersion(tenant: string, priceOfferId: string, version: number): Promise<PriceVersion | undefined>;
}

export const MONETIZED_USAGE = Symbol('MonetizedUsage');
