import type { Grant } from '../language/pricing.js';
import type { QuantityUnits } from '../numbers/scaled.js';

/** What is granted of an allowance in a billing cycle. */
export interface CompiledGrant {
  readonly units: QuantityUnits;
  readonly text: string;
  /** Of the cycle in which the subscription begins; undefined = the whole. */
  readonly proration: Grant['proration'];
}
