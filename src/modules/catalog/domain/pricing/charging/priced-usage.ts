import type { Carry } from '../balances/carry.js';
import type { CompiledGrant } from '../compiled/compiled-grant.js';
import type { ResourceKey } from '../balances/resource-keys.js';
import type { QuantityUnits } from '../numbers/scaled.js';

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

/**
 * The balances a record sees: those of its subscription in its billing cycle, or, where a resource is kept otherwise, of
 * whoever shares it in the period it has. An allowance that was never granted is undefined.
 */
export interface Balances {
  get(key: ResourceKey): QuantityUnits | undefined;
  set(key: ResourceKey, value: QuantityUnits): void;
  /** The same balance as the period before left it. */
  earlier(key: ResourceKey): QuantityUnits | undefined;
  /** In the latest cycle that has it, up to this one: of what goes on over cycles, such as the reading of a meter. */
  latest(key: ResourceKey): QuantityUnits | undefined;
  /** The names of the allowances there are in this cycle, in the order they were granted. */
  allowances(): readonly string[];
  /** Undefined when all of them are the subscription's in the billing cycle. */
  readonly elsewhere: KeptElsewhere | undefined;
  /** Undefined when all that is granted is granted whole, and nothing is carried over. */
  readonly grants: Granting | undefined;
}

/** How allowances are granted. */
export interface Granting {
  /** Takes what is carried over out of earlier cycles, at a grant; what it gives in this cycle is for the caller to set. */
  carryOver(allowance: string, grant: CompiledGrant): readonly Carry[];
  /** What is granted in the billing cycle of the record: less than the whole where the subscription begins in it. */
  grantedOf(allowance: string, grant: CompiledGrant): QuantityUnits;
}

/** Balances of which some are kept otherwise than with the subscription in the billing cycle. */
export interface KeptElsewhere {
  /** Whose balance it is, and the start of its period; undefined for the usual. */
  placeOf(key: ResourceKey): readonly [holder: string, period: number] | undefined;
  /** When that period ends; null = never. */
  endOf(key: ResourceKey): number | null;
  /** The same for what `earlier` answers. */
  earlierPlaceOf(key: ResourceKey): readonly [holder: string, period: number] | undefined;
  /** Whether an allowance may be granted and used at the time of the record. */
  isValid(allowance: string): boolean;
  /** When it expires (epoch ms): what was carried over expires before what was granted later. */
  expiryOf(allowance: string): number;
  /** What was granted otherwise than whole since this was last asked, by allowance. */
  takeGranted(): Readonly<Record<string, string>>;
  /** What was carried over since this was last asked. */
  takeCarried(): readonly Carry[];
}
