import type { CollectionSpec } from '../../../shared/read-models/read-models.port.js';
import type { AccountDefined, LifecycleStatus, SubscriptionDefined } from '../domain/events.js';

/** The projection that keeps these collections; reads that wait for a log position wait for it. */
export const ACCOUNTS_PROJECTION = 'accounts';

export type AccountVersion = Omit<AccountDefined['data'], 'account'>;
export type SubscriptionVersion = Omit<SubscriptionDefined['data'], 'account' | 'subscription'>;

/** An account; the terms are those of its version with the latest start. */
export type AccountRow = {
  readonly tenant: string;
  readonly account: string;
  readonly name: string;
  readonly status: LifecycleStatus;
  readonly currency: string;
  readonly billingDay: number;
  readonly timeZone: string;
  /** When these terms begin, epoch ms. */
  readonly effectiveFrom: number;
  /** All of them, ascending by start. */
  readonly versions: readonly AccountVersion[];
};

export const accountsCollection: CollectionSpec<AccountRow> = {
  name: 'accounts',
  fields: {
    tenant: 'text',
    account: 'text',
    name: 'text',
    status: 'text',
    currency: 'text',
    billingDay: 'integer',
    timeZone: 'text',
    effectiveFrom: 'instant',
    versions: 'json',
  },
  key: ['tenant', 'account'],
  indexes: [{ fields: ['tenant', 'name'] }, { fields: ['tenant', 'status'] }],
};

/** One master plan instance of an account; the terms are those of its version with the latest start. */
export type SubscriptionRow = {
  readonly tenant: string;
  readonly account: string;
  readonly subscription: string;
  readonly plan: string;
  readonly rateSchedule: string;
  readonly status: LifecycleStatus;
  readonly effectiveFrom: number;
  readonly versions: readonly SubscriptionVersion[];
};

export const subscriptionsCollection: CollectionSpec<SubscriptionRow> = {
  name: 'subscriptions',
  fields: {
    tenant: 'text',
    account: 'text',
    subscription: 'text',
    plan: 'text',
    rateSchedule: 'text',
    status: 'text',
    effectiveFrom: 'instant',
    versions: 'json',
  },
  key: ['tenant', 'account', 'subscription'],
  indexes: [],
};

/** A period in which a subscription uses a service id: [effectiveFrom, effectiveTo). */
export type ServiceIdRow = {
  readonly tenant: string;
  readonly account: string;
  readonly subscription: string;
  readonly serviceId: string;
  readonly effectiveFrom: number;
  /** Null: no end is known. */
  readonly effectiveTo: number | null;
  readonly service: string;
};

export const serviceIdsCollection: CollectionSpec<ServiceIdRow> = {
  name: 'service-ids',
  fields: {
    tenant: 'text',
    account: 'text',
    subscription: 'text',
    serviceId: 'text',
    effectiveFrom: 'instant',
    effectiveTo: 'instant',
    service: 'text',
  },
  key: ['tenant', 'account', 'subscription', 'serviceId', 'effectiveFrom'],
  indexes: [{ fields: ['tenant', 'serviceId'] }],
};
