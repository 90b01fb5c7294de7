import { ceilDivide, type QuantityUnits } from './scaled.js';

/** The first stretch whole, then every begun `next`: 61 in 60/6 is 66. Nothing stays nothing. */
export function inIncrements(quantity: QuantityUnits, first: QuantityUnits, next: QuantityUnits): QuantityUnits {
  if (quantity === 0n) return 0n;
  return quantity <= first ? first : first + ceilDivide(quantity - first, next) * next;
}
