import type { EventDefinition } from '../../../shared/kernel/event-definition.js';
import type { DomainEvent } from '../../../shared/kernel/event.js';

export const LIFECYCLE_STATUSES = ['ACTIVE', 'SUSPENDED', 'CANCELLED'] as const;
export type LifecycleStatus = (typeof LIFECYCLE_STATUSES)[number];

/** Stream `account-<tenant>.<account>`. Facts of the account feed, effective-dated; each replaces the one before it from `effectiveFrom` on. */
export type AccountDefined = DomainEvent<
  'AccountDefined.v1',
  {
    readonly account: string;
    readonly name: string;
    readonly status: LifecycleStatus;
    readonly currency: string;
    /** 1 to 31: the day a billing cycle starts. */
    readonly billingDay: number;
    readonly timeZone: string;
    readonly effectiveFrom: number;
  }
>;
/** One master plan instance. */
export type SubscriptionDefined = DomainEvent<
  'SubscriptionDefined.v1',
  {
    readonly account: string;
    readonly subscription: string;
    readonly plan: string;
    readonly rateSchedule: string;
    readonly status: LifecycleStatus;
    /** How many it has of what it is for (seats, lines), a decimal; absent = 1. */
    readonly units?: string;
    readonly effectiveFrom: number;
  }
>;
/** A provisioning id (number, device, API key) and the service it uses, for [effectiveFrom, effectiveTo). */
export type ServiceIdAssigned = DomainEvent<
  'ServiceIdAssigned.v1',
  {
    readonly account: string;
    readonly subscription: string;
    readonly serviceId: string;
    readonly service: string;
    readonly effectiveFrom: number;
    readonly effectiveTo?: number;
  }
>;

/** The assignment that began at `effectiveFrom` ends: usage from `effectiveTo` on finds nobody. */
export type ServiceIdEnded = DomainEvent<
  'ServiceIdEnded.v1',
  {
    readonly account: string;
    readonly subscription: string;
    readonly serviceId: string;
    readonly effectiveFrom: number;
    readonly effectiveTo: number;
  }
>;

/** Paid in advance: what prepaid usage of a subscription debits. Never changed; its reference is unique in the tenant. */
export type TopUpMade = DomainEvent<
  'TopUpMade.v1',
  {
    readonly account: string;
    readonly subscription: string;
    /** Of the payment. */
    readonly reference: string;
    /** The currency the subscription is charged in, or an allowance that its prices draw on. */
    readonly resource: string;
    /** Decimal text, above 0. */
    readonly quantity: string;
    /** Usage time from which on it may be used. */
    readonly effectiveFrom: number;
    /** First usage time at which what is left of it is gone; absent: never. */
    readonly expires?: number;
  }
>;

/** Tiers of one charge that were agreed with one account; they stand in for the offer's in [effectiveFrom, effectiveTo). */
export type CustomRatesDefined = DomainEvent<
  'CustomRatesDefined.v1',
  {
    readonly account: string;
    /** Absent: all subscriptions of the account. */
    readonly subscription?: string;
    readonly priceOfferId: string;
    /** Name of the charge in the price. */
    readonly charge: string;
    /** `tiers.steps` in the language of prices. */
    readonly steps: readonly unknown[];
    readonly effectiveFrom: number;
    readonly effectiveTo?: number;
  }
>;
/** From `effectiveFrom` on what holds without them: for a subscription the rates of its account, else the offer's own steps. */
export type CustomRatesEnded = DomainEvent<
  'CustomRatesEnded.v1',
  Pick<CustomRatesDefined['data'], 'account' | 'subscription' | 'priceOfferId' | 'charge' | 'effectiveFrom'>
>;

/** Money that a subscription committed itself to spend: in each billing cycle so much of its usage costs nothing more. */
export type CommitmentDefined = DomainEvent<
  'CommitmentDefined.v1',
  {
    readonly account: string;
    readonly subscription: string;
    /** The name of the allowance it is given as; it counts money. */
    readonly allowance: string;
    /** Decimal text, above 0. */
    readonly amount: string;
    readonly currency: string;
    readonly per: 'CYCLE';
    readonly effectiveFrom: number;
    readonly effectiveTo?: number;
  }
>;
/** From `effectiveFrom` on nothing more is given for it. */
export type CommitmentEnded = DomainEvent<
  'CommitmentEnded.v1',
  Pick<CommitmentDefined['data'], 'account' | 'subscription' | 'allowance' | 'effectiveFrom'>
>;

/** What few accounts have: terms of their own beside the catalog. */
export type SpecialEvent = TopUpMade | CustomRatesDefined | CustomRatesEnded | CommitmentDefined | CommitmentEnded;

export type AccountEvent = AccountDefined | SubscriptionDefined | ServiceIdAssigned | ServiceIdEnded | SpecialEvent;

/** Every event type and version of this module, for the registry at the composition root. */
export const accountsEvents: readonly EventDefinition[] = [
  { type: 'AccountDefined.v1', encoding: 'json' },
  { type: 'SubscriptionDefined.v1', encoding: 'json' },
  { type: 'ServiceIdAssigned.v1', encoding: 'json' },
  { type: 'ServiceIdEnded.v1', encoding: 'json' },
  { type: 'TopUpMade.v1', encoding: 'json' },
  { type: 'CustomRatesDefined.v1', encoding: 'json' },
  { type: 'CustomRatesEnded.v1', encoding: 'json' },
  { type: 'CommitmentDefined.v1', encoding: 'json' },
  { type: 'CommitmentEnded.v1', encoding: 'json' },
];
