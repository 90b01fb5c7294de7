import { DecimalTally } from '../../../../shared/kernel/decimal-tally.js';
import type {
  RatingRunAnswered,
  RatingRunCompleted,
  RatingRunRequested,
  RunCounts,
  RunMoney,
} from '../../domain/runs/run-events.js';
import { HashOfAll } from './change-hash.js';
import { MOST_PROBLEMS } from './run-tally.js';

/** What all partitions said of a run, added up; in their order, so that it is the same whoever adds it up. */
export function completedRun(
  { runId, asked }: RatingRunRequested['data'],
  answers: readonly RatingRunAnswered['data'][],
): RatingRunCompleted {
  const ordered = [...answers].sort((a, b) => a.partition - b.partition);
  const problems = ordered.flatMap((answer) => answer.problems ?? []).slice(0, MOST_PROBLEMS);
  const isPreview = asked.kind === 'RERATE' && asked.mode === 'PREVIEW';
  return {
    type: 'RatingRunCompleted.v1',
    data: {
      runId,
      counts: countsOf(ordered.map(({ counts }) => counts)),
      money: moneyOf(ordered.flatMap(({ money }) => money)),
      ...(isPreview ? { hash: hashOf(ordered) } : {}),
      ...(problems.length === 0 ? {} : { problems }),
    },
  };
}

function countsOf(all: readonly RunCounts[]): RunCounts {
  const sum = (of: (counts: RunCounts) => number): number => all.reduce((total, counts) => total + of(counts), 0);
  return {
    accounts: sum(({ accounts }) => accounts),
    records: sum(({ records }) => records),
    changed: sum(({ changed }) => changed),
    problems: sum(({ problems }) => problems),
    stale: sum(({ stale }) => stale),
  };
}

function moneyOf(all: readonly RunMoney[]): readonly RunMoney[] {
  const currencies = [...new Set(all.map(({ currency }) => currency))].sort();
  return currencies.map((currency) => {
    const before = new DecimalTally();
    const after = new DecimalTally();
    for (const money of all) {
      if (money.currency !== currency) continue;
      before.add(money.before);
      after.add(money.after);
    }
    return { currency, before: before.toString(), after: after.toString() };
  });
}

function hashOf(answers: readonly RatingRunAnswered['data'][]): string {
  const all = new HashOfAll();
  for (const { partition, hash = '' } of answers) all.add(partition, hash);
  return all.digest();
}
