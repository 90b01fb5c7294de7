import type { RatedBefore, RatedImpact } from './events.js';

/** Whose balance, and the start of its period; holder undefined = the subscription of the row. */
export type BalancePlace = readonly [holder: string | undefined, period: number, end?: number | null];

/** The balance an impact is on; undefined for one on money. */
export function keyOfImpact([offerType, resource]: RatedImpact): string | undefined {
  if (offerType === 'PRICE') return undefined;
  return offerType === 'ALLOWANCE' ? `allowance/${resource}` : `accumulator/${resource}`;
}

/** Whether a row moved a balance that is not the subscription's in its billing cycle: then it says where. */
export function saysPlaces({ elsewhere, carried }: RatedBefore): boolean {
  return elsewhere !== undefined || carried !== undefined;
}

/**
 * Where the balance is that an impact moves; undefined for the usual place, the subscription in the billing cycle of the
 * row. The row itself says it, so that balances are a fold of the stream alone, whatever is said of a resource later.
 */
export function placeOfImpact(impact: RatedImpact, key: string, before: RatedBefore | null): BalancePlace | undefined {
  if (before === null) return undefined;
  const { carried, elsewhere } = before;
  const [offerType, resource, , , amount, cyclesBefore] = impact;
  if (carried !== undefined && offerType === 'ALLOWANCE' && amount === null && cyclesBefore !== null) {
    const name = allowanceOfBucket(resource);
    const carry = carried.find(([allowance, back]) => allowance === name && back === cyclesBefore);
    if (carry === undefined) throw new Error(`Nothing says where ${resource} was ${cyclesBefore} cycles before`);
    return [elsewhere?.[`allowance/${name}`]?.[0], carry[2]];
  }
  return elsewhere?.[key];
}

/** `DATA~2` is what is left of DATA of two cycles ago. */
export function allowanceOfBucket(resource: string): string {
  const age = resource.lastIndexOf('~');
  return age < 0 ? resource : resource.slice(0, age);
}
