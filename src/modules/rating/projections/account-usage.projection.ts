import { Decimal } from '../../../shared/kernel/decimal.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { parseStreamName } from '../../../shared/kernel/stream-name.js';
import { update, type Change, type Projection } from '../../../shared/read-models/projection.js';
import type { RatedImpact, UsageBatchRated } from '../domain/events.js';
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
  quantity = Decimal.ZERO;
  amount = Decimal.ZERO;
  constructor(readonly key: SummaryKey) {}
}
class BalanceSum {
  change = Decimal.ZERO;
  granted = Decimal.ZERO;
  constructor(readonly key: BalanceKey) {}
}

function* changesOf(event: RecordedEvent & UsageBatchRated): Iterable<Change> {
  if (event.data.head.sources.every((source) => source.monetizedLines === 0)) return;
  const { summaries, resources } = sumsOf(event);
  for (const sum of summaries) {
    yield update(usageSummaries, sum.key, (row) => {
      if (row !== undefined && row.position >= event.position) return row;
      return {
        ...sum.key,
        records: (row?.records ?? 0) + sum.records,
        quantity: plus(row?.quantity, sum.quantity),
        amount: plus(row?.amount, sum.amount),
        position: event.position,
      };
    });
  }
  for (const sum of resources) {
    yield update(balances, sum.key, (row) => {
      if (row !== undefined && row.position >= event.position) return row;
      return {
        ...sum.key,
        balance: plus(row?.balance, sum.change),
        granted: plus(row?.granted, sum.granted),
        position: event.position,
      };
    });
  }
}

function plus(value: string | undefined, change: Decimal): string {
  return (value === undefined ? change : Decimal.parse(value).plus(change)).toString();
}

function sumsOf(event: RecordedEvent & UsageBatchRated): {
  readonly summaries: Iterable<SummarySum>;
  readonly resources: Iterable<BalanceSum>;
} {
  const { tenant } = parseStreamName(event.stream);
  const { columns } = event.data;
  const summaries = new Map<string, SummarySum>();
  const resources = new Map<string, BalanceSum>();
  for (let row = 0; row < columns.line.length; row += 1) {
    const account = columns.account[row] ?? '';
    const cycle = columns.cycle[row] ?? 0;
    const usageType = columns.usageType[row] ?? '';
    const currency = columns.currency[row] ?? '';
    const id = `${account}\n${cycle}\n${usageType}\n${currency}`;
    let sum = summaries.get(id);
    if (sum === undefined) {
      sum = new SummarySum({ tenant, account, cycle, usageType, currency });
      summaries.set(id, sum);
    }
    sum.records += 1;
    sum.quantity = sum.quantity.plus(Decimal.parse(columns.quantity[row] ?? '0'));
    sum.amount = sum.amount.plus(Decimal.parse(columns.amount[row] ?? '0'));
    const subscription = columns.subscription[row] ?? '';
    for (const impact of columns.impacts[row] ?? []) {
      if (impact[0] !== 'PRICE') addImpact(resources, { tenant, account, cycle, subscription }, impact);
    }
  }
  return { summaries: summaries.values(), resources: resources.values() };
}

function addImpact(
  resources: Map<string, BalanceSum>,
  holder: Pick<BalanceKey, 'tenant' | 'account' | 'cycle' | 'subscription'>,
  [offerType, resource, quantity, , amount]: RatedImpact,
): void {
  if (offerType === 'PRICE') return;
  const id = `${holder.account}\n${holder.cycle}\n${holder.subscription}\n${offerType}\n${resource}`;
  let sum = resources.get(id);
  if (sum === undefined) {
    sum = new BalanceSum({ ...holder, kind: offerType, resource });
    resources.set(id, sum);
  }
  const change = Decimal.parse(quantity);
  sum.change = sum.change.plus(change);
  if (offerType === 'ALLOWANCE' && amount === null) sum.granted = sum.granted.plus(change);
}
