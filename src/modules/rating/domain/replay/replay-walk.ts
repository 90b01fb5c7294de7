import { canonicalJson } from '../../../../shared/kernel/canonical-json.js';
import type { BalanceLedger } from '../balance-ledger.js';
import type { RecordFacts } from '../rated-batch.js';
import type { AccountReplay, CycleTotals, ReplayProblem } from './account-replay.js';
import { movesOf, type BalanceId, type BalanceMove } from '../balance-places.js';
import { BalanceSums, placeOf } from './balance-moves.js';
import { balanceOf, stands, type Grounds } from './line-grounds.js';
import { openingLedger } from './opening-ledger.js';
import { isGrantedTwice, isOverdrawn, isSetAside } from './set-aside.js';
import type { ChargeRow, StandingRecord } from './standing-record.js';

/** What one walk leaves to the next. */
export interface Known<Usage extends RecordFacts> {
  /** Grows from walk to walk. */
  readonly disturbed: BalanceSums;
  /** What balances came to that volumes are counted in. */
  readonly totals: ReadonlyMap<string, Total>;
  /** What records that were rated again were charged. */
  readonly rated: ReadonlyMap<StandingRecord<Usage>, readonly ChargeRow[]>;
  /** Records that keep what they have and are in conflict with others: what they were granted and paid is set aside. */
  readonly kept: ReadonlyMap<StandingRecord<Usage>, ReplayProblem<Usage>>;
}

interface Total {
  readonly balance: BalanceId;
  readonly value: bigint;
}

/**
 * One walk over the records of an account in event order, on balances without them: what is rated again is charged anew,
 * all else stands and is folded as it is.
 */
export class ReplayWalk<Usage extends RecordFacts> {
  readonly rated = new Map<StandingRecord<Usage>, readonly ChargeRow[]>();
  readonly problems: ReplayProblem<Usage>[] = [];
  private readonly ledger: BalanceLedger;
  private readonly shifted = new BalanceSums();
  private readonly elsewhere = new BalanceSums();
  private readonly grantedTwice = new Set<StandingRecord<Usage>>();
  private readonly counted = new Map<string, BalanceId>();

  constructor(
    private readonly replay: AccountReplay<Usage>,
    private readonly whole: (record: StandingRecord<Usage>) => boolean,
    private readonly known: Known<Usage>,
  ) {
    this.ledger = openingLedger(replay.account, replay.ledger, replay.records);
    for (const record of known.kept.keys()) this.fold(record, isSetAside(replay.account, record));
  }

  /** @param ordered the records in event order. */
  run(ordered: readonly StandingRecord<Usage>[]): void {
    const { account } = this.replay;
    for (const record of ordered) {
      const kept = this.known.kept.get(record);
      if (kept !== undefined) {
        this.problems.push(kept);
        const isThere = isSetAside(account, record);
        this.fold(record, (move) => !isThere(move));
      } else if (!this.isDue(record)) {
        this.fold(record);
      } else if (!this.rateAgain(record)) {
        if (isGrantedTwice(account, record, this.ledger)) this.grantedTwice.add(record);
        this.fold(record);
      }
    }
  }

  /** Records that keep what they have, though others have it as well now. */
  conflicts(): readonly ReplayProblem<Usage>[] {
    const { account } = this.replay;
    return this.problems.filter(
      ({ record }) => this.grantedTwice.has(record) || isOverdrawn(account, record, this.ledger),
    );
  }

  /** What the balances came to that volumes are counted in. */
  totals(): ReadonlyMap<string, Total> {
    const totals = new Map<string, Total>();
    for (const [name, balance] of this.counted) {
      totals.set(name, { balance, value: this.ledger.get(balance.holder, balance.period, balance.key) ?? 0n });
    }
    return totals;
  }

  private isDue(record: StandingRecord<Usage>): boolean {
    if (this.replay.selected(record)) return true;
    const whole = this.whole(record);
    // Nothing is in question yet: the usual case of most records, and it costs nothing.
    if (!whole && this.known.disturbed.size === 0) return false;
    return !stands(this.grounds(whole), record);
  }

  private grounds(whole: boolean): Grounds<Usage> {
    const { account, findings, cycleBefore } = this.replay;
    return {
      account,
      ledger: this.ledger,
      disturbed: this.known.disturbed,
      shifted: this.shifted,
      elsewhere: this.elsewhere,
      findings,
      cycleBefore,
      totalOf: whole ? (balance) => this.totalOf(balance) : undefined,
    };
  }

  /** False when it keeps what it has. */
  private rateAgain(record: StandingRecord<Usage>): boolean {
    const { account, rate } = this.replay;
    const outcome = rate(record, this.ledger, this.whole(record) ? this.totalsFor(record) : undefined);
    if (outcome.kind === 'SUSPENDED') {
      this.problems.push({ record, reason: outcome.reason });
      return false;
    }
    const { rated } = outcome;
    if (rated.account !== account) throw new Error(`A record of account ${account} was rated for ${rated.account}`);
    const { subscription, cycle, currency, priceOfferId, version } = rated;
    const rows = outcome.charges.map((charge): ChargeRow => {
      return {
        charge: charge.charge.index,
        subscription,
        usageType: charge.usageType,
        cycle,
        offer: { priceOfferId, version },
        currency,
        quantity: charge.quantityText,
        amount: charge.amountText,
        impacts: charge.impacts,
        before: charge.before,
      };
    });
    this.rated.set(record, rows);
    this.noteDifference(record, rows);
    return true;
  }

  private fold({ rows }: StandingRecord<Usage>, which: (move: BalanceMove) => boolean = () => true): void {
    for (const row of rows) {
      for (const move of movesOf(this.replay.account, row)) {
        if (which(move)) this.ledger.add(move.holder, move.period, move.key, move.change);
      }
    }
  }

  /**
   * What it moves otherwise, or found otherwise, is in question for all who rest on it, also for those before it. So is
   * an allowance that it does not grant any more, even if it had used up all of it: the next one is granted it now.
   */
  private noteDifference(record: StandingRecord<Usage>, rows: readonly ChargeRow[]): void {
    const { account } = this.replay;
    const now = new BalanceSums();
    const was = new BalanceSums();
    for (const row of record.rows) for (const move of movesOf(account, row)) was.add(move, move.change);
    for (const row of rows) {
      for (const move of movesOf(account, row)) {
        now.add(move, move.change);
        if (move.isElsewhere) this.elsewhere.add(move, 0n);
      }
    }
    for (const { change, ...balance } of now.toList()) {
      const before = was.get(balance);
      if (before !== change) this.shift(balance, change - (before ?? 0n));
    }
    for (const { change, ...balance } of was.toList()) if (!now.has(balance)) this.shift(balance, -change);
    for (const balance of this.foundOtherwise(record, rows)) this.known.disturbed.add(balance, 0n);
  }

  private shift(balance: BalanceId, change: bigint): void {
    this.shifted.add(balance, change);
    this.known.disturbed.add(balance, 0n);
  }

  private foundOtherwise(record: StandingRecord<Usage>, rows: readonly ChargeRow[]): readonly BalanceId[] {
    const whole = this.whole(record);
    return record.rows.flatMap((old) => {
      if (old.withdrawn) return [];
      const row = rows.find(({ charge }) => charge === old.charge);
      const same = row !== undefined && canonicalJson(groundsIn(row)) === canonicalJson(groundsIn(old));
      if (same) return [];
      return this.replay.findings(record, old).flatMap((finding) => {
        // The place of a record in a total is nobody else's.
        if (finding.volume && whole) return [];
        return [balanceOf(this.replay, record, old, finding)];
      });
    });
  }

  /** Where its accumulators are is said by how it was rated last. */
  private totalsFor(record: StandingRecord<Usage>): CycleTotals {
    const { account } = this.replay;
    const rows = this.known.rated.get(record) ?? record.rows;
    return {
      totalOf: (key) => {
        const row = rows.find(({ before }) => before?.elsewhere?.[key] !== undefined) ?? rows[0];
        const balance = row === undefined ? undefined : placeOf(account, row, key);
        return balance === undefined ? undefined : this.totalOf(balance);
      },
    };
  }

  /** As of the walk before; at first what stands. */
  private totalOf(balance: BalanceId): bigint {
    const { holder, period, key } = balance;
    const name = `${key}\n${period}\n${holder}`;
    this.counted.set(name, balance);
    return this.known.totals.get(name)?.value ?? this.replay.ledger.get(holder, period, key) ?? 0n;
  }
}

/** Of what a row says it found, that which balances said. */
function groundsIn({ before }: ChargeRow): unknown {
  if (before === null) return null;
  const { accumulator, allowances, balances = {}, order = [], meter = null, carried = [], elsewhere = {} } = before;
  return { accumulator, allowances, balances, order, meter, carried, elsewhere };
}
