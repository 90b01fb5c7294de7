import type { NotCharged } from './charged.js';
import type { CompiledCharge } from '../compiled/compile-charge.js';
import type { Part } from '../compiled/part.js';
import type { PricedUsage } from './priced-usage.js';
import { recordZoneOf } from '../compiled/selection-facts.js';
import { ceilDivide, ONE, type QuantityUnits } from '../numbers/scaled.js';

/** A stretch of a record inside which its time does not change: the charge for it, and how much of what is measured. */
export interface RecordPiece {
  readonly charge: CompiledCharge;
  readonly measured: QuantityUnits;
}

/** A piece with what of it is charged. */
export interface RatedPiece {
  readonly charge: CompiledCharge;
  readonly quantity: QuantityUnits;
}

/** A record cannot be longer: a mistaken unit would be cut into millions of pieces. */
const LONGEST_MS = 366 * 86_400_000;

/**
 * Cuts a record where its time changes:
 *
 *      07:50            08:00                 08:20
 *        |-- off-peak ----|------- peak --------|      -> [off-peak 600 s, peak 1200 s]
 *
 * Undefined when one charge takes it all. Its time is told by what it measures, from the instant it began.
 */
export function cutRecord(
  part: Part,
  usage: PricedUsage,
  first: CompiledCharge,
  measured: QuantityUnits,
): readonly RecordPiece[] | NotCharged | undefined {
  const perMs = BigInt(first.durationMs);
  const duration = ceilDivide(measured * perMs, ONE);
  if (duration > LONGEST_MS) return tooLong(first);
  const changes = changesBetween(part, usage, usage.at + Number(duration));
  if (changes.length === 0) return undefined;
  const pieces: { charge: CompiledCharge; measured: QuantityUnits }[] = [];
  let charge = first;
  let from = 0n;
  for (const change of [...changes, undefined]) {
    // Positions, not lengths, are rounded: a minute has no decimal of a millisecond, and the pieces sum to the whole.
    const to = change === undefined ? measured : (BigInt(change - usage.at) * ONE) / perMs;
    const last = pieces.at(-1);
    if (last?.charge === charge) last.measured += to - from;
    else pieces.push({ charge, measured: to - from });
    from = to;
    if (change === undefined) break;
    const next = part.select(usage, change);
    if (next === undefined) return part.noMatch(usage, change);
    charge = next;
  }
  return pieces.length === 1 ? undefined : pieces;
}

function changesBetween(part: Part, usage: PricedUsage, end: number): readonly number[] {
  const { at } = usage;
  if (part.timeUnits.length === 1) {
    const [unit] = part.timeUnits;
    return unit === undefined ? [] : unit.boundariesBetween(at, end, recordZoneOf(unit, usage));
  }
  const changes = part.timeUnits.flatMap((unit) => unit.boundariesBetween(at, end, recordZoneOf(unit, usage)));
  return [...new Set(changes)].sort((a, b) => a - b);
}

/**
 * What of each piece is charged. The position in the record runs on: an increment or block that begins in a piece is
 * charged whole by that piece's charge, and the next piece begins after it. First increment, minimum and free quantity
 * are those of the charge the record begins with, once.
 *
 *      pieces        |---- off-peak ----|--------- peak ---------|
 *      increments    [ 60 ][ 60 ][ 60 ][ 60 ][ 6 ][ 6 ][ 6 ][ 6 ][ 6 ]
 *      charged       |------ off-peak ------|-------- peak --------|
 */
export function ratedPieces(pieces: readonly RecordPiece[]): readonly RatedPiece[] {
  const [first] = pieces;
  if (first === undefined) return [];
  const measured = pieces.reduce((sum, piece) => sum + piece.measured, 0n);
  const total = measured < first.charge.minimum ? first.charge.minimum : measured;
  let { free } = first.charge;
  let position = 0n;
  let edge = 0n;
  return pieces.map(({ charge, measured: length }, index) => {
    edge = index === pieces.length - 1 ? total : edge + length;
    const taken = edge > position ? takenFrom(charge, position, edge, total) : 0n;
    position += taken;
    const counted = charge.countBlocks ? (taken / charge.block) * ONE : taken;
    const off = counted < free ? counted : free;
    free -= off;
    return { charge, quantity: counted - off };
  });
}

/** How far a piece reaches that begins at a position and whose time ends at the edge. */
function takenFrom(
  { first, next, block, blockDown }: CompiledCharge,
  position: QuantityUnits,
  edge: QuantityUnits,
  total: QuantityUnits,
): QuantityUnits {
  const room = edge - position;
  if (next > 0n) {
    const whole = position === 0n ? first : 0n;
    return room <= whole ? whole : whole + ceilDivide(room - whole, next) * next;
  }
  if (block === 0n) return room;
  const blocks = ceilDivide(room, block);
  return blockDown && position + blocks * block > total ? (blocks - 1n) * block : blocks * block;
}

function tooLong(charge: CompiledCharge): NotCharged {
  const measure = charge.quantityName ?? '';
  return {
    code: 'QUANTITY_NOT_DERIVABLE',
    reason: `charge "${charge.name}" measures "${measure}", and a record that lasts longer than 366 days cannot be priced by the time of day`,
    facts: { measure },
  };
}
