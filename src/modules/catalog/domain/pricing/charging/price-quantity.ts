import type { ChargeFunction, Piece } from '../compiled/charge-function.js';
import { noteCarry } from '../balances/carry-over.js';
import type { Impact } from './charged.js';
import type { Balances } from './priced-usage.js';
import type { CompiledAllowance, CompiledCharge } from '../compiled/compile-charge.js';
import { amountText, quantityText, type AmountUnits, type QuantityUnits } from '../numbers/scaled.js';

/** What prices pieces: the tiers of a charge, or the share of a billing cycle that is priced as a whole. */
export interface PiecePrices {
  readonly hasStairs: boolean;
  amountOf(piece: Piece): AmountUnits;
  /** The price of `per` units as the price says it; null for a share. */
  priceText(tier: number): string | null;
  isFree(tier: number): boolean;
}

/** The second pass: pieces are stretches of what the cycle came to, and its tier is that of all of them. */
export interface CycleSpread extends PiecePrices {
  readonly tier: number;
}

/** A charge under way: what is priced, what it may look at, and where its impacts go. */
export interface Charging {
  readonly currency: string;
  readonly charge: CompiledCharge;
  readonly balances: Balances;
  readonly impacts: Impact[];
  /** The quantity charged, as it is stored. */
  readonly text: string;
  readonly quantity: QuantityUnits;
  /** Where F starts. */
  readonly start: QuantityUnits;
  /** The one tier that prices it all, where something else than the position says so; -1 = none does. */
  readonly tier: number;
  /** False for what is only counted until its period is priced as a whole. */
  readonly priced: boolean;
  /** Once per record: a percentage (of what) and the connect fee. */
  readonly percent: AmountUnits;
  readonly percentBase: string;
  readonly fixed: AmountUnits;
  /** In the order of their use. */
  readonly allowances: readonly CompiledAllowance[];
  /** Of a record priced by its pieces: what the pieces before it came to, and whose limits hold for all of them. */
  readonly run: LimitedRun | undefined;
  /** In the second pass; `start` is then where the quantity stands in the cycle. */
  readonly spread: CycleSpread | undefined;
}

/** The amount limits of one record, over the pieces it is priced by. */
export interface LimitedRun {
  readonly limits: CompiledCharge;
  gross: AmountUnits;
  limited: AmountUnits;
  /** Whether no piece comes after this one: then the minimum is due. */
  last: boolean;
}

const NO_PIECES: readonly Piece[] = [];
export const NO_TIER = -1;

/** tiers -> percent -> fixed -> amount limits -> allowances; notes the impacts and answers their sum. */
export function priceQuantity(charging: Charging): AmountUnits {
  const { charge, impacts, currency, percent, fixed, tier } = charging;
  if (charging.spread !== undefined) return priceShare(charging, charging.spread);
  const { tiers } = charge;
  const start = tiers?.charged(charging.start, tier) ?? 0n;
  const end = tiers?.charged(charging.start + charging.quantity, tier) ?? 0n;
  const pieces = charging.priced ? (tiers?.piecesOf(start, end, tier) ?? NO_PIECES) : NO_PIECES;
  let usage = 0n;
  const amounts: AmountUnits[] = [];
  for (const piece of pieces) {
    const amount = tiers === undefined ? 0n : tiers.amountOf(piece);
    usage += amount;
    amounts.push(amount);
  }
  const repricing = tier === NO_TIER ? (tiers?.repricing(start, end) ?? 0n) : 0n;
  // A tier that something else chose is not entered by the record.
  const enters = tiers?.hasEntries === true && end > start && (tier === NO_TIER || charge.position.by === 'QUANTITY');
  const entries = enters ? entriesOf(tiers, start, end) : 0n;
  const gross = usage + repricing + entries + percent + fixed;
  const limited = withinLimits(charging, gross);
  const most = least(usage, limited);
  const offset = tiers === undefined ? 0n : usagePieces(charging, tiers, { pieces, amounts, most });
  if (repricing !== 0n) {
    impacts.push(['PRICE', currency, '0', null, amountText(repricing), pieces[0]?.tier ?? null]);
  }
  if (entries !== 0n && tiers !== undefined) pushEntries(charging, tiers, start, end);
  pushOnce(charging);
  if (limited !== gross) impacts.push(['PRICE', currency, '0', null, amountText(limited - gross), null]);
  return limited - offset;
}

/** Its tiers, entry prices among them, are those of the cycle: the record has its share of them, all else is its own. */
function priceShare(charging: Charging, spread: CycleSpread): AmountUnits {
  const { start, quantity, impacts, currency, percent, fixed } = charging;
  const pieces = quantity === 0n ? NO_PIECES : [{ tier: spread.tier, start, end: start + quantity }];
  const amounts = pieces.map((piece) => spread.amountOf(piece));
  const usage = amounts[0] ?? 0n;
  const gross = usage + percent + fixed;
  const limited = withinLimits(charging, gross);
  const offset = usagePieces(charging, spread, { pieces, amounts, most: least(usage, limited) });
  pushOnce(charging);
  if (limited !== gross) impacts.push(['PRICE', currency, '0', null, amountText(limited - gross), null]);
  return limited - offset;
}

/** What is charged once per record. */
function pushOnce({ charge, currency, impacts, percent, percentBase, fixed }: Charging): void {
  if (percent !== 0n) {
    impacts.push(['PRICE', currency, percentBase, charge.percent?.text ?? null, amountText(percent), null]);
  }
  if (fixed !== 0n) impacts.push(['PRICE', currency, '0', charge.fixedText, charge.fixedText, null]);
}

/** Over pieces, the maximum is a ceiling of their running sum and the minimum is due with the last of them. */
function withinLimits({ charge, run }: Charging, gross: AmountUnits): AmountUnits {
  if (run === undefined) return clamp(charge, gross, true);
  run.gross += gross;
  const before = run.limited;
  run.limited = clamp(run.limits, run.gross, run.last);
  return run.limited - before;
}

/** Within the amount limits of a charge. @param last whether its minimum is due. */
export function clamp(
  { minimumAmount, maximumAmount }: CompiledCharge,
  gross: AmountUnits,
  last: boolean,
): AmountUnits {
  if (last && minimumAmount !== undefined && gross < minimumAmount) return minimumAmount;
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
    charging.impacts.push(['PRICE', charging.currency, '0', entry, entry, tier]);
  }
}

interface UsagePieces {
  readonly pieces: readonly Piece[];
  readonly amounts: readonly AmountUnits[];
  /** Allowances give no more than this: never more than was charged. */
  readonly most: AmountUnits;
}

/** The price impacts of the pieces, each followed by what allowances take off it; answers the sum of the offsets. */
function usagePieces(charging: Charging, prices: PiecePrices, usage: UsagePieces): AmountUnits {
  const { currency, allowances, impacts } = charging;
  if (allowances.length > 0 && usage.pieces.length > 0) grant(charging);
  const whole = usage.pieces.length === 1 && !prices.hasStairs;
  let offset = 0n;
  for (let index = 0; index < usage.pieces.length; index += 1) {
    const piece = usage.pieces[index];
    if (piece === undefined) break;
    const amount = usage.amounts[index] ?? 0n;
    const quantity = whole ? charging.text : quantityText(piece.end - piece.start);
    impacts.push(['PRICE', currency, quantity, prices.priceText(piece.tier), amountText(amount), piece.tier]);
    // A free tier takes nothing from an allowance: there is nothing to set it off against.
    if (allowances.length > 0 && !prices.isFree(piece.tier)) {
      offset += offsetPiece(charging, prices, piece, usage.most - offset);
    }
  }
  return offset;
}

/** An allowance that its period was not yet granted is granted now, at its first use, and takes what is carried over. */
function grant({ allowances, balances, impacts }: Charging): void {
  for (const { name, key, granted } of allowances) {
    if (granted === undefined || balances.get(key) !== undefined) continue;
    const { grants } = balances;
    for (const carry of grants?.carryOver(name, granted) ?? []) noteCarry(balances, carry, impacts);
    const units = grants?.grantedOf(name, granted) ?? granted.units;
    balances.set(key, units);
    impacts.push(['ALLOWANCE', name, units === granted.units ? granted.text : quantityText(units), null, null, null]);
  }
}

function offsetPiece(charging: Charging, prices: PiecePrices, piece: Piece, most: AmountUnits): AmountUnits {
  let position = piece.start;
  let offset = 0n;
  for (const { name, key } of charging.allowances) {
    const available = charging.balances.get(key) ?? 0n;
    if (available <= 0n || position >= piece.end || offset >= most) continue;
    const rest = piece.end - position;
    const given = available < rest ? available : rest;
    const worth = prices.amountOf({ tier: piece.tier, start: position, end: position + given });
    const taken = least(worth, most - offset);
    charging.balances.set(key, available - given);
    charging.impacts.push([
      'ALLOWANCE',
      name,
      quantityText(-given),
      prices.priceText(piece.tier),
      amountText(-taken),
      piece.tier,
    ]);
    position += given;
    offset += taken;
  }
  return offset;
}
