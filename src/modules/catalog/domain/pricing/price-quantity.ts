import type { ChargeFunction, Piece } from './charge-function.js';
import type { Balances, Impact } from './charged.js';
import type { CompiledCharge, CompiledPrice } from './compile-pricing.js';
import { amountText, quantityText, type AmountUnits, type QuantityUnits } from './scaled.js';

/** A charge under way: what it may look at, and where its impacts go. */
export interface Charging {
  readonly price: CompiledPrice;
  readonly charge: CompiledCharge;
  readonly balances: Balances;
  readonly impacts: Impact[];
  /** The quantity charged, as it is stored. */
  readonly text: string;
}

const NO_PIECES: readonly Piece[] = [];

/** tiers -> fixed -> amount limits -> allowances; notes the impacts and answers their sum. */
export function priceQuantity(charging: Charging, start: QuantityUnits, quantity: QuantityUnits): AmountUnits {
  const { price, charge, impacts } = charging;
  const { tiers } = charge;
  const end = start + quantity;
  const pieces = tiers?.piecesOf(start, end) ?? NO_PIECES;
  let usage = 0n;
  const amounts: AmountUnits[] = [];
  for (const piece of pieces) {
    const amount = tiers === undefined ? 0n : tiers.amountOf(piece);
    usage += amount;
    amounts.push(amount);
  }
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
  for (let index = 0; index < usage.pieces.length; index += 1) {
    const piece = usage.pieces[index];
    if (piece === undefined) break;
    const amount = usage.amounts[index] ?? 0n;
    const quantity = usage.pieces.length === 1 ? charging.text : quantityText(piece.end - piece.start);
    impacts.push(['PRICE', price.currency, quantity, tiers.priceText(piece.tier), amountText(amount), piece.tier]);
    // A free tier takes nothing from an allowance: there is nothing to set it off against.
    if (charge.allowances.length > 0 && !tiers.isFree(piece.tier)) {
      offset += offsetPiece(charging, tiers, piece, usage.most - offset);
    }
  }
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
