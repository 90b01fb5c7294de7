import type { BalanceStore, PeriodBalances } from './balance-store.js';
import { balanceIn } from './balance-store.js';
import type { ResourceKey } from './resource-keys.js';
import type { QuantityUnits } from '../numbers/scaled.js';

interface Held extends PeriodBalances {
  readonly keys: ResourceKey[];
  readonly values: QuantityUnits[];
}

/** Balances of a few holders in memory, to try a price. */
export class HeldBalances implements BalanceStore {
  private readonly holders = new Map<string, Held[]>();

  cycleOf(holder: string, period: number): Held | undefined {
    return this.periodsOf(holder).find(({ cycle }) => cycle === period);
  }

  open(holder: string, period: number): Held {
    const made: Held = { cycle: period, keys: [], values: [] };
    this.holders.set(holder, [...this.periodsOf(holder), made]);
    return made;
  }

  setIn(balances: Held, key: ResourceKey, value: QuantityUnits): void {
    const index = balances.keys.indexOf(key);
    if (index >= 0) balances.values[index] = value;
    else {
      balances.keys.push(key);
      balances.values.push(value);
    }
  }

  latestBefore(holder: string, period: number, key: ResourceKey): QuantityUnits | undefined {
    const before = this.periodsOf(holder).filter((held) => held.cycle < period && held.keys.includes(key));
    return balanceIn(before.sort((a, b) => b.cycle - a.cycle)[0], key);
  }

  periodsOf(holder: string): readonly Held[] {
    return this.holders.get(holder) ?? [];
  }

  holdersOf(): Iterable<string> {
    return this.holders.keys();
  }
}
