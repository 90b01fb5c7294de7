import type { BalanceLedger } from '../balance-ledger.js';
import type { RatedCharge, RatedFor, RecordFacts, SuspendedReason } from '../rated-batch.js';
import type { ChargeRow, Finding, StandingRecord, StandingRow } from './standing-record.js';

/** What billing cycles came to that are priced as a whole, as one record sees it. */
export interface CycleTotals {
  /**
   * @param key of the accumulator, as the price names it (`accumulator/X`).
   * @returns units of 10^-12; undefined = not known yet: the record is then charged as in the first pass.
   */
  totalOf(key: string): bigint | undefined;
}

/** What rating a record answers; MONETIZED, it has moved the ledger, SUSPENDED it has not. */
export type RatedAgain =
  | { readonly kind: 'MONETIZED'; readonly rated: RatedFor; readonly charges: readonly RatedCharge[] }
  | { readonly kind: 'SUSPENDED'; readonly reason: SuspendedReason };

/** One account to be rated again. Nothing given is changed. */
export interface AccountReplay<Usage extends RecordFacts = RecordFacts> {
  readonly account: string;
  /** All that stands for the account from the billing cycle of the first selected record on; in any order. */
  readonly records: readonly StandingRecord<Usage>[];
  /** Of its partition, as the log stands: with everything of `records` in it. */
  readonly ledger: BalanceLedger;
  /** Whether a record is to be rated again, whatever it found. */
  readonly selected: (record: StandingRecord<Usage>) => boolean;
  /** Whether the billing cycle of a record is priced as a whole: it had its second pass, or has it now. */
  readonly isWhole: (record: StandingRecord<Usage>) => boolean;
  /** Start of the billing cycle before one of a record's subscription. */
  readonly cycleBefore: (record: StandingRecord<Usage>, cycle: number) => number;
  /** What a row that stands rests on, by the price version it names. */
  readonly findings: (record: StandingRecord<Usage>, row: StandingRow) => readonly Finding[];
  /**
   * Rates a record with the reference data of the run on a ledger. A record that is another account's now is suspended:
   * what was billed to one account is not moved to another.
   * @param totals of cycles that are priced as a whole; undefined in all others.
   */
  readonly rate: (record: StandingRecord<Usage>, ledger: BalanceLedger, totals: CycleTotals | undefined) => RatedAgain;
}

/** A charge that came out otherwise: the next version of it. */
export interface ChangedRow<Usage extends RecordFacts = RecordFacts> {
  readonly record: StandingRecord<Usage>;
  readonly version: number;
  readonly withdrawn: boolean;
  readonly row: ChargeRow;
  /** What it was; undefined for a charge that is made for the first time. */
  readonly old: StandingRow | undefined;
}

/** A record that cannot be rated any more and keeps what it has. */
export interface ReplayProblem<Usage extends RecordFacts = RecordFacts> {
  readonly record: StandingRecord<Usage>;
  readonly reason: SuspendedReason;
}

/** All lists are in one order, whatever the order of what was given: event order, then the order of the charges. */
export interface ReplayedAccount<Usage extends RecordFacts = RecordFacts> {
  readonly account: string;
  /** How many records were rated again. */
  readonly rated: number;
  readonly changed: readonly ChangedRow<Usage>[];
  readonly problems: readonly ReplayProblem<Usage>[];
}
