import { Decimal } from '../../../shared/kernel/decimal.js';
import { ExactSum } from './exact-sum.js';
import { rateScheduleOf } from './line-id.js';

/** What aggregation reads of a rated event; the rating module's UsageBatchRated has it. */
export interface RatedUsage {
  readonly head: {
    readonly offers: readonly { readonly priceOfferId: string }[];
    readonly money: Readonly<Record<string, string>>;
  };
  readonly columns: {
    readonly account: readonly string[];
    readonly subscription: readonly string[];
    readonly usageType: readonly string[];
    readonly at: readonly number[];
    readonly offer: readonly number[];
    readonly currency: readonly string[];
    readonly quantity: readonly string[];
    readonly amount: readonly string[];
  };
}

/** One group of the aggregation key, blended. */
export interface UsageGroup {
  readonly account: string;
  readonly subscription: string;
  readonly usageType: string;
  readonly currency: string;
  readonly rateSchedule: string;
  readonly quantity: ExactSum;
  readonly amount: ExactSum;
  records: number;
  firstAt: number;
  lastAt: number;
}

/** The attributes of the default aggregation key, in the order of the lines. Qualifiers join it once they are mapped. */
export const AGGREGATION_KEY = ['account', 'currency', 'subscription', 'usageType', 'rateSchedule'] as const;

/** Folds rated events of one partition into groups; holds one group per line to come, never a record. */
export class UsageGroups {
  private readonly groups = new Map<string, UsageGroup>();
  /** What the heads say, by currency: the other side of the gate. */
  private readonly headMoney = new Map<string, ExactSum>();
  records = 0;

  add(rated: RatedUsage): void {
    for (const [currency, amount] of Object.entries(rated.head.money)) this.headSum(currency).add(amount);
    const schedules = rated.head.offers.map((offer) => rateScheduleOf(offer.priceOfferId));
    const { account, subscription, usageType, at, offer, currency, quantity, amount } = rated.columns;
    for (let row = 0; row < account.length; row += 1) {
      const group = this.groupOf(
        account[row] ?? '',
        currency[row] ?? '',
        subscription[row] ?? '',
        usageType[row] ?? '',
        schedules[offer[row] ?? -1] ?? '',
      );
      const time = at[row] ?? 0;
      group.records += 1;
      group.quantity.add(quantity[row] ?? '0');
      group.amount.add(amount[row] ?? '0');
      if (time < group.firstAt) group.firstAt = time;
      if (time > group.lastAt) group.lastAt = time;
    }
    this.records += account.length;
  }

  /** In the order of the key, so that the same records always make the same lines. */
  sorted(): UsageGroup[] {
    return [...this.groups.entries()].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, group]) => group);
  }

  /** By currency: what the rated events' heads say, and what their rows add up to. They must be equal. */
  money(): { readonly currency: string; readonly heads: Decimal; readonly rows: Decimal }[] {
    const rows = new Map<string, Decimal>();
    for (const group of this.groups.values()) {
      rows.set(group.currency, (rows.get(group.currency) ?? Decimal.ZERO).plus(group.amount.value()));
    }
    const currencies = [...new Set([...this.headMoney.keys(), ...rows.keys()])].sort();
    return currencies.map((currency) => ({
      currency,
      heads: this.headMoney.get(currency)?.value() ?? Decimal.ZERO,
      rows: rows.get(currency) ?? Decimal.ZERO,
    }));
  }

  private groupOf(
    account: string,
    currency: string,
    subscription: string,
    usageType: string,
    rateSchedule: string,
  ): UsageGroup {
    const key = `${account}\u0000${currency}\u0000${subscription}\u0000${usageType}\u0000${rateSchedule}`;
    let group = this.groups.get(key);
    if (group === undefined) {
      group = {
        account,
        subscription,
        usageType,
        currency,
        rateSchedule,
        quantity: new ExactSum(),
        amount: new ExactSum(),
        records: 0,
        firstAt: Number.POSITIVE_INFINITY,
        lastAt: Number.NEGATIVE_INFINITY,
      };
      this.groups.set(key, group);
    }
    return group;
  }

  private headSum(currency: string): ExactSum {
    let sum = this.headMoney.get(currency);
    if (sum === undefined) {
      sum = new ExactSum();
      this.headMoney.set(currency, sum);
    }
    return sum;
  }
}
