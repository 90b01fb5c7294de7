import { setImmediate as breathe } from 'node:timers/promises';
import type { EventStore } from '../../../../shared/event-store/event-store.port.js';
import { spendKey } from '../../../catalog/index.js';
import type { SubscriptionLife } from '../../../accounts/index.js';
import type { BalanceLedger, CycleBalances } from '../../domain/balance-ledger.js';
import { holderOf } from '../../domain/balance-places.js';
import { CycleCalendars, type BillingCycle } from '../../domain/cycle-end/cycle-calendar.js';
import { cyclesOf } from '../../domain/cycle-end/cycle-stretches.js';
import { MadeSoFar, type Movement } from '../../domain/cycle-end/due.js';
import { movementsOf } from '../../domain/cycle-end/movements.js';
import { NonUsageBatch } from '../../domain/cycle-end/non-usage-batch.js';
import { amountOfQuantity, amountText } from '../../domain/money-units.js';
import { partitionOfAccount } from '../../domain/partition-of.js';
import type { RunProblem } from '../../domain/runs/run-events.js';
import type { PartitionAnswer, RunAnswerer, RunPlace } from './answer-run.js';
import { DueCharges, type DueProblem } from './due-charges.js';
import { RunNews, type News } from './news.js';
import { RecurringPrices } from './recurring-prices.js';
import { MOST_PROBLEMS } from './run-tally.js';

/** Subscriptions looked at before other work of the thread has its turn. */
const AT_A_TIME = 2_000;
const NO_BALANCES: readonly CycleBalances[] = [];

/** What a run does for one subscription. */
interface Answered {
  readonly movements: readonly { readonly cycle: Pick<BillingCycle, 'start' | 'end'>; readonly movement: Movement }[];
  readonly problems: readonly DueProblem[];
}

/**
 * Answers CYCLE_END: what is due without usage up to `asOf`, less what was made before, subscription by subscription in
 * the order in which they became known; then the billing cycles that ended by `asOf` are closed. It looks at the cycles
 * that are not closed yet; of closed ones at those of accounts that something was said of since, and at those with a
 * minimum spend, which usage that came late still counts towards.
 */
export class CycleEndAnswerer implements RunAnswerer {
  private readonly news: RunNews;

  constructor(store: EventStore) {
    this.news = new RunNews(store);
  }

  async *answer(place: RunPlace): AsyncIterable<PartitionAnswer> {
    const { asked } = place.run;
    if (asked.kind !== 'CYCLE_END') throw new Error(`A run for ${asked.kind} is not the end of a billing cycle`);
    const until = Math.max(asked.asOf, place.closedTo);
    const run = new CycleEndRun(place, until, await this.news.at(place));
    const tally = new CycleEndTally();
    let batch = new NonUsageBatch();
    for (const life of place.reference.accounts.subscriptions((account) => isOf(place, account))) {
      if (tally.subscription(life.account) % AT_A_TIME === 0) await breathe();
      const { movements, problems } = run.of(life);
      for (const problem of problems) tally.problem(life, problem);
      for (const { cycle, movement } of movements) {
        const { account, subscription } = life;
        batch.add({ account, subscription, cycle }, movement);
        tally.movement(movement);
        if (!batch.isFull) continue;
        yield { type: 'NonUsageRated.v1', ...batch.build() };
        batch = new NonUsageBatch();
      }
    }
    if (!batch.isEmpty) yield { type: 'NonUsageRated.v1', ...batch.build() };
    yield { type: 'RatingRunAnswered.v1', data: { ...tally.said(), closedTo: until } };
  }
}

/** One run in one partition. */
class CycleEndRun {
  private readonly calendars = new CycleCalendars();
  private readonly made = new MadeSoFar(spendKey(''));
  private readonly charges: DueCharges;
  /** Nothing is due for cycles that ended before. */
  private readonly earliest: number;

  constructor(
    private readonly place: RunPlace,
    private readonly until: number,
    private readonly news: News,
  ) {
    const prices = new RecurringPrices(place.reference.catalog);
    this.charges = new DueCharges(prices);
    this.earliest = prices.earliest();
  }

  of(life: SubscriptionLife): Answered {
    const { ledger, closedTo } = this.place;
    const holder = holderOf(life.account, life.subscription);
    const hasNews = this.news(life.account);
    const kept = this.keptCycles(ledger, holder);
    const again = hasNews ? [] : kept.filter(({ cycle, keys }) => cycle < closedTo && this.made.countsSpend(keys));
    const from = hasNews ? this.earliest : Math.min(closedTo, ...again.map(({ cycle }) => cycle));
    const cycles = cyclesOf(life, this.calendars, {
      from: Math.max(from, this.earliest),
      until: this.until,
      wanted: ({ start, end }) => hasNews || end > closedTo || again.some(({ cycle }) => cycle === start),
    });
    const movements: Answered['movements'][number][] = [];
    const problems: DueProblem[] = [];
    for (const each of cycles) {
      const { start } = each.cycle;
      const spent = (service: string): bigint => amountOfQuantity(ledger.get(holder, start, spendKey(service)) ?? 0n);
      const balances = kept.find(({ cycle }) => cycle === start);
      const made = balances === undefined ? [] : this.made.of(balances);
      const owed = this.charges.of(each, this.until, spent);
      for (const problem of owed.problems) {
        if (!problems.some(({ message }) => message === problem.message)) problems.push(problem);
      }
      for (const movement of movementsOf(owed.due, made, each)) {
        // What could not be looked at is not said to be no longer due.
        if (movement.corrects && owed.problems.length > 0) continue;
        movements.push({ cycle: each.cycle, movement });
      }
    }
    if (hasNews) movements.push(...this.withdrawn(life, kept, new Set(cycles.map(({ cycle }) => cycle.start))));
    return { movements, problems };
  }

  /** Billing cycles in which something was made without usage, or spend is counted. */
  private keptCycles(ledger: BalanceLedger, holder: string): readonly CycleBalances[] {
    let found: CycleBalances[] | undefined;
    for (const balances of ledger.periodsOf(holder)) {
      const { keys } = balances;
      if (this.made.isIn(keys) || this.made.countsSpend(keys)) (found ??= []).push(balances);
    }
    return found ?? NO_BALANCES;
  }

  /** What was made in cycles that the subscription or its account do not have any more. */
  private withdrawn(
    { accountTerms }: SubscriptionLife,
    kept: readonly CycleBalances[],
    known: ReadonlySet<number>,
  ): Answered['movements'] {
    const [first] = accountTerms;
    if (first === undefined) return [];
    const calendar = this.calendars.of(first.terms.billingDay, first.terms.timeZone);
    return kept
      .filter(({ cycle }) => !known.has(cycle))
      .sort((a, b) => a.cycle - b.cycle)
      .flatMap((balances) => {
        const made = this.made.of(balances);
        const days = Math.max(0, ...made.map((each) => each.days));
        const cycle = { start: balances.cycle, end: calendar.startOfDay(balances.cycle, days) };
        return movementsOf([], made, { cycle, calendar }).map((movement) => ({ cycle, movement }));
      });
  }
}

/** What a partition says of the run as a whole. */
class CycleEndTally {
  private readonly accounts = new Set<string>();
  private subscriptions = 0;
  private records = 0;
  private changed = 0;
  private problems = 0;
  private readonly named: RunProblem[] = [];
  private readonly money = new Map<string, bigint>();

  /** @returns how many there were with this one. */
  subscription(account: string): number {
    this.accounts.add(account);
    this.subscriptions += 1;
    return this.subscriptions;
  }

  movement({ due, amount, corrects }: Movement): void {
    this.records += 1;
    if (corrects) this.changed += 1;
    this.money.set(due.currency, (this.money.get(due.currency) ?? 0n) + amount);
  }

  problem({ account, subscription }: SubscriptionLife, { code, message }: DueProblem): void {
    this.problems += 1;
    if (this.named.length >= MOST_PROBLEMS) return;
    this.named.push({ account, code, message: `Subscription ${subscription} of account ${account}: ${message}` });
  }

  said(): Omit<Extract<PartitionAnswer, { type: 'RatingRunAnswered.v1' }>['data'], 'closedTo'> {
    const { records, changed, problems } = this;
    const money = [...this.money]
      .map(([currency, sum]) => ({ currency, before: '0', after: amountText(sum) }))
      .sort((a, b) => (a.currency < b.currency ? -1 : 1));
    const counts = { accounts: this.accounts.size, records, changed, problems, stale: 0 };
    return { counts, money, ...(this.named.length === 0 ? {} : { problems: this.named }) };
  }
}

function isOf({ partition, partitions }: RunPlace, account: string): boolean {
  return partitionOfAccount(account, partitions) === partition;
}
