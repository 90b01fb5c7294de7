import type { CollectionSpec } from '../../../shared/read-models/read-models.port.js';

/**
 * One row per monetized record, thin: clustered by account and usage time and without a second tree, because the log
 * holds the whole record. It is the record as it counts now, and moves to its new address when it is rated again.
 * `revision` and `row` are its address: the rated event in the stream of the account's partition, and the row in its
 * columns.
 */
export type MonetizedRow = {
  readonly tenant: string;
  readonly account: string;
  readonly at: number;
  readonly revision: number;
  readonly row: number;
  /** From 1; what was rated again has the next one. */
  readonly version: number;
  /** The charge is made no more: quantity and amount are 0. */
  readonly withdrawn: boolean;
  /** Paid out of top-ups: no line is made of it. */
  readonly prepaid: boolean;
  readonly subscription: string;
  readonly serviceId: string;
  readonly serviceType: string;
  readonly usageType: string;
  readonly rateSchedule: string;
  readonly currency: string;
  readonly quantity: string;
  readonly amount: string;
  readonly fileId: string;
  readonly line: number;
  readonly charge: number;
};

export const monetizedUsage: CollectionSpec<MonetizedRow> = {
  name: 'monetized-usage',
  fields: {
    tenant: 'text',
    account: 'text',
    at: 'instant',
    revision: 'integer',
    row: 'integer',
    version: 'integer',
    withdrawn: 'boolean',
    prepaid: 'boolean',
    subscription: 'text',
    serviceId: 'text',
    serviceType: 'text',
    usageType: 'text',
    rateSchedule: 'text',
    currency: 'text',
    quantity: 'decimal',
    amount: 'decimal',
    fileId: 'text',
    line: 'integer',
    charge: 'integer',
  },
  key: ['tenant', 'account', 'at', 'revision', 'row'],
  indexes: [],
};

/**
 * What monetized records were before they were rated again: a row per version that counts no more, by its address, with
 * the address of the version that took its place. Lines were made of it, so its group of the aggregation key is here.
 */
export type ReplacedRow = {
  readonly tenant: string;
  readonly partition: number;
  readonly revision: number;
  readonly row: number;
  readonly version: number;
  /** Where the version stands that took its place. */
  readonly byRevision: number;
  readonly byRow: number;
  /** Whether that one belongs to another group of the aggregation key. */
  readonly moved: boolean;
  readonly prepaid: boolean;
  readonly account: string;
  readonly at: number;
  readonly subscription: string;
  readonly usageType: string;
  readonly rateSchedule: string;
  readonly currency: string;
  readonly quantity: string;
  readonly amount: string;
  readonly fileId: string;
  readonly line: number;
  readonly charge: number;
};

export const replacedUsage: CollectionSpec<ReplacedRow> = {
  name: 'replaced-usage',
  fields: {
    tenant: 'text',
    partition: 'integer',
    revision: 'integer',
    row: 'integer',
    version: 'integer',
    byRevision: 'integer',
    byRow: 'integer',
    moved: 'boolean',
    prepaid: 'boolean',
    account: 'text',
    at: 'instant',
    subscription: 'text',
    usageType: 'text',
    rateSchedule: 'text',
    currency: 'text',
    quantity: 'decimal',
    amount: 'decimal',
    fileId: 'text',
    line: 'integer',
    charge: 'integer',
  },
  key: ['tenant', 'partition', 'revision', 'row'],
  indexes: [{ fields: ['tenant', 'account', 'at'] }],
};

/**
 * Where the records of a mediated chunk were rated: one row per source of a rated event, from its head alone. With it
 * every raw line finds its rated rows, and the newest rated events are found without an account. An event of a rating run
 * has a row per chunk that its records are of: `runId` says so, its lines are counted, and it knows no first and last one.
 */
export type RatedSourceRow = {
  readonly tenant: string;
  readonly mediatedPosition: number;
  readonly partition: number;
  readonly ratedPosition: number;
  readonly ratedRevision: number;
  readonly fileId: string;
  /** Lines of the mediated chunk; chunks of a file do not overlap. Null where a run rated again. */
  readonly firstLine: number | null;
  readonly lastLine: number | null;
  readonly serviceType: string;
  readonly monetizedLines: number;
  readonly suspendedLines: number;
  /** The reprocess it was rated for; null for the first rating. */
  readonly reprocessId: string | null;
  /** The rating run it was rated again by; null for the first rating and a reprocess. */
  readonly runId: string | null;
};

export const ratedSources: CollectionSpec<RatedSourceRow> = {
  name: 'rated-sources',
  fields: {
    tenant: 'text',
    mediatedPosition: 'integer',
    partition: 'integer',
    ratedPosition: 'integer',
    ratedRevision: 'integer',
    fileId: 'text',
    firstLine: 'integer',
    lastLine: 'integer',
    serviceType: 'text',
    monetizedLines: 'integer',
    suspendedLines: 'integer',
    reprocessId: 'text',
    runId: 'text',
  },
  key: ['tenant', 'mediatedPosition', 'partition', 'ratedPosition'],
  indexes: [{ fields: ['tenant', 'ratedPosition'] }, { fields: ['tenant', 'fileId', 'lastLine'] }],
};

/** Sums of an account's monetized usage by billing cycle, usage type and currency. */
export type UsageSummaryRow = {
  readonly tenant: string;
  readonly account: string;
  /** Start of the billing cycle the usage belongs to. */
  readonly cycle: number;
  readonly usageType: string;
  readonly currency: string;
  readonly records: number;
  readonly quantity: string;
  readonly amount: string;
  /** The last rated event in it: applying that one again changes nothing. */
  readonly position: number;
};

export const usageSummaries: CollectionSpec<UsageSummaryRow> = {
  name: 'usage-summaries',
  fields: {
    tenant: 'text',
    account: 'text',
    cycle: 'instant',
    usageType: 'text',
    currency: 'text',
    records: 'integer',
    quantity: 'decimal',
    amount: 'decimal',
    position: 'integer',
  },
  key: ['tenant', 'account', 'cycle', 'usageType', 'currency'],
  indexes: [],
};

/** Allowances and accumulators, by whose they are and by period: nearly always a subscription's in a billing cycle. */
export type BalanceRow = {
  readonly tenant: string;
  readonly account: string;
  /** Start of its period; 0 for what never begins anew. */
  readonly cycle: number;
  /** Empty for what all subscriptions of the account share. */
  readonly subscription: string;
  /** Of what a service id has for itself; else empty. */
  readonly serviceId: string;
  readonly kind: 'ALLOWANCE' | 'ACCUMULATOR';
  readonly resource: string;
  /** End of its period, where it is not a billing cycle; null for a billing cycle, and for what never begins anew. */
  readonly periodEnd: number | null;
  /** An allowance: what is left. An accumulator: what was added up. */
  readonly balance: string;
  /** What was granted in the period (allowances); `0` for an accumulator. */
  readonly granted: string;
  /** What came over from earlier cycles, less what went on to later ones (allowances). */
  readonly carried: string;
  readonly position: number;
};

export const balances: CollectionSpec<BalanceRow> = {
  name: 'balances',
  fields: {
    tenant: 'text',
    account: 'text',
    cycle: 'instant',
    subscription: 'text',
    serviceId: 'text',
    kind: 'text',
    resource: 'text',
    periodEnd: 'instant',
    balance: 'decimal',
    granted: 'decimal',
    carried: 'decimal',
    position: 'integer',
  },
  key: ['tenant', 'account', 'cycle', 'subscription', 'serviceId', 'kind', 'resource'],
  indexes: [],
};
