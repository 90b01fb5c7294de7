import type { Impact } from '../charging/charged.js';
import type { Charge, Increments, Step } from '../language/pricing.js';
import { ageOfBucket, allowanceOfBucket, ownCounterKind } from '../balances/resource-keys.js';

/** What an impact is, by the place of its step in the order of evaluation. */
export const IMPACT_MEANINGS = [
  'METER_READING',
  'FREE_EVENT',
  'USAGE',
  'VOLUME_SHARE',
  'ENTRY',
  'REPRICING',
  'PERCENTAGE',
  'FIXED',
  'AMOUNT_LIMIT',
  'GRANT',
  'CARRIED_ON',
  'CARRIED_OVER',
  'ALLOWANCE',
  'ACCUMULATOR',
  'SPEND_TOTAL',
  'SPEND_LIMIT',
  'PREPAID',
] as const;
export type ImpactMeaning = (typeof IMPACT_MEANINGS)[number];

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

/** Names an impact by the price it came from. */
export function nameImpact(impact: Impact, charge: Charge): NamedImpact {
  const [offerType, resource, quantity, rate, amount, place] = impact;
  // Of what is granted or carried over it is no tier, but how many cycles before.
  const tier = offerType === 'ALLOWANCE' && amount === null ? null : place;
  const step = tier === null ? undefined : charge.tiers?.steps[tier];
  const meaning = meaningOf(impact);
  const priced = meaning === 'USAGE' || meaning === 'ALLOWANCE';
  const named = {
    meaning,
    offerType,
    resource,
    quantity,
    rate,
    per: priced && rate !== null ? (step?.per ?? null) : null,
    amount,
    tier,
    tierFrom: tier === null ? null : tier === 0 ? '0' : (charge.tiers?.steps[tier - 1]?.upTo ?? null),
    tierTo: step?.upTo ?? null,
  };
  return { ...named, text: sentenceOf(named, charge, step, place) };
}

function meaningOf([offerType, resource, quantity, rate, amount, tier]: Impact): ImpactMeaning {
  if (offerType === 'ACCUMULATOR') return ownCounterKind(resource) ?? 'ACCUMULATOR';
  if (offerType === 'ALLOWANCE') {
    if (amount !== null) return 'ALLOWANCE';
    if (quantity.startsWith('-')) return 'CARRIED_ON';
    return ageOfBucket(resource) === 0 ? 'GRANT' : 'CARRIED_OVER';
  }
  if (tier !== null) {
    if (quantity !== '0') return rate === null ? 'VOLUME_SHARE' : 'USAGE';
    return rate === null ? 'REPRICING' : 'ENTRY';
  }
  if (quantity !== '0') return rate === null ? 'SPEND_LIMIT' : 'PERCENTAGE';
  return rate === null ? 'AMOUNT_LIMIT' : 'FIXED';
}

function sentenceOf(
  impact: Omit<NamedImpact, 'text'>,
  charge: Charge,
  step: Step | undefined,
  place: number | null,
): string {
  const { meaning, resource, quantity, amount } = impact;
  const unit = charge.block?.countIn === 'BLOCKS' ? 'blocks' : (charge.measure ?? 'records');
  const money = `${amount ?? '0'} ${resource}`;
  switch (meaning) {
    case 'METER_READING':
      return `The reading of the meter is kept for the next difference (${signed(quantity)}).`;
    case 'FREE_EVENT':
      return 'It is one of the records of this billing cycle that cost nothing.';
    case 'USAGE':
      return `${quantity} ${unit} in ${tierName(impact)} at ${priceOf(impact, step)}: ${money}.`;
    case 'VOLUME_SHARE':
      return `Its share of what the billing cycle came to, ${quantity} ${unit}: ${money}.`;
    case 'ENTRY':
      return `Entering ${tierName(impact)} costs ${money}, once.`;
    case 'REPRICING':
      return `What was used before is priced at ${tierName(impact)} now (${step?.price ?? step?.percent ?? '0'} per ${step?.per ?? '1'}): ${money}.`;
    case 'PERCENTAGE':
      return `${impact.rate ?? '0'} % of ${percentBase(charge)}, ${quantity}: ${money}.`;
    case 'FIXED':
      return `Once per record: ${money}.`;
    case 'AMOUNT_LIMIT':
      return `The charge of one record is limited (${limitsText(charge)}): ${money}.`;
    case 'GRANT':
      return place === null
        ? `Allowance ${resource} is granted, at its first use: ${quantity} ${unit}.`
        : `Allowance ${resource} was granted ${cyclesAgo(place)} too, which had no use: ${quantity} ${unit}.`;
    case 'CARRIED_ON':
      return `What is left of allowance ${allowanceOfBucket(resource)} ${cyclesAgo(place ?? 0)} is carried on: ${quantity.slice(1)} ${unit}.`;
    case 'CARRIED_OVER':
      return `Allowance ${allowanceOfBucket(resource)} is carried over, granted ${cyclesAgo(ageOfBucket(resource))}: ${quantity} ${unit}.`;
    case 'ALLOWANCE':
      return `Allowance ${resource} gives ${quantity.slice(1)} ${unit} ${offsetPriceOf(impact)}: ${amount ?? '0'}.`;
    case 'ACCUMULATOR':
      return `Accumulator ${resource} grows by ${quantity} ${unit}.`;
    case 'SPEND_TOTAL':
      return `The spend of the billing cycle changes by ${signed(quantity)}.`;
    case 'PREPAID':
      return `Paid in advance: ${quantity}.`;
    case 'SPEND_LIMIT':
      return `A billing cycle costs at most ${quantity} ${resource}: ${money}.`;
  }
}

/** A share of a cycle has no price of its own: it is set off at what the cycle came to. */
function offsetPriceOf({ rate, per }: Omit<NamedImpact, 'text'>): string {
  return rate === null ? 'at the same share' : `at ${rate} per ${per ?? '1'}`;
}

function cyclesAgo(cycles: number): string {
  return cycles === 1 ? 'in the billing cycle before' : `${cycles} billing cycles before`;
}

function priceOf({ rate, per, resource }: Omit<NamedImpact, 'text'>, step: Step | undefined): string {
  return step?.percent === undefined ? `${rate ?? '0'} ${resource} per ${per ?? '1'}` : `${step.percent} %`;
}

function percentBase({ percent }: Charge): string {
  const of = percent?.of ?? '';
  return typeof of === 'string' ? `"${of}" of the record` : of.map((name) => `"${name}"`).join(' and ');
}

function tierName({ tier, tierFrom, tierTo }: Pick<NamedImpact, 'tier' | 'tierFrom' | 'tierTo'>): string {
  const bounds = tierTo === null ? `above ${tierFrom ?? '0'}` : `above ${tierFrom ?? '0'} up to ${tierTo}`;
  return `tier ${(tier ?? 0) + 1} (${bounds})`;
}

/** Of a record that is priced by its pieces the limits are those of the charge it begins with. */
function limitsText(charge: Charge): string {
  const { minimum, maximum } = charge.amount ?? {};
  const texts = [minimum === undefined ? '' : `at least ${minimum}`, maximum === undefined ? '' : `at most ${maximum}`];
  return texts.filter((text) => text !== '').join(', ') || 'by the charge it begins with';
}

export function incrementsText({ first, next }: Increments): string {
  return first === '0' ? `every begun ${next}` : `the first ${first} whole, then every begun ${next}`;
}

function signed(quantity: string): string {
  return quantity.startsWith('-') ? quantity : `+${quantity}`;
}
