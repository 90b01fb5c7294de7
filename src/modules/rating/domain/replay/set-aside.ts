import type { BalanceLedger } from '../balance-ledger.js';
import { quantityUnitsOf } from '../quantity-units.js';
import { counterKey, isTopUpCounter, topUpCounter } from '../settle-row.js';
import { allowanceOfBucket } from '../balance-places.js';
import { movesOf, type BalanceId, type BalanceMove } from '../balance-places.js';
import { BalanceSums, placeOf } from './balance-moves.js';
import type { ChargeRow, StandingRecord } from './standing-record.js';

/*
 * A record that cannot be rated any more keeps what it has, wherever others come to stand before it:
 *
 *     as rated   [ B: FREE +10 -8 ][ A: FREE -2 ]        B came first and was granted FREE
 *     walked     [ A: FREE +10 -6 ][ B: FREE +10 -8 ]    B is kept: granted twice
 *     set aside  FREE 2, [ A: FREE -2 ][ B ]             what B was granted and used of it is there before A
 */
const COUNTERS = counterKey('');
const ALLOWANCE = 'allowance/';

/** Which moves of a kept record are made before all others: what it has paid, and of what it was granted. */
export function isSetAside(account: string, { rows }: StandingRecord): (move: BalanceMove) => boolean {
  const granted = new BalanceSums();
  for (const row of rows) for (const balance of grantsOf(account, row)) granted.add(balance, 0n);
  return (move) => isPayment(move) || granted.has({ ...move, key: ownKeyOf(move.key) });
}

/** Whether a record was granted what is there without it. @param ledger before the record. */
export function isGrantedTwice(account: string, { rows }: StandingRecord, ledger: BalanceLedger): boolean {
  return rows.some((row) =>
    grantsOf(account, row).some(({ holder, period, key }) => ledger.get(holder, period, key) !== undefined),
  );
}

/** Whether a record pays out of a top-up of which more is used than was paid in. @param ledger after all records. */
export function isOverdrawn(account: string, { rows }: StandingRecord, ledger: BalanceLedger): boolean {
  return rows.some((row) => {
    const paysBy = new Set([...movesOf(account, row)].filter(isPayment).map(({ key }) => key));
    return Object.entries(row.before?.prepaid ?? {}).some(([resource, { topUps }]) =>
      topUps.some(([reference, paidIn]) => {
        const key = counterKey(topUpCounter(resource, reference));
        const place = paysBy.has(key) ? placeOf(account, row, key) : undefined;
        if (place === undefined) return false;
        return (ledger.get(place.holder, place.period, key) ?? 0n) > quantityUnitsOf(paidIn);
      }),
    );
  });
}

function isPayment({ key }: BalanceMove): boolean {
  return key.startsWith(COUNTERS) && isTopUpCounter(key.slice(COUNTERS.length));
}

/** The allowances that began with this row: it found none. What top-ups give of one is no such grant. */
function grantsOf(account: string, row: ChargeRow): readonly BalanceId[] {
  const { impacts, before } = row;
  return impacts.flatMap(([offerType, resource, quantity, , amount, tier]) => {
    if (offerType !== 'ALLOWANCE' || amount !== null || tier !== null || quantity.startsWith('-')) return [];
    const purse = before?.prepaid?.[resource];
    const found = purse === undefined ? before?.allowances[resource] !== undefined : purse.granted === undefined;
    return found ? [] : (placeOf(account, row, ALLOWANCE + resource) ?? []);
  });
}

function ownKeyOf(key: string): string {
  return key.startsWith(ALLOWANCE) ? ALLOWANCE + allowanceOfBucket(key.slice(ALLOWANCE.length)) : key;
}
