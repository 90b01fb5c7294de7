import { BalanceLedger } from '../balance-ledger.js';
import { movesOf } from '../balance-places.js';
import { BalanceSums } from './balance-moves.js';
import type { StandingRecord } from './standing-record.js';

/**
 * The balances as they would be without the records: a ledger over the partition's, which stays as it is. What comes to
 * 0 was made by the records alone and is not there at all: an allowance that is not granted is not one that is used up.
 * No other comes to 0, for an allowance that was granted outside has what they used of it left.
 */
export function openingLedger(account: string, base: BalanceLedger, records: readonly StandingRecord[]): BalanceLedger {
  const ledger = new BalanceLedger(base);
  const touched = new BalanceSums();
  for (const { rows } of records) {
    for (const row of rows) for (const move of movesOf(account, row)) touched.add(move, move.change);
  }
  for (const { holder, period, key, change } of touched.toList()) {
    ledger.add(holder, period, key, -change);
    if (ledger.get(holder, period, key) === 0n) ledger.drop(holder, period, key);
  }
  return ledger;
}
