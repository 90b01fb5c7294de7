import { balanceIn, type BalanceStore, type PeriodBalances } from './balance-store.js';
import { ElsewhereDraft, type RecordPlace } from './elsewhere-draft.js';
import type { BillingCalendar } from './keeping.js';
import type { Balances, Granting } from '../charging/priced-usage.js';
import { allowanceKey, allowanceNameOf, type ResourceKey } from './resource-keys.js';
import type { QuantityUnits } from '../numbers/scaled.js';

/**
 * The balances one record sees while it is rated: changes are kept apart until the whole line is charged, so that a line
 * that fails moves nothing.
 */
export class DraftedBalances implements Balances {
  private holder = '';
  private cycle = 0;
  private calendar: BillingCalendar | undefined;
  /** Found once for all that one record asks. */
  private balances: PeriodBalances | undefined;
  private readonly keys: ResourceKey[] = [];
  private readonly values: QuantityUnits[] = [];
  private draft: ElsewhereDraft | undefined;

  constructor(private store: BalanceStore) {}

  /**
   * Looks at the balances of the next record; what the last one moved and did not commit is forgotten.
   * @param holder the subscription.
   * @param cycle start of its billing cycle.
   * @param place where a price names resources that are kept otherwise.
   */
  start(store: BalanceStore, holder: string, cycle: number, calendar: BillingCalendar, place?: RecordPlace): void {
    this.store = store;
    this.holder = holder;
    this.cycle = cycle;
    this.calendar = calendar;
    this.balances = store.cycleOf(holder, cycle);
    this.keys.length = 0;
    this.values.length = 0;
    this.draft = place === undefined ? undefined : new ElsewhereDraft(store, { holder, cycle, calendar, ...place });
  }

  get elsewhere(): ElsewhereDraft | undefined {
    return this.draft;
  }

  get grants(): Granting | undefined {
    return this.draft;
  }

  get(key: ResourceKey): QuantityUnits | undefined {
    const index = this.keys.indexOf(key);
    if (index >= 0) return this.values[index];
    return this.draft?.placeOf(key) === undefined ? balanceIn(this.balances, key) : this.draft.get(key);
  }

  set(key: ResourceKey, value: QuantityUnits): void {
    const index = this.keys.indexOf(key);
    if (index >= 0) {
      this.values[index] = value;
      return;
    }
    this.keys.push(key);
    this.values.push(value);
  }

  earlier(key: ResourceKey): QuantityUnits | undefined {
    if (this.calendar === undefined) return undefined;
    if (this.draft?.keeps(key) === true) return this.draft.earlier(key);
    return balanceIn(this.store.cycleOf(this.holder, this.calendar.startAt(this.cycle - 1)), key);
  }

  latest(key: ResourceKey): QuantityUnits | undefined {
    return this.get(key) ?? this.store.latestBefore(this.holder, this.cycle, key);
  }

  allowances(): readonly string[] {
    const granted = this.balances?.keys ?? [];
    const keys = [...granted, ...this.keys.filter((key) => !granted.includes(key))];
    if (this.draft === undefined) return keys.flatMap((key) => allowanceNameOf(key) ?? []);
    const names = [...keys, ...this.draft.keys()].flatMap((key) => allowanceNameOf(key) ?? []);
    return [...new Set(names)].filter((name) => this.get(allowanceKey(name)) !== undefined);
  }

  commit(): void {
    const { draft } = this;
    draft?.commitCarried();
    for (let index = 0; index < this.keys.length; index += 1) {
      const key = this.keys[index] ?? '';
      const value = this.values[index] ?? 0n;
      const place = draft?.placeOf(key);
      if (draft !== undefined && place !== undefined) draft.commit(place, key, value);
      else this.store.setIn((this.balances ??= this.open()), key, value);
    }
  }

  /** What is kept elsewhere may have opened it just now: a period of its own can begin with the cycle. */
  private open(): PeriodBalances {
    return this.store.cycleOf(this.holder, this.cycle) ?? this.store.open(this.holder, this.cycle);
  }
}
