/**
 * The language of prices: one shape for every price model, so that a price is data. A charge is a function F of a
 * cumulative quantity; a model is a choice of where that quantity starts (`tiers.by`).
 *
 * Order of evaluation, written here once and shown by *explain*: select -> measure -> minimum -> increments or block ->
 * free -> tiers -> percent -> fixed -> amount limits -> allowances -> spend limits.
 *
 * A `Pricing` is plain JSON as `parsePricing` answers it: decimals canonical, defaults filled in, absent members absent;
 * parsing it again answers the same.
 */
export interface Pricing {
  /** ISO 4217; must be the currency of the offer it is put on. */
  readonly currency: string;
  /** Among the charges of one part: the first whose `when` matches, or of those the one that asks for most. */
  readonly select: (typeof SELECTS)[number];
  readonly charges: readonly Charge[];
  /** Allowances given at their first use in a period: a subscription's billing cycle, where they say nothing else. */
  readonly grants?: readonly Grant[];
  /** Limits over a whole cycle. */
  readonly spend?: SpendLimits;
}

/** A decimal as text, canonical: `0.12`. */
export type DecimalText = string;

export interface Charge {
  /** For people; unique in its price. */
  readonly name: string;
  /**
   * A multi-rate line has several parts, each charged once and each its own monetized record; the charges of one part
   * are alternatives. Absent: the part is the billed usage type, so that a simple price has one part.
   */
  readonly part?: string;
  /** The usage type the charge is billed as; absent = the record's own. */
  readonly usageType?: string;
  /** Absent = any record. */
  readonly when?: When;
  /** What is charged without usage, for being subscribed; absent = usage. Its measure is `units` of the subscription. */
  readonly on?: (typeof OCCASIONS)[number];
  /** What is charged for a part of a billing cycle: its share (PRORATE, the default), nothing, or the whole. */
  readonly proration?: Proration;
  /**
   * A quantity of the record by name (`seconds`), a rate unit by name, or `records`: 1 for each record. Absent only
   * without tiers.
   */
  readonly measure?: string;
  /** At least this much is charged. */
  readonly minimum?: DecimalText;
  readonly increments?: Increments;
  readonly block?: Block;
  /** Of each record, this much costs nothing. */
  readonly free?: DecimalText;
  /** So many records of a subscription's billing cycle cost nothing at all: no connect fee, nothing from an allowance. */
  readonly freeEvents?: number;
  readonly tiers?: Tiers;
  readonly percent?: Percent;
  /** Connect fee: once per record. */
  readonly fixed?: DecimalText;
  /** Limits of the charge for one record, before allowances. */
  readonly amount?: AmountLimits;
  /** Used in this order; ANY_MATCHING: all that count what the charge counts, by priority, earliest expiry, grant time. */
  readonly allowances?: readonly string[] | 'ANY_MATCHING';
  /** Running totals the rated quantity is added to. */
  readonly accumulators?: readonly string[];
}

/** Everything that is asked must be so. */
export interface When {
  /** The record's own usage type. */
  readonly usageType?: string;
  /** By the name of the zone unit: the zone the record is in. */
  readonly zone?: Readonly<Record<string, string>>;
  /** By the name of the time unit: what time it is when the record (or the piece of it) begins. */
  readonly time?: Readonly<Record<string, string>>;
  /** Each named attribute of the record has exactly this value; `*`: it has one, whichever. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** As a wanted value: any, but there. */
export const ANY_VALUE = '*';

/** The first stretch is charged whole, then every begun `next`: 60/6 charges 61 s as 66 s. */
export interface Increments {
  readonly first: DecimalText;
  readonly next: DecimalText;
}

export interface Block {
  readonly size: DecimalText;
  readonly round: (typeof BLOCK_ROUNDINGS)[number];
  /** With BLOCKS, everything after the rounding (free, bounds, prices, allowances, accumulators) counts blocks. */
  readonly countIn: (typeof BLOCK_COUNTS)[number];
}

export interface Tiers {
  readonly by: (typeof TIER_STARTS)[number];
  /** The running total that says where the quantity starts; with every `by` but QUANTITY. */
  readonly accumulator?: string;
  /** GRADUATED: each part at its own tier. WHOLE: all at the tier reached. */
  readonly scope: (typeof TIER_SCOPES)[number];
  /** By VOLUME: what a record costs until the period is priced as a whole; absent = nothing yet. */
  readonly provisional?: (typeof PROVISIONALS)[number];
  /** Ascending; a tier is (from, to]; the last one has no `upTo`. */
  readonly steps: readonly [Step, ...Step[]];
}

export interface Step {
  readonly upTo?: DecimalText;
  /** Price of `per` units; either this or `percent`. */
  readonly price?: DecimalText;
  /** Of the quantity, which is then an amount; `per` is 100. */
  readonly percent?: DecimalText;
  readonly per: DecimalText;
  /** Once, when the tier is entered. */
  readonly entry?: DecimalText;
  /**
   * F is a staircase inside the step: what is begun of it is charged whole. A shape of F and not of the record, so by
   * BALANCE a begun package is shared by all records of the cycle.
   */
  readonly increments?: Increments;
}

/**
 * Of a quantity the record carries (an amount), or of the net amounts of earlier charges of the same line: an earlier
 * charge that was not charged counts 0.
 */
export interface Percent {
  readonly value: DecimalText;
  readonly of: string | readonly string[];
}

export interface AmountLimits {
  readonly minimum?: DecimalText;
  readonly maximum?: DecimalText;
}

export interface SpendLimits {
  readonly minimum?: DecimalText;
  readonly maximum?: DecimalText;
  readonly per: 'CYCLE';
}

export interface Grant {
  readonly allowance: string;
  readonly quantity: DecimalText;
  /** The measure it is counted in: that of every charge that draws on it. */
  readonly unit: string;
  readonly per: 'CYCLE';
  /**
   * What is granted in a cycle in which the subscription begins: the share of its days, or nothing. Absent: the whole, as in
   * every other cycle.
   */
  readonly proration?: Exclude<Proration, 'FULL_CHARGE'>;
}

export const OCCASIONS = ['ACTIVATION', 'CYCLE_START', 'CYCLE_END'] as const;
export const PRORATIONS = ['PRORATE', 'NO_CHARGE', 'FULL_CHARGE'] as const;
export type Proration = (typeof PRORATIONS)[number];

/** The measure of what is charged without usage: how many the subscription has, such as seats. */
export const UNITS_MEASURE = 'units';

export const SELECTS = ['FIRST', 'BEST'] as const;
export const TIER_STARTS = ['QUANTITY', 'BALANCE', 'EARLIER_PERIOD', 'VOLUME'] as const;
export const TIER_SCOPES = ['GRADUATED', 'WHOLE'] as const;
/** At the first tier, or at the one the period has reached with the record. */
export const PROVISIONALS = ['FIRST_TIER', 'TIER_REACHED'] as const;
export const BLOCK_ROUNDINGS = ['UP', 'DOWN'] as const;
export const BLOCK_COUNTS = ['QUANTITY', 'BLOCKS'] as const;

/** The measure that needs no quantity in the record: each record counts 1. */
export const RECORDS_MEASURE = 'records';

/**
 * Measures that are times, in milliseconds. A record measured in one of them has a duration: when its time changes on
 * the way, each piece of it is priced by its own charge.
 */
export const DURATIONS: Readonly<Record<string, number>> = {
  milliseconds: 1,
  seconds: 1_000,
  minutes: 60_000,
  hours: 3_600_000,
  days: 86_400_000,
};

/** Decimals a quantity, a bound or an increment may have: balances are kept as integers at this scale. */
export const QUANTITY_SCALE = 12;

/** The part of a line a charge belongs to; '' for the part that is billed as the record's own usage type. */
export function partOf(charge: Charge): string {
  return charge.part ?? charge.usageType ?? '';
}
