import type { Balances, Before, Charged, Impact, NotCharged, PricedUsage } from './charged.js';
import type { CompiledCharge, CompiledPrice } from './compile-pricing.js';
import { priceQuantity } from './price-quantity.js';
import { QUANTITY_SCALE } from './pricing.js';
import { ratedQuantity } from './rated-quantity.js';
import { amountText, isPlainInteger, quantityText, quantityUnits, type QuantityUnits } from './scaled.js';

const ONE: QuantityUnits = 10n ** BigInt(QUANTITY_SCALE);

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
  const amount = priceQuantity({ price, charge, balances, impacts, text }, position ?? 0n, quantity);
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
