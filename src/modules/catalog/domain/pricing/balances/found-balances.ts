import { EARLIER } from './balance-places.js';
import type { CompiledGrant } from '../compiled/compiled-grant.js';
import type { Carry } from './carry.js';
import type { Before } from '../charging/charged.js';
import type { CompiledAllowance, CompiledCharge } from '../compiled/compile-charge.js';
import type { Line } from '../charging/line.js';
import type { Balances, KeptElsewhere } from '../charging/priced-usage.js';
import { allowanceKey, type ResourceKey } from './resource-keys.js';
import { quantityOf, quantityText, type QuantityUnits } from '../numbers/scaled.js';

/** What of the balances a charge looks at, before it moves them: with it the charge can be computed again. */
export function beforeOf(line: Line, charge: CompiledCharge, allowances: readonly CompiledAllowance[]): Before | null {
  const { balances, price } = line;
  const { position, freeCounter } = charge;
  const looksAtTier = position.by !== 'QUANTITY';
  const looksFurther = freeCounter !== undefined || price.spend !== undefined || charge.anyMatching;
  if (!looksAtTier && !looksFurther && allowances.length === 0) return null;
  const accumulator = looksAtTier ? quantityText(positionOf(balances, charge) ?? 0n) : null;
  const found = { accumulator, allowances: allowancesFound(balances, allowances) };
  if (!looksFurther) return found;
  return {
    ...found,
    ...(freeCounter === undefined && price.spend === undefined ? {} : { balances: countersFound(line, charge) }),
    ...(charge.anyMatching ? { order: allowances.map(({ name }) => name) } : {}),
  };
}

/** Of a record priced by its pieces: everything that any of their charges looks at. */
export function beforeOfAll(
  line: Line,
  charges: readonly CompiledCharge[],
  allowancesOf: (charge: CompiledCharge) => readonly CompiledAllowance[],
): Pick<Before, 'accumulator' | 'allowances' | 'balances'> {
  const balances: Record<string, string> = {};
  const allowances: Record<string, string> = {};
  for (const charge of charges) {
    Object.assign(balances, countersFound(line, charge));
    Object.assign(allowances, allowancesFound(line.balances, allowancesOf(charge)));
    const { position } = charge;
    if (position.by === 'QUANTITY') continue;
    const found = positionOf(line.balances, charge);
    if (found !== undefined)
      balances[position.by === 'EARLIER_PERIOD' ? EARLIER + position.key : position.key] = quantityText(found);
  }
  return { accumulator: null, allowances, ...(Object.keys(balances).length === 0 ? {} : { balances }) };
}

/** Where the accumulator of a charge's tiers stands. */
export function positionOf(balances: Balances, { position }: CompiledCharge): QuantityUnits | undefined {
  if (position.by === 'QUANTITY') return undefined;
  return position.by === 'EARLIER_PERIOD' ? balances.earlier(position.key) : balances.get(position.key);
}

function allowancesFound(balances: Balances, allowances: readonly CompiledAllowance[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { name, key } of allowances) {
    const value = balances.get(key);
    if (value !== undefined) found[name] = quantityText(value);
  }
  return found;
}

function countersFound({ price, balances }: Line, { freeCounter }: CompiledCharge): Record<string, string> {
  const found: Record<string, string> = {};
  for (const counter of [freeCounter, price.spend?.counter]) {
    const value = counter === undefined ? undefined : balances.get(counter.key);
    if (counter !== undefined && value !== undefined) found[counter.key] = quantityText(value);
  }
  return found;
}

/** The balances as a charge found them, to charge it again. */
export class FoundBalances implements Balances {
  private readonly found = new Map<ResourceKey, QuantityUnits>();
  private readonly names: readonly string[];
  readonly elsewhere: KeptElsewhere | undefined;

  constructor(charge: CompiledCharge, before: Before | null) {
    const { accumulator = null, allowances = {}, balances = {}, carried, granted } = before ?? {};
    const found = carried !== undefined || granted !== undefined;
    this.elsewhere = found ? new FoundGrants(carried ?? [], granted ?? {}) : undefined;
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
class FoundGrants implements KeptElsewhere {
  constructor(
    private readonly carried: readonly Carry[],
    private readonly granted: Readonly<Record<string, string>>,
  ) {}

  grantedOf(allowance: string, { units }: CompiledGrant): QuantityUnits {
    const found = this.granted[allowance];
    return found === undefined ? units : quantityOf(found);
  }

  takeGranted(): Readonly<Record<string, string>> {
    return {};
  }

  carryOver(allowance: string): readonly Carry[] {
    return this.carried.filter(([name]) => name === allowance);
  }

  takeCarried(): readonly Carry[] {
    return [];
  }

  placeOf(): undefined {
    return undefined;
  }

  endOf(): null {
    return null;
  }

  earlierPlaceOf(): undefined {
    return undefined;
  }

  isValid(): boolean {
    return true;
  }

  expiryOf(): number {
    return Infinity;
  }
}
