import type { CompiledCharge, ResourceKey } from './compile-pricing.js';
import type { AmountUnits, QuantityUnits } from './scaled.js';

/** A usage record as a price sees it. */
export interface PricedUsage {
  readonly usageType: string;
  /** A decimal text, or nothing when the record has no such quantity. */
  quantity(name: string): string | null | undefined;
  attribute(name: string): string | null | undefined;
}

/** The balances of a subscription in the record's billing cycle. An allowance that was never granted is undefined. */
export interface Balances {
  get(key: ResourceKey): QuantityUnits | undefined;
  set(key: ResourceKey, value: QuantityUnits): void;
}

/** `[offerType, resource, quantity, rate, amount, tier]`, as rated events hold it. */
export type Impact = readonly [
  offerType: 'PRICE' | 'ALLOWANCE' | 'ACCUMULATOR',
  resource: string,
  quantity: string,
  rate: string | null,
  amount: string | null,
  tier: number | null,
];

/** What a charge found: enough to recompute it. */
export interface Before {
  readonly accumulator: string | null;
  readonly allowances: Readonly<Record<string, string>>;
}

/** One charge of a line: a monetized record. */
export interface Charged {
  readonly charge: CompiledCharge;
  readonly usageType: string;
  /** Rated quantity and net amount, as integers and as the texts that are stored. */
  readonly quantity: QuantityUnits;
  readonly quantityText: string;
  readonly amount: AmountUnits;
  readonly amountText: string;
  readonly impacts: readonly Impact[];
  readonly before: Before | null;
}

export interface NotCharged {
  readonly code: 'NO_MATCHING_RATE' | 'QUANTITY_NOT_DERIVABLE';
  /** What is missing, as the end of a sentence. */
  readonly reason: string;
  readonly facts: Readonly<Record<string, string>>;
}
