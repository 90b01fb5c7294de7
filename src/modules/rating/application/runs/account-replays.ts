import type { EventStore } from '../../../../shared/event-store/event-store.port.js';
import type { ReplayedAccount } from '../../domain/replay/account-replay.js';
import { replayAccount } from '../../domain/replay/replay-account.js';
import { PriceVersions } from '../queries/price-versions.js';
import type { AccountHistory, RunPlace } from './answer-run.js';
import { accountHash } from './change-hash.js';
import { usageOf, type KeptUsage } from './kept-usage.js';
import { PriceBook } from './price-book.js';
import { RatingAgain } from './rating-again.js';
import { standingRecords, type KeptRecord } from './standing-account.js';

/** What of some accounts is to be rated again. */
export interface ReplayTask {
  /** Accounts that may have anything to rate again, and the start of the first billing cycle of theirs with such. */
  readonly candidates: ReadonlyMap<string, number>;
  readonly selected: (account: string, record: KeptRecord) => boolean;
  /** Billing cycles to be priced as a whole, beside those that had their second pass. Absent: none. */
  readonly isWhole?: (account: string, cycle: number) => boolean;
}

/** What became of an account; `hash` is of all that changed. */
export type AccountAnswer =
  | { readonly kind: 'REPLAYED'; readonly replayed: ReplayedAccount<KeptUsage>; readonly hash: string }
  | { readonly kind: 'DEFECT'; readonly account: string; readonly error: unknown };

/** Rates accounts again, one after the other in the order of their ids, as many in memory at a time as history says. */
export class AccountReplays {
  private readonly versions: PriceVersions;

  constructor(private readonly store: EventStore) {
    this.versions = new PriceVersions(store);
  }

  /** Prices by their versions, for who looks for candidates. */
  pricesOf(tenant: string): PriceBook {
    return new PriceBook(this.versions, tenant);
  }

  async *replay(place: RunPlace, task: ReplayTask): AsyncIterable<AccountAnswer> {
    const { candidates } = task;
    if (candidates.size === 0) return;
    const from = [...candidates.values()].reduce((least, cycle) => Math.min(least, cycle));
    const accounts = new Set(candidates.keys());
    const prices = this.pricesOf(place.tenant);
    const rating = new RatingAgain(place, prices);
    for await (const group of place.history.groups({ accounts, cycles: { from, to: Number.MAX_SAFE_INTEGER } })) {
      const own = group.map((history) => fromFirstCycle(history, candidates));
      const rows = own.flatMap((history) => history.rows);
      await prices.learn(rows.map(({ offer }) => offer));
      const usage = await usageOf(this.store, rows);
      for (const history of own) {
        const records = standingRecords(history, usage);
        const answer = answerOf(place, task, rating, history.account, records);
        if (answer !== undefined) yield answer;
      }
    }
  }
}

/** Undefined when nothing of the account is to be rated again after all. */
function answerOf(
  place: RunPlace,
  task: ReplayTask,
  rating: RatingAgain,
  account: string,
  records: readonly KeptRecord[],
): AccountAnswer | undefined {
  const selected = (record: KeptRecord): boolean => task.selected(account, record);
  if (!records.some(selected)) return undefined;
  const isWhole = ({ rows }: KeptRecord): boolean => rows.some(({ cycle }) => task.isWhole?.(account, cycle) === true);
  try {
    const replayed = replayAccount({
      account,
      records,
      ledger: place.ledger,
      selected,
      isWhole: (record) => isWhole(record) || rating.isPassed(record),
      cycleBefore: (record, cycle) => rating.cycleBefore(record, cycle),
      findings: (record, row) => rating.findings(record, row),
      rate: (record, ledger, totals) => rating.rate(account, record, ledger, totals),
    });
    return { kind: 'REPLAYED', replayed, hash: accountHash(replayed.changed) };
  } catch (error) {
    return { kind: 'DEFECT', account, error };
  }
}

function fromFirstCycle(history: AccountHistory, candidates: ReadonlyMap<string, number>): AccountHistory {
  const first = candidates.get(history.account) ?? 0;
  return { account: history.account, rows: history.rows.filter(({ cycle }) => cycle >= first) };
}
