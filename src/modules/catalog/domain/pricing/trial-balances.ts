import type { Balances } from './priced-usage.js';
import { accumulatorKey, allowanceKey, allowanceNameOf, resourceOf, type ResourceKey } from './resource-keys.js';
import { quantityOf, quantityText, type QuantityUnits } from './scaled.js';

/** The start of the billing cycle an instant belongs to. */
export interface TrialCycles {
  startAt(at: number): number;
}

/** What a subscription has when a trial begins, in the cycle of its first record. */
export interface TrialStart {
  readonly accumulators: Readonly<Record<string, string>>;
  readonly allowances: Readonly<Record<string, string>>;
}

export interface TrialBalance {
  /** Epoch ms. */
  readonly cycle: number;
  readonly kind: 'ALLOWANCE' | 'ACCUMULATOR';
  readonly resource: string;
  readonly balance: string;
}

/** The balances of one subscription in memory, as rating keeps them: by cycle, moved by whole lines only. */
export class TrialBalances implements Balances {
  private readonly byCycle = new Map<number, Map<ResourceKey, QuantityUnits>>();
  private readonly moved = new Map<ResourceKey, QuantityUnits>();
  private cycle = 0;

  constructor(
    private readonly cycles: TrialCycles,
    first: number,
    { accumulators, allowances }: TrialStart,
  ) {
    const start = new Map<ResourceKey, QuantityUnits>();
    for (const [name, value] of Object.entries(accumulators)) start.set(accumulatorKey(name), quantityOf(value));
    for (const [name, value] of Object.entries(allowances)) start.set(allowanceKey(name), quantityOf(value));
    this.byCycle.set(cycles.startAt(first), start);
  }

  /** For the next line; what the last one moved and did not commit is forgotten. Answers the start of its cycle. */
  begin(at: number): number {
    this.cycle = this.cycles.startAt(at);
    this.moved.clear();
    return this.cycle;
  }

  commit(): void {
    const kept = this.byCycle.get(this.cycle) ?? new Map<ResourceKey, QuantityUnits>();
    for (const [key, value] of this.moved) kept.set(key, value);
    this.byCycle.set(this.cycle, kept);
  }

  get(key: ResourceKey): QuantityUnits | undefined {
    return this.moved.get(key) ?? this.byCycle.get(this.cycle)?.get(key);
  }

  set(key: ResourceKey, value: QuantityUnits): void {
    this.moved.set(key, value);
  }

  earlier(key: ResourceKey): QuantityUnits | undefined {
    return this.byCycle.get(this.cycles.startAt(this.cycle - 1))?.get(key);
  }

  latest(key: ResourceKey): QuantityUnits | undefined {
    const own = this.get(key);
    if (own !== undefined) return own;
    const before = [...this.byCycle.keys()].filter((cycle) => cycle < this.cycle).sort((a, b) => b - a);
    for (const cycle of before) {
      const found = this.byCycle.get(cycle)?.get(key);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  allowances(): readonly string[] {
    const keys = new Set([...(this.byCycle.get(this.cycle)?.keys() ?? []), ...this.moved.keys()]);
    return [...keys].flatMap((key) => allowanceNameOf(key) ?? []);
  }

  toList(): readonly TrialBalance[] {
    const cycles = [...this.byCycle].sort(([a], [b]) => a - b);
    return cycles.flatMap(([cycle, balances]) =>
      [...balances].map(([key, value]) => {
        const { kind, name } = resourceOf(key);
        return { cycle, kind, resource: name, balance: quantityText(value) };
      }),
    );
  }
}
