import type { ResourceKey } from './resource-keys.js';
import type { QuantityUnits } from '../numbers/scaled.js';

/** The balances of one holder in one period: as many values as keys, in the order in which they were first moved. */
export interface PeriodBalances {
  /** Start of the period, epoch ms; 0 for what has none. */
  readonly cycle: number;
  readonly keys: readonly ResourceKey[];
  readonly values: readonly QuantityUnits[];
}

/**
 * Balances by holder and period. A holder is whoever shares a balance: a subscription, one of its service ids, or the
 * account.
 */
export interface BalanceStore {
  cycleOf(holder: string, period: number): PeriodBalances | undefined;
  /** For a holder that has none in the period. */
  open(holder: string, period: number): PeriodBalances;
  /** Of balances that this store holds. */
  setIn(balances: PeriodBalances, key: ResourceKey, value: QuantityUnits): void;
  /** A balance in the latest period before one that has it. */
  latestBefore(holder: string, period: number, key: ResourceKey): QuantityUnits | undefined;
  /** Everything of a holder. */
  periodsOf(holder: string): Iterable<PeriodBalances>;
}

export function balanceIn(balances: PeriodBalances | undefined, key: ResourceKey): QuantityUnits | undefined {
  if (balances === undefined) return undefined;
  const index = balances.keys.indexOf(key);
  return index < 0 ? undefined : balances.values[index];
}
