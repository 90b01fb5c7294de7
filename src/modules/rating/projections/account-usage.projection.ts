import { DecimalTally, sumOfTexts } from '../../../shared/kernel/decimal-tally.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { parseStreamName } from '../../../shared/kernel/stream-name.js';
import { update, type Change, type Projection } from '../../../shared/read-models/projection.js';
import type { UsageBatchRated } from '../domain/events.js';
import { balances, usageSummaries, type BalanceRow, type UsageSummaryRow } from './collections.js';

export const ACCOUNT_USAGE_PROJECTION = 'account-usage';

/**
 * What an account sees: its usage summed up per cycle, and its balances. An event's rows are summed before a row of the
 * read model is touched; each row carries the position of the last event in it, so that one event counts once.
 */
export const accountUsageProjection: Projection = {
  name: ACCOUNT_USAGE_PROJECTION,
  version: 1,
  collections: [usageSummaries, balances],
  handles: ['UsageBatchRated.v1'],
  project: (event) => changesOf(event as RecordedEvent & UsageBatchRated),
};

type SummaryKey = Pick<UsageSummaryRow, 'tenant' | 'account' | 'cycle' | 'usageType' | 'currency'>;
type BalanceKey = Pick<BalanceRow, 'tenant' | 'account' | 'cycle' | 'subscription' | 'kind' | 'resource'>;

class SummarySum {
  records = 0;
  readonly quantity = new DecimalTally();
  readonly amount = new DecimalTally();
  constructor(readonly key: SummaryKey) {}
}
class BalanceSum {
  readonly change = new DecimalTally();
  readonly granted = new DecimalTally();
  constructor(readonly key: BalanceKey) {}
}

function* changesOf(event: RecordedEvent & UsageBatchRated): Iterable<Change> {
  if (event.data.head.sources.every((source) => source.monetizedLines === 0)) return;
  const { position } = event;
  const { summaries, resources } = sumsOf(event);
  for (const ofAccount of summaries.values()) for (const sum of ofAccount) yield addSummary(sum, position);
  for (const ofHolder of resources.values()) for (const sum of ofHolder) yield addBalance(sum, position);
}

function addSummary({ key, records, quantity, amount }: SummarySum, position: number): Change {
  return update(usageSummaries, key, (row) => {
    if (row !== undefined && row.position >= position) return row;
    return {
      ...key,
      records: (row?.records ?? 0) + records,
      quantity: sumOfTexts(quantity.toString(), row?.quantity ?? '0'),
      amount: sumOfTexts(amount.toString(), row?.amount ?? '0'),
      position,
    };
  });
}

function addBalance({ key, change, granted }: BalanceSum, position: number): Change {
  return update(balances, key, (row) => {
    if (row !== undefined && row.position >= position) return row;
    return {
      ...key,
      balance: sumOfTexts(change.toString(), row?.balance ?? '0'),
      granted: granted.isZero() ? (row?.granted ?? '0') : sumOfTexts(granted.toString(), row?.granted ?? '0'),
      position,
    };
  });
}

/** By account, and by account and subscription: of each a handful, so they are looked through and not looked up. */
interface Sums {
  readonly summaries: Map<string, SummarySum[]>;
  readonly resources: Map<string, BalanceSum[]>;
}

function sumsOf(event: RecordedEvent & UsageBatchRated): Sums {
  const { tenant } = parseStreamName(event.stream);
  const { columns } = event.data;
  const sums: Sums = { summaries: new Map(), resources: new Map() };
  for (let row = 0; row < columns.line.length; row += 1) {
    const account = columns.account[row] ?? '';
    const cycle = columns.cycle[row] ?? 0;
    const usageType = columns.usageType[row] ?? '';
    const currency = columns.currency[row] ?? '';
    const sum = summaryOf(listOf(sums.summaries, account), { tenant, account, cycle, usageType, currency });
    sum.records += 1;
    sum.quantity.add(columns.quantity[row] ?? '0');
    sum.amount.add(columns.amount[row] ?? '0');
    const subscription = columns.subscription[row] ?? '';
    let ofHolder: BalanceSum[] | undefined;
    for (const [kind, resource, quantity, , amount] of columns.impacts[row] ?? []) {
      if (kind === 'PRICE') continue;
      ofHolder ??= listOf(sums.resources, `${account}\n${subscription}`);
      const balance = balanceOf(ofHolder, { tenant, account, cycle, subscription, kind, resource });
      balance.change.add(quantity);
      if (kind === 'ALLOWANCE' && amount === null) balance.granted.add(quantity);
    }
  }
  return sums;
}

function listOf<Sum>(lists: Map<string, Sum[]>, key: string): Sum[] {
  let list = lists.get(key);
  if (list === undefined) lists.set(key, (list = []));
  return list;
}

function summaryOf(list: SummarySum[], key: SummaryKey): SummarySum {
  for (const sum of list) {
    const { cycle, usageType, currency } = sum.key;
    if (cycle === key.cycle && usageType === key.usageType && currency === key.currency) return sum;
  }
  const made = new SummarySum(key);
  list.push(made);
  return made;
}

function balanceOf(list: BalanceSum[], key: BalanceKey): BalanceSum {
  for (const sum of list) {
    const { cycle, kind, resource } = sum.key;
    if (cycle === key.cycle && resource === key.resource && kind === key.kind) return sum;
  }
  const made = new BalanceSum(key);
  list.push(made);
  return made;
}
