import { holderOf, type BalanceId, type BalanceMove } from '../balance-places.js';
import type { ChargeRow } from './standing-record.js';

type Placed = Pick<ChargeRow, 'subscription' | 'cycle' | 'before'>;

/** Where a row finds a balance. @param key with `earlier/` before it: of the period before, where that is not usual. */
export function placeOf(account: string, { subscription, cycle, before }: Placed, key: string): BalanceId | undefined {
  const place = before?.elsewhere?.[key];
  if (place !== undefined) return { holder: place[0], period: place[1], key };
  return key.startsWith('earlier/') ? undefined : { holder: holderOf(account, subscription), period: cycle, key };
}

/** Sums by balance, and a set of balances: those that have one. */
export class BalanceSums {
  private readonly sums = new Map<string, Map<number, bigint>>();
  private readonly ids = new Map<string, { readonly holder: string; readonly key: string }>();

  get size(): number {
    let size = 0;
    for (const periods of this.sums.values()) size += periods.size;
    return size;
  }

  add({ holder, period, key }: BalanceId, change: bigint): void {
    const name = nameOf(holder, key);
    let periods = this.sums.get(name);
    if (periods === undefined) {
      this.sums.set(name, (periods = new Map<number, bigint>()));
      this.ids.set(name, { holder, key });
    }
    periods.set(period, (periods.get(period) ?? 0n) + change);
  }

  get({ holder, period, key }: BalanceId): bigint | undefined {
    return this.sums.get(nameOf(holder, key))?.get(period);
  }

  has(id: BalanceId): boolean {
    return this.get(id) !== undefined;
  }

  /** Whether there is one of a holder and key in a period up to this one. */
  hasUpTo({ holder, period, key }: BalanceId): boolean {
    const periods = this.sums.get(nameOf(holder, key));
    return periods !== undefined && [...periods.keys()].some((start) => start <= period);
  }

  /** By holder, period and key. */
  toList(): readonly BalanceMove[] {
    const list: BalanceMove[] = [];
    for (const [name, { holder, key }] of this.ids) {
      for (const [period, change] of this.sums.get(name) ?? []) list.push({ holder, period, key, change });
    }
    return list.sort(inOrder);
  }
}

function inOrder(a: BalanceId, b: BalanceId): number {
  return compareText(a.holder, b.holder) || a.period - b.period || compareText(a.key, b.key);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A key has no line feed. */
function nameOf(holder: string, key: string): string {
  return `${key}\n${holder}`;
}
