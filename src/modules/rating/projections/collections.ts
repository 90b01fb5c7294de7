import type { CollectionSpec } from '../../../shared/read-models/read-models.port.js';

/**
 * One row per monetized record, thin: clustered by account and usage time and without a second tree, because the log
 * holds the whole record. `ratedPosition` and `row` are its address: the rated event and the row in its columns.
 */
export type MonetizedRow = {
  readonly tenant: string;
  readonly account: string;
  readonly at: number;
  readonly ratedPosition: number;
  readonly row: number;
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
    ratedPosition: 'integer',
    row: 'integer',
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
  key: ['tenant', 'account', 'at', 'ratedPosition', 'row'],
  indexes: [],
};

/**
 * Where the records of a mediated chunk were rated: one row per source of a rated event, from its head alone. With it
 * every raw line finds its rated rows, and the newest rated events are found without an account.
 */
export type RatedSourceRow = {
  readonly tenant: string;
  readonly mediatedPosition: number;
  readonly partition: number;
  readonly ratedPosition: number;
  readonly ratedRevision: number;
  readonly fileId: string;
  /** Lines of the mediated chunk; chunks of a file do not overlap. */
  readonly firstLine: number;
  readonly lastLine: number;
  readonly serviceType: string;
  readonly monetizedLines: number;
  readonly suspendedLines: number;
  /** The reprocess it was rated for; null for the first rating. */
  readonly reprocessId: string | null;
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

/** Allowances and accumulators of a subscription, per billing cycle. */
export type BalanceRow = {
  readonly tenant: string;
  readonly account: string;
  readonly cycle: number;
  readonly subscription: string;
  readonly kind: 'ALLOWANCE' | 'ACCUMULATOR';
  readonly resource: string;
  /** An allowance: what is left. An accumulator: what was added up. */
  readonly balance: string;
  /** What was granted in the cycle (allowances); `0` for an accumulator. */
  readonly granted: string;
  readonly position: number;
};

export const balances: CollectionSpec<BalanceRow> = {
  name: 'balances',
  fields: {
    tenant: 'text',
    account: 'text',
    cycle: 'instant',
    subscription: 'text',
    kind: 'text',
    resource: 'text',
    balance: 'decimal',
    granted: 'decimal',
    position: 'integer',
  },
  key: ['tenant', 'account', 'cycle', 'subscription', 'kind', 'resource'],
  indexes: [],
};
