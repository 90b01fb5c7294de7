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

export type AccountEvent = AccountDefined | SubscriptionDefined | ServiceIdAssigned | ServiceIdEnded;

/** Every event type and version of this module, for the registry at the composition root. */
export const accountsEvents: readonly EventDefinition[] = [
  { type: 'AccountDefined.v1', encoding: 'json' },
  { type: 'SubscriptionDefined.v1', encoding: 'json' },
  { type: 'ServiceIdAssigned.v1', encoding: 'json' },
  { type: 'ServiceIdEnded.v1', encoding: 'json' },
];
