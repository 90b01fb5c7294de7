import type { RoundingMethod } from '../../../../shared/kernel/rounding.js';
import type { BalanceScope } from '../pricing/compiled/price-units.js';
import type { RateUnit } from './rate-unit.js';
import type { TimeUnit } from './time-unit.js';
import type { ZoneUnit } from './zone-unit.js';

/**
 * A building block is what prices, services and settings are built from: it is defined here, has an id of its own, is
 * replaced by versions that each hold from an instant on, and is removed only when nothing names it.
 */
export interface BuildingBlocks {
  readonly CURRENCY: Currency;
  readonly ALLOWANCE: Allowance;
  readonly ACCUMULATOR: Accumulator;
  readonly SERVICE_TYPE: ServiceType;
  readonly BILLABLE_SERVICE: BillableService;
  readonly USAGE_TYPE: UsageType;
  readonly MULTI_RATE_USAGE_TYPE: MultiRateUsageType;
  readonly RATE_UNIT: Named & RateUnit;
  readonly TIME_UNIT: Named & TimeUnit;
  readonly ZONE_UNIT: Named & ZoneUnit;
  readonly SYSTEM_PROPERTY: SystemProperty;
}

export type BlockKind = keyof BuildingBlocks;
export type BlockDefinition<Kind extends BlockKind = BlockKind> = BuildingBlocks[Kind];

/** What a person calls it; the id is what everything else names it by. */
export interface Named {
  readonly name: string;
}

/** How money of an ISO 4217 code, its id, is written and rounded. */
export interface Currency extends Named {
  readonly symbol: string;
  /** Decimals of an amount sent to billing. */
  readonly minorUnit: number;
  readonly rounding: RoundingMethod;
}

/** A grant that is used up before anything is charged. */
export interface Allowance extends Named {
  /** The measure it is counted in. */
  readonly unit: string;
  /** Who shares it; absent: as the system property `shareAcrossMasterPlanInstances` says. */
  readonly scope?: BalanceScope;
  readonly validity: Validity;
  /** Of several that fit the lowest is used first. */
  readonly priority: number;
  /** What is left at the end of a cycle is carried on; absent: it is lost. */
  readonly rollover?: Rollover;
}

export type Validity =
  | { readonly type: 'CYCLE' }
  | { readonly type: 'FROM_GRANT'; readonly days?: number; readonly months?: number }
  /** Calendar dates of the tenant's zone; `to` is exclusive. */
  | { readonly type: 'DATES'; readonly from: string; readonly to: string };

export interface Rollover {
  /** At most so much is carried from one cycle to the next, as decimal text. */
  readonly cap: string;
  /** For so many cycles at most. */
  readonly cycles: number;
}

/** A running total. */
export interface Accumulator extends Named {
  /** True: of quantities, `unit` being their measure. False: of amounts, `unit` being the currency. */
  readonly accumulateQuantity: boolean;
  readonly unit: string;
  /** Who shares it; absent: as the system property `shareAcrossMasterPlanInstances` says. */
  readonly scope?: BalanceScope;
  readonly reset: Reset;
}

export type Reset =
  | { readonly type: 'CYCLE' }
  | { readonly type: 'NEVER' }
  /** Every so many cycles. */
  | { readonly type: 'PERIOD'; readonly cycles: number };

/** A grouping of services such as VOICE. */
export interface ServiceType extends Named {
  readonly description: string;
}

export interface BillableService extends Named {
  readonly serviceType: string;
  readonly usageTypes: readonly string[];
}

export interface UsageType extends Named {
  readonly unit: string;
  readonly serviceType: string;
}

/** A usage type, its id, whose records are charged several times: once for each of its children, in their order. */
export interface MultiRateUsageType extends Named {
  readonly children: readonly ChildUsageType[];
  /** PARENT: the charges are billed as one, under the parent's usage type. CHILD: each under its own. */
  readonly invoiceAt: (typeof INVOICE_LEVELS)[number];
}

export interface ChildUsageType {
  readonly usageType: string;
  /** The child is so many percent of earlier children, instead of having a rate of its own. */
  readonly percent?: { readonly value: string; readonly of: readonly string[] };
}

export interface SystemProperty extends Named {
  readonly value: string | boolean | number;
}

export const INVOICE_LEVELS = ['PARENT', 'CHILD'] as const;

/** How each kind is called in sentences, and where it is found. */
export const BLOCK_WORDS: Readonly<Record<BlockKind, { readonly one: string; readonly path: string }>> = {
  CURRENCY: { one: 'currency', path: 'currencies' },
  ALLOWANCE: { one: 'allowance', path: 'allowances' },
  ACCUMULATOR: { one: 'accumulator', path: 'accumulators' },
  SERVICE_TYPE: { one: 'service type', path: 'service-types' },
  BILLABLE_SERVICE: { one: 'billable service', path: 'billable-services' },
  USAGE_TYPE: { one: 'usage type', path: 'usage-types' },
  MULTI_RATE_USAGE_TYPE: { one: 'multi-rate usage type', path: 'multi-rate-usage-types' },
  RATE_UNIT: { one: 'rate unit', path: 'rate-units' },
  TIME_UNIT: { one: 'time unit', path: 'time-units' },
  ZONE_UNIT: { one: 'zone unit', path: 'zone-units' },
  SYSTEM_PROPERTY: { one: 'system property', path: 'system-properties' },
};

export const BLOCK_KINDS = Object.keys(BLOCK_WORDS) as readonly BlockKind[];
