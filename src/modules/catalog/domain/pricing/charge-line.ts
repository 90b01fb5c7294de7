import type { ChargeFunction, Piece } from './charge-function.js';
import type { CompiledCharge, CompiledPrice, Part, ResourceKey } from './compile-pricing.js';
import { QUANTITY_SCALE } from './pricing.js';
import { ratedQuantity } from './rated-quantity.js';
import {
  amountText,
  isPlainInteger,
  quantityText,
  quantityUnits,
  type AmountUnits,
  type QuantityUnits,
} from './scaled.js';

/** A usage record as a price sees it. */
export interface PricedUsage {
  readonly usageType: string;
  /** A decimal text, or nothing when the record has no such quantity. */
  quantity(name: string): string | null | undefined;
  attribute(name: string): string | null | undefined;
}

/** The balances of a subscription in the record's billing cycle. An allowance that was never granted is undefined. */
export interface Balances {
  get(key: ResourceKey): QuantityUnits | undefined;
  set(key: ResourceKey, value: QuantityUnits): void;
}

/** `[offerType, resource, quantity, rate, amount, tier]`, as rated events hold it. */
export type Impact = readonly [
  offerType: 'PRICE' | 'ALLOWANCE' | 'ACCUMULATOR',
  resource: string,
  quantity: string,
  rate: string | null,
  amount: string | null,
  tier: number | null,
];

/** What a charge found: enough to recompute it. */
export interface Before {
  readonly accumulator: string | null;
  readonly allowances: Readonly<Record<string, string>>;
}

/** One charge of a line: a monetized record. */
export interface Charged {
  readonly charge: CompiledCharge;
  readonly usageType: string;
  /** Rated quantity and net amount, as integers and as the texts that are stored. */
  readonly quantity: QuantityUnits;
  readonly quantityText: string;
  readonly amount: AmountUnits;
  readonly amountText: string;
  readonly impacts: readonly Impact[];
  readonly before: Before | null;
}

export interface NotCharged {
  readonly code: 'NO_MATCHING_RATE' | 'QUANTITY_NOT_DERIVABLE';
  /** What is missing, as the end of a sentence. */
  readonly reason: string;
  readonly facts: Readonly<Record<string, string>>;
}

const ONE: QuantityUnits = 10n ** BigInt(QUANTITY_SCALE);

/**
 * Charges one usage line: every part of the price that is meant for its usage type, each by its first matching charge.
 * Balances move as it goes, so a line that is not charged must have its balances dropped by the caller: a line is
 * charged whole or not at all.
 */
export function chargeLine(price: CompiledPrice, usage: PricedUsage, balances: Balances): Charged[] | NotCharged {
  const parts = price.partsFor(usage.usageType);
  if (parts.length === 0) {
    return {
      code: 'NO_MATCHING_RATE',
      reason: `it has no charge for usage type ${usage.usageType}`,
      facts: { usageType: usage.usageType },
    };
  }
  const charged: Charged[] = [];
  for (const part of parts) {
    const charge = selectCharge(part, usage);
    if (charge === undefined) return noMatch(part, usage);
    const one = applyCharge(price, charge, usage, balances);
    if ('code' in one) return one;
    charged.push(one);
  }
  return charged;
}

function selectCharge(part: Part, usage: PricedUsage): CompiledCharge | undefined {
  for (const charge of part) {
    let matches = true;
    for (const [name, value] of charge.attributes) {
      if (usage.attribute(name) !== value) {
        matches = false;
        break;
      }
    }
    if (matches) return charge;
  }
  return undefined;
}

function noMatch(part: Part, usage: PricedUsage): NotCharged {
  const names = [...new Set(part.flatMap((charge) => charge.attributes.map(([name]) => name)))];
  const found = Object.fromEntries(names.map((name) => [name, usage.attribute(name) ?? '']));
  const said = names.map((name) => `${name} = "${found[name] ?? ''}"`).join(', ');
  const charges = part.map((charge) => `"${charge.name}"`).join(', ');
  return {
    code: 'NO_MATCHING_RATE',
    reason: `none of its charges ${charges} takes a record of usage type ${usage.usageType} with ${said}`,
    facts: { usageType: usage.usageType, ...found },
  };
}

/** One charge of one record: pure but for the balances it is given. */
export function applyCharge(
  price: CompiledPrice,
  charge: CompiledCharge,
  usage: PricedUsage,
  balances: Balances,
): Charged | NotCharged {
  const raw = charge.quantityName === undefined ? '1' : usage.quantity(charge.quantityName);
  const measured = raw === '1' ? ONE : measure(raw);
  if (measured === undefined) return notDerivable(charge, raw);
  const quantity = ratedQuantity(charge, measured);
  const text = charge.keepsQuantity && typeof raw === 'string' && isPlainInteger(raw) ? raw : quantityText(quantity);
  const position = charge.position === undefined ? undefined : (balances.get(charge.position) ?? 0n);
  const before = beforeOf(charge, position, balances);
  const impacts: Impact[] = [];
  const amount = priceQuantity({ price, charge, balances, impacts }, position ?? 0n, quantity);
  for (const { name, key } of charge.accumulators) {
    if (quantity === 0n) break;
    balances.set(key, (balances.get(key) ?? 0n) + quantity);
    impacts.push(['ACCUMULATOR', name, text, null, null, null]);
  }
  return {
    charge,
    usageType: charge.usageType ?? usage.usageType,
    quantity,
    quantityText: text,
    amount,
    amountText: amountText(amount),
    impacts,
    before,
  };
}

function measure(raw: string | null | undefined): QuantityUnits | undefined {
  return typeof raw === 'string' ? quantityUnits(raw) : undefined;
}

function notDerivable(charge: CompiledCharge, raw: string | null | undefined): NotCharged {
  const name = charge.quantityName ?? '';
  const found =
    typeof raw === 'string'
      ? `has "${raw.slice(0, 80)}" as quantity "${name}", which is not a decimal of 0 or more with at most ${QUANTITY_SCALE} decimals`
      : `has no quantity "${name}"`;
  return {
    code: 'QUANTITY_NOT_DERIVABLE',
    reason: `charge "${charge.name}" measures "${name}", and the record ${found}`,
    facts: { measure: name },
  };
}

function beforeOf(charge: CompiledCharge, position: QuantityUnits | undefined, balances: Balances): Before | null {
  if (position === undefined && charge.allowances.length === 0) return null;
  const allowances: Record<string, string> = {};
  for (const { name, key } of charge.allowances) {
    const found = balances.get(key);
    if (found !== undefined) allowances[name] = quantityText(found);
  }
  return { accumulator: position === undefined ? null : quantityText(position), allowances };
}

interface Charging {
  readonly price: CompiledPrice;
  readonly charge: CompiledCharge;
  readonly balances: Balances;
  readonly impacts: Impact[];
}

/** tiers -> fixed -> amount limits -> allowances; notes the impacts and answers their sum. */
function priceQuantity(charging: Charging, start: QuantityUnits, quantity: QuantityUnits): AmountUnits {
  const { price, charge, impacts } = charging;
  const { tiers } = charge;
  const end = start + quantity;
  const pieces = tiers?.piecesOf(start, end) ?? [];
  let usage = 0n;
  const amounts = pieces.map((piece) => {
    const amount = tiers === undefined ? 0n : tiers.amountOf(piece);
    usage += amount;
    return amount;
  });
  const repricing = tiers?.repricing(start, end) ?? 0n;
  const entries = tiers?.hasEntries === true && quantity > 0n ? entriesOf(tiers, start, end) : 0n;
  const gross = usage + repricing + entries + charge.fixed;
  const limited = withinLimits(charge, gross);
  const offset =
    tiers === undefined ? 0n : usagePieces(charging, tiers, { pieces, amounts, most: least(usage, limited) });
  if (repricing !== 0n && tiers !== undefined) {
    const tier = pieces[0]?.tier ?? null;
    impacts.push(['PRICE', price.currency, '0', null, amountText(repricing), tier]);
  }
  if (entries !== 0n && tiers !== undefined) pushEntries(charging, tiers, start, end);
  if (charge.fixed !== 0n) {
    impacts.push(['PRICE', price.currency, '0', charge.fixedText, charge.fixedText, null]);
  }
  if (limited !== gross) impacts.push(['PRICE', price.currency, '0', null, amountText(limited - gross), null]);
  return limited - offset;
}

function withinLimits(charge: CompiledCharge, gross: AmountUnits): AmountUnits {
  const { minimumAmount, maximumAmount } = charge;
  if (minimumAmount !== undefined && gross < minimumAmount) return minimumAmount;
  return maximumAmount !== undefined && gross > maximumAmount ? maximumAmount : gross;
}

function least(a: AmountUnits, b: AmountUnits): AmountUnits {
  const smaller = a < b ? a : b;
  return smaller > 0n ? smaller : 0n;
}

function entriesOf(tiers: ChargeFunction, start: QuantityUnits, end: QuantityUnits): AmountUnits {
  const { first, last } = tiers.tiersEntered(start, end);
  let sum = 0n;
  for (let tier = first; tier <= last; tier += 1) sum += tiers.entryOf(tier);
  return sum;
}

function pushEntries(charging: Charging, tiers: ChargeFunction, start: QuantityUnits, end: QuantityUnits): void {
  const { first, last } = tiers.tiersEntered(start, end);
  for (let tier = first; tier <= last; tier += 1) {
    if (tiers.entryOf(tier) === 0n) continue;
    const entry = tiers.entryText(tier);
    charging.impacts.push(['PRICE', charging.price.currency, '0', entry, entry, tier]);
  }
}

interface UsagePieces {
  readonly pieces: readonly Piece[];
  readonly amounts: readonly AmountUnits[];
  /** Allowances give no more than this: never more than was charged. */
  readonly most: AmountUnits;
}

/** The price impacts of the pieces, each followed by what allowances take off it; answers the sum of the offsets. */
function usagePieces(charging: Charging, tiers: ChargeFunction, usage: UsagePieces): AmountUnits {
  const { price, charge, impacts } = charging;
  if (charge.allowances.length > 0 && usage.pieces.length > 0) grant(charging);
  let offset = 0n;
  usage.pieces.forEach((piece, index) => {
    const amount = usage.amounts[index] ?? 0n;
    const quantity = quantityText(piece.end - piece.start);
    impacts.push(['PRICE', price.currency, quantity, tiers.priceText(piece.tier), amountText(amount), piece.tier]);
    // A free tier takes nothing from an allowance: there is nothing to set it off against.
    if (charge.allowances.length > 0 && !tiers.isFree(piece.tier)) {
      offset += offsetPiece(charging, tiers, piece, usage.most - offset);
    }
  });
  return offset;
}

/** An allowance that the cycle was not yet granted is granted now, at its first use. */
function grant({ charge, balances, impacts }: Charging): void {
  for (const { name, key, granted } of charge.allowances) {
    if (granted === undefined || balances.get(key) !== undefined) continue;
    balances.set(key, granted.units);
    impacts.push(['ALLOWANCE', name, granted.text, null, null, null]);
  }
}

function offsetPiece(charging: Charging, tiers: ChargeFunction, piece: Piece, most: AmountUnits): AmountUnits {
  let position = piece.start;
  let offset = 0n;
  for (const { name, key } of charging.charge.allowances) {
    const available = charging.balances.get(key) ?? 0n;
    if (available <= 0n || position >= piece.end || offset >= most) continue;
    const rest = piece.end - position;
    const given = available < rest ? available : rest;
    const worth = tiers.amountOf({ tier: piece.tier, start: position, end: position + given });
    const taken = least(worth, most - offset);
    charging.balances.set(key, available - given);
    charging.impacts.push([
      'ALLOWANCE',
      name,
      quantityText(-given),
      tiers.priceText(piece.tier),
      amountText(-taken),
      piece.tier,
    ]);
    position += given;
    offset += taken;
  }
  return offset;
}
