import { DraftedBalances } from '../balances/drafted-balances.js';
import { HeldBalances } from '../balances/held-balances.js';
import { endOfPeriod, scopeOfHolder, type BillingCalendar, type KeptResources } from '../balances/keeping.js';
import type { BalanceScope } from '../compiled/price-units.js';
import {
  accumulatorKey,
  ageOfBucket,
  allowanceKey,
  allowanceOfBucket,
  resourceOf,
  type ResourceKey,
} from '../balances/resource-keys.js';
import type { Charged } from '../charging/charged.js';
import { quantityOf, quantityText, type QuantityUnits } from '../numbers/scaled.js';

/** What a subscription has when a trial begins, in the period of its first record. */
export interface TrialStart {
  readonly accumulators: Readonly<Record<string, string>>;
  readonly allowances: Readonly<Record<string, string>>;
}

export interface TrialBalance {
  readonly scope: BalanceScope;
  /** Of a balance that a service id has for itself. */
  readonly serviceId?: string;
  /** Start of its period, epoch ms: the billing cycle, when the resource says nothing else; null when it has no start. */
  readonly cycle: number | null;
  readonly end: number | null;
  readonly kind: 'ALLOWANCE' | 'ACCUMULATOR';
  readonly resource: string;
  readonly granted: string;
  /** What came over from earlier cycles, less what went on to later ones. */
  readonly carried: string;
  readonly used: string;
  readonly balance: string;
}

const ACCOUNT = 'A\n';
const SUBSCRIPTION = 'A\nS';

/** The balances of one subscription, one account and their service ids in memory, as rating keeps them. */
export class TrialBalances extends DraftedBalances {
  private readonly held: HeldBalances;
  private isNew = true;
  private resources: KeptResources | undefined;
  private readonly granted = new Map<string, QuantityUnits>();
  private readonly carried = new Map<string, QuantityUnits>();

  /** @param since when the subscription began. */
  constructor(
    private readonly cycles: BillingCalendar,
    private readonly since: number,
    private readonly startWith: TrialStart,
  ) {
    const held = new HeldBalances();
    super(held);
    this.held = held;
  }

  /** For the next line; what the last one moved and did not commit is forgotten. Answers the start of its cycle. */
  begin(at: number, serviceId = '', resources?: KeptResources): number {
    const cycle = this.cycles.startAt(at);
    const place = { at, account: ACCOUNT, service: `${SUBSCRIPTION}\n${serviceId}`, since: () => this.since };
    const look = (): void => {
      const elsewhere = resources === undefined ? undefined : { resources, ...place };
      this.start(this.held, SUBSCRIPTION, cycle, this.cycles, elsewhere);
    };
    look();
    this.resources = resources;
    if (this.isNew) {
      this.isNew = false;
      this.putStart(cycle);
      look();
    }
    return cycle;
  }

  /** What a charged line says of its balances: how they came about is shown with them. */
  note(cycle: number, charged: readonly Charged[]): void {
    for (const { impacts, before } of charged) {
      for (const [offerType, resource, quantity, , amount, back] of impacts) {
        if (offerType !== 'ALLOWANCE' || amount !== null) continue;
        const name = allowanceOfBucket(resource);
        const [holder, period] = before?.elsewhere?.[allowanceKey(name)] ?? [SUBSCRIPTION, cycle];
        const earlier =
          back === null ? undefined : before?.carried?.find((carry) => carry[0] === name && carry[1] === back);
        const isGrant = ageOfBucket(resource) === 0 && !quantity.startsWith('-');
        const sums = isGrant ? this.granted : this.carried;
        addTo(sums, placeText(holder, earlier?.[2] ?? period, allowanceKey(name)), quantityOf(quantity));
      }
    }
  }

  /** By start of the period. */
  toList(): readonly TrialBalance[] {
    const list: TrialBalance[] = [];
    for (const holder of this.held.holdersOf()) {
      for (const { cycle, keys, values } of this.held.periodsOf(holder)) {
        const left = new Map<ResourceKey, QuantityUnits>();
        keys.forEach((key, index) => {
          const { kind, name } = resourceOf(key);
          // What was carried over is shown with what it was carried over of.
          addTo(left, kind === 'ALLOWANCE' ? allowanceKey(allowanceOfBucket(name)) : key, values[index] ?? 0n);
        });
        for (const [key, balance] of left) list.push(this.shown(holder, cycle, key, balance));
      }
    }
    return list.sort((a, b) => (a.cycle ?? 0) - (b.cycle ?? 0));
  }

  private shown(holder: string, period: number, key: ResourceKey, balance: QuantityUnits): TrialBalance {
    const { kind, name } = resourceOf(key);
    const place = placeText(holder, period, key);
    const granted = this.granted.get(place) ?? 0n;
    const carried = this.carried.get(place) ?? 0n;
    const keeping = this.resources?.of(key);
    return {
      ...scopeOfHolder(holder),
      cycle: keeping?.period.type === 'NEVER' ? null : period,
      end: endOfPeriod(keeping, period, this.cycles),
      kind,
      resource: name,
      granted: quantityText(granted),
      carried: quantityText(carried),
      used: quantityText(kind === 'ALLOWANCE' ? granted + carried - balance : balance),
      balance: quantityText(balance),
    };
  }

  private putStart(cycle: number): void {
    const { accumulators, allowances } = this.startWith;
    for (const [name, value] of Object.entries(accumulators)) this.set(accumulatorKey(name), quantityOf(value));
    for (const [name, value] of Object.entries(allowances)) {
      const key = allowanceKey(name);
      this.set(key, quantityOf(value));
      const [holder, period] = this.elsewhere?.placeOf(key) ?? [SUBSCRIPTION, cycle];
      addTo(this.granted, placeText(holder, period, key), quantityOf(value));
    }
    this.commit();
  }
}

function placeText(holder: string, period: number, key: ResourceKey): string {
  return `${holder}\n${period}\n${key}`;
}

function addTo(sums: Map<string, QuantityUnits>, key: string, value: QuantityUnits): void {
  sums.set(key, (sums.get(key) ?? 0n) + value);
}
