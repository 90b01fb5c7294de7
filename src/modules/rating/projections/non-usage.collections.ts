import type { CollectionSpec } from '../../../shared/read-models/read-models.port.js';
import type { NonUsageRatedColumns, NonUsageType } from '../domain/runs/non-usage-events.js';

/** A monetized non-usage record, whole: there are few beside the usage. `ratedPosition` and `row` are its address. */
export type NonUsageRow = {
  readonly tenant: string;
  readonly account: string;
  /** Start of the billing cycle, epoch ms as all instants. */
  readonly cycle: number;
  readonly ratedPosition: number;
  readonly row: number;
  readonly type: NonUsageType;
  readonly subscription: string;
  readonly service: string;
  readonly priceOfferId: string;
  readonly version: number;
  /** '' for a true-up. */
  readonly charge: string;
  readonly cycleEnd: number;
  readonly appliedStart: number;
  readonly appliedEnd: number;
  readonly scale: string;
  readonly firstDay: number;
  readonly lastDay: number;
  readonly days: number;
  readonly proration: NonUsageRatedColumns['proration'][number];
  readonly currency: string;
  readonly quantity: string;
  readonly amount: string;
  readonly spent: string | null;
  readonly minimum: string | null;
  readonly before: string;
  readonly corrects: boolean;
  readonly runId: string;
};

export const nonUsage: CollectionSpec<NonUsageRow> = {
  name: 'monetized-non-usage',
  fields: {
    tenant: 'text',
    account: 'text',
    cycle: 'instant',
    ratedPosition: 'integer',
    row: 'integer',
    type: 'text',
    subscription: 'text',
    service: 'text',
    priceOfferId: 'text',
    version: 'integer',
    charge: 'text',
    cycleEnd: 'instant',
    appliedStart: 'instant',
    appliedEnd: 'instant',
    scale: 'decimal',
    firstDay: 'integer',
    lastDay: 'integer',
    days: 'integer',
    proration: 'text',
    currency: 'text',
    quantity: 'decimal',
    amount: 'decimal',
    spent: 'decimal',
    minimum: 'decimal',
    before: 'decimal',
    corrects: 'boolean',
    runId: 'text',
  },
  key: ['tenant', 'account', 'cycle', 'ratedPosition', 'row'],
  indexes: [{ fields: ['tenant', 'ratedPosition', 'row'] }],
};

/** Sums of an account's monetized non-usage records by billing cycle, type and currency. */
export type NonUsageSummaryRow = {
  readonly tenant: string;
  readonly account: string;
  readonly cycle: number;
  readonly type: NonUsageType;
  readonly currency: string;
  readonly records: number;
  readonly amount: string;
  /** The last event in it: applying that one again changes nothing. */
  readonly position: number;
};

export const nonUsageSummaries: CollectionSpec<NonUsageSummaryRow> = {
  name: 'non-usage-summaries',
  fields: {
    tenant: 'text',
    account: 'text',
    cycle: 'instant',
    type: 'text',
    currency: 'text',
    records: 'integer',
    amount: 'decimal',
    position: 'integer',
  },
  key: ['tenant', 'account', 'cycle', 'type', 'currency'],
  indexes: [],
};
