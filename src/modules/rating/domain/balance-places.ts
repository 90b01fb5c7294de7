import type { RatedBefore, RatedImpact } from './events.js';
import { quantityUnitsOf } from './quantity-units.js';

/** One balance of a partition. */
export interface BalanceId {
  readonly holder: string;
  /** Start of the period. */
  readonly period: number;
  readonly key: string;
}

export interface BalanceMove extends BalanceId {
  /** Units of 10^-12. */
  readonly change: bigint;
}

interface PlacedMove extends BalanceMove {
  readonly impact: RatedImpact;
  /** It is not the subscription's in the billing cycle of the row. */
  readonly isElsewhere: boolean;
}

/** What a row says of the balances it moved. */
export interface MovingRow {
  readonly subscription: string;
  readonly cycle: number;
  readonly impacts: readonly RatedImpact[];
  readonly before: RatedBefore | null;
}

/** What a row moves, impact by impact; taken back, it is the same with the other sign. */
export function movesOf(account: string, row: MovingRow): readonly PlacedMove[] {
  const moves: PlacedMove[] = [];
  const usual = holderOf(account, row.subscription);
  for (const impact of row.impacts) {
    const key = keyOfImpact(impact);
    if (key === undefined) continue;
    const place = placeOfImpact(impact, key, row.before);
    const change = quantityUnitsOf(impact[2]);
    const isElsewhere = place !== undefined;
    moves.push({ holder: place?.[0] ?? usual, period: place?.[1] ?? row.cycle, key, change, impact, isElsewhere });
  }
  return moves;
}

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

/** Who holds balances: a subscription of an account. */
export function holderOf(account: string, subscription: string): string {
  return `${account}\n${subscription}`;
}

/** What all subscriptions of an account share. */
export function accountHolder(account: string): string {
  return `${account}\n`;
}

/** What a service id of a subscription has for itself. */
export function serviceHolder(subscription: string, serviceId: string): string {
  return `${subscription}\n${serviceId}`;
}

/** Whose balances a holder's are: the subscription is empty for what the account shares, the service id mostly. */
export function ownerOf(holder: string): { readonly subscription: string; readonly serviceId: string } {
  const [, subscription = '', serviceId = ''] = holder.split('\n');
  return { subscription, serviceId };
}
