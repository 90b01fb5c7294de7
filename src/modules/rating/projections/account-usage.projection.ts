import { DecimalTally, negatedText, sumOfTexts } from '../../../shared/kernel/decimal-tally.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { parseStreamName } from '../../../shared/kernel/stream-name.js';
import { update, type Change, type Gathering, type Projection } from '../../../shared/read-models/projection.js';
import { allowanceOfBucket, keyOfImpact, ownerOf, placeOfImpact, saysPlaces } from '../domain/balance-places.js';
import type { RatedBefore, RatedImpact, UsageBatchRated } from '../domain/events.js';
import type { UsageRerated } from '../domain/runs/rerated-events.js';
import { balances, usageSummaries, type BalanceRow, type UsageSummaryRow } from './collections.js';
import { rowsBefore, rowsNow, type SummedColumns } from './summed-columns.js';

export const ACCOUNT_USAGE_PROJECTION = 'account-usage';

/**
 * What an account sees: its usage summed up per cycle, and its balances. Events are summed before a row of the read
 * model is touched; each row carries the position of the last event in it, so that one event counts once.
 */
export const accountUsageProjection: Projection = {
  name: ACCOUNT_USAGE_PROJECTION,
  version: 2,
  collections: [usageSummaries, balances],
  handles: ['UsageBatchRated.v1', 'UsageRerated.v1'],
  project: (event) => {
    const sums = new AccountUsage();
    sums.add(event);
    return sums.changes();
  },
  gather: () => new AccountUsage(),
};

type SummaryKey = Pick<UsageSummaryRow, 'tenant' | 'account' | 'cycle' | 'usageType' | 'currency'>;
type BalanceKey = Pick<
  BalanceRow,
  'tenant' | 'account' | 'cycle' | 'subscription' | 'serviceId' | 'kind' | 'resource' | 'periodEnd'
>;

function signed(text: string, sign: 1 | -1): string {
  return sign === 1 ? text : negatedText(text);
}

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
  readonly carried = new DecimalTally();

  constructor(
    readonly key: BalanceKey,
    first: number,
  ) {
    super(first);
  }

  toChange(): Change {
    const { periodEnd, ...key } = this.key;
    return update(balances, key, (row) => {
      if (this.isIn(row)) return row;
      return {
        ...key,
        periodEnd,
        balance: sumOfTexts(this.change.toString(), row?.balance ?? '0'),
        granted: sumOfTexts(this.granted.toString(), row?.granted ?? '0'),
        carried: sumOfTexts(this.carried.toString(), row?.carried ?? '0'),
        position: this.last,
      };
    });
  }
}

/** Of one account: of each kind a handful, looked through and not looked up. */
class AccountSums {
  readonly summaries: SummarySum[] = [];
  readonly balances: BalanceSum[] = [];

  constructor(
    private readonly tenant: string,
    private readonly account: string,
  ) {}

  add(columns: SummedColumns, row: number, sign: 1 | -1, position: number): void {
    const cycle = columns.cycle[row] ?? 0;
    const sum = this.summary(cycle, columns.usageType[row] ?? '', columns.currency[row] ?? '', position);
    sum.last = position;
    sum.records += sign;
    sum.quantity.add(signed(columns.quantity[row] ?? '0', sign));
    sum.amount.add(signed(columns.amount[row] ?? '0', sign));
    this.move(columns, row, sign, position);
  }

  private move(columns: SummedColumns, row: number, sign: 1 | -1, position: number): void {
    const { impacts, kinds, resources, quantities } = columns;
    const cycle = columns.cycle[row] ?? 0;
    const subscription = columns.subscription[row] ?? '';
    const before = columns.before?.[row] ?? null;
    // Nearly always: nothing is put together to find a balance that is there.
    const isUsual = before === null || !saysPlaces(before);
    const end = impacts.starts[row + 1] ?? 0;
    for (let at = impacts.starts[row] ?? 0; at < end; at += 1) {
      const kind = kinds[at] ?? 'PRICE';
      if (kind === 'PRICE') continue;
      const resource = resources[at] ?? '';
      const name = kind === 'ALLOWANCE' ? allowanceOfBucket(resource) : resource;
      const balance =
        (isUsual ? this.usualBalance(cycle, subscription, kind, name) : undefined) ??
        this.balance(balanceOf(impacts.tuple(at), { kind, resource: name }, { cycle, subscription, before }), position);
      const change = signed(quantities[at] ?? '0', sign);
      balance.last = position;
      balance.change.add(change);
      if (kind !== 'ALLOWANCE' || columns.amounts[at] !== null) continue;
      // What is carried over bears the number of cycles in its name, and what is taken for it is negative.
      const isGrant = name === resource && quantities[at]?.startsWith('-') === false;
      (isGrant ? balance.granted : balance.carried).add(change);
    }
  }

  /** Of the subscription in its billing cycle, when it is known. */
  private usualBalance(cycle: number, subscription: string, kind: string, resource: string): BalanceSum | undefined {
    for (const sum of this.balances) {
      const { key } = sum;
      const isIts = key.resource === resource && key.cycle === cycle && key.kind === kind;
      if (isIts && key.subscription === subscription && key.serviceId === '') return sum;
    }
    return undefined;
  }

  private summary(cycle: number, usageType: string, currency: string, position: number): SummarySum {
    for (const sum of this.summaries) {
      const { key } = sum;
      if (key.cycle === cycle && key.usageType === usageType && key.currency === currency) return sum;
    }
    const { tenant, account } = this;
    const made = new SummarySum({ tenant, account, cycle, usageType, currency }, position);
    this.summaries.push(made);
    return made;
  }

  private balance(wanted: Omit<BalanceKey, 'tenant' | 'account'>, position: number): BalanceSum {
    for (const sum of this.balances) {
      const { key } = sum;
      if (
        key.resource === wanted.resource &&
        key.cycle === wanted.cycle &&
        key.kind === wanted.kind &&
        key.subscription === wanted.subscription &&
        key.serviceId === wanted.serviceId
      )
        return sum;
    }
    const { tenant, account } = this;
    const made = new BalanceSum({ tenant, account, ...wanted }, position);
    this.balances.push(made);
    return made;
  }
}

/** Whose balance an impact moved, and in which period. */
function balanceOf(
  impact: RatedImpact,
  { kind, resource }: Pick<BalanceKey, 'kind' | 'resource'>,
  { cycle, subscription, before }: { cycle: number; subscription: string; before: RatedBefore | null },
): Omit<BalanceKey, 'tenant' | 'account'> {
  const key = keyOfImpact(impact);
  const place = key === undefined ? undefined : placeOfImpact(impact, key, before);
  const [holder, period, end = null] = place ?? [undefined, cycle];
  const owner = holder === undefined ? { subscription, serviceId: '' } : ownerOf(holder);
  return { ...owner, cycle: period, kind, resource, periodEnd: end };
}

class AccountUsage implements Gathering {
  /** By tenant, by account. */
  private readonly tenants = new Map<string, Map<string, AccountSums>>();

  add(event: RecordedEvent): void {
    if (event.type === 'UsageRerated.v1') {
      const { columns } = (event as RecordedEvent & UsageRerated).data;
      const [old, now] = [rowsBefore(columns), rowsNow(columns, true)];
      const replaced = columns['old.revision'];
      this.each(event, columns.account, (sums, row) => {
        if ((replaced[row] ?? null) !== null) sums.add(old, row, -1, event.position);
        sums.add(now, row, 1, event.position);
      });
      return;
    }
    const { head, columns } = (event as RecordedEvent & UsageBatchRated).data;
    if (head.sources.every((source) => source.monetizedLines === 0)) return;
    const rows = rowsNow(columns, head.elsewhere !== false);
    this.each(event, columns.account, (sums, row) => sums.add(rows, row, 1, event.position));
  }

  private each(
    event: RecordedEvent,
    account: readonly string[],
    count: (sums: AccountSums, row: number) => void,
  ): void {
    const { tenant } = parseStreamName(event.stream);
    let accounts = this.tenants.get(tenant);
    if (accounts === undefined) this.tenants.set(tenant, (accounts = new Map<string, AccountSums>()));
    for (let row = 0; row < account.length; row += 1) {
      const name = account[row] ?? '';
      let sums = accounts.get(name);
      if (sums === undefined) accounts.set(name, (sums = new AccountSums(tenant, name)));
      count(sums, row);
    }
  }

  *changes(): Iterable<Change> {
    for (const accounts of this.tenants.values()) {
      for (const { summaries, balances: resources } of accounts.values()) {
        for (const sum of summaries) yield sum.toChange();
        for (const sum of resources) yield sum.toChange();
      }
    }
  }
}
