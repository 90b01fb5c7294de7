import { Decimal } from '../../../../../shared/kernel/decimal.js';
import { RATING_SCALE } from '../../../../../shared/kernel/money.js';
import { ChargeFunction } from './charge-function.js';
import type { CompiledGrant } from './compiled-grant.js';
import type { PriceUnits } from './price-units.js';
import { compileRateUnit, type CompiledRateUnit } from './rate-unit.js';
import {
  DURATIONS,
  QUANTITY_SCALE,
  RECORDS_MEASURE,
  type Charge,
  type Percent,
  type Pricing,
  type Tiers,
} from '../language/pricing.js';
import {
  accumulatorKey,
  allowanceKey,
  allowanceOfBucket,
  bucketName,
  freeEventsCounter,
  type ResourceKey,
} from '../balances/resource-keys.js';
import { amountOf, ONE, quantityOf, type AmountUnits, type QuantityUnits } from '../numbers/scaled.js';

export interface CompiledAllowance {
  readonly name: string;
  readonly key: ResourceKey;
  /** What a period of it is granted at the first use; undefined when this price grants none. */
  readonly granted: CompiledGrant | undefined;
}

/** A balance an impact may be on. */
export interface NamedBalance {
  readonly name: string;
  readonly key: ResourceKey;
}

export interface CompiledAccumulator extends NamedBalance {
  /** It adds up what is charged, not what is used. */
  readonly ofAmounts: boolean;
}

/** Of a quantity of the record, or of earlier charges: amount = base x numerator / denominator. */
export interface CompiledPercent {
  readonly text: string;
  /** A quantity of the record; undefined = of `charges`. */
  readonly quantityName: string | undefined;
  /** Places in the price. */
  readonly charges: readonly number[];
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** Where the tiers of a charge start, and which of them prices. */
export type TierPosition =
  | { readonly by: 'QUANTITY' }
  | { readonly by: 'BALANCE'; readonly key: ResourceKey }
  /** Of the cycle before. */
  | { readonly by: 'EARLIER_PERIOD'; readonly key: ResourceKey }
  | { readonly by: 'VOLUME'; readonly key: ResourceKey; readonly provisional: Tiers['provisional'] };

export interface CompiledCharge {
  /** Place in the price, and in the id of the monetized record. */
  readonly index: number;
  readonly name: string;
  readonly usageType: string | undefined;
  /** The quantity of the record, or the rate unit, that is measured; undefined = none, each record counts 1. */
  readonly quantityName: string | undefined;
  /** What the rated quantity is a quantity of, for sums. */
  readonly measure: string;
  /** How what is measured is derived, when it is not a quantity of the record as it stands. */
  readonly rateUnit: CompiledRateUnit | undefined;
  /** Milliseconds of one unit of what is measured; 0 when it is no time. */
  readonly durationMs: number;
  readonly minimum: QuantityUnits;
  readonly first: QuantityUnits;
  /** 0 = no increments. */
  readonly next: QuantityUnits;
  /** 0 = no block. */
  readonly block: QuantityUnits;
  readonly blockDown: boolean;
  readonly countBlocks: boolean;
  readonly free: QuantityUnits;
  readonly keepsQuantity: boolean;
  /** Records of a cycle that cost nothing; 0 = none. */
  readonly freeEvents: QuantityUnits;
  readonly freeCounter: NamedBalance | undefined;
  readonly tiers: ChargeFunction | undefined;
  readonly position: TierPosition;
  readonly percent: CompiledPercent | undefined;
  readonly fixed: AmountUnits;
  readonly fixedText: string;
  readonly minimumAmount: AmountUnits | undefined;
  readonly maximumAmount: AmountUnits | undefined;
  readonly allowances: readonly CompiledAllowance[];
  /** Draws on whatever counts what it counts; `allowances` are then those its price grants. */
  readonly anyMatching: boolean;
  /** Which allowances it may draw on is not the price's alone to say: some end, or are carried over. */
  readonly picksAllowances: boolean;
  /** The units of allowances it may then draw on. */
  readonly counts: readonly string[];
  readonly accumulators: readonly CompiledAccumulator[];
  /** Those of them that add up amounts. */
  readonly amounts: readonly string[];
}

const BY_QUANTITY: TierPosition = { by: 'QUANTITY' };

export function compileCharge(pricing: Pricing, index: number, units: PriceUnits, scope: string): CompiledCharge {
  const charge = pricing.charges[index];
  if (charge === undefined) throw new RangeError(`The price has no charge ${index}`);
  const { increments, block, freeEvents, measure = RECORDS_MEASURE } = charge;
  const rateUnit = compileRateUnit(measure, units.rateUnit(measure));
  const counter = freeEventsCounter(scope, charge.name);
  const allowances = allowancesOf(pricing, charge, units);
  const accumulators = (charge.accumulators ?? []).map((name) => accumulatorOf(name, units));
  return {
    index,
    name: charge.name,
    usageType: charge.usageType,
    quantityName: measure === RECORDS_MEASURE ? undefined : measure,
    measure: countedIn(charge),
    rateUnit,
    durationMs: DURATIONS[rateUnit?.unit ?? measure] ?? 0,
    minimum: quantityOf(charge.minimum ?? '0'),
    first: quantityOf(increments?.first ?? '0'),
    next: quantityOf(increments?.next ?? '0'),
    block: quantityOf(block?.size ?? '0'),
    blockDown: block?.round === 'DOWN',
    countBlocks: block?.countIn === 'BLOCKS',
    free: quantityOf(charge.free ?? '0'),
    keepsQuantity:
      rateUnit === undefined && [charge.minimum, increments, block, charge.free].every((rule) => rule === undefined),
    freeEvents: BigInt(freeEvents ?? 0) * ONE,
    freeCounter: freeEvents === undefined ? undefined : { name: counter, key: accumulatorKey(counter) },
    tiers: charge.tiers === undefined ? undefined : new ChargeFunction(charge.tiers),
    position: positionOf(charge.tiers),
    percent: charge.percent === undefined ? undefined : compilePercent(pricing, charge.percent),
    fixed: amountOf(charge.fixed ?? '0'),
    fixedText: charge.fixed ?? '0',
    minimumAmount: charge.amount?.minimum === undefined ? undefined : amountOf(charge.amount.minimum),
    maximumAmount: charge.amount?.maximum === undefined ? undefined : amountOf(charge.amount.maximum),
    allowances,
    anyMatching: charge.allowances === 'ANY_MATCHING',
    picksAllowances: charge.allowances === 'ANY_MATCHING' || allowances.some(({ name }) => isPicked(name, units)),
    counts: unitsOf(charge, units),
    accumulators,
    amounts: accumulators.flatMap(({ name, ofAmounts }) => (ofAmounts ? [name] : [])),
  };
}

function accumulatorOf(name: string, units: PriceUnits): CompiledAccumulator {
  return { name, key: accumulatorKey(name), ofAmounts: units.accumulator(name)?.accumulateQuantity === false };
}

/** Dates are not always, and what is carried over is there when it is. */
function isPicked(bucket: string, units: PriceUnits): boolean {
  const rule = units.allowance(allowanceOfBucket(bucket));
  return rule?.rollover !== undefined || rule?.validity?.type === 'DATES';
}

/** What a grant for the charge counts. */
export function grantUnitOf({ measure = RECORDS_MEASURE, block }: Charge): string {
  return block?.countIn === 'BLOCKS' ? 'blocks' : measure;
}

/** A rate unit's quantity may be drawn from what counts its unit. */
function unitsOf(charge: Charge, units: PriceUnits): readonly string[] {
  const own = grantUnitOf(charge);
  const rule = units.rateUnit(own);
  return rule === undefined ? [own] : [own, rule.unit];
}

/** What the quantity of a charge is a quantity of, after the rounding, for sums. */
function countedIn({ measure = RECORDS_MEASURE, block }: Charge): string {
  return block?.countIn === 'BLOCKS' ? `${measure} blocks` : measure;
}

function positionOf(tiers: Tiers | undefined): TierPosition {
  if (tiers?.accumulator === undefined || tiers.by === 'QUANTITY') return BY_QUANTITY;
  const key = accumulatorKey(tiers.accumulator);
  return tiers.by === 'VOLUME' ? { by: tiers.by, key, provisional: tiers.provisional } : { by: tiers.by, key };
}

function compilePercent(pricing: Pricing, { value, of }: Percent): CompiledPercent {
  const percent = Decimal.parse(value);
  const hundredth = 100n * 10n ** BigInt(percent.scale);
  const ofQuantity = typeof of === 'string';
  return {
    text: value,
    quantityName: ofQuantity ? of : undefined,
    charges: ofQuantity ? [] : of.map((name) => pricing.charges.findIndex((charge) => charge.name === name)),
    numerator: percent.units,
    // An amount of the record is read at the scale of quantities.
    denominator: ofQuantity ? hundredth * 10n ** BigInt(QUANTITY_SCALE - RATING_SCALE) : hundredth,
  };
}

/** With ANY_MATCHING those the price itself grants and that count what the charge counts. */
function allowancesOf(pricing: Pricing, charge: Charge, units: PriceUnits): readonly CompiledAllowance[] {
  const { allowances } = charge;
  if (allowances === undefined) return [];
  if (allowances !== 'ANY_MATCHING') return allowances.flatMap((name) => bucketsOf(pricing, name, units));
  const unit = grantUnitOf(charge);
  return (pricing.grants ?? [])
    .filter((grant) => grant.unit === unit)
    .flatMap(({ allowance }) => bucketsOf(pricing, allowance, units));
}

/** What was carried over comes first, the oldest before the younger: it is lost first. */
function bucketsOf(pricing: Pricing, name: string, units: PriceUnits): readonly CompiledAllowance[] {
  const cycles = units.allowance(name)?.rollover?.cycles ?? 0;
  return Array.from({ length: cycles + 1 }, (_, index) => allowanceOf(pricing, bucketName(name, cycles - index)));
}

export function allowanceOf(pricing: Pricing, name: string): CompiledAllowance {
  const grant = pricing.grants?.find((candidate) => candidate.allowance === name);
  const granted =
    grant === undefined
      ? undefined
      : { units: quantityOf(grant.quantity), text: grant.quantity, proration: grant.proration };
  return { name, key: allowanceKey(name), granted };
}
