import type { DomainEvent } from '../../../shared/kernel/event.js';
import type { Before, Impact } from '../../catalog/index.js';

/** Why a record could not be rated; each with a message naming the ids involved and the remedy. */
export const SUSPENSE_CODES = [
  'SERVICE_NOT_FOUND',
  'SERVICE_NOT_ACTIVE',
  'ACCOUNT_NOT_ACTIVE',
  'USAGE_TYPE_NOT_FOUND',
  'PRICE_OFFER_NOT_FOUND',
  'PRICING_NOT_CONFIGURED',
  'NO_MATCHING_RATE',
  'QUANTITY_NOT_DERIVABLE',
  'CURRENCY_MISMATCH',
  'BALANCE_EXHAUSTED',
  'RATING_DEFECT',
] as const;
export type SuspenseCode = (typeof SUSPENSE_CODES)[number];

/** Stream `rating-<tenant>.settings`: recorded once, before the first record is rated; never changed afterwards. */
export type RatingPartitioned = DomainEvent<'RatingPartitioned.v1', { readonly partitions: number }>;

/** The mediated chunk that records are of. */
export interface MediatedSource {
  /** Position of the UsageBatchMediated event. */
  readonly position: number;
  readonly fileId: string;
  readonly sourcePlatform: string;
  readonly serviceType: string;
  readonly usageRecordType: string;
}

/** Where rated records came from: one mediated chunk (or the part of it that a reprocess asked for). */
export interface RatedSource extends MediatedSource {
  /** Lines of the whole mediated chunk, first to last: a line of a file is found by them. */
  readonly firstLine: number;
  readonly lastLine: number;
  /** Of this source in this event: lines that became money, lines that were suspended. */
  readonly monetizedLines: number;
  readonly suspendedLines: number;
  /** Exact sums of the monetized records, by currency. */
  readonly money: Readonly<Record<string, string>>;
  /** Exact sums of the rated quantity of the monetized lines, by quantity name. */
  readonly quantities: Readonly<Record<string, string>>;
}

/** A price as it was used: one entry of a dictionary of offers. */
export interface OfferVersion {
  readonly priceOfferId: string;
  readonly version: number;
}

export interface UsageBatchRatedHead {
  readonly partition: number;
  /** Every input up to this log position is answered by this event or an earlier one of its stream. */
  readonly through: number;
  /**
   * A large input may be answered by several events: of the input at `position` (the first one past `through`), this
   * event and the earlier ones answer the partition's first `records` records.
   */
  readonly partial?: { readonly position: number; readonly records: number };
  /** Rated as seen at the log positions of its sources; a reprocess is rated as seen at its request's position. */
  readonly cause:
    | { readonly kind: 'MEDIATED' }
    | { readonly kind: 'REPROCESS'; readonly reprocessId: string; readonly position: number };
  readonly sources: readonly RatedSource[];
  /** Dictionary for the `offer` column. */
  readonly offers: readonly OfferVersion[];
  /** Exact sums over all monetized records of the event, by currency. */
  readonly money: Readonly<Record<string, string>>;
  /** Rows whose billing cycle was closed when they were rated, and the start of the open cycle they are booked in. */
  readonly late?: readonly (readonly [row: number, booked: number])[];
  /**
   * Whether some row says where its balances are (`before.elsewhere`, `before.carried`); false: `before` need not be read
   * for that. Absent in events from before it was said: some may.
   */
  readonly elsewhere?: boolean;
}

/**
 * A change of a resource by one record. Compact on purpose: an array in the chunk, a named object at the edges.
 * `[offerType, resource, quantity, rate, amount, tier]`: for a PRICE impact, resource is the currency and tier the index
 * of the step and rate the price of the step's `per` units; for an ALLOWANCE impact, resource is the allowance, quantity
 * what it gave (negative) and amount the negative currency offset, or, when it is granted for a cycle, quantity what was
 * granted and rate/amount null; for an accumulator, quantity is what was added and rate/amount are null.
 *
 * What is left of a cycle and carried on is an allowance of the next one, its name with how many cycles ago it was
 * granted (`DATA~1`). ALLOWANCE impacts with a tier and without an amount are on the balance of that many cycles before
 * the row's: what was granted there later, as it had no use (positive), and what was taken out of it (negative).
 *
 * PRICE impacts with quantity 0 are not usage: tier and rate = a tier's entry price; tier without rate = what was used
 * before, priced again at the tier now reached (WHOLE); rate without tier = the connect fee; neither = an amount limit.
 * PRICE impacts with a quantity but without a tier: with rate = that percentage of the quantity; without = the maximum
 * spend of a cycle (the quantity) was reached. Accumulators whose names begin with $ are counters a price keeps itself,
 * and `$topUp <reference>` is what was used of a top-up, in the period 0 of the subscription (`$credit <currency>`, below 0,
 * what was given back).
 *
 * After what the price made come the impacts of the account's own terms: a commitment is an ALLOWANCE in money, without
 * rate and tier; what top-ups of an allowance gave stands as a grant of it. A record that came with its price
 * (`PRERATED`, version 0 in `offers`) has one PRICE impact, like a connect fee.
 */
export type RatedImpact = Impact;

/** What a charge found: what its price looked at, and what the terms of its account did. Absent: it does not apply. */
export interface RatedBefore extends Before {
  /** Custom rates that stood in for steps of the price: revisions of the facts in the stream of the account. */
  readonly custom?: readonly number[];
  /** By allowance, what commitments give in a billing cycle, in money; what was left of them is among `allowances`. */
  readonly commitments?: Readonly<Record<string, string>>;
  /** Of every prepaid record: by resource, what it could be paid out of. Such a record is not billed again. */
  readonly prepaid?: Readonly<Record<string, RatedPurse>>;
}

/** What prepaid usage is paid out of, of one resource. How much of each top-up was used before is among `balances`. */
export interface RatedPurse {
  /** Of an allowance: what the subscription had of it besides its top-ups; absent = nothing. */
  readonly own?: string;
  /** Of an allowance: what the price granted of it now, as it was first used; `own` is then that. */
  readonly granted?: string;
  /** In the order of their use: the reference, and what was paid in. */
  readonly topUps: readonly (readonly [reference: string, quantity: string])[];
}

/** Columns of monetized records: one row per charge of a line. */
export interface ChargeColumns {
  readonly [column: string]: readonly unknown[];
  /** Index into head.sources. */
  readonly source: readonly number[];
  readonly line: readonly number[];
  /** Row of the record in the columns of its mediated chunk. */
  readonly ordinal: readonly number[];
  /** Which charge of the price, from 0. */
  readonly charge: readonly number[];
  readonly account: readonly string[];
  readonly subscription: readonly string[];
  readonly serviceId: readonly string[];
  readonly usageType: readonly string[];
  readonly at: readonly number[];
  /** Start of the billing cycle the record's balances belong to (epoch ms). */
  readonly cycle: readonly number[];
  /** Index into head.offers. */
  readonly offer: readonly number[];
  readonly currency: readonly string[];
  /** Rated quantity: after minimum, increments and free units. */
  readonly quantity: readonly string[];
  /** Net amount at the rating scale: the sum of the amounts of its impacts. */
  readonly amount: readonly string[];
  readonly impacts: readonly (readonly RatedImpact[])[];
  /**
   * What the record found, so that its charge can be recomputed from this row, the price version and the mediated
   * record alone: the accumulator before it (null when the price looks at none), the allowances before it.
   */
  readonly before: readonly (RatedBefore | null)[];
}

/** Columns of monetized records, and of suspended lines (group `s.`). */
export interface UsageBatchRatedColumns extends ChargeColumns {
  readonly 's.source': readonly number[];
  readonly 's.line': readonly number[];
  readonly 's.ordinal': readonly number[];
  readonly 's.code': readonly SuspenseCode[];
  /** For people: the ids involved and the remedy. */
  readonly 's.message': readonly string[];
  readonly 's.serviceId': readonly string[];
  /** The account, when it could be found; else null. */
  readonly 's.account': readonly (string | null)[];
  readonly 's.usageType': readonly string[];
  readonly 's.at': readonly number[];
  /** What the remedy must bring, for grouping by root cause: `{ serviceId }`, `{ priceOfferId }`… */
  readonly 's.facts': readonly Readonly<Record<string, string>>[];
}

/** Stream `rating-<tenant>.<partition>`; a chunk event. */
export type UsageBatchRated = DomainEvent<
  'UsageBatchRated.v1',
  { readonly head: UsageBatchRatedHead; readonly columns: UsageBatchRatedColumns }
>;
