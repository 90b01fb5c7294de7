import { applyCharge } from '../charging/apply-charge.js';
import { applyPieces } from '../charging/apply-pieces.js';
import type { Before, Charged, NotCharged } from '../charging/charged.js';
import type { CompiledPrice } from '../compiled/compile-pricing.js';
import type { RecordPiece } from '../charging/cut-record.js';
import { explainSteps } from './explain-steps.js';
import { FoundBalances } from '../balances/found-balances.js';
import type { Line } from '../charging/line.js';
import { measureCharge } from '../charging/measure-charge.js';
import { nameImpact, type NamedImpact } from './name-impact.js';
import type { PricedUsage } from '../charging/priced-usage.js';
import { quantityOf } from '../numbers/scaled.js';
import { totalsFound } from '../charging/volume-spread.js';

export interface Explanation {
  /** The charge computed anew: equal to what is stored, or something is wrong. */
  readonly charged: Charged;
  readonly impacts: readonly NamedImpact[];
  /** In the order of evaluation, in words and numbers. */
  readonly steps: readonly string[];
}

const FOUND_NOTHING: Before = { accumulator: null, allowances: {} };

/**
 * Explains a charge by computing it again from the price version, the record and what it found before it. Nothing is
 * looked up, not even the building blocks the price names: if the amount comes out as stored, that is the proof.
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
  const balances = new FoundBalances(charge, before);
  const recalled = before ?? FOUND_NOTHING;
  const totals = totalsFound(recalled);
  const line: Line = { price, usage, balances, charged: [], derived: undefined, recalled, totals };
  const charged =
    recalled.pieces === undefined ? applyCharge(line, charge) : chargePieces(line, recalled.pieces, chargeIndex);
  if ('code' in charged) throw new Error(`${charged.code}: ${charged.reason}`);
  const impacts = charged.impacts.map((impact) => nameImpact(impact, written));
  const steps = explainSteps({ price, charge, written, usage, before: recalled, charged });
  return {
    charged,
    impacts,
    steps: [...steps, ...impacts.map((impact) => impact.text), `Together: ${charged.amountText} ${price.currency}.`],
  };
}

/** The whole record again, of which the charge is one row. */
function chargePieces(line: Line, found: NonNullable<Before['pieces']>, chargeIndex: number): Charged | NotCharged {
  const pieces = found.map(([index, quantity]): RecordPiece => {
    const charge = line.price.charges[index];
    if (charge === undefined) throw new RangeError(`The price has no charge ${index}`);
    return { charge, measured: quantityOf(quantity) };
  });
  const [first] = pieces;
  if (first === undefined) throw new RangeError('A record that was priced by its pieces has none');
  const measured = measureCharge(line, first.charge);
  if ('code' in measured) return measured;
  const rows = applyPieces(line, pieces, measured);
  if ('code' in rows) return rows;
  const row = rows.find(({ charge }) => charge.index === chargeIndex);
  if (row === undefined) throw new RangeError(`Charge ${chargeIndex} has no piece of the record`);
  return row;
}
