import type { CompiledCharge } from '../compiled/compile-charge.js';
import { NO_TIER } from './price-quantity.js';
import type { QuantityUnits } from '../numbers/scaled.js';

/**
 * Where F starts: at the accumulator, or else at what of the record was charged before this piece of it.
 * @param found where the accumulator stands.
 */
export function startOf(
  { position }: CompiledCharge,
  found: QuantityUnits | undefined,
  before: QuantityUnits,
): QuantityUnits {
  if (position.by === 'BALANCE') return found ?? 0n;
  return position.by === 'VOLUME' && position.provisional === 'TIER_REACHED' ? (found ?? 0n) : before;
}

/**
 * The one tier that prices everything, where not the position in F says so.
 * @param total of the whole record, when it is priced by its pieces: WHOLE means all of it.
 */
export function tierOf(
  { tiers, position }: CompiledCharge,
  found: QuantityUnits | undefined,
  quantity: QuantityUnits,
  total?: QuantityUnits,
): number {
  if (tiers === undefined || position.by === 'BALANCE') return NO_TIER;
  switch (position.by) {
    case 'QUANTITY':
      return total === undefined || !tiers.whole ? NO_TIER : tiers.tierReached(total);
    case 'EARLIER_PERIOD':
      return tiers.tierReached(found ?? 0n);
    case 'VOLUME':
      return position.provisional === 'TIER_REACHED' ? tiers.tierReached((found ?? 0n) + quantity) : 0;
  }
}

/** Volume without a provisional price is only counted until its period is priced as a whole. */
export function isPriced({ position }: CompiledCharge): boolean {
  return position.by !== 'VOLUME' || position.provisional !== undefined;
}
