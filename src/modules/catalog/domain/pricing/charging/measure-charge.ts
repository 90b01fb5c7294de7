import type { NotCharged } from './charged.js';
import type { CompiledCharge } from '../compiled/compile-charge.js';
import { deriveQuantity } from './derive-quantity.js';
import type { Derived, Line } from './line.js';
import { QUANTITY_SCALE } from '../language/pricing.js';
import { isPlainInteger, ONE, quantityText, quantityUnits } from '../numbers/scaled.js';

const ONE_RECORD: Derived = { quantity: ONE, text: '1', meter: undefined };

/** What a charge measures of a record, before anything of it is rounded. */
export function measureCharge(line: Line, charge: CompiledCharge): Derived | NotCharged {
  const { quantityName, rateUnit } = charge;
  if (quantityName === undefined) return ONE_RECORD;
  if (rateUnit !== undefined || line.recalled?.measured !== undefined) return deriveQuantity(line, charge);
  const raw = line.usage.quantity(quantityName);
  const quantity = typeof raw === 'string' ? quantityUnits(raw) : undefined;
  if (quantity === undefined || typeof raw !== 'string') return notDerivable(charge, quantityName, raw);
  return { quantity, text: isPlainInteger(raw) ? raw : quantityText(quantity), meter: undefined };
}

function notDerivable(charge: CompiledCharge, name: string, raw: string | null | undefined): NotCharged {
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
