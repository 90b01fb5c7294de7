import { chargeLine } from '../charging/charge-line.js';
import type { Charged, NotCharged } from '../charging/charged.js';
import { compilePricing, type CompiledPrice } from '../compiled/compile-pricing.js';
import { explainCharge } from '../explaining/explain-charge.js';
import type { NamedImpact } from '../explaining/name-impact.js';
import type { PriceUnits } from '../compiled/price-units.js';
import type { PricedUsage } from '../charging/priced-usage.js';
import type { Pricing } from '../language/pricing.js';
import { chargeRecurring, minimumSpend, trueUp } from '../charging/recurring-charge.js';
import { amountOf, amountText, ONE, quantityText, type AmountUnits } from '../numbers/scaled.js';
import type { BillingCalendar } from '../balances/keeping.js';
import { TrialBalances, type TrialBalance, type TrialStart } from './trial-balances.js';
import { VolumeSpread } from '../charging/volume-spread.js';

/** What a trial stands on besides price and records. */
export interface TrialGround {
  readonly cycles: BillingCalendar;
  readonly start: TrialStart;
  /** The building blocks in force at a usage time. */
  unitsAt(at: number): PriceUnits;
}

export interface TriedCharge {
  readonly charge: string;
  readonly usageType: string;
  readonly measure: string;
  readonly quantity: string;
  readonly amount: string;
  readonly impacts: readonly NamedImpact[];
  readonly steps: readonly string[];
}

export interface TriedRecord {
  /** Epoch ms. */
  readonly cycle: number;
  readonly amount: string;
  /** Empty when it would be suspended. */
  readonly charges: readonly TriedCharge[];
  /** Why it would be suspended. */
  readonly suspended?: { readonly code: string; readonly reason: string };
}

/** What is charged when a billing cycle ends, once everything in it is known. */
export interface TriedCycle {
  readonly cycle: number;
  readonly amount: string;
  readonly volumes: readonly {
    readonly charge: string;
    readonly total: string;
    readonly amount: string;
    readonly steps: readonly string[];
  }[];
  readonly trueUp?: { readonly amount: string; readonly steps: readonly string[] };
}

export interface PricingTrial {
  readonly currency: string;
  readonly amount: string;
  readonly records: readonly TriedRecord[];
  readonly cycles: readonly TriedCycle[];
  /** What one unit of a subscription pays without usage, for a whole cycle. */
  readonly withoutUsage: readonly {
    readonly charge: string;
    readonly amount: string;
    readonly steps: readonly string[];
  }[];
  readonly balances: readonly TrialBalance[];
}

interface Line {
  readonly cycle: number;
  readonly charged: readonly Charged[];
}

/** Prices records of one subscription, one after the other, as rating would; nothing is stored. */
export function tryPricing(pricing: Pricing, records: readonly PricedUsage[], ground: TrialGround): PricingTrial {
  const compiled = new Map<PriceUnits, CompiledPrice>();
  const priceAt = (at: number): CompiledPrice => {
    const units = ground.unitsAt(at);
    const price = compiled.get(units) ?? compilePricing(pricing, units);
    compiled.set(units, price);
    return price;
  };
  const explaining = compilePricing(pricing);
  const balances = new TrialBalances(ground.cycles, ground.cycles.startAt(records[0]?.at ?? 0), ground.start);
  const lines: Line[] = [];
  const tried = records.map((usage): TriedRecord => {
    const cycle = ground.cycles.startAt(usage.at);
    const charged = chargeOne(() => priceAt(usage.at), usage, balances);
    if ('code' in charged) {
      return { cycle, amount: '0', charges: [], suspended: { code: charged.code, reason: charged.reason } };
    }
    balances.commit();
    balances.note(cycle, charged);
    lines.push({ cycle, charged });
    return {
      cycle,
      amount: amountText(sumOf(charged)),
      charges: charged.map((one) => triedCharge(explaining, usage, one)),
    };
  });
  return {
    currency: pricing.currency,
    amount: amountText(lines.reduce((sum, { charged }) => sum + sumOf(charged), 0n)),
    records: tried,
    cycles: [...new Set(lines.map(({ cycle }) => cycle))].map((cycle) => triedCycle(pricing, cycle, lines)),
    withoutUsage: withoutUsage(pricing),
    balances: balances.toList(),
  };
}

/** As in rating, an exception is the defect of one record. */
function chargeOne(
  price: () => CompiledPrice,
  usage: PricedUsage,
  balances: TrialBalances,
): readonly Charged[] | NotCharged | { readonly code: 'RATING_DEFECT'; readonly reason: string } {
  try {
    const compiled = price();
    balances.begin(usage.at, usage.serviceId, compiled.resources);
    return chargeLine(compiled, usage, balances);
  } catch (error) {
    return { code: 'RATING_DEFECT', reason: error instanceof Error ? error.message : String(error) };
  }
}

function triedCharge(price: CompiledPrice, usage: PricedUsage, charged: Charged): TriedCharge {
  const { charge, usageType, quantityText: quantity, amountText: amount, before } = charged;
  const { impacts, steps } = explainCharge(price, charge.index, usage, before);
  return { charge: charge.name, usageType, measure: charge.measure, quantity, amount, impacts, steps };
}

function triedCycle(pricing: Pricing, cycle: number, lines: readonly Line[]): TriedCycle {
  const rows = lines.filter((line) => line.cycle === cycle).flatMap(({ charged }) => charged);
  const byVolume = [...new Set(rows.map(({ charge }) => charge.index))].flatMap((index) => {
    const ofCharge = rows.filter(({ charge }) => charge.index === index);
    const charge = ofCharge[0]?.charge;
    return charge?.position.by === 'VOLUME' ? [{ charge, ofCharge }] : [];
  });
  let amount = sumOf(rows);
  const volumes = byVolume.map(({ charge, ofCharge }) => {
    const total = ofCharge.reduce((sum, { quantity }) => sum + quantity, 0n);
    const spread = new VolumeSpread(charge, total);
    const before = ofCharge.reduce((sum, { impacts }) => sum + tierAmount(impacts), 0n);
    amount += spread.amount - before;
    const steps = [
      ...spread.explainTotal(pricing),
      `${amountText(before)} ${pricing.currency} of it was charged for its records before.`,
    ];
    return { charge: charge.name, total: quantityText(total), amount: amountText(spread.amount), steps };
  });
  const { minimum } = pricing.spend ?? {};
  const due = minimum === undefined ? undefined : trueUp(pricing.currency, minimumSpend(pricing), amount);
  return {
    cycle,
    amount: amountText(amount + (due?.amount ?? 0n)),
    volumes,
    ...(due === undefined ? {} : { trueUp: { amount: due.amountText, steps: due.steps } }),
  };
}

function withoutUsage(pricing: Pricing): PricingTrial['withoutUsage'] {
  return compilePricing(pricing).charges.flatMap((charge) => {
    if (pricing.charges[charge.index]?.on === undefined) return [];
    const { amountText: amount, steps } = chargeRecurring(pricing, charge, ONE);
    return [{ charge: charge.name, amount, steps }];
  });
}

function sumOf(charged: readonly Charged[]): AmountUnits {
  return charged.reduce((sum, { amount }) => sum + amount, 0n);
}

/** What the tiers of a charge came to. */
function tierAmount(impacts: Charged['impacts']): AmountUnits {
  return impacts.reduce((sum, [offerType, , , , amount, tier]) => {
    return offerType === 'PRICE' && tier !== null && amount !== null ? sum + amountOf(amount) : sum;
  }, 0n);
}
