import { amountOfQuantity } from '../money-units.js';
import type { NonUsageType } from '../runs/non-usage-events.js';

/** Names of the counters by which a ledger knows what was made; no name in a price begins like this. */
const COUNTER = '$due ';
const KEY = `accumulator/${COUNTER}`;

/** What makes two charges without usage the same, within a subscription and a billing cycle. */
export interface DueIdentity {
  readonly type: NonUsageType;
  /** Of a true-up `<service>.<currency>`; of everything else the price offer. */
  readonly subject: string;
  /** Name of the charge; '' for a true-up. */
  readonly charge: string;
  /** Canonical decimal text. */
  readonly units: string;
  /** The days it is charged for, after its rule of proration, [firstDay, lastDay) of `days`. */
  readonly firstDay: number;
  readonly lastDay: number;
  readonly days: number;
}

export interface DuePrice {
  readonly priceOfferId: string;
  readonly version: number;
}

/** Made in a billing cycle so far, and what of it stands: what was taken back is 0. */
export interface Made extends DueIdentity {
  readonly price: DuePrice;
  /** At the rating scale. */
  readonly amount: bigint;
}

type Written = Omit<Made, 'amount'>;

/**
 * The name of the counter that says how much was made. It is the same for all subscriptions that pay the same for a whole
 * cycle: a ledger keeps a list of names once for all that have it.
 */
export function dueCounter(
  { type, subject, charge, units, firstDay, lastDay, days }: DueIdentity,
  price: DuePrice,
): string {
  const whole = firstDay === 0 && lastDay === days;
  const parts = [type, subject, price.priceOfferId, price.version, charge, units, days];
  return COUNTER + JSON.stringify(whole ? parts : [...parts, firstDay, lastDay]);
}

type Keys = readonly string[];

interface Understood {
  readonly made: readonly (readonly [index: number, written: Written])[];
  /** A minimum is looked at again in such a cycle: what was spent in it may have changed. */
  readonly countsSpend: boolean;
}

/** Reads what was made out of the balances of a cycle; what a list of keys says is understood once. */
export class MadeSoFar {
  private readonly understood = new WeakMap<Keys, Understood>();

  /** @param spendKeys what the keys of spend begin with. */
  constructor(private readonly spendKeys: string) {}

  of({ keys, values }: { readonly keys: Keys; readonly values: readonly bigint[] }): readonly Made[] {
    return this.understand(keys).made.map(([index, written]) => {
      return { ...written, amount: amountOfQuantity(values[index] ?? 0n) };
    });
  }

  /** Whether anything was made in a cycle. */
  isIn(keys: Keys): boolean {
    return this.understand(keys).made.length > 0;
  }

  countsSpend(keys: Keys): boolean {
    return this.understand(keys).countsSpend;
  }

  private understand(keys: Keys): Understood {
    let known = this.understood.get(keys);
    if (known === undefined) {
      const made = keys.flatMap((key, index) => (key.startsWith(KEY) ? [[index, writtenIn(key)] as const] : []));
      const countsSpend =
        keys.some((key) => key.startsWith(this.spendKeys)) || made.some(([, { type }]) => type === 'TRUE-UP');
      known = { made, countsSpend };
      this.understood.set(keys, known);
    }
    return known;
  }
}

function writtenIn(key: string): Written {
  const [type, subject, priceOfferId, version, charge, units, days, firstDay = 0, lastDay = days] = JSON.parse(
    key.slice(KEY.length),
  ) as [NonUsageType, string, string, number, string, string, number, number?, number?];
  return { type, subject, charge, units, firstDay, lastDay, days, price: { priceOfferId, version } };
}

/** The version of a price does not tell: what was made by another version stands. */
export function isSame(a: DueIdentity, b: DueIdentity): boolean {
  const sameThing = a.type === b.type && a.subject === b.subject && a.charge === b.charge;
  const sameDays = a.firstDay === b.firstDay && a.lastDay === b.lastDay && a.days === b.days;
  return sameThing && sameDays && a.units === b.units;
}

/** A charge without usage that is due for a cycle as things are known now. */
export interface Due extends DueIdentity {
  readonly price: DuePrice;
  readonly proration: 'PRORATE' | 'NO_CHARGE' | 'FULL_CHARGE';
  readonly currency: string;
  /** What it is for, [from, to) in epoch ms. */
  readonly applied: { readonly from: number; readonly to: number };
  /** At the rating scale. */
  readonly amount: bigint;
  /** Of a true-up: what is due at least, and what was charged. */
  readonly trueUp?: { readonly minimum: bigint; readonly spent: bigint };
}

/** What a run adds for a billing cycle of a subscription. */
export interface Movement {
  readonly due: Due;
  /** At the rating scale; what is taken back is less than nothing. */
  readonly amount: bigint;
  /** What was made of it before; of everything but a true-up nothing, or all of what is taken back. */
  readonly before: bigint;
  /** It takes back what is not due any more, or corrects a true-up. */
  readonly corrects: boolean;
}
