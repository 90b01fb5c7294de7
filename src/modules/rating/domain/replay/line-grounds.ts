import type { BalanceLedger } from '../balance-ledger.js';
import { accountHolder, allowanceOfBucket, holderOf, movesOf, type BalanceId } from '../balance-places.js';
import { BalanceSums, placeOf } from './balance-moves.js';
import { quantityUnitsOf } from '../quantity-units.js';
import type { Finding, StandingRecord, StandingRow } from './standing-record.js';

/** What a line is held against: the balances at its place of the replay, and which of them are in question. */
export interface Grounds<Usage extends StandingRecord['usage']> {
  readonly account: string;
  readonly ledger: BalanceLedger;
  /** Balances that a record that was rated again found or moved otherwise. */
  readonly disturbed: BalanceSums;
  /** By how much balances have shifted so far: what is new less what was. */
  readonly shifted: BalanceSums;
  /** Balances that records rated again have moved elsewhere than in their billing cycle. */
  readonly elsewhere: BalanceSums;
  readonly findings: (record: StandingRecord<Usage>, row: StandingRow) => readonly Finding[];
  readonly cycleBefore: (record: StandingRecord<Usage>, cycle: number) => number;
  /** What a cycle that is priced as a whole came to; undefined in all others. */
  readonly totalOf: ((balance: BalanceId) => bigint) | undefined;
}

/**
 * Whether a line still rests on what it found. Only balances in question are looked at: that usage came in another order
 * than it was made does not alone change what it cost.
 *
 * The charges of a line found what the ones before them had left, and their order is not kept: of those that are left
 * one is looked for that found what is there now, and what it moved is put on top for the others.
 */
export function stands<Usage extends StandingRecord['usage']>(
  grounds: Grounds<Usage>,
  record: StandingRecord<Usage>,
): boolean {
  const own = new BalanceSums();
  let left = partsOf(record.rows.filter(({ withdrawn }) => !withdrawn));
  while (left.length > 0) {
    const next = left.find((rows) => rows.every((row) => rowStands(grounds, record, row, own)));
    if (next === undefined) return false;
    for (const row of next) for (const move of movesOf(grounds.account, row)) own.add(move, move.change);
    left = left.filter((rows) => rows !== next);
  }
  return true;
}

/** Rows of one record that was priced by its pieces found the same, all of them. */
function partsOf(rows: readonly StandingRow[]): readonly (readonly StandingRow[])[] {
  const parts = new Map<string, StandingRow[]>();
  for (const row of rows) {
    const name = row.before?.pieces === undefined ? String(row.charge) : JSON.stringify(row.before.pieces);
    const part = parts.get(name);
    if (part === undefined) parts.set(name, [row]);
    else part.push(row);
  }
  return [...parts.values()];
}

function rowStands<Usage extends StandingRecord['usage']>(
  grounds: Grounds<Usage>,
  record: StandingRecord<Usage>,
  row: StandingRow,
  own: BalanceSums,
): boolean {
  for (const finding of grounds.findings(record, row)) {
    const balance = balanceOf(grounds, record, row, finding);
    if (finding.volume && grounds.totalOf !== undefined) {
      if (!hasItsPlace(row, finding, grounds.totalOf(balance), valueOf(grounds.ledger, own, balance))) return false;
    } else if (isInQuestion(grounds, finding, balance)) {
      const now = finding.of === 'LATEST' ? latestOf(grounds, own, balance) : valueOf(grounds.ledger, own, balance);
      if (!isAsFound(finding, now)) return false;
    }
  }
  return !carriedOtherwise(grounds, row) && !hasNewAllowance(grounds, row);
}

/** Which balance a row found. */
export function balanceOf<Usage extends StandingRecord['usage']>(
  { account, cycleBefore }: Pick<Grounds<Usage>, 'account' | 'cycleBefore'>,
  record: StandingRecord<Usage>,
  row: StandingRow,
  { key, of }: Finding,
): BalanceId {
  const own = placeOf(account, row, key) ?? { holder: holderOf(account, row.subscription), period: row.cycle, key };
  if (of !== 'EARLIER') return own;
  const elsewhere = placeOf(account, row, `earlier/${key}`);
  return elsewhere === undefined
    ? { holder: own.holder, period: cycleBefore(record, row.cycle), key }
    : { ...elsewhere, key };
}

function isInQuestion<Usage extends StandingRecord['usage']>(
  { disturbed }: Grounds<Usage>,
  { of }: Finding,
  balance: BalanceId,
): boolean {
  return of === 'LATEST' ? disturbed.hasUpTo(balance) : disturbed.has(balance);
}

function valueOf(ledger: BalanceLedger, own: BalanceSums, balance: BalanceId): bigint | undefined {
  const there = ledger.get(balance.holder, balance.period, balance.key);
  const more = own.get(balance);
  return more === undefined ? there : (there ?? 0n) + more;
}

function latestOf<Usage extends StandingRecord['usage']>(
  { ledger }: Grounds<Usage>,
  own: BalanceSums,
  balance: BalanceId,
): bigint | undefined {
  return valueOf(ledger, own, balance) ?? ledger.latestBefore(balance.holder, balance.period, balance.key);
}

function isAsFound({ found, noneIsZero }: Finding, now: bigint | undefined): boolean {
  return noneIsZero ? (found ?? 0n) === (now ?? 0n) : found === now;
}

/** In a cycle that is priced as a whole a record has its place in the total, whoever moved the accumulator. */
function hasItsPlace(
  { before }: StandingRow,
  { key, found }: Finding,
  total: bigint,
  now: bigint | undefined,
): boolean {
  const volume = before?.volume;
  if (volume === undefined) return false;
  const passedAt = volume.totals?.[key] ?? volume.total;
  return quantityUnitsOf(passedAt) === total && (found ?? 0n) === (now ?? 0n);
}

/** What was carried over, or was looked at for it, rests on what the cycles before had left, and on whether it was granted. */
function carriedOtherwise<Usage extends StandingRecord['usage']>(
  { account, ledger, disturbed, shifted }: Grounds<Usage>,
  row: StandingRow,
): boolean {
  const carried = row.before?.carried ?? [];
  if (carried.length === 0) return false;
  const isGrantedOtherwise = carried.some(([allowance, , period, granted]) => {
    const place = placeOf(account, row, ALLOWANCE + allowance);
    if (place === undefined || !disturbed.has({ ...place, period })) return false;
    return (ledger.get(place.holder, period, place.key) === undefined) === (granted === null);
  });
  if (isGrantedOtherwise) return true;
  return shifted.toList().some(({ holder, period, key, change }) => {
    if (change === 0n) return false;
    return carried.some(([allowance, , from]) => {
      const own = ALLOWANCE + allowance;
      return period === from && allowanceOfBucket(key) === own && placeOf(account, row, own)?.holder === holder;
    });
  });
}

/** A charge that draws on whatever counts the same would draw on an allowance that was not there before. */
function hasNewAllowance<Usage extends StandingRecord['usage']>(
  { account, ledger, shifted, elsewhere }: Grounds<Usage>,
  { before, subscription, cycle }: StandingRow,
): boolean {
  const order = before?.order;
  if (order === undefined || shifted.size === 0) return false;
  const own = holderOf(account, subscription);
  return shifted.toList().some(({ holder, period, key, change }) => {
    if (change <= 0n || !key.startsWith(ALLOWANCE) || order.includes(key.slice(ALLOWANCE.length))) return false;
    const isUsual = holder === own && period === cycle;
    const isHeld = holder === own || holder === accountHolder(account) || holder.startsWith(`${own}\n`);
    return (
      (isUsual || (isHeld && elsewhere.has({ holder, period, key }))) && ledger.get(holder, period, key) === change
    );
  });
}

const ALLOWANCE = 'allowance/';
