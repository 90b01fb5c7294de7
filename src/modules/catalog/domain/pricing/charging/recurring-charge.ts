import type { CompiledCharge } from '../compiled/compile-charge.js';
import type { Pricing, Proration } from '../language/pricing.js';
import {
  amountOf,
  amountText,
  greatestCommonDivisor,
  type AmountUnits,
  type QuantityUnits,
} from '../numbers/scaled.js';
import { clamp } from './price-quantity.js';
import { shareOf, type Share } from '../numbers/share.js';
import { amountOfTiers, explainTiers } from './tier-amounts.js';

/** What a subscription pays without using anything: at its activation, at the start or the end of a billing cycle. */
export interface RecurringCharge {
  readonly amount: AmountUnits;
  readonly amountText: string;
  /** For a whole cycle. */
  readonly full: AmountUnits;
  /** In words and numbers. */
  readonly steps: readonly string[];
}

const WHOLE: Share = { from: 0n, to: 1n, whole: 1n };

/**
 * The shares of a cycle that are charged when something was had for stretches of it.
 *
 *                   |--- a ---|      |-- b --|     |      the cycle, a and b in it
 *     PRORATE       [=========)      [=======)            each its own share
 *     FULL_CHARGE   [================[=============)      each until the next one begins: together the whole
 *     NO_CHARGE     nothing, unless the stretches are the whole cycle
 *
 * @param applied of one cycle, ascending, none over another.
 */
export function chargedShares(applied: readonly Share[], proration: Proration): readonly Share[] {
  switch (proration) {
    case 'PRORATE':
      return applied;
    case 'NO_CHARGE':
      return coverAll(applied) ? applied : applied.map((share) => ({ ...share, to: share.from }));
    case 'FULL_CHARGE':
      return applied.map((share, index) => ({
        from: index === 0 ? 0n : share.from,
        to: applied[index + 1]?.from ?? share.whole,
        whole: share.whole,
      }));
  }
}

/**
 * A charge that recurs (or is made once, at activation): the tiers over the units of the subscription (seats, lines; one
 * by default) and the fixed amount, for a share of the cycle. The shares of one cycle sum to its full charge exactly.
 * @param share after the rule of proration: see `chargedShares`.
 */
export function chargeRecurring(
  pricing: Pricing,
  charge: CompiledCharge,
  units: QuantityUnits,
  share: Share = WHOLE,
): RecurringCharge {
  const written = pricing.charges[charge.index];
  if (written?.on === undefined) throw new RangeError(`Charge "${charge.name}" is for usage`);
  const full = clamp(charge, amountOfTiers(charge, units) + charge.fixed, true);
  const amount = shareOf(full, share);
  const money = (value: AmountUnits): string => `${amountText(value)} ${pricing.currency}`;
  const steps = [
    `Charge "${charge.name}" is made ${OCCASIONS[written.on]}.`,
    ...(charge.tiers === undefined ? [] : explainTiers(charge, pricing, units)),
    ...(charge.fixed === 0n ? [] : [`Once: ${money(charge.fixed)}.`]),
    ...(isWhole(share) ? [] : [`It is for ${fractionOf(share)} of the billing cycle, of ${money(full)}.`]),
    `Together: ${money(amount)}.`,
  ];
  return { amount, amountText: amountText(amount), full, steps };
}

/** What is due at least for a billing cycle, for the shares of it that a minimum was agreed for. */
export function minimumSpend({ spend }: Pricing, applied: readonly Share[] = [WHOLE]): AmountUnits {
  if (spend?.minimum === undefined) return 0n;
  const minimum = amountOf(spend.minimum);
  return applied.reduce((sum, share) => sum + shareOf(minimum, share), 0n);
}

/**
 * The true-up of a minimum: what is missing of it at the end of a cycle.
 * @param due at least.
 * @param spent the net amount of the cycle, as it was charged.
 */
export function trueUp(currency: string, due: AmountUnits, spent: AmountUnits): Omit<RecurringCharge, 'full'> {
  const amount = due > spent ? due - spent : 0n;
  const steps = [
    `At least ${amountText(due)} ${currency} is due for the billing cycle.`,
    `${amountText(spent)} ${currency} was charged in it: ${amountText(amount)} ${currency} is missing.`,
  ];
  return { amount, amountText: amountText(amount), steps };
}

const OCCASIONS = {
  ACTIVATION: 'once, at activation',
  CYCLE_START: 'at the start of each billing cycle',
  CYCLE_END: 'at the end of each billing cycle',
} as const;

function isWhole({ from, to, whole }: Share): boolean {
  return from === 0n && to === whole;
}

function coverAll(shares: readonly Share[]): boolean {
  let covered = 0n;
  for (const { from, to } of shares) if (from === covered) covered = to;
  return covered === shares[0]?.whole;
}

function fractionOf({ from, to, whole }: Share): string {
  const divisor = greatestCommonDivisor(to - from, whole);
  return `${(to - from) / divisor}/${whole / divisor}`;
}
