import { applyCharge } from './apply-charge.js';
import { applyPieces } from './apply-pieces.js';
import type { Charged, NotCharged } from './charged.js';
import type { CompiledCharge } from '../compiled/compile-charge.js';
import type { CompiledPrice } from '../compiled/compile-pricing.js';
import { cutRecord } from './cut-record.js';
import type { Line } from './line.js';
import { measureCharge } from './measure-charge.js';
import type { Part } from '../compiled/part.js';
import type { Balances, PricedUsage } from './priced-usage.js';
import type { CycleTotals } from './volume-spread.js';

/**
 * Charges one usage line: every part of the price that is meant for its usage type, each by its first matching charge,
 * and by one after the other when its time changes on the way. Balances move as it goes, so a line that is not charged
 * must have its balances dropped by the caller: a line is charged whole or not at all.
 * @param totals in the second pass: what is priced by VOLUME has its share of what the billing cycle came to.
 */
export function chargeLine(
  price: CompiledPrice,
  usage: PricedUsage,
  balances: Balances,
  totals?: CycleTotals,
): Charged[] | NotCharged {
  const parts = price.partsFor(usage.usageType);
  if (parts.length === 0) {
    return {
      code: 'NO_MATCHING_RATE',
      reason: `it has no charge for usage type ${usage.usageType}`,
      facts: { usageType: usage.usageType },
    };
  }
  const charged: Charged[] = [];
  const line: Line = { price, usage, balances, charged, derived: undefined, recalled: undefined, totals };
  for (const part of parts) {
    const charge = part.select(usage, usage.at);
    if (charge === undefined) return part.noMatch(usage, usage.at);
    if (part.timeUnits.length === 0) {
      const one = applyCharge(line, charge);
      if ('code' in one) return one;
      charged.push(one);
    } else {
      const rows = chargeByTime(line, part, charge);
      if ('code' in rows) return rows;
      charged.push(...rows);
    }
  }
  return charged;
}

/** @param first the charge for the instant the record begins. */
function chargeByTime(line: Line, part: Part, first: CompiledCharge): readonly Charged[] | NotCharged {
  const measured = measureCharge(line, first);
  if ('code' in measured) return measured;
  const pieces = cutRecord(part, line.usage, first, measured.quantity);
  if (pieces !== undefined) return 'code' in pieces ? pieces : applyPieces(line, pieces, measured);
  const one = applyCharge(line, first, measured);
  return 'code' in one ? one : [one];
}
