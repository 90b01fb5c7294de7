import { Decimal } from '../../../../../shared/kernel/decimal.js';
import { RATING_SCALE } from '../../../../../shared/kernel/money.js';
import { inIncrements } from '../numbers/increments.js';
import { QUANTITY_SCALE, type Step, type Tiers } from '../language/pricing.js';
import {
  amountOf,
  greatestCommonDivisor,
  quantityOf,
  roundAmount,
  type AmountUnits,
  type QuantityUnits,
} from '../numbers/scaled.js';

/** A stretch (start, end] of the cumulative quantity inside one tier. */
export interface Piece {
  readonly tier: number;
  readonly start: QuantityUnits;
  readonly end: QuantityUnits;
}

const NO_PIECES: readonly Piece[] = [];

interface CompiledStep {
  /** The tier is (from, to]; to is undefined on the last. */
  readonly from: QuantityUnits;
  readonly to: QuantityUnits | undefined;
  /** Of the usage part of F, over the common denominator: F(x) = (base + (x - origin) * slope) / denominator. */
  readonly base: bigint;
  readonly origin: QuantityUnits;
  readonly slope: bigint;
  /** A staircase inside the step; `next` 0 = none. */
  readonly first: QuantityUnits;
  readonly next: QuantityUnits;
  readonly entry: AmountUnits;
  readonly price: string;
  readonly entryText: string;
}

/**
 * F of a charge: what a cumulative quantity costs, as integers over one denominator. F is rounded, not a difference of
 * it, so charges by balance telescope: any split of a quantity sums to the whole.
 *
 *      F            GRADUATED: a chain of straight lines          WHOLE: a line through 0 per tier
 *      |        __--                                              |    /  . the line of the tier reached
 *      |    _--                                                   |  /  .
 *      |_ /____________ x                                         |/_._________ x
 *
 * Entry prices are steps of F apart from it: exact amounts, due when their tier is entered.
 */
export class ChargeFunction {
  readonly whole: boolean;
  readonly hasStairs: boolean;
  readonly hasEntries: boolean;
  private readonly steps: readonly [CompiledStep, ...CompiledStep[]];
  private readonly denominator: bigint;

  constructor(tiers: Tiers) {
    this.hasStairs = tiers.steps.some(({ increments }) => increments !== undefined);
    this.whole = tiers.scope === 'WHOLE';
    const fractions = tiers.steps.map(amountPerUnit);
    this.denominator = fractions.reduce((all, { d }) => (all * d) / greatestCommonDivisor(all, d), 1n);
    const slopes = fractions.map(({ n, d }) => n * (this.denominator / d));
    this.steps = compileSteps(tiers, slopes, this.whole);
    this.hasEntries = this.steps.some((step) => step.entry !== 0n);
  }

  /**
   * Where a position stands on the staircase of its tier: what is begun is charged whole, so that a package is bought
   * by the first unit of it. Bounds are whole numbers of increments: no position leaves its tier.
   */
  charged(position: QuantityUnits, only = -1): QuantityUnits {
    if (!this.hasStairs || position === 0n) return position;
    const step = this.step(only < 0 ? this.tierReached(position) : only);
    if (step.next === 0n || position < step.origin) return position;
    return step.origin + inIncrements(position - step.origin, step.first, step.next);
  }

  /** F of a total from nothing on, entry prices included. */
  amountOfTotal(total: QuantityUnits): AmountUnits {
    if (total === 0n) return 0n;
    const end = this.charged(total);
    const last = this.tierReached(end);
    let amount = this.valueAt(last, end);
    for (let tier = 0; tier <= last; tier += 1) amount += this.entryOf(tier);
    return amount;
  }

  /** The usage part of F at a position, seen from a tier, at the rating scale. */
  valueAt(tier: number, position: QuantityUnits): AmountUnits {
    const step = this.step(tier);
    return roundAmount(step.base + (position - step.origin) * step.slope, this.denominator);
  }

  /** What a piece costs: never lost and never doubled between neighbours, as both ends are points of F. */
  amountOf(piece: Piece): AmountUnits {
    return (
      this.valueAt(piece.tier, piece.end) -
      (piece.start === 0n && (this.whole || piece.tier === 0) ? 0n : this.valueAt(piece.tier, piece.start))
    );
  }

  /**
   * The pieces that (start, end] touches, from the first tier upward; none for an empty stretch.
   * @param only the tier that prices all of it, or -1.
   */
  piecesOf(start: QuantityUnits, end: QuantityUnits, only = -1): readonly Piece[] {
    if (start >= end) return NO_PIECES;
    if (only >= 0) return [{ tier: only, start, end }];
    if (this.whole) return [{ tier: this.tierReached(end), start, end }];
    let tier = this.tierAbove(start);
    const last = this.tierReached(end);
    if (tier === last) return [{ tier, start, end }];
    const pieces: Piece[] = [];
    for (let position = start; tier <= last; tier += 1) {
      const stop = tier === last ? end : (this.step(tier).to ?? end);
      pieces.push({ tier, start: position, end: stop });
      position = stop;
    }
    return pieces;
  }

  /** WHOLE by balance: what the quantity before costs more (or less) now that another tier is reached. */
  repricing(start: QuantityUnits, end: QuantityUnits): AmountUnits {
    if (!this.whole || start === 0n || start >= end) return 0n;
    const before = this.tierReached(start);
    const after = this.tierReached(end);
    return before === after ? 0n : this.valueAt(after, start) - this.valueAt(before, start);
  }

  /** The tiers entered by (start, end]. */
  tiersEntered(start: QuantityUnits, end: QuantityUnits): { readonly first: number; readonly last: number } {
    const above = this.tierAbove(start);
    return { first: this.step(above).from === start ? above : above + 1, last: this.tierReached(end) };
  }

  entryOf(tier: number): AmountUnits {
    return this.step(tier).entry;
  }

  /** As the price says it, for impacts: the price of `per` units, and the entry price. */
  priceText(tier: number): string {
    return this.step(tier).price;
  }

  entryText(tier: number): string {
    return this.step(tier).entryText;
  }

  isFree(tier: number): boolean {
    return this.step(tier).slope === 0n;
  }

  /** The tier a total belongs to: (from, to], so that the unit that makes it equal `to` still counts there. */
  tierReached(total: QuantityUnits): number {
    return this.firstTier(total, true);
  }

  /** The tier the next unit after a position belongs to. */
  private tierAbove(position: QuantityUnits): number {
    return this.firstTier(position, false);
  }

  /** The first tier that ends behind a position, or at it when its end counts. */
  private firstTier(position: QuantityUnits, endCounts: boolean): number {
    const { steps } = this;
    if (steps.length === 1) return 0;
    let low = 0;
    let high = steps.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      const to = steps[middle]?.to;
      if (to === undefined || to > position || (endCounts && to === position)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  private step(tier: number): CompiledStep {
    const step = this.steps[tier];
    if (step === undefined) throw new RangeError(`There is no tier ${tier}`);
    return step;
  }
}

/** Amount units per quantity unit of a step, as a reduced fraction. */
function amountPerUnit(step: Step): { readonly n: bigint; readonly d: bigint } {
  const price = Decimal.parse(step.price ?? step.percent ?? '0');
  const per = quantityOf(step.per);
  // amount 10^-10, quantity 10^-12: (x 10^-12) * price / (per 10^-12) * 10^10 = x * (price * 10^10) / per
  const n = price.units * 10n ** BigInt(RATING_SCALE);
  const d = per * 10n ** BigInt(price.scale);
  const divisor = greatestCommonDivisor(n, d);
  return { n: n / divisor, d: d / divisor };
}

function compileSteps(tiers: Tiers, slopes: readonly bigint[], whole: boolean): [CompiledStep, ...CompiledStep[]] {
  let from: QuantityUnits = 0n;
  let base = 0n;
  const compiled = tiers.steps.map((step, index): CompiledStep => {
    const slope = slopes[index] ?? 0n;
    const to = step.upTo === undefined ? undefined : quantityOf(step.upTo);
    const made: CompiledStep = {
      from,
      to,
      base: whole ? 0n : base,
      origin: whole ? 0n : from,
      slope,
      first: quantityOf(step.increments?.first ?? '0'),
      next: quantityOf(step.increments?.next ?? '0'),
      entry: amountOf(step.entry ?? '0'),
      price: step.price ?? step.percent ?? '0',
      entryText: step.entry ?? '0',
    };
    if (to !== undefined) {
      base += (to - from) * slope;
      from = to;
    }
    return made;
  });
  const [first, ...rest] = compiled;
  if (first === undefined) throw new RangeError(`Tiers need a step, and 10^-${QUANTITY_SCALE} is the finest bound`);
  return [first, ...rest];
}
