import { canonicalJson } from '../../../../shared/kernel/canonical-json.js';
import type { RecordFacts } from '../rated-batch.js';
import type { AccountReplay, ChangedRow, ReplayedAccount } from './account-replay.js';
import { BalanceSums } from './balance-moves.js';
import { ReplayWalk, type Known } from './replay-walk.js';
import type { ChargeRow, StandingRecord, StandingRow } from './standing-record.js';

/** What is found in a walk about records before it is the business of the next one; two are usual, four are many. */
const MOST_WALKS = 50;

/**
 * Rates an account again: what is selected, and whatever rests on a balance that this changes; no more. All records are
 * walked in event order on balances without them:
 *
 *     as rated    [ C ][ A ][ B ]       arrived in this order; C found nothing before it
 *     event order [ A ][ B ][ C ]       B is selected and comes out otherwise: C rests on what B left, and now finds A
 *                        *    *         and B before it. A stands as it is, unless B found it otherwise.
 *
 * A record stands when every balance in question is what it found. In question are balances that a record rated again
 * moves or finds otherwise. As this may concern records before it, the walk is repeated until nothing more is in
 * question; a billing cycle that is priced as a whole takes part in that with what its accumulators come to.
 *
 * A record that cannot be rated any more keeps what it has. Where others would be granted the same allowance now, or use up
 * the top-up it was paid out of, all are walked again with that set aside: nothing is granted twice, and no top-up pays more
 * than was paid in.
 * @throws when that does not settle.
 */
export function replayAccount<Usage extends RecordFacts>(replay: AccountReplay<Usage>): ReplayedAccount<Usage> {
  const ordered = [...replay.records].sort(inEventOrder);
  const passed = new Set<number>();
  for (const { rows } of ordered) {
    for (const { cycle, before } of rows) if (before?.volume !== undefined) passed.add(cycle);
  }
  const whole = (record: StandingRecord<Usage>): boolean =>
    record.rows.some(({ cycle }) => passed.has(cycle)) || replay.isWhole(record);
  const disturbed = new BalanceSums();
  let known: Known<Usage> = { disturbed, totals: new Map(), rated: new Map(), kept: new Map() };
  for (let walks = 0; walks < MOST_WALKS; walks += 1) {
    const before = disturbed.size;
    const walk = new ReplayWalk(replay, whole, known);
    walk.run(ordered);
    const totals = walk.totals();
    const settled =
      disturbed.size === before &&
      [...totals].every(([name, { balance, value }]) => {
        const { holder, period, key } = balance;
        return value === (known.totals.get(name)?.value ?? replay.ledger.get(holder, period, key) ?? 0n);
      });
    const kept = new Map(known.kept);
    if (settled) for (const problem of walk.conflicts()) kept.set(problem.record, problem);
    if (settled && kept.size === known.kept.size) return resultOf(replay.account, ordered, walk);
    known = { disturbed, totals, rated: walk.rated, kept };
  }
  throw new Error(`Rating account ${replay.account} again does not settle`);
}

/** Usage time, position of the chunk, ordinal. */
function inEventOrder(a: StandingRecord, b: StandingRecord): number {
  return a.usage.at - b.usage.at || a.position - b.position || a.usage.ordinal - b.usage.ordinal;
}

function resultOf<Usage extends RecordFacts>(
  account: string,
  ordered: readonly StandingRecord<Usage>[],
  { rated, problems }: ReplayWalk<Usage>,
): ReplayedAccount<Usage> {
  const changed = ordered.flatMap((record) => {
    const rows = rated.get(record);
    return rows === undefined ? [] : changesOf(record, rows);
  });
  return { account, rated: rated.size, changed, problems };
}

/** In the order of the charges; what is charged no more comes last. */
function changesOf<Usage extends RecordFacts>(
  record: StandingRecord<Usage>,
  rows: readonly ChargeRow[],
): readonly ChangedRow<Usage>[] {
  const changes: ChangedRow<Usage>[] = [];
  for (const row of rows) {
    const old = record.rows.find(({ charge }) => charge === row.charge);
    if (old !== undefined && !old.withdrawn && isSame(old, row)) continue;
    changes.push({ record, version: (old?.version ?? 0) + 1, withdrawn: false, row, old });
  }
  for (const old of record.rows) {
    if (old.withdrawn || rows.some(({ charge }) => charge === old.charge)) continue;
    changes.push({ record, version: old.version + 1, withdrawn: true, row: withdrawnRow(old), old });
  }
  return changes;
}

function isSame(old: StandingRow, row: ChargeRow): boolean {
  if (old.amount !== row.amount || old.quantity !== row.quantity || old.cycle !== row.cycle) return false;
  return canonicalJson(sayingOf(old)) === canonicalJson(sayingOf(row));
}

function sayingOf({ subscription, usageType, offer, currency, impacts, before }: ChargeRow): unknown {
  const { priceOfferId, version } = offer;
  return { subscription, usageType, priceOfferId, version, currency, impacts, before };
}

function withdrawnRow({ charge, subscription, usageType, cycle, offer, currency, before }: StandingRow): ChargeRow {
  const { priceOfferId, version } = offer;
  const nothing = { quantity: '0', amount: '0', impacts: [] };
  return { charge, subscription, usageType, cycle, offer: { priceOfferId, version }, currency, before, ...nothing };
}
