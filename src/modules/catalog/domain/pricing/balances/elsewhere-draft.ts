import { balanceIn, type BalanceStore } from './balance-store.js';
import { carriedOver, movesOf, type EarlierCycle } from './carry-over.js';
import type { Carry } from './carry.js';
import {
  dayOf,
  endOfGrant,
  endOfPeriod,
  stretchStart,
  type BillingCalendar,
  type Keeping,
  type KeptResources,
} from './keeping.js';
import type { CompiledGrant } from '../compiled/compiled-grant.js';
import type { Granting, KeptElsewhere } from '../charging/priced-usage.js';
import { ageOfBucket, allowanceKey, bucketName, type ResourceKey } from './resource-keys.js';
import { quantityOf, quantityText, type QuantityUnits } from '../numbers/scaled.js';
import { shareOf } from '../numbers/share.js';

type Place = readonly [holder: string, period: number];

/** What a record says of where its balances are, besides subscription and billing cycle. */
export interface RecordPlace {
  readonly resources: KeptResources;
  /** Usage time. */
  readonly at: number;
  /** Who holds what the account shares, and what the service id has for itself. */
  readonly account: string;
  readonly service: string;
  /**
   * Since when the subscription has been what it is, or the account: cycles before that were not granted. What all
   * subscriptions share is the same whichever of them asks first.
   */
  readonly since: (scope: Keeping['scope']) => number;
}

interface Usual {
  readonly holder: string;
  readonly cycle: number;
  readonly calendar: BillingCalendar;
}

/** Of one record: the balances that are kept elsewhere, found by what the building blocks say of their resources. */
export class ElsewhereDraft implements KeptElsewhere, Granting {
  private readonly places = new Map<ResourceKey, Place | undefined>();
  private readonly carried: Carry[] = [];
  private untold: Carry[] = [];
  private prorated: Record<string, string> = {};

  constructor(
    private readonly store: BalanceStore,
    private readonly record: RecordPlace & Usual,
  ) {}

  placeOf(key: ResourceKey): Place | undefined {
    if (this.places.has(key)) return this.places.get(key);
    const keeping = this.record.resources.of(key);
    const place =
      keeping === undefined
        ? undefined
        : this.unlessUsual(keeping, this.holderOf(keeping), this.periodOf(key, keeping));
    this.places.set(key, place);
    return place;
  }

  endOf(key: ResourceKey): number | null {
    const { resources, cycle, calendar } = this.record;
    return endOfPeriod(resources.of(key), this.placeOf(key)?.[1] ?? cycle, calendar);
  }

  earlierPlaceOf(key: ResourceKey): Place | undefined {
    const keeping = this.record.resources.of(key);
    return keeping === undefined ? undefined : this.earlierOf(keeping);
  }

  /** Whether a resource has rules of its own, wherever they lead. */
  keeps(key: ResourceKey): boolean {
    return this.record.resources.of(key) !== undefined;
  }

  /** Of a key that has a place. */
  get(key: ResourceKey): QuantityUnits | undefined {
    const place = this.placeOf(key);
    return place === undefined ? undefined : balanceIn(this.store.cycleOf(...place), key);
  }

  /** Of a key that it keeps. */
  earlier(key: ResourceKey): QuantityUnits | undefined {
    const place = this.earlierPlaceOf(key);
    return place === undefined ? undefined : balanceIn(this.store.cycleOf(...place), key);
  }

  /** Of everything that those hold whom the record belongs to; some of it in other periods. */
  *keys(): Iterable<ResourceKey> {
    const { holder, account, service } = this.record;
    for (const one of [holder, account, service]) {
      for (const { keys } of this.store.periodsOf(one)) yield* keys;
    }
  }

  isValid(allowance: string): boolean {
    const { resources, at } = this.record;
    const period = resources.of(allowanceKey(allowance))?.period;
    return period?.type !== 'DATES' || (at >= period.from && at < period.to);
  }

  expiryOf(allowance: string): number {
    const { resources, cycle, calendar } = this.record;
    const key = allowanceKey(allowance);
    const keeping = resources.of(key);
    switch (keeping?.period.type) {
      case 'DATES':
        return keeping.period.to;
      case 'NEVER':
        return Infinity;
      case 'FROM_GRANT':
        return endOfGrant(this.periodOf(key, keeping), keeping.period, calendar.timeZone);
      default: {
        let end = calendar.endAt(cycle);
        const more = (keeping?.rollover?.cycles ?? 0) - ageOfBucket(allowance);
        for (let next = 0; next < more; next += 1) end = calendar.endAt(end);
        return end;
      }
    }
  }

  carryOver(allowance: string, grant: CompiledGrant): readonly Carry[] {
    const keeping = this.record.resources.of(allowanceKey(allowance));
    if (keeping?.rollover === undefined) return [];
    const earlier = this.earlierCycles(allowance, keeping.rollover.cycles, keeping);
    const granted = (cycle: number): QuantityUnits => this.grantIn(cycle, grant, keeping.scope);
    const carries = carriedOver(allowance, earlier, granted, keeping.rollover);
    this.carried.push(...carries);
    this.untold.push(...carries);
    return carries;
  }

  grantedOf(allowance: string, grant: CompiledGrant): QuantityUnits {
    const { period, scope = 'SUBSCRIPTION' } = this.record.resources.of(allowanceKey(allowance)) ?? {};
    const isOfCycle = period === undefined || period.type === 'CYCLE';
    const units = isOfCycle ? this.grantIn(this.record.cycle, grant, scope) : grant.units;
    if (units !== grant.units) this.prorated[allowance] = quantityText(units);
    return units;
  }

  takeGranted(): Readonly<Record<string, string>> {
    const { prorated } = this;
    this.prorated = {};
    return prorated;
  }

  takeCarried(): readonly Carry[] {
    const { untold } = this;
    this.untold = [];
    return untold;
  }

  commit([holder, period]: Place, key: ResourceKey, value: QuantityUnits): void {
    this.store.setIn(this.store.cycleOf(holder, period) ?? this.store.open(holder, period), key, value);
  }

  /** In the earlier cycles; what it gave in this one is among what the record moved. */
  commitCarried(): void {
    for (const carry of this.carried) {
      const [allowance, , period, granted] = carry;
      const keeping = this.record.resources.of(allowanceKey(allowance));
      const holder = keeping === undefined ? this.record.holder : this.holderOf(keeping);
      if (granted !== null) this.commit([holder, period], allowanceKey(allowance), quantityOf(granted));
      for (const { from, quantity } of movesOf(carry)) {
        const key = allowanceKey(from);
        const left = balanceIn(this.store.cycleOf(holder, period), key) ?? 0n;
        this.commit([holder, period], key, left - quantityOf(quantity));
      }
    }
    this.carried.length = 0;
  }

  /** By days of the account's zone: the day on which the subscription (or the account) begins is its own. */
  private grantIn(cycle: number, { units, proration }: CompiledGrant, scope: Keeping['scope']): QuantityUnits {
    const since = this.record.since(scope);
    if (proration === undefined || since <= cycle) return units;
    if (proration === 'NO_CHARGE') return 0n;
    const { calendar } = this.record;
    const whole = daysBetween(cycle, calendar.endAt(cycle));
    const from = daysBetween(cycle, dayOf(since, calendar.timeZone));
    return from >= whole ? 0n : shareOf(units, { from: BigInt(from), to: BigInt(whole), whole: BigInt(whole) });
  }

  private holderOf({ scope }: Keeping): string {
    const { holder, account, service } = this.record;
    return scope === 'ACCOUNT' ? account : scope === 'SERVICE_ID' ? service : holder;
  }

  private periodOf(key: ResourceKey, { period, ...keeping }: Keeping): number {
    const { cycle, calendar, at } = this.record;
    switch (period.type) {
      case 'CYCLE':
        return cycle;
      case 'NEVER':
        return 0;
      case 'PERIOD':
        return stretchStart(cycle, period.cycles, calendar);
      case 'DATES':
        return period.from;
      case 'FROM_GRANT': {
        const granted = this.latestStart(this.holderOf({ period, ...keeping }), key);
        const valid = granted !== undefined && at < endOfGrant(granted, period, calendar.timeZone);
        return valid ? granted : dayOf(at, calendar.timeZone);
      }
    }
  }

  /** Of the grants up to the usage the last one counts: the next one ends what is left of it. */
  private latestStart(holder: string, key: ResourceKey): number | undefined {
    let latest: number | undefined;
    for (const balances of this.store.periodsOf(holder)) {
      const { cycle } = balances;
      const isLater = cycle <= this.record.at && (latest === undefined || cycle > latest);
      if (isLater && balanceIn(balances, key) !== undefined) latest = cycle;
    }
    return latest;
  }

  private earlierOf({ period, ...keeping }: Keeping): Place | undefined {
    const { cycle, calendar } = this.record;
    const holder = this.holderOf({ period, ...keeping });
    switch (period.type) {
      case 'CYCLE':
        return [holder, calendar.startAt(cycle - 1)];
      case 'PERIOD':
        return [
          holder,
          stretchStart(calendar.startAt(stretchStart(cycle, period.cycles, calendar) - 1), period.cycles, calendar),
        ];
      default:
        // What never begins anew has nothing before it.
        return undefined;
    }
  }

  /** What has a period of its own says so even where it begins with the cycle: it may end at another time. */
  private unlessUsual(keeping: Keeping, holder: string, period: number): Place | undefined {
    const isUsual = keeping.period.type === 'CYCLE' && holder === this.record.holder;
    return isUsual ? undefined : [holder, period];
  }

  /**
   * Back to the last cycle that was granted, for what is older was carried into it; without one, back to where the
   * subscription began. The oldest first.
   */
  private earlierCycles(allowance: string, most: number, keeping: Keeping): readonly EarlierCycle[] {
    const { cycle, calendar } = this.record;
    const holder = this.holderOf(keeping);
    const since = this.record.since(keeping.scope);
    const unused: EarlierCycle[] = [];
    let subscribed = 0;
    let end = cycle;
    for (let back = 1; back <= most; back += 1) {
      const start = calendar.startAt(end - 1);
      const balances = this.store.cycleOf(holder, start);
      if (balanceIn(balances, allowanceKey(allowance)) !== undefined) {
        const left = Array.from({ length: most + 1 }, (_, age) => age).flatMap((age) => {
          const units = balanceIn(balances, allowanceKey(bucketName(allowance, age)));
          return units === undefined ? [] : [[age, units] as const];
        });
        return [{ back, start, left }, ...unused.reverse()];
      }
      unused.push({ back, start, left: undefined });
      if (end > since) subscribed = back;
      end = start;
    }
    return unused.slice(0, subscribed).reverse();
  }
}

/** Between two midnights of one zone: one of the days may have an hour more or less. */
function daysBetween(from: number, to: number): number {
  return Math.round((to - from) / 86_400_000);
}
