import type { CompiledCharge } from './compile-charge.js';
import type { Grant, Pricing, Proration } from './pricing.js';
import { amountOf, amountText, quantityOf, type AmountUnits, type QuantityUnits } from './scaled.js';
import { shareOf, type Share } from './share.js';
import { amountOfTiers, explainTiers } from './tier-amounts.js';

/** What a subscription pays without using anything: at its activation, at the start or the end of a billing cycle. */
export interface RecurringCharge {
  readonly amount: AmountUnits;
  readonly amountText: string;
  /** The share of the cycle it is for, after its proration rule: of an activation always the whole. */
  readonly share: Share;
  /** In words and numbers. */
  readonly steps: readonly string[];
}

const WHOLE: Share = { from: 0n, to: 1n, whole: 1n };

/** The share of a cycle that is charged when its subscription was active for a stretch of it. */
export function chargedShare(applied: Share, proration: Proration): Share {
  switch (proration) {
    case 'PRORATE':
      return applied;
    case 'NO_CHARGE':
      return isWhole(applied) ? applied : { ...applied, to: applied.from };
    case 'FULL_CHARGE':
      return WHOLE;
  }
}

/**
 * A charge that recurs (or is made once, at activation): the tiers over the units of the subscription (seats, lines; one
 * by default) and the fixed amount, for a share of the cycle. The shares of one cycle sum to its full charge exactly.
 */
export function chargeRecurring(
  pricing: Pricing,
  charge: CompiledCharge,
  units: QuantityUnits,
  applied: Share = WHOLE,
): RecurringCharge {
  const written = pricing.charges[charge.index];
  if (written?.on === undefined) throw new RangeError(`Charge "${charge.name}" is for usage`);
  const share = written.on === 'ACTIVATION' ? WHOLE : chargedShare(applied, written.proration ?? 'PRORATE');
  const full = limited(charge, amountOfTiers(charge, units) + charge.fixed);
  const amount = shareOf(full, share);
  const money = (value: AmountUnits): string => `${amountText(value)} ${pricing.currency}`;
  const steps = [
    `Charge "${charge.name}" is made ${OCCASIONS[written.on]}.`,
    ...(charge.tiers === undefined ? [] : explainTiers(charge, pricing, units)),
    ...(charge.fixed === 0n ? [] : [`Once: ${money(charge.fixed)}.`]),
    ...(isWhole(share)
      ? []
      : [`It is for ${share.to - share.from} of ${share.whole} of the billing cycle, of ${money(full)}.`]),
    `Together: ${money(amount)}.`,
  ];
  return { amount, amountText: amountText(amount), share, steps };
}

/** What of a grant belongs to a share of its cycle. */
export function grantedQuantity({ quantity }: Grant, applied: Share): QuantityUnits {
  return shareOf(quantityOf(quantity), applied);
}

/**
 * The true-up of a minimum: what is missing of it at the end of a cycle, for the share of the cycle it was agreed for.
 * @param spent the net amount of the cycle, as it was charged.
 */
export function trueUp(
  { currency, spend }: Pricing,
  spent: AmountUnits,
  applied: Share = WHOLE,
): Omit<RecurringCharge, 'share'> {
  const due = spend?.minimum === undefined ? 0n : shareOf(amountOf(spend.minimum), applied);
  const amount = due > spent ? due - spent : 0n;
  const part = isWhole(applied) ? '' : ` (${applied.to - applied.from} of ${applied.whole} of the billing cycle)`;
  const steps = [
    `At least ${amountText(due)} ${currency} is due for a billing cycle${part}.`,
    `${amountText(spent)} ${currency} was charged in it: ${amountText(amount)} ${currency} is missing.`,
  ];
  return { amount, amountText: amountText(amount), steps };
}

const OCCASIONS = {
  ACTIVATION: 'once, at activation',
  CYCLE_START: 'at the start of each billing cycle',
  CYCLE_END: 'at the end of each billing cycle',
} as const;

function limited({ minimumAmount, maximumAmount }: CompiledCharge, amount: AmountUnits): AmountUnits {
  if (minimumAmount !== undefined && amount < minimumAmount) return minimumAmount;
  return maximumAmount !== undefined && amount > maximumAmount ? maximumAmount : amount;
}

function isWhole({ from, to, whole }: Share): boolean {
  return from === 0n && to === whole;
}
