import { withPlaces } from '../balances/balance-places.js';
import { addToAccumulators, allowancesFor, countFreeEvent, isFreeEvent, noteMeter, nothing } from './apply-charge.js';
import type { Before, Charged, Impact, NotCharged } from './charged.js';
import type { CompiledCharge } from '../compiled/compile-charge.js';
import { ratedPieces, type RatedPiece, type RecordPiece } from './cut-record.js';
import { beforeOfAll, positionOf } from '../balances/before-of.js';
import type { Derived, Line } from './line.js';
import { percentageOf, type Percentage } from './percentage.js';
import { priceQuantity, type LimitedRun } from './price-quantity.js';
import { amountText, quantityText, type AmountUnits, type QuantityUnits } from '../numbers/scaled.js';
import { withinSpend } from './spend-limit.js';
import { isPriced, startOf, tierOf } from './tier-position.js';
import { spreadFor, volumeFound } from './volume-spread.js';

/** What the pieces of one charge come to: a monetized record in the making. */
interface Row {
  readonly charge: CompiledCharge;
  readonly impacts: Impact[];
  quantity: QuantityUnits;
  amount: AmountUnits;
}

/**
 * A record whose time changes on the way: each piece by its own charge, the position in F running on. Connect fee,
 * percentage, minimum, free quantity and amount limits are those of the charge the record begins with, once. A charge
 * makes one monetized record however many pieces it has.
 */
export function applyPieces(
  line: Line,
  pieces: readonly RecordPiece[],
  measured: Derived,
): readonly Charged[] | NotCharged {
  const [begin] = pieces;
  if (begin === undefined) throw new RangeError('A record has no pieces');
  const first = begin.charge;
  const percent = first.percent === undefined ? undefined : percentageOf(line, first, first.percent);
  if (percent !== undefined && 'code' in percent) return percent;
  const before = foundBefore(line, pieces, measured, percent);
  const rows: Row[] = [];
  noteMeter(line, measured, rowOf(rows, first).impacts);
  const { freeCounter } = first;
  if (freeCounter !== undefined && isFreeEvent(line, first)) {
    const { impacts } = rowOf(rows, first);
    countFreeEvent(line, freeCounter, impacts);
    return [nothing(line, first, impacts, before)];
  }
  // What an increment begun before has swallowed is charged by nobody any more.
  const rated = ratedPieces(pieces).filter(({ quantity }, index) => index === 0 || quantity > 0n);
  const total = rated.reduce((sum, { quantity }) => sum + quantity, 0n);
  const run: LimitedRun = { limits: first, gross: 0n, limited: 0n, last: false };
  let position = 0n;
  rated.forEach((piece, index) => {
    run.last = index === rated.length - 1;
    const row = rowOf(rows, piece.charge);
    pricePiece(line, piece, { row, position, total, run, once: index === 0, percent });
    position += piece.quantity;
  });
  const impacts = rows.flatMap((row) => row.impacts);
  const places = withPlaces(line, [...new Set(rated.map(({ charge }) => charge))], impacts, before);
  return rows.map((row) => finished(line, row, places));
}

interface PiecePlace {
  readonly row: Row;
  /** What of the record was charged before this piece. */
  readonly position: QuantityUnits;
  readonly total: QuantityUnits;
  readonly run: LimitedRun;
  /** Whether it bears what is charged once per record. */
  readonly once: boolean;
  readonly percent: Percentage | undefined;
}

function pricePiece(line: Line, { charge, quantity }: RatedPiece, place: PiecePlace): void {
  const { row, position, total, run, once, percent } = place;
  const { balances, price } = line;
  const found = positionOf(balances, charge);
  const spread = spreadFor(charge, line.totals, found ?? 0n, quantity);
  const text = quantityText(quantity);
  const net = priceQuantity({
    currency: price.currency,
    charge,
    balances,
    impacts: row.impacts,
    text,
    quantity,
    start: spread === undefined ? startOf(charge, found, position) : (found ?? 0n),
    tier: tierOf(charge, found, quantity, total),
    priced: isPriced(charge),
    percent: once ? (percent?.amount ?? 0n) : 0n,
    percentBase: percent?.baseText ?? '0',
    fixed: once ? charge.fixed : 0n,
    allowances: allowancesFor(line, charge),
    run,
    spread,
  });
  addToAccumulators(line, charge, { quantity, text, net }, row.impacts);
  row.amount += net;
  row.quantity += quantity;
}

function rowOf(rows: Row[], charge: CompiledCharge): Row {
  const known = rows.find((row) => row.charge === charge);
  if (known !== undefined) return known;
  const row: Row = { charge, impacts: [], quantity: 0n, amount: 0n };
  rows.push(row);
  return row;
}

function finished(line: Line, { charge, impacts, quantity, amount: net }: Row, before: Before | null): Charged {
  const amount = withinSpend(line, net, impacts);
  return {
    charge,
    usageType: charge.usageType ?? line.usage.usageType,
    quantity,
    quantityText: quantityText(quantity),
    amount,
    amountText: amountText(amount),
    impacts,
    before,
  };
}

/** The same for every row: the whole record is charged again to explain one of them. */
function foundBefore(
  line: Line,
  pieces: readonly RecordPiece[],
  { text, meter }: Derived,
  percent: Percentage | undefined,
): Before {
  const charges = [...new Set(pieces.map(({ charge }) => charge))];
  const any = charges.find(({ anyMatching }) => anyMatching);
  const byUnit = charges.some(({ rateUnit }) => rateUnit !== undefined) || line.recalled?.measured !== undefined;
  const volume = line.totals === undefined ? undefined : volumeFound(charges, line.totals, line.balances);
  return {
    ...beforeOfAll(line, charges, (charge) => allowancesFor(line, charge)),
    ...(any === undefined ? {} : { order: allowancesFor(line, any).map(({ name }) => name) }),
    ...(byUnit ? { measured: text } : {}),
    ...(meter === undefined ? {} : { meter }),
    ...(percent?.charges === undefined ? {} : { charges: percent.charges }),
    ...(volume === undefined ? {} : { volume }),
    pieces: pieces.map(({ charge, measured }) => [charge.index, quantityText(measured)] as const),
  };
}
