import type { CompiledCharge } from './compile-charge.js';
import { shareOf } from './share.js';
import { amountText, quantityText, type AmountUnits, type QuantityUnits } from './scaled.js';
import type { Pricing } from './pricing.js';
import { amountOfTiers, explainTiers } from './tier-amounts.js';

/**
 * The second pass over a period that is priced by VOLUME: F of its total, spread over its records in proportion to what
 * each used, so that all pay the same blended rate whatever their order. The sum of the spread is F of the total, to the
 * last unit of the rating scale.
 */
export class VolumeSpread {
  /** F of the total. */
  readonly amount: AmountUnits;
  private position: QuantityUnits = 0n;

  /** @param total of what all records of the period add to the accumulator of the charge. */
  constructor(
    readonly charge: CompiledCharge,
    readonly total: QuantityUnits,
  ) {
    if (charge.position.by !== 'VOLUME') throw new RangeError(`Charge "${charge.name}" is not priced by VOLUME`);
    this.amount = amountOfTiers(charge, total);
  }

  /**
   * What the next record of the period costs; its tiers only: connect fee, percentage and limits stay as they were.
   * @throws when the records come to more than the total.
   */
  next(quantity: QuantityUnits): AmountUnits {
    const from = this.position;
    this.position += quantity;
    if (this.position > this.total) throw new RangeError('The records of the period come to more than its total');
    return quantity === 0n ? 0n : shareOf(this.amount, { from, to: this.position, whole: this.total });
  }

  /** What the cycle came to, in words and numbers. */
  explainTotal(pricing: Pricing): readonly string[] {
    return [
      `The billing cycle came to ${quantityText(this.total)} ${this.charge.measure} as a whole.`,
      ...explainTiers(this.charge, pricing, this.total),
      `That is ${amountText(this.amount)} ${pricing.currency} for the cycle.`,
    ];
  }

  /** The same for one record of it. */
  explain(pricing: Pricing, quantity: QuantityUnits, amount: AmountUnits): readonly string[] {
    return [
      ...this.explainTotal(pricing),
      `The share of this record, ${quantityText(quantity)} of ${quantityText(this.total)}, is ${amountText(amount)} ${pricing.currency}.`,
    ];
  }
}
