import { applyCharge } from './apply-charge.js';
import type { Balances, Before, Charged, Impact, PricedUsage } from './charged.js';
import {
  accumulatorKey,
  allowanceKey,
  type CompiledCharge,
  type CompiledPrice,
  type ResourceKey,
} from './compile-pricing.js';
import type { Charge, Step } from './pricing.js';
import { atLeastMinimum, roundedQuantity } from './rated-quantity.js';
import { quantityOf, quantityText, quantityUnits, type QuantityUnits } from './scaled.js';

/** What an impact is, by the place of its step in the order of evaluation. */
export type ImpactMeaning =
  'USAGE' | 'ENTRY' | 'REPRICING' | 'FIXED' | 'AMOUNT_LIMIT' | 'GRANT' | 'ALLOWANCE' | 'ACCUMULATOR';

/** An impact with its names, as people read it. */
export interface NamedImpact {
  readonly meaning: ImpactMeaning;
  readonly offerType: Impact[0];
  /** A currency, an allowance or an accumulator. */
  readonly resource: string;
  readonly quantity: string;
  /** The price of `per` units. */
  readonly rate: string | null;
  readonly per: string | null;
  readonly amount: string | null;
  /** Which step of the tiers, from 0, and its bounds (from, to]; `tierTo` null = open. */
  readonly tier: number | null;
  readonly tierFrom: string | null;
  readonly tierTo: string | null;
  /** One sentence. */
  readonly text: string;
}

export interface Explanation {
  /** The charge computed anew: equal to what is stored, or something is wrong. */
  readonly charged: Charged;
  readonly impacts: readonly NamedImpact[];
  /** In the order of evaluation, in words and numbers. */
  readonly steps: readonly string[];
}

/**
 * Explains a charge by computing it again from the price version, the record and what it found before it. Nothing is
 * looked up: if the amount comes out as stored, that is the proof.
 * @throws when the price has no such charge or cannot charge the record: then it was not charged like this.
 */
export function explainCharge(
  price: CompiledPrice,
  chargeIndex: number,
  usage: PricedUsage,
  before: Before | null,
): Explanation {
  const charge = price.charges[chargeIndex];
  const written = price.pricing.charges[chargeIndex];
  if (charge === undefined || written === undefined) throw new RangeError(`The price has no charge ${chargeIndex}`);
  const charged = applyCharge(price, charge, usage, new FoundBalances(charge, before));
  if ('code' in charged) throw new Error(`${charged.code}: ${charged.reason}`);
  const impacts = charged.impacts.map((impact) => nameImpact(impact, written));
  return {
    charged,
    impacts,
    steps: [
      ...selectionSteps(written, charged),
      ...quantitySteps(written, charge, usage, charged),
      ...balanceSteps(written, charge, before),
      ...impacts.map((impact) => impact.text),
      `Together: ${charged.amountText} ${price.currency}.`,
    ],
  };
}

/** The balances as the record found them. */
class FoundBalances implements Balances {
  private readonly found = new Map<ResourceKey, QuantityUnits>();

  constructor(charge: CompiledCharge, before: Before | null) {
    if (before === null) return;
    if (charge.position !== undefined && before.accumulator !== null) {
      this.found.set(charge.position, quantityOf(before.accumulator));
    }
    for (const [name, value] of Object.entries(before.allowances)) {
      this.found.set(allowanceKey(name), quantityOf(value));
    }
  }

  get(key: ResourceKey): QuantityUnits | undefined {
    return this.found.get(key);
  }

  set(key: ResourceKey, value: QuantityUnits): void {
    this.found.set(key, value);
  }
}

/** Names an impact by the price it came from. */
export function nameImpact(impact: Impact, charge: Charge): NamedImpact {
  const [offerType, resource, quantity, rate, amount, tier] = impact;
  const step = tier === null ? undefined : charge.tiers?.steps[tier];
  const meaning = meaningOf(impact);
  const priced = meaning === 'USAGE' || meaning === 'ALLOWANCE';
  const named = {
    meaning,
    offerType,
    resource,
    quantity,
    rate,
    per: priced ? (step?.per ?? null) : null,
    amount,
    tier,
    tierFrom: tier === null ? null : tier === 0 ? '0' : (charge.tiers?.steps[tier - 1]?.upTo ?? null),
    tierTo: step?.upTo ?? null,
  };
  return { ...named, text: sentenceOf(named, charge, step) };
}

function meaningOf([offerType, , quantity, rate, amount, tier]: Impact): ImpactMeaning {
  if (offerType === 'ACCUMULATOR') return 'ACCUMULATOR';
  if (offerType === 'ALLOWANCE') return amount === null ? 'GRANT' : 'ALLOWANCE';
  if (quantity !== '0') return 'USAGE';
  if (tier !== null) return rate === null ? 'REPRICING' : 'ENTRY';
  return rate === null ? 'AMOUNT_LIMIT' : 'FIXED';
}

function sentenceOf(impact: Omit<NamedImpact, 'text'>, charge: Charge, step: Step | undefined): string {
  const { meaning, resource, quantity, rate, per, amount } = impact;
  const unit = charge.block?.countIn === 'BLOCKS' ? 'blocks' : (charge.measure ?? 'records');
  switch (meaning) {
    case 'USAGE':
      return `${quantity} ${unit} in ${tierName(impact)} at ${rate ?? '0'} ${resource} per ${per ?? '1'}: ${amount ?? '0'} ${resource}.`;
    case 'ENTRY':
      return `Entering ${tierName(impact)} costs ${amount ?? '0'} ${resource}, once.`;
    case 'REPRICING':
      return `What was used before is priced at ${tierName(impact)} now (${step?.price ?? '0'} per ${step?.per ?? '1'}): ${amount ?? '0'} ${resource}.`;
    case 'FIXED':
      return `Once per record: ${amount ?? '0'} ${resource}.`;
    case 'AMOUNT_LIMIT':
      return `The charge of one record is limited (${limitsText(charge)}): ${amount ?? '0'} ${resource}.`;
    case 'GRANT':
      return `Allowance ${resource} is granted for this billing cycle, at its first use: ${quantity} ${unit}.`;
    case 'ALLOWANCE':
      return `Allowance ${resource} gives ${quantity.slice(1)} ${unit} at ${rate ?? '0'} per ${per ?? '1'}: ${amount ?? '0'}.`;
    case 'ACCUMULATOR':
      return `Accumulator ${resource} grows by ${quantity} ${unit}.`;
  }
}

function tierName({ tier, tierFrom, tierTo }: Pick<NamedImpact, 'tier' | 'tierFrom' | 'tierTo'>): string {
  const bounds = tierTo === null ? `above ${tierFrom ?? '0'}` : `above ${tierFrom ?? '0'} up to ${tierTo}`;
  return `tier ${(tier ?? 0) + 1} (${bounds})`;
}

function limitsText(charge: Charge): string {
  const { minimum, maximum } = charge.amount ?? {};
  const texts = [minimum === undefined ? '' : `at least ${minimum}`, maximum === undefined ? '' : `at most ${maximum}`];
  return texts.filter((text) => text !== '').join(', ');
}

function selectionSteps(written: Charge, charged: Charged): string[] {
  const wanted = Object.entries(written.when?.attributes ?? {}).map(([name, value]) => `${name} = "${value}"`);
  const why = wanted.length === 0 ? 'it is the first that takes the record' : `the record has ${wanted.join(', ')}`;
  return [`Charge "${written.name}" is used, billed as ${charged.usageType}: ${why}.`];
}

function quantitySteps(written: Charge, charge: CompiledCharge, usage: PricedUsage, charged: Charged): string[] {
  const { quantityName } = charge;
  const raw = quantityName === undefined ? '1' : (usage.quantity(quantityName) ?? '0');
  const measured = quantityUnits(raw) ?? 0n;
  const steps = [quantityName === undefined ? 'Each record counts 1.' : `The record has ${raw} ${quantityName}.`];
  const least = atLeastMinimum(charge, measured);
  if (least !== measured) steps.push(`At least ${quantityText(least)} is charged.`);
  const rounded = roundedQuantity(charge, least);
  if (written.increments !== undefined) {
    const { first, next } = written.increments;
    const rule = first === '0' ? `every begun ${next}` : `the first ${first} whole, then every begun ${next}`;
    steps.push(`Rounded to increments (${rule}): ${quantityText(rounded)}.`);
  }
  if (written.block !== undefined) {
    const { size, round, countIn } = written.block;
    const direction = round === 'UP' ? 'every begun block counts' : 'only full blocks count';
    const counted = countIn === 'BLOCKS' ? ' blocks' : '';
    steps.push(`In blocks of ${size} (${direction}): ${quantityText(rounded)}${counted}.`);
  }
  if (written.free !== undefined)
    steps.push(`${written.free} of each record are free: ${charged.quantityText} is left.`);
  return steps;
}

function balanceSteps(written: Charge, charge: CompiledCharge, before: Before | null): string[] {
  if (before === null) return [];
  const steps: string[] = [];
  const { accumulator } = before;
  if (accumulator !== null && charge.position === accumulatorKey(written.tiers?.accumulator ?? '')) {
    steps.push(`Accumulator ${written.tiers?.accumulator ?? ''} stood at ${accumulator}: the tiers start there.`);
  }
  for (const { name } of charge.allowances) {
    const found = before.allowances[name];
    if (found !== undefined) steps.push(`Allowance ${name} had ${found} left.`);
  }
  return steps;
}
