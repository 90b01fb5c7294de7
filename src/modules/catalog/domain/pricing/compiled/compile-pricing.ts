import { compileCharge, type CompiledCharge } from './compile-charge.js';
import { KeptResources } from '../balances/keeping.js';
import { Part, type Alternative } from './part.js';
import { NO_UNITS, type PriceUnits } from './price-units.js';
import { partOf, type Pricing } from '../language/pricing.js';
import { specificityOf } from './selection-facts.js';
import { accumulatorKey, spendCounter } from '../balances/resource-keys.js';
import { amountOf, type AmountUnits } from '../numbers/scaled.js';
import type { NamedBalance } from './compile-charge.js';

/** The running total of what a cycle costs, for its limits. */
export interface CompiledSpend {
  /** Undefined: there is only a minimum, which is looked at when the cycle ends. */
  readonly maximum: AmountUnits | undefined;
  readonly text: string;
  readonly counter: NamedBalance;
}

/** A version of a price, made ready once; it is then used for every record of its time. */
export class CompiledPrice {
  readonly currency: string;
  readonly charges: readonly CompiledCharge[];
  readonly spend: CompiledSpend | undefined;
  /** Undefined when all balances are a subscription's in a billing cycle and are granted whole. */
  readonly resources: KeptResources | undefined;
  /** Whether a charge can meet a balance that is kept otherwise: when none can, its records need not look for any. */
  readonly looksElsewhere: boolean;
  private readonly parts = new Map<string, readonly Part[]>();

  constructor(
    readonly pricing: Pricing,
    readonly units: PriceUnits,
    scope: string,
  ) {
    this.currency = pricing.currency;
    this.charges = pricing.charges.map((_, index) => compileCharge(pricing, index, units, scope));
    this.spend = spendOf(pricing, scope);
    const prorates = pricing.grants?.some(({ proration }) => proration !== undefined) ?? false;
    const resources = KeptResources.of(units, prorates);
    this.resources = resources;
    this.looksElsewhere =
      resources !== undefined && (prorates || this.charges.some((charge) => meets(charge, resources)));
  }

  /** What a record of a usage type is charged for, part by part; empty when no charge is meant for it. */
  partsFor(usageType: string): readonly Part[] {
    let parts = this.parts.get(usageType);
    if (parts === undefined) {
      parts = this.partsOf(usageType);
      this.parts.set(usageType, parts);
    }
    return parts;
  }

  private partsOf(usageType: string): readonly Part[] {
    const parts = new Map<string, Alternative[]>();
    this.charges.forEach((compiled, index) => {
      const charge = this.pricing.charges[index];
      if (charge === undefined || charge.on !== undefined) return;
      const only = charge.when?.usageType;
      if (only !== undefined && only !== usageType) return;
      const alternative = { charge: compiled, when: charge.when };
      const part = parts.get(partOf(charge));
      if (part === undefined) parts.set(partOf(charge), [alternative]);
      else part.push(alternative);
    });
    return [...parts.values()].map((alternatives) => {
      return new Part(this.pricing.select === 'BEST' ? mostSpecificFirst(alternatives) : alternatives, this.units);
    });
  }
}

/**
 * @param units what the price names; without them it can explain what was charged, but not select by zone and time.
 * @param scope the service, so that counters the price keeps are not those of another service of the subscription.
 */
export function compilePricing(pricing: Pricing, units: PriceUnits = NO_UNITS, scope = ''): CompiledPrice {
  return new CompiledPrice(pricing, units, scope);
}

/** BEST is an order: of two that match, the one that asks for more; of equals, the one written first. */
function mostSpecificFirst(alternatives: readonly Alternative[]): readonly Alternative[] {
  return alternatives
    .map((alternative) => ({ alternative, specificity: specificityOf(alternative.when) }))
    .sort(({ specificity: a }, { specificity: b }) => b[0] - a[0] || b[1] - a[1])
    .map(({ alternative }) => alternative);
}

/** What it draws on, counts on or is priced by; with ANY_MATCHING that is whatever there is. */
function meets({ anyMatching, allowances, accumulators, position }: CompiledCharge, resources: KeptResources): boolean {
  if (anyMatching) return true;
  const keys = [...allowances, ...accumulators].map(({ key }) => key);
  if (position.by !== 'QUANTITY') keys.push(position.key);
  return keys.some((key) => resources.of(key) !== undefined);
}

function spendOf({ spend }: Pricing, scope: string): CompiledSpend | undefined {
  if (spend === undefined) return undefined;
  const { maximum } = spend;
  const name = spendCounter(scope);
  return {
    maximum: maximum === undefined ? undefined : amountOf(maximum),
    text: maximum ?? '',
    counter: { name, key: accumulatorKey(name) },
  };
}
