import { allowanceNameOf, type ResourceKey } from '../../src/modules/catalog/domain/pricing/balances/resource-keys.js';
import type { Balances } from '../../src/modules/catalog/domain/pricing/charging/priced-usage.js';
import { quantityText, type QuantityUnits } from '../../src/modules/catalog/domain/pricing/numbers/scaled.js';

/** Balances of one subscription in memory, cycle after cycle, to test a price. */
export class MemoryBalances implements Balances {
  private readonly found = new Map<ResourceKey, QuantityUnits>();

  readonly elsewhere = undefined;
  readonly grants = undefined;

  /** @param before the cycle before this one. */
  constructor(private readonly before?: MemoryBalances) {}

  get(key: ResourceKey): QuantityUnits | undefined {
    return this.found.get(key);
  }

  set(key: ResourceKey, value: QuantityUnits): void {
    this.found.set(key, value);
  }

  earlier(key: ResourceKey): QuantityUnits | undefined {
    return this.before?.get(key);
  }

  latest(key: ResourceKey): QuantityUnits | undefined {
    return this.get(key) ?? this.before?.latest(key);
  }

  allowances(): readonly string[] {
    return [...this.found.keys()].flatMap((key) => allowanceNameOf(key) ?? []);
  }

  /** For people: by key, in the order they were first moved. */
  toRecord(): Record<ResourceKey, string> {
    return Object.fromEntries([...this.found].map(([key, value]) => [key, quantityText(value)]));
  }
}
