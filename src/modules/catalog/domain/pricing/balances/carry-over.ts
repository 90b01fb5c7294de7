import type { Carry } from './carry.js';
import type { Impact } from '../charging/charged.js';
import type { Balances } from '../charging/priced-usage.js';
import type { Keeping } from './keeping.js';
import { allowanceKey, bucketName } from './resource-keys.js';
import { quantityOf, quantityText, type QuantityUnits } from '../numbers/scaled.js';

/** A billing cycle before the one that is granted: what is left of each grant in it, by its age there. */
export interface EarlierCycle {
  /** How many cycles before. */
  readonly back: number;
  readonly start: number;
  /** Undefined when it had no use, so that nobody has granted it yet. */
  readonly left: readonly (readonly [age: number, left: QuantityUnits])[] | undefined;
}

interface Part {
  readonly source: number;
  readonly age: number;
  left: QuantityUnits;
}

/**
 * What comes over from earlier cycles into one, from cycle to cycle: what is older than `cycles` is lost; of more than
 * the cap the oldest is lost, as it would not last as long. Cycles without a use were granted too, and nothing of them used.
 *
 *     two cycles ago   |####|  left 40  ---.
 *     one cycle ago    |########| 80  ------+--> at most the cap, the youngest first
 *     this cycle       |##########| its own grant
 *
 * @param earlier the oldest first, without gaps, up to the cycle before.
 * @param grant what a cycle without a use was granted, by its start.
 */
export function carriedOver(
  name: string,
  earlier: readonly EarlierCycle[],
  grant: (cycle: number) => QuantityUnits,
  { cap, cycles }: NonNullable<Keeping['rollover']>,
): readonly Carry[] {
  let parts: Part[] = [];
  for (const { back, start, left } of earlier) {
    for (const [age, units] of left ?? [[0, grant(start)] as const]) parts.push({ source: back, age, left: units });
    // Into the next cycle, in which everything is one older.
    parts = parts.filter(({ source, age, left: units }) => units > 0n && age + source - back + 1 <= cycles);
    dropOver(cap, parts);
  }
  return earlier.map(({ back, start, left }): Carry => {
    const ages = left?.map(([age]) => age) ?? [0];
    const taken = ages.map((age) => {
      const part = parts.find((candidate) => candidate.source === back && candidate.age === age);
      return [age, quantityText(part?.left ?? 0n)] as const;
    });
    return [name, back, start, left === undefined ? quantityText(grant(start)) : null, taken];
  });
}

/** The oldest come first. */
function dropOver(cap: QuantityUnits, parts: readonly Part[]): void {
  let over = parts.reduce((sum, { left }) => sum + left, 0n) - cap;
  const oldestFirst = [...parts].sort((a, b) => b.age + b.source - (a.age + a.source));
  for (const part of oldestFirst) {
    if (over <= 0n) return;
    const lost = part.left < over ? part.left : over;
    part.left -= lost;
    over -= lost;
  }
}

/** Notes what is carried over, and sets what it gives; an impact with a tier is on the balance of so many cycles before. */
export function noteCarry(balances: Balances, carry: Carry, impacts: Impact[]): void {
  const [allowance, back, , granted] = carry;
  if (granted !== null) impacts.push(['ALLOWANCE', allowance, granted, null, null, back]);
  for (const { from, to, quantity } of movesOf(carry)) {
    impacts.push(['ALLOWANCE', from, `-${quantity}`, null, null, back]);
    impacts.push(['ALLOWANCE', to, quantity, null, null, null]);
    balances.set(allowanceKey(to), (balances.get(allowanceKey(to)) ?? 0n) + quantityOf(quantity));
  }
}

/** What of a carry goes where: from a balance of the earlier cycle into one of this cycle. */
export function* movesOf([allowance, back, , , taken]: Carry): Iterable<{
  readonly from: string;
  readonly to: string;
  readonly quantity: string;
}> {
  for (const [age, quantity] of taken) {
    if (quantity !== '0') yield { from: bucketName(allowance, age), to: bucketName(allowance, age + back), quantity };
  }
}
