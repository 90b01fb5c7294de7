import type { Before } from '../charging/charged.js';
import type { CompiledAllowance, CompiledCharge } from '../compiled/compile-charge.js';
import type { Line } from '../charging/line.js';
import type { Balances } from '../charging/priced-usage.js';
import { EARLIER } from './resource-keys.js';
import { quantityText, type QuantityUnits } from '../numbers/scaled.js';

/** What of the balances a charge looks at, before it moves them: with it the charge can be computed again. */
export function beforeOf(line: Line, charge: CompiledCharge, allowances: readonly CompiledAllowance[]): Before | null {
  const { balances, price } = line;
  const { position, freeCounter } = charge;
  const looksAtTier = position.by !== 'QUANTITY';
  const looksFurther = freeCounter !== undefined || price.spend !== undefined || charge.anyMatching;
  if (!looksAtTier && !looksFurther && allowances.length === 0) return null;
  const accumulator = looksAtTier ? quantityText(positionOf(balances, charge) ?? 0n) : null;
  const found = { accumulator, allowances: allowancesFound(balances, allowances) };
  if (!looksFurther) return found;
  return {
    ...found,
    ...(freeCounter === undefined && price.spend === undefined ? {} : { balances: countersFound(line, charge) }),
    ...(charge.anyMatching ? { order: allowances.map(({ name }) => name) } : {}),
  };
}

/** Of a record priced by its pieces: everything that any of their charges looks at. */
export function beforeOfAll(
  line: Line,
  charges: readonly CompiledCharge[],
  allowancesOf: (charge: CompiledCharge) => readonly CompiledAllowance[],
): Pick<Before, 'accumulator' | 'allowances' | 'balances'> {
  const balances: Record<string, string> = {};
  const allowances: Record<string, string> = {};
  for (const charge of charges) {
    Object.assign(balances, countersFound(line, charge));
    Object.assign(allowances, allowancesFound(line.balances, allowancesOf(charge)));
    const { position } = charge;
    if (position.by === 'QUANTITY') continue;
    const found = positionOf(line.balances, charge);
    if (found !== undefined)
      balances[position.by === 'EARLIER_PERIOD' ? EARLIER + position.key : position.key] = quantityText(found);
  }
  return { accumulator: null, allowances, ...(Object.keys(balances).length === 0 ? {} : { balances }) };
}

/** Where the accumulator of a charge's tiers stands. */
export function positionOf(balances: Balances, { position }: CompiledCharge): QuantityUnits | undefined {
  if (position.by === 'QUANTITY') return undefined;
  return position.by === 'EARLIER_PERIOD' ? balances.earlier(position.key) : balances.get(position.key);
}

function allowancesFound(balances: Balances, allowances: readonly CompiledAllowance[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { name, key } of allowances) {
    const value = balances.get(key);
    if (value !== undefined) found[name] = quantityText(value);
  }
  return found;
}

function countersFound({ price, balances }: Line, { freeCounter }: CompiledCharge): Record<string, string> {
  const found: Record<string, string> = {};
  for (const counter of [freeCounter, price.spend?.counter]) {
    const value = counter === undefined ? undefined : balances.get(counter.key);
    if (counter !== undefined && value !== undefined) found[counter.key] = quantityText(value);
  }
  return found;
}
