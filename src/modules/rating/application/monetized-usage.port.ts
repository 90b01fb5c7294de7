import type { RatedBefore, RatedImpact, UsageBatchRatedHead } from '../domain/events.js';

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
}

/** A monetized usage record, whole, as read from its rated event. */
export interface MonetizedRecord {
  /** `<fileId>:<line>:<charge>` */
  readonly id: string;
  /** `<fileId>:<line>` */
  readonly recordId: string;
  readonly fileId: string;
  readonly line: number;
  readonly charge: number;
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
  readonly currency: string;
  readonly quantity: string;
  readonly amount: string;
  readonly price: { readonly priceOfferId: string; readonly version: number };
  readonly impacts: readonly RatedImpact[];
  readonly before: RatedBefore | null;
  readonly cause: UsageBatchRatedHead['cause'];
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

export interface GroupMember {
  readonly id: string;
  readonly recordId: string;
  readonly at: number;
  readonly quantity: string;
  readonly amount: string;
  readonly ratedPosition: number;
  readonly row: number;
}

/** The door for other modules to monetized usage: every answer is read from the rated events themselves. */
export interface MonetizedUsageReader {
  /** Every charge of a raw line, in the order of the price; empty while it is not monetized. */
  byRecord(tenant: string, fileId: string, line: number): Promise<readonly MonetizedRecord[]>;
  byId(tenant: string, monetizedId: string): Promise<MonetizedRecord | undefined>;
  /** The records of a group, in order of usage time, a page at a time. */
  members(
    group: RecordGroup,
    page: { readonly limit: number; readonly after?: string },
  ): Promise<{ readonly items: readonly GroupMember[]; readonly next?: string }>;
  /** How many records, and the exact sums, of the whole group, computed from the records. */
  totals(group: RecordGroup): Promise<{ readonly records: number; readonly quantity: string; readonly amount: string }>;
  /** The price version a record was rated with. */
  priceVersion(tenant: string, priceOfferId: string, version: number): Promise<PriceVersion | undefined>;
}

export const MONETIZED_USAGE = Symbol('MonetizedUsage');
