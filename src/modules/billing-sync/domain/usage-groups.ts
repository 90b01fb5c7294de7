import { Decimal } from '../../../shared/kernel/decimal.js';
import { rateScheduleOf } from '../../../shared/kernel/price-offer-id.js';
import { ExactSum } from './exact-sum.js';

/** What aggregation reads of a rated event; the rating module's UsageBatchRated has it. */
export interface RatedUsage {
  readonly head: {
    readonly sources: readonly { readonly usageRecordType: string }[];
    readonly offers: readonly { readonly priceOfferId: string }[];
    readonly money: Readonly<Record<string, string>>;
  };
  readonly columns: {
    /** Index into head.sources. */
    readonly source: readonly number[];
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

/** What aggregation reads of a correction; the rating module's UsageRerated has it: rows as they are, and as they were. */
export interface CorrectedUsage {
  readonly head: RatedUsage['head'];
  readonly columns: RatedUsage['columns'] & {
    /** Null for a charge that is made for the first time: it takes nothing back. */
    readonly 'old.revision': readonly (number | null)[];
    readonly 'old.subscription': readonly string[];
    readonly 'old.usageType': readonly string[];
    readonly 'old.offer': readonly number[];
    readonly 'old.currency': readonly string[];
    readonly 'old.quantity': readonly string[];
    readonly 'old.amount': readonly string[];
  };
}

/** What is paid for already, out of top-ups: it is not billed again. */
const PREPAID = 'PREPAID';

/** One group of the aggregation key, blended. */
export interface UsageGroup {
  readonly account: string;
  readonly subscription: string;
  readonly usageType: string;
  readonly currency: string;
  readonly rateSchedule: string;
  readonly quantity: ExactSum;
  readonly amount: ExactSum;
  /** Rows that are in it: a correction is one, whether it adds, takes back or both. */
  records: number;
  /** Whether a correction took something back from it. */
  corrected: boolean;
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
  /** Of it, what prepaid rows add up to. */
  private readonly paidMoney = new Map<string, ExactSum>();

  add(rated: RatedUsage): void {
    const schedules = this.begin(rated.head);
    const { source, account, subscription, usageType, at, offer, currency, quantity, amount } = rated.columns;
    const paid = paidSources(rated.head);
    for (let row = 0; row < account.length; row += 1) {
      if (paid?.has(source[row] ?? -1) === true) {
        sumOf(this.paidMoney, currency[row] ?? '').add(amount[row] ?? '0');
        continue;
      }
      const group = this.groupOf(
        account[row] ?? '',
        currency[row] ?? '',
        subscription[row] ?? '',
        usageType[row] ?? '',
        schedules[offer[row] ?? -1] ?? '',
      );
      count(group, at[row] ?? 0);
      group.quantity.add(quantity[row] ?? '0');
      group.amount.add(amount[row] ?? '0');
    }
  }

  /** Adds what rows are now, and takes back what they were: each in the group it belongs to. */
  correct(corrected: CorrectedUsage): void {
    const schedules = this.begin(corrected.head);
    const { columns } = corrected;
    const paid = paidSources(corrected.head);
    for (let row = 0; row < columns.account.length; row += 1) {
      if (paid?.has(columns.source[row] ?? -1) === true) {
        this.correctPaid(columns, row);
        continue;
      }
      const account = columns.account[row] ?? '';
      const at = columns.at[row] ?? 0;
      const group = this.groupOf(
        account,
        columns.currency[row] ?? '',
        columns.subscription[row] ?? '',
        columns.usageType[row] ?? '',
        schedules[columns.offer[row] ?? -1] ?? '',
      );
      count(group, at);
      group.quantity.add(columns.quantity[row] ?? '0');
      group.amount.add(columns.amount[row] ?? '0');
      if (columns['old.revision'][row] === null) continue;
      const before = this.groupOf(
        account,
        columns['old.currency'][row] ?? '',
        columns['old.subscription'][row] ?? '',
        columns['old.usageType'][row] ?? '',
        schedules[columns['old.offer'][row] ?? -1] ?? '',
      );
      if (before !== group) count(before, at);
      before.corrected = true;
      before.quantity.subtract(columns['old.quantity'][row] ?? '0');
      before.amount.subtract(columns['old.amount'][row] ?? '0');
    }
  }

  /**
   * In the order of the key, so that the same records always make the same lines. A group that corrections brought to
   * exactly nothing makes no line: there is nothing to bill, and maybe nobody to bill it to.
   */
  sorted(): UsageGroup[] {
    return [...this.groups.entries()]
      .filter(([, group]) => !group.corrected || !group.amount.isZero() || !group.quantity.isZero())
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([, group]) => group);
  }

  /** By currency: what the rated events' heads say less what is prepaid, and what is to be billed of their rows: equal. */
  money(): { readonly currency: string; readonly heads: Decimal; readonly rows: Decimal }[] {
    const rows = new Map<string, Decimal>();
    for (const group of this.groups.values()) {
      rows.set(group.currency, (rows.get(group.currency) ?? Decimal.ZERO).plus(group.amount.value()));
    }
    const currencies = [...new Set([...this.headMoney.keys(), ...this.paidMoney.keys(), ...rows.keys()])].sort();
    return currencies.map((currency) => ({
      currency,
      heads: sumOf(this.headMoney, currency).value().minus(sumOf(this.paidMoney, currency).value()),
      rows: rows.get(currency) ?? Decimal.ZERO,
    }));
  }

  /** Adds up a head, and reads the rate schedules of its offers. */
  private begin({ money, offers }: RatedUsage['head']): readonly string[] {
    for (const [currency, amount] of Object.entries(money)) sumOf(this.headMoney, currency).add(amount);
    return offers.map((offer) => rateScheduleOf(offer.priceOfferId));
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
        corrected: false,
        firstAt: Number.POSITIVE_INFINITY,
        lastAt: Number.NEGATIVE_INFINITY,
      };
      this.groups.set(key, group);
    }
    return group;
  }

  private correctPaid(columns: CorrectedUsage['columns'], row: number): void {
    sumOf(this.paidMoney, columns.currency[row] ?? '').add(columns.amount[row] ?? '0');
    if (columns['old.revision'][row] === null) return;
    sumOf(this.paidMoney, columns['old.currency'][row] ?? '').subtract(columns['old.amount'][row] ?? '0');
  }
}

function sumOf(sums: Map<string, ExactSum>, currency: string): ExactSum {
  let sum = sums.get(currency);
  if (sum === undefined) {
    sum = new ExactSum();
    sums.set(currency, sum);
  }
  return sum;
}

/** Of the sources of an event those whose rows are prepaid; undefined when none is, the usual case. */
function paidSources({ sources }: RatedUsage['head']): ReadonlySet<number> | undefined {
  if (!sources.some(({ usageRecordType }) => usageRecordType === PREPAID)) return undefined;
  return new Set(sources.flatMap(({ usageRecordType }, index) => (usageRecordType === PREPAID ? [index] : [])));
}

function count(group: UsageGroup, at: number): void {
  group.records += 1;
  if (at < group.firstAt) group.firstAt = at;
  if (at > group.lastAt) group.lastAt = at;
}
