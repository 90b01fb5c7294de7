import type { CollectionSpec } from '../../../shared/read-models/read-models.port.js';
import type { RatingRunAsked, RatingRunKind, RunCounts, RunMoney, RunProblem } from '../domain/runs/run-events.js';

export const RATING_RUN_STATUSES = ['REQUESTED', 'COMPLETED'] as const;
export type RatingRunStatus = (typeof RATING_RUN_STATUSES)[number];

/** Work on what is rated already: second passes, ends of billing cycles, rerates. */
export type RatingRunRow = {
  readonly tenant: string;
  readonly runId: string;
  readonly kind: RatingRunKind;
  /** Of a rerate: PREVIEW or COMMIT. */
  readonly mode: string | null;
  readonly status: RatingRunStatus;
  readonly reason: string;
  readonly actor: string;
  readonly commandId: string | null;
  readonly requestedAt: number;
  readonly completedAt: number | null;
  readonly asked: RatingRunAsked;
  readonly partitions: number;
  readonly counts: RunCounts | null;
  readonly money: readonly RunMoney[];
  readonly problems: readonly RunProblem[];
  /** Of a completed preview. */
  readonly hash: string | null;
  readonly requestedPosition: number;
};

export const ratingRuns: CollectionSpec<RatingRunRow> = {
  name: 'rating-runs',
  fields: {
    tenant: 'text',
    runId: 'text',
    kind: 'text',
    mode: 'text',
    status: 'text',
    reason: 'text',
    actor: 'text',
    commandId: 'text',
    requestedAt: 'instant',
    completedAt: 'instant',
    asked: 'json',
    partitions: 'integer',
    counts: 'json',
    money: 'json',
    problems: 'json',
    hash: 'text',
    requestedPosition: 'integer',
  },
  key: ['tenant', 'runId'],
  indexes: [{ fields: ['tenant', 'requestedPosition'] }],
};

/** One charge of one record that a run made, or would make, otherwise. */
export type RunChangeRow = {
  readonly tenant: string;
  readonly runId: string;
  readonly account: string;
  readonly at: number;
  readonly fileId: string;
  readonly line: number;
  readonly charge: number;
  readonly subscription: string;
  readonly serviceId: string;
  readonly usageType: string;
  readonly cycle: number;
  readonly version: number;
  readonly withdrawn: boolean;
  readonly currency: string;
  readonly amount: string;
  readonly quantity: string;
  readonly priceOfferId: string;
  readonly priceVersion: number;
  /** As it was; null for a charge that is made for the first time. */
  readonly oldCurrency: string | null;
  readonly oldAmount: string | null;
  readonly oldQuantity: string | null;
  readonly oldPriceOfferId: string | null;
  readonly oldPriceVersion: number | null;
  /** The event that says it. */
  readonly position: number;
};

export const runChanges: CollectionSpec<RunChangeRow> = {
  name: 'rating-run-changes',
  fields: {
    tenant: 'text',
    runId: 'text',
    account: 'text',
    at: 'instant',
    fileId: 'text',
    line: 'integer',
    charge: 'integer',
    subscription: 'text',
    serviceId: 'text',
    usageType: 'text',
    cycle: 'instant',
    version: 'integer',
    withdrawn: 'boolean',
    currency: 'text',
    amount: 'decimal',
    quantity: 'decimal',
    priceOfferId: 'text',
    priceVersion: 'integer',
    oldCurrency: 'text',
    oldAmount: 'decimal',
    oldQuantity: 'decimal',
    oldPriceOfferId: 'text',
    oldPriceVersion: 'integer',
    position: 'integer',
  },
  key: ['tenant', 'runId', 'account', 'at', 'fileId', 'line', 'charge'],
  indexes: [],
};

/** A balance a run moves, and by how much: decimal text. */
export interface MovedBalance {
  /** Empty for what all subscriptions of the account share. */
  readonly subscription: string;
  /** Empty but for what a service id has for itself. */
  readonly serviceId: string;
  /** Start of its billing cycle or period, epoch ms. */
  readonly period: number;
  readonly kind: 'ALLOWANCE' | 'ACCUMULATOR';
  readonly resource: string;
  readonly by: string;
}

/** What a run makes of an account as a whole. */
export type RunAccountRow = {
  readonly tenant: string;
  readonly runId: string;
  readonly account: string;
  /** Charges that come out otherwise. */
  readonly changes: number;
  readonly money: readonly RunMoney[];
  readonly balances: readonly MovedBalance[];
  /** The last event in it: applying that one again changes nothing. */
  readonly position: number;
};

export const runAccounts: CollectionSpec<RunAccountRow> = {
  name: 'rating-run-accounts',
  fields: {
    tenant: 'text',
    runId: 'text',
    account: 'text',
    changes: 'integer',
    money: 'json',
    balances: 'json',
    position: 'integer',
  },
  key: ['tenant', 'runId', 'account'],
  indexes: [],
};
