import type { CompiledCharge } from '../compiled/compile-charge.js';
import { inIncrements } from '../numbers/increments.js';
import { ceilDivide, ONE, type QuantityUnits } from '../numbers/scaled.js';

/**
 * What of a measured quantity is charged: minimum -> increments or block -> free. Nothing measured stays nothing unless
 * a minimum is asked for: a call that was never answered has no first minute.
 */
export function ratedQuantity(charge: CompiledCharge, measured: QuantityUnits): QuantityUnits {
  if (charge.keepsQuantity) return measured;
  const rounded = roundedQuantity(charge, atLeastMinimum(charge, measured));
  return rounded > charge.free ? rounded - charge.free : 0n;
}

export function atLeastMinimum(charge: CompiledCharge, measured: QuantityUnits): QuantityUnits {
  return measured < charge.minimum ? charge.minimum : measured;
}

/** After increments or block; with `countBlocks` a number of blocks. */
export function roundedQuantity(charge: CompiledCharge, quantity: QuantityUnits): QuantityUnits {
  if (charge.next > 0n) return inIncrements(quantity, charge.first, charge.next);
  if (charge.block === 0n) return quantity;
  const blocks = charge.blockDown ? quantity / charge.block : ceilDivide(quantity, charge.block);
  return charge.countBlocks ? blocks * ONE : blocks * charge.block;
}
