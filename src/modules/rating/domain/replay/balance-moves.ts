import { holderOf } from '../balance-ledger.js';
import { keyOfImpact, placeOfImpact } from '../balance-places.js';
import { quantityUnitsOf } from '../quantity-units.js';
import type { ChargeRow } from './standing-record.js';

/** One balance of the partition. */
export interface BalanceId {
  readonly holder: string;
  /** Start of the period. */
  readonly period: number;
  readonly key: string;
}

export interface BalanceMove extends BalanceId {
  /** Units of 10^-12. */
  readonly change: bigint;
}

interface PlacedMove extends BalanceMove {
  /** It is not the subscription's in the billing cycle of the row. */
  readonly isElsewhere: boolean;
}

type Placed = Pick<ChargeRow, 'subscription' | 'cycle' | 'before'>;

/** Where a row finds a balance. @param key with `earlier/` before it: of the period before, where that is not usual. */
export function placeOf(account: string, { subscription, cycle, before }: Placed, key: string): BalanceId | undefined {
  const place = before?.elsewhere?.[key];
  if (place !== undefined) return { holder: place[0], period: place[1], key };
  return key.startsWith('earlier/') ? undefined : { holder: holderOf(account, subscription), period: cycle, key };
}

/** What a row moves, impact by impact: as the ledger folds it. */
export function* movesOf(account: string, row: Placed & Pick<ChargeRow, 'impacts'>): Iterable<PlacedMove> {
  const usual = holderOf(account, row.subscription);
  for (const impact of row.impacts) {
    const key = keyOfImpact(impact);
    if (key === undefined) continue;
    const place = placeOfImpact(impact, key, row.before);
    const change = quantityUnitsOf(impact[2]);
    const isElsewhere = place !== undefined;
    yield { holder: place?.[0] ?? usual, period: place?.[1] ?? row.cycle, key, change, isElsewhere };
  }
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
