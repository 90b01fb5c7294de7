import type { NotCharged } from './charged.js';
import type { CompiledCharge, CompiledPercent } from '../compiled/compile-charge.js';
import type { Line } from './line.js';
import { QUANTITY_SCALE } from '../language/pricing.js';
import { amountOf, amountText, quantityText, quantityUnits, roundAmount, type AmountUnits } from '../numbers/scaled.js';

/** A percentage of a charge, and what it is of. */
export interface Percentage {
  readonly amount: AmountUnits;
  readonly baseText: string;
  /** Net amounts of the earlier charges it is of, by name. */
  readonly charges: Readonly<Record<string, string>> | undefined;
}

export function percentageOf(line: Line, charge: CompiledCharge, percent: CompiledPercent): Percentage | NotCharged {
  const { quantityName, numerator, denominator } = percent;
  if (quantityName === undefined) {
    const charges = earlierAmounts(line, percent);
    const base = Object.values(charges).reduce((sum, amount) => sum + amountOf(amount), 0n);
    return { amount: roundAmount(base * numerator, denominator), baseText: amountText(base), charges };
  }
  const raw = line.usage.quantity(quantityName);
  const base = typeof raw === 'string' ? quantityUnits(raw) : undefined;
  if (base === undefined) return notAnAmount(charge, quantityName, raw);
  return { amount: roundAmount(base * numerator, denominator), baseText: quantityText(base), charges: undefined };
}

function earlierAmounts({ price, charged, recalled }: Line, { charges }: CompiledPercent): Record<string, string> {
  const names = charges.map((index) => price.charges[index]?.name ?? '');
  if (recalled !== undefined) return { ...recalled.charges };
  const amounts: Record<string, string> = {};
  names.forEach((name) => {
    // An earlier charge that was not charged for this record counts 0.
    const earlier = charged.find(({ charge }) => charge.name === name);
    if (earlier !== undefined) amounts[name] = earlier.amountText;
  });
  return amounts;
}

function notAnAmount(charge: CompiledCharge, name: string, raw: string | null | undefined): NotCharged {
  const found =
    typeof raw === 'string'
      ? `has "${raw.slice(0, 80)}" as "${name}", which is not a decimal of 0 or more with at most ${QUANTITY_SCALE} decimals`
      : `has no "${name}"`;
  return {
    code: 'QUANTITY_NOT_DERIVABLE',
    reason: `charge "${charge.name}" is a percentage of "${name}", and the record ${found}`,
    facts: { measure: name },
  };
}
