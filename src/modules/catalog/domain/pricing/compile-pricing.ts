import { ChargeFunction } from './charge-function.js';
import { notCarriedOut } from './carried-out.js';
import { partOf, RECORDS_MEASURE, type Charge, type Pricing } from './pricing.js';
import { amountOf, quantityOf, type AmountUnits, type QuantityUnits } from './scaled.js';

/** The name of a balance of a subscription in a cycle: an allowance and an accumulator may have the same name. */
export type ResourceKey = string;

const ALLOWANCE_KEY = 'allowance/';
const ACCUMULATOR_KEY = 'accumulator/';

export function allowanceKey(name: string): ResourceKey {
  return ALLOWANCE_KEY + name;
}

export function accumulatorKey(name: string): ResourceKey {
  return ACCUMULATOR_KEY + name;
}

export interface ResourceName {
  readonly kind: 'ALLOWANCE' | 'ACCUMULATOR';
  readonly name: string;
}

export function resourceOf(key: ResourceKey): ResourceName {
  return key.startsWith(ALLOWANCE_KEY)
    ? { kind: 'ALLOWANCE', name: key.slice(ALLOWANCE_KEY.length) }
    : { kind: 'ACCUMULATOR', name: key.slice(ACCUMULATOR_KEY.length) };
}

export interface CompiledAllowance {
  readonly name: string;
  readonly key: ResourceKey;
  /** What a cycle is granted at the first use; undefined when this price grants none. */
  readonly granted: { readonly units: QuantityUnits; readonly text: string } | undefined;
}

export interface CompiledCharge {
  /** Place in the price, and in the id of the monetized record. */
  readonly index: number;
  readonly name: string;
  readonly usageType: string | undefined;
  /** Attribute and value pairs that all must match. */
  readonly attributes: readonly (readonly [name: string, value: string])[];
  /** The quantity of the record that is measured; undefined = none, each record counts 1. */
  readonly quantityName: string | undefined;
  /** What the rated quantity is a quantity of, for sums. */
  readonly measure: string;
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
  readonly tiers: ChargeFunction | undefined;
  /** The accumulator that says where the quantity starts. */
  readonly position: ResourceKey | undefined;
  readonly fixed: AmountUnits;
  readonly fixedText: string;
  readonly minimumAmount: AmountUnits | undefined;
  readonly maximumAmount: AmountUnits | undefined;
  readonly allowances: readonly CompiledAllowance[];
  readonly accumulators: readonly { readonly name: string; readonly key: ResourceKey }[];
}

/** The charges of one part that can take a usage type: alternatives, the first match is charged. */
export type Part = readonly CompiledCharge[];

/** A version of a price, made ready once; it is then used for every record of its time. */
export class CompiledPrice {
  readonly currency: string;
  readonly charges: readonly CompiledCharge[];
  private readonly parts = new Map<string, readonly Part[]>();

  constructor(readonly pricing: Pricing) {
    const [unsupported] = notCarriedOut(pricing);
    if (unsupported !== undefined) throw new Error(`${unsupported.path}: ${unsupported.message}`);
    this.currency = pricing.currency;
    this.charges = pricing.charges.map((charge, index) => compileCharge(pricing, charge, index));
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
    const parts = new Map<string, CompiledCharge[]>();
    this.charges.forEach((compiled, index) => {
      const charge = this.pricing.charges[index];
      if (charge === undefined) return;
      const only = charge.when?.usageType;
      if (only !== undefined && only !== usageType) return;
      const part = parts.get(partOf(charge));
      if (part === undefined) parts.set(partOf(charge), [compiled]);
      else part.push(compiled);
    });
    return [...parts.values()];
  }
}

/** @throws when the price asks for what this version does not carry out: such a price never passes `parsePricing`. */
export function compilePricing(pricing: Pricing): CompiledPrice {
  return new CompiledPrice(pricing);
}

function compileCharge(pricing: Pricing, charge: Charge, index: number): CompiledCharge {
  const { increments, block, measure = RECORDS_MEASURE } = charge;
  return {
    index,
    name: charge.name,
    usageType: charge.usageType,
    attributes: Object.entries(charge.when?.attributes ?? {}),
    quantityName: measure === RECORDS_MEASURE ? undefined : measure,
    measure: block?.countIn === 'BLOCKS' ? `${measure} blocks` : measure,
    minimum: quantityOf(charge.minimum ?? '0'),
    first: quantityOf(increments?.first ?? '0'),
    next: quantityOf(increments?.next ?? '0'),
    block: quantityOf(block?.size ?? '0'),
    blockDown: block?.round === 'DOWN',
    countBlocks: block?.countIn === 'BLOCKS',
    free: quantityOf(charge.free ?? '0'),
    keepsQuantity: [charge.minimum, increments, block, charge.free].every((rule) => rule === undefined),
    tiers: charge.tiers === undefined ? undefined : new ChargeFunction(charge.tiers),
    position:
      charge.tiers?.by === 'BALANCE' && charge.tiers.accumulator !== undefined
        ? accumulatorKey(charge.tiers.accumulator)
        : undefined,
    fixed: amountOf(charge.fixed ?? '0'),
    fixedText: charge.fixed ?? '0',
    minimumAmount: charge.amount?.minimum === undefined ? undefined : amountOf(charge.amount.minimum),
    maximumAmount: charge.amount?.maximum === undefined ? undefined : amountOf(charge.amount.maximum),
    allowances: allowancesOf(pricing, charge),
    accumulators: (charge.accumulators ?? []).map((name) => ({ name, key: accumulatorKey(name) })),
  };
}

function allowancesOf(pricing: Pricing, charge: Charge): readonly CompiledAllowance[] {
  if (charge.allowances === undefined || charge.allowances === 'ANY_MATCHING') return [];
  return charge.allowances.map((name) => {
    const grant = pricing.grants?.find((candidate) => candidate.allowance === name);
    const granted = grant === undefined ? undefined : { units: quantityOf(grant.quantity), text: grant.quantity };
    return { name, key: allowanceKey(name), granted };
  });
}
