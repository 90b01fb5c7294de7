import type { Before, Charged } from './charged.js';
import type { Balances, PricedUsage } from './priced-usage.js';
import type { CompiledPrice } from '../compiled/compile-pricing.js';
import type { QuantityUnits } from '../numbers/scaled.js';
import type { CycleTotals } from './volume-spread.js';

/** A usage line while it is charged. */
export interface Line {
  readonly price: CompiledPrice;
  readonly usage: PricedUsage;
  readonly balances: Balances;
  /** The charges of it so far. */
  readonly charged: Charged[];
  /** What rate units derived from it so far: two charges of one line read one meter once. */
  derived: Map<string, Derived> | undefined;
  /** When it is charged again to be explained: what its charge found then. */
  readonly recalled: Before | undefined;
  /** In the second pass: what the billing cycle came to. */
  readonly totals: CycleTotals | undefined;
}

/** What a charge measures of a record. */
export interface Derived {
  readonly quantity: QuantityUnits;
  readonly text: string;
  /** Of a meter that this charge is the first of its line to read. */
  readonly meter: Before['meter'];
}
