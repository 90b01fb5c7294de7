import type { CollectionSpec } from '../../../shared/read-models/read-models.port.js';

/** The projection that keeps these collections; reads that wait for a log position wait for it. */
export const SPECIAL_TERMS_PROJECTION = 'special-terms';

/** What was paid in advance for a subscription. */
export type TopUpRow = {
  readonly tenant: string;
  readonly account: string;
  readonly reference: string;
  readonly subscription: string;
  /** A currency, or an allowance. */
  readonly resource: string;
  readonly quantity: string;
  readonly effectiveFrom: number;
  /** Null: never. */
  readonly expires: number | null;
};

export const topUpsCollection: CollectionSpec<TopUpRow> = {
  name: 'top-ups',
  fields: {
    tenant: 'text',
    account: 'text',
    reference: 'text',
    subscription: 'text',
    resource: 'text',
    quantity: 'decimal',
    effectiveFrom: 'instant',
    expires: 'instant',
  },
  key: ['tenant', 'account', 'reference'],
  indexes: [],
};

/** What holds from a start on; an end is a version too. */
export interface RatesVersion {
  readonly effectiveFrom: number;
  /** Null: no end is known. */
  readonly effectiveTo: number | null;
  /** Null: ended. */
  readonly steps: readonly unknown[] | null;
}

/** Steps agreed for one charge of one offer. */
export type CustomRatesRow = {
  readonly tenant: string;
  readonly account: string;
  /** '' for all of the account. */
  readonly subscription: string;
  readonly priceOfferId: string;
  readonly charge: string;
  /** Ascending by start. */
  readonly versions: readonly RatesVersion[];
};

export const customRatesCollection: CollectionSpec<CustomRatesRow> = {
  name: 'custom-rates',
  fields: {
    tenant: 'text',
    account: 'text',
    subscription: 'text',
    priceOfferId: 'text',
    charge: 'text',
    versions: 'json',
  },
  key: ['tenant', 'account', 'subscription', 'priceOfferId', 'charge'],
  indexes: [],
};

export interface CommitmentVersion {
  readonly effectiveFrom: number;
  readonly effectiveTo: number | null;
  /** Null: ended. */
  readonly amount: string | null;
  readonly currency: string | null;
}

/** Money given as an allowance in every billing cycle. */
export type CommitmentRow = {
  readonly tenant: string;
  readonly account: string;
  readonly subscription: string;
  readonly allowance: string;
  /** Ascending by start. */
  readonly versions: readonly CommitmentVersion[];
};

export const commitmentsCollection: CollectionSpec<CommitmentRow> = {
  name: 'commitments',
  fields: { tenant: 'text', account: 'text', subscription: 'text', allowance: 'text', versions: 'json' },
  key: ['tenant', 'account', 'subscription', 'allowance'],
  indexes: [],
};
