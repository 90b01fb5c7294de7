import { DecimalTally, sumOfTexts } from '../../../shared/kernel/decimal-tally.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { parseStreamName } from '../../../shared/kernel/stream-name.js';
import { update, type Change, type Gathering, type Projection } from '../../../shared/read-models/projection.js';
import type { UsageBatchRated, UsageBatchRatedColumns } from '../domain/events.js';
import { balances, usageSummaries, type BalanceRow, type UsageSummaryRow } from './collections.js';

export const ACCOUNT_USAGE_PROJECTION = 'account-usage';

/**
 * What an account sees: its usage summed up per cycle, and its balances. Events are summed before a row of the read
 * model is touched; each row carries the position of the last event in it, so that one event counts once.
 */
export const accountUsageProjection: Projection = {
  name: ACCOUNT_USAGE_PROJECTION,
  version: 1,
  collections: [usageSummaries, balances],
  handles: ['UsageBatchRated.v1'],
  project: (event) => {
    const sums = new AccountUsage();
    sums.add(event);
    return sums.changes();
  },
  gather: () => new AccountUsage(),
};

type SummaryKey = Pick<UsageSummaryRow, 'tenant' | 'account' | 'cycle' | 'usageType' | 'currency'>;
type BalanceKey = Pick<BalanceRow, 'tenant' | 'account' | 'cycle' | 'subscription' | 'kind' | 'resource'>;

/** What the events from `first` to `last` add to a row. */
abstract class RowSum {
  last: number;

  constructor(readonly first: number) {
    this.last = first;
  }

  /** Whether a row has these events in it already. Some of them only: that is for one event after the other to sort out. */
  isIn(row: { readonly position: number } | undefined): boolean {
    if (row === undefined || row.position < this.first) return false;
    if (row.position >= this.last) return true;
    throw new Error(`A row at position ${row.position} has a part of the events from ${this.first} to ${this.last}`);
  }
}

class SummarySum extends RowSum {
  records = 0;
  readonly quantity = new DecimalTally();
  readonly amount = new DecimalTally();

  constructor(
    readonly key: SummaryKey,
    first: number,
  ) {
    super(first);
  }

  toChange(): Change {
    return update(usageSummaries, this.key, (row) => {
      if (this.isIn(row)) return row;
      return {
        ...this.key,
        records: (row?.records ?? 0) + this.records,
        quantity: sumOfTexts(this.quantity.toString(), row?.quantity ?? '0'),
        amount: sumOfTexts(this.amount.toString(), row?.amount ?? '0'),
        position: this.last,
      };
    });
  }
}

class BalanceSum extends RowSum {
  readonly change = new DecimalTally();
  readonly granted = new DecimalTally();

  constructor(
    readonly key: BalanceKey,
    first: number,
  ) {
    super(first);
  }

  toChange(): Change {
    return update(balances, this.key, (row) => {
      if (this.isIn(row)) return row;
      return {
        ...this.key,
        balance: sumOfTexts(this.change.toString(), row?.balance ?? '0'),
        granted: sumOfTexts(this.granted.toString(), row?.granted ?? '0'),
        position: this.last,
      };
    });
  }
}

/** Of one tenant, by account and by account and subscription: of each a handful, looked through and not looked up. */
class TenantUsage {
  readonly summaries = new Map<string, SummarySum[]>();
  readonly balances = new Map<string, BalanceSum[]>();

  constructor(private readonly tenant: string) {}

  add(columns: UsageBatchRatedColumns, row: number, position: number): void {
    const account = columns.account[row] ?? '';
    const cycle = columns.cycle[row] ?? 0;
    const sum = this.summary(account, cycle, columns.usageType[row] ?? '', columns.currency[row] ?? '', position);
    sum.last = position;
    sum.records += 1;
    sum.quantity.add(columns.quantity[row] ?? '0');
    sum.amount.add(columns.amount[row] ?? '0');
    const impacts = columns.impacts[row] ?? [];
    if (impacts.every((impact) => impact[0] === 'PRICE')) return;
    const subscription = columns.subscription[row] ?? '';
    const ofHolder = listOf(this.balances, `${account}\n${subscription}`);
    for (const impact of impacts) {
      if (impact[0] === 'PRICE') continue;
      let balance = ofHolder.find(({ key }) => {
        return key.cycle === cycle && key.resource === impact[1] && key.kind === impact[0];
      });
      if (balance === undefined) {
        const key = { tenant: this.tenant, account, cycle, subscription, kind: impact[0], resource: impact[1] };
        ofHolder.push((balance = new BalanceSum(key, position)));
      }
      balance.last = position;
      balance.change.add(impact[2]);
      if (impact[0] === 'ALLOWANCE' && impact[4] === null) balance.granted.add(impact[2]);
    }
  }

  private summary(account: string, cycle: number, usageType: string, currency: string, position: number): SummarySum {
    const ofAccount = listOf(this.summaries, account);
    for (const sum of ofAccount) {
      const { key } = sum;
      if (key.cycle === cycle && key.usageType === usageType && key.currency === currency) return sum;
    }
    const made = new SummarySum({ tenant: this.tenant, account, cycle, usageType, currency }, position);
    ofAccount.push(made);
    return made;
  }
}

class AccountUsage implements Gathering {
  private readonly tenants = new Map<string, TenantUsage>();

  add(event: RecordedEvent): void {
    const { head, columns } = (event as RecordedEvent & UsageBatchRated).data;
    if (head.sources.every((source) => source.monetizedLines === 0)) return;
    const { tenant } = parseStreamName(event.stream);
    let usage = this.tenants.get(tenant);
    if (usage === undefined) this.tenants.set(tenant, (usage = new TenantUsage(tenant)));
    for (let row = 0; row < columns.line.length; row += 1) usage.add(columns, row, event.position);
  }

  *changes(): Iterable<Change> {
    for (const { summaries, balances: resources } of this.tenants.values()) {
      for (const ofAccount of summaries.values()) for (const sum of ofAccount) yield sum.toChange();
      for (const ofHolder of resources.values()) for (const sum of ofHolder) yield sum.toChange();
    }
  }
}

function listOf<Sum>(lists: Map<string, Sum[]>, key: string): Sum[] {
  let list = lists.get(key);
  if (list === undefined) lists.set(key, (list = []));
  return list;
}
