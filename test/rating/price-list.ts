import type { PriceUnits } from '../../src/modules/catalog/domain/pricing/compiled/price-units.js';
import type { LineOf } from '../support/priced-line.js';

/** A price list or a worked example somebody published, in our language, with what records cost by it. */
export interface PriceList {
  /** Who published it under which title. */
  readonly source: string;
  readonly pricing: unknown;
  readonly units?: PriceUnits;
  /** Each record alone, in a cycle of its own. */
  readonly records?: readonly PricedRecord[];
  /** Records of one cycle, one after the other. */
  readonly cycles?: readonly (readonly PricedRecord[])[];
}

/** Net amounts: of one charge as text, of several as a list. */
export type PricedRecord = readonly [record: LineOf, amounts: string | readonly string[]];

/** A price of one charge. */
export function one(charge: Readonly<Record<string, unknown>>, currency = 'USD'): unknown {
  return { currency, charges: [{ name: 'usage', measure: 'units', ...charge }] };
}

/** `[upTo, price]` pairs, the last bound open; `per` units each. */
export function tiers(steps: readonly (readonly [upTo: string, price: string])[], last: string, per = '1') {
  return [...steps.map(([upTo, price]) => ({ upTo, price, per })), { price: last, per }];
}

export const graduated = (steps: unknown) => ({ tiers: { by: 'QUANTITY', scope: 'GRADUATED', steps } });
export const whole = (steps: unknown) => ({ tiers: { by: 'QUANTITY', scope: 'WHOLE', steps } });
export const flat = (price: string, per = '1') => graduated([{ price, per }]);

/** `[quantity, amount]` pairs of one measure. */
export function of(measure: string, pairs: readonly (readonly [quantity: string, amount: string])[]): PricedRecord[] {
  return pairs.map(([quantity, amount]) => [{ quantities: { [measure]: quantity } }, amount]);
}
