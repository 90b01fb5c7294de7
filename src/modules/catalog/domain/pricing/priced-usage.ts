import type { ResourceKey } from './resource-keys.js';
import type { QuantityUnits } from './scaled.js';

/** A usage record as a price sees it. */
export interface PricedUsage {
  readonly usageType: string;
  /** Epoch ms: when it began. */
  readonly at: number;
  /** Whose meter it reads: a reading is compared with the last one of the same service id. */
  readonly serviceId: string;
  /** A decimal text, or nothing when the record has no such quantity. */
  quantity(name: string): string | null | undefined;
  attribute(name: string): string | null | undefined;
}

/** The balances of a subscription in the record's billing cycle. An allowance that was never granted is undefined. */
export interface Balances {
  get(key: ResourceKey): QuantityUnits | undefined;
  set(key: ResourceKey, value: QuantityUnits): void;
  /** The same balance as the billing cycle before left it. */
  earlier(key: ResourceKey): QuantityUnits | undefined;
  /** In the latest cycle that has it, up to this one: of what goes on over cycles, such as the reading of a meter. */
  latest(key: ResourceKey): QuantityUnits | undefined;
  /** The names of the allowances there are in this cycle, in the order they were granted. */
  allowances(): readonly string[];
}
