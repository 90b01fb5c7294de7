import type { Piece } from '../compiled/charge-function.js';
import type { Before } from './charged.js';
import type { CompiledCharge } from '../compiled/compile-charge.js';
import type { Balances } from './priced-usage.js';
import type { Pricing } from '../language/pricing.js';
import type { ResourceKey } from '../balances/resource-keys.js';
import type { CycleSpread } from './price-quantity.js';
import { shareOf } from '../numbers/share.js';
import { amountText, quantityOf, quantityText, type AmountUnits, type QuantityUnits } from '../numbers/scaled.js';
import { explainTiers } from './tier-amounts.js';

/** What a billing cycle that is over came to, for its second pass. */
export interface CycleTotals {
  /**
   * Of an accumulator: what all records of the cycle add to it, so that each of them has its place in it. Undefined: it
   * is not known, and what is priced by it is charged as in the first pass.
   */
  totalOf(key: ResourceKey): QuantityUnits | undefined;
}

/**
 * The second pass over a period that is priced by VOLUME: F of its total, spread over its records in proportion to what
 * each used, so that all pay the same blended rate whatever their order. A record has the stretch of the total that the
 * accumulator says it stands at. The sum over all stretches is F of the total, to the last unit of the rating scale.
 *
 *      total    0 |--- record ---|- record -|------ record ------| total
 *      amount   0 |-------- F(total), cut at the same places ----| F(total)
 */
export class VolumeSpread implements CycleSpread {
  readonly hasStairs = false;
  /** F of the total. */
  readonly amount: AmountUnits;
  /** The tier the total belongs to. */
  readonly tier: number;

  /** @param total of what all records of the period add to the accumulator of the charge. */
  constructor(
    readonly charge: CompiledCharge,
    readonly total: QuantityUnits,
  ) {
    const { position, tiers } = charge;
    if (position.by !== 'VOLUME' || tiers === undefined) {
      throw new RangeError(`Charge "${charge.name}" is not priced by VOLUME`);
    }
    this.amount = tiers.amountOfTotal(total);
    this.tier = tiers.tierReached(tiers.charged(total));
  }

  /** What a stretch of the total costs. @throws when it is not within the total. */
  amountOf({ start, end }: Pick<Piece, 'start' | 'end'>): AmountUnits {
    if (start < 0n || start > end || end > this.total) {
      throw new RangeError('The records of the period come to more than its total');
    }
    return start === end ? 0n : shareOf(this.amount, { from: start, to: end, whole: this.total });
  }

  /** Blended: no step of the price says it. */
  priceText(): null {
    return null;
  }

  isFree(): boolean {
    return this.amount === 0n;
  }

  /** What the cycle came to, in words and numbers. */
  explainTotal(pricing: Pricing): readonly string[] {
    return [
      `The billing cycle came to ${quantityText(this.total)} ${this.charge.measure} as a whole.`,
      ...explainTiers(this.charge, pricing, this.total),
      `That is ${amountText(this.amount)} ${pricing.currency} for the cycle.`,
    ];
  }
}

/** The spread a quantity is priced by; undefined in the first pass, and of what the total was not made from. */
export function spreadFor(
  charge: CompiledCharge,
  totals: CycleTotals | undefined,
  from: QuantityUnits,
  quantity: QuantityUnits,
): VolumeSpread | undefined {
  if (totals === undefined || charge.position.by !== 'VOLUME') return undefined;
  const total = totals.totalOf(charge.position.key);
  return total === undefined || from + quantity > total ? undefined : new VolumeSpread(charge, total);
}

/** What is kept of the totals a line looks at, by its charges in their order; undefined when it looks at none. */
export function volumeFound(
  charges: readonly CompiledCharge[],
  totals: CycleTotals,
  balances: Balances,
): Before['volume'] {
  const found = new Map<ResourceKey, { readonly total: QuantityUnits; readonly from: QuantityUnits }>();
  for (const charge of charges) {
    const { position } = charge;
    if (position.by !== 'VOLUME') continue;
    const total = totals.totalOf(position.key);
    if (total !== undefined) found.set(position.key, { total, from: balances.get(position.key) ?? 0n });
  }
  const [first] = found.values();
  if (first === undefined) return undefined;
  const place = { total: quantityText(first.total), from: quantityText(first.from) };
  if (found.size === 1) return place;
  return { ...place, totals: Object.fromEntries([...found].map(([key, { total }]) => [key, quantityText(total)])) };
}

/** The totals as a charge found them, to charge it again. */
export function totalsFound(before: Before | undefined): CycleTotals | undefined {
  const volume = before?.volume;
  if (volume === undefined) return undefined;
  return { totalOf: (key) => quantityOf(volume.totals?.[key] ?? volume.total) };
}
