import type { CompiledGrant } from '../compiled/compiled-grant.js';
import type { Carry } from './carry.js';
import type { Before } from '../charging/charged.js';
import type { CompiledCharge } from '../compiled/compile-charge.js';
import type { Balances, Granting } from '../charging/priced-usage.js';
import { allowanceKey, EARLIER, type ResourceKey } from './resource-keys.js';
import { quantityOf, type QuantityUnits } from '../numbers/scaled.js';

/** The balances as a charge found them, to charge it again. */
export class FoundBalances implements Balances {
  private readonly found = new Map<ResourceKey, QuantityUnits>();
  private readonly names: readonly string[];
  /** Where they were is said in the charge: nobody looks for it again. */
  readonly elsewhere = undefined;
  readonly grants: Granting | undefined;

  constructor(charge: CompiledCharge, before: Before | null) {
    const { accumulator = null, allowances = {}, balances = {}, carried, granted } = before ?? {};
    const found = carried !== undefined || granted !== undefined;
    this.grants = found ? new FoundGrants(carried ?? [], granted ?? {}) : undefined;
    const { position } = charge;
    if (position.by !== 'QUANTITY' && accumulator !== null) {
      this.found.set(position.by === 'EARLIER_PERIOD' ? EARLIER + position.key : position.key, quantityOf(accumulator));
    }
    this.names = Object.keys(allowances);
    for (const [name, value] of Object.entries(allowances)) this.found.set(allowanceKey(name), quantityOf(value));
    for (const [key, value] of Object.entries(balances)) this.found.set(key, quantityOf(value));
  }

  get(key: ResourceKey): QuantityUnits | undefined {
    return this.found.get(key);
  }

  set(key: ResourceKey, value: QuantityUnits): void {
    this.found.set(key, value);
  }

  earlier(key: ResourceKey): QuantityUnits | undefined {
    return this.found.get(EARLIER + key);
  }

  latest(key: ResourceKey): QuantityUnits | undefined {
    return this.found.get(key);
  }

  allowances(): readonly string[] {
    return this.names;
  }
}

/** What was granted and carried over, to do it again; all else of it stands in the charge. */
class FoundGrants implements Granting {
  constructor(
    private readonly carried: readonly Carry[],
    private readonly granted: Readonly<Record<string, string>>,
  ) {}

  grantedOf(allowance: string, { units }: CompiledGrant): QuantityUnits {
    const found = this.granted[allowance];
    return found === undefined ? units : quantityOf(found);
  }

  carryOver(allowance: string): readonly Carry[] {
    return this.carried.filter(([name]) => name === allowance);
  }
}
