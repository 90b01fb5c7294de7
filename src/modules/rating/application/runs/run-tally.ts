import { DecimalTally } from '../../../../shared/kernel/decimal-tally.js';
import type { ReplayedAccount } from '../../domain/replay/account-replay.js';
import type { RunCounts, RunMoney, RunProblem } from '../../domain/runs/run-events.js';
import type { KeptUsage } from './kept-usage.js';

/** Problems a run names; the others are counted. */
export const MOST_PROBLEMS = 100;

/** What a partition has to say of a run as a whole. */
export class RunTally {
  private accounts = 0;
  private records = 0;
  private changed = 0;
  private problems = 0;
  private stale = 0;
  private readonly named: RunProblem[] = [];
  private readonly money = new Map<string, { readonly before: DecimalTally; readonly after: DecimalTally }>();

  /** An account that was rated again. */
  add({ account, rated, changed, problems }: ReplayedAccount<KeptUsage>): void {
    this.accounts += 1;
    this.records += rated;
    this.changed += new Set(changed.map(({ record }) => record)).size;
    for (const { row, old } of changed) {
      this.sumsOf(row.currency).after.add(row.amount);
      if (old !== undefined) this.sumsOf(old.currency).before.add(old.amount);
    }
    for (const { record, reason } of problems) {
      const { source, line } = record.usage;
      this.problem({ account, fileId: source.fileId, line, code: reason.code, message: reason.message });
    }
  }

  /** An account that has moved since the preview: it is left as it is. */
  addStale(account: string): void {
    this.accounts += 1;
    this.stale += 1;
    const message = `Account ${account} has moved since the preview and was left as it is: make a new preview for it`;
    this.name({ account, code: 'STALE_PREVIEW', message });
  }

  /** An account that could not be looked at. */
  addDefect(account: string, error: unknown): void {
    this.accounts += 1;
    const text = error instanceof Error ? error.message : String(error);
    this.problem({ account, code: 'RATING_DEFECT', message: `Account ${account} could not be rated again: ${text}` });
  }

  said(): { counts: RunCounts; money: readonly RunMoney[]; problems?: readonly RunProblem[] } {
    const { accounts, records, changed, problems, stale } = this;
    const money = [...this.money]
      .map(([currency, { before, after }]) => ({ currency, before: before.toString(), after: after.toString() }))
      .sort((a, b) => (a.currency < b.currency ? -1 : 1));
    const named = this.named.length === 0 ? {} : { problems: this.named };
    return { counts: { accounts, records, changed, problems, stale }, money, ...named };
  }

  private problem(problem: RunProblem): void {
    this.problems += 1;
    this.name(problem);
  }

  private name(problem: RunProblem): void {
    if (this.named.length < MOST_PROBLEMS) this.named.push(problem);
  }

  private sumsOf(currency: string): { readonly before: DecimalTally; readonly after: DecimalTally } {
    let sums = this.money.get(currency);
    if (sums === undefined) {
      sums = { before: new DecimalTally(), after: new DecimalTally() };
      this.money.set(currency, sums);
    }
    return sums;
  }
}
