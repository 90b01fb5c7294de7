import { DecimalTally, negatedText, sumOfTexts } from '../../../shared/kernel/decimal-tally.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { parseStreamName } from '../../../shared/kernel/stream-name.js';
import { update, type Change, type Gathering, type Projection } from '../../../shared/read-models/projection.js';
import { allowanceOfBucket, keyOfImpact, ownerOf, placeOfImpact, saysPlaces } from '../domain/balance-places.js';
import type { RatedBefore, RatedImpact, UsageBatchRated, UsageBatchRatedColumns } from '../domain/events.js';
import type { UsageRerated, UsageReratedColumns } from '../domain/runs/rerated-events.js';
import { balances, usageSummaries, type BalanceRow, type UsageSummaryRow } from './collections.js';

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

type RatedColumns = UsageBatchRatedColumns | UsageReratedColumns;

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

  /** @param before the column that says where balances are, where any row says so: it need not be read otherwise. */
  add(columns: RatedColumns, row: number, position: number, before?: RatedColumns['before']): void {
    const cycle = columns.cycle[row] ?? 0;
    const sum = this.summary(cycle, columns.usageType[row] ?? '', columns.currency[row] ?? '', position);
    sum.last = position;
    sum.records += 1;
    sum.quantity.add(columns.quantity[row] ?? '0');
    sum.amount.add(columns.amount[row] ?? '0');
    const { subscription, impacts } = columns;
    this.move({ cycle, subscription: subscription[row], impacts: impacts[row], before: before?.[row] }, 1, position);
  }

  /** What a row was before it was rated again, back out of the sums. */
  takeBack(columns: UsageReratedColumns, row: number, position: number): void {
    const cycle = columns['old.cycle'][row] ?? 0;
    const sum = this.summary(cycle, columns['old.usageType'][row] ?? '', columns['old.currency'][row] ?? '', position);
    sum.last = position;
    sum.records -= 1;
    sum.quantity.add(negatedText(columns['old.quantity'][row] ?? '0'));
    sum.amount.add(negatedText(columns['old.amount'][row] ?? '0'));
    const subscription = columns['old.subscription'][row];
    const moved = { subscription, impacts: columns['old.impacts'][row], before: columns['old.before'][row] };
    this.move({ cycle, ...moved }, -1, position);
  }

  private move(
    { cycle, subscription = '', impacts = [], before = null }: MovedRow,
    sign: 1 | -1,
    position: number,
  ): void {
    // Nearly always: nothing is put together to find a balance that is there.
    const isUsual = before === null || !saysPlaces(before);
    for (const impact of impacts) {
      const [kind, resource, quantity, , amount] = impact;
      if (kind === 'PRICE') continue;
      const name = kind === 'ALLOWANCE' ? allowanceOfBucket(resource) : resource;
      const balance =
        (isUsual ? this.usualBalance(cycle, subscription, kind, name) : undefined) ??
        this.balance(balanceOf(impact, { kind, resource: name }, { cycle, subscription, before }), position);
      const change = sign === 1 ? quantity : negatedText(quantity);
      balance.last = position;
      balance.change.add(change);
      if (kind !== 'ALLOWANCE' || amount !== null) continue;
      // What is carried over bears the number of cycles in its name, and what is taken for it is negative.
      const isGrant = name === resource && !quantity.startsWith('-');
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
  { cycle, subscription, before }: Pick<MovedRow, 'cycle'> & { subscription: string; before: RatedBefore | null },
): Omit<BalanceKey, 'tenant' | 'account'> {
  const key = keyOfImpact(impact);
  const place = key === undefined ? undefined : placeOfImpact(impact, key, before);
  const [holder, period, end = null] = place ?? [undefined, cycle];
  const owner = holder === undefined ? { subscription, serviceId: '' } : ownerOf(holder);
  return { ...owner, cycle: period, kind, resource, periodEnd: end };
}

/** What a row says of the balances it moved. */
interface MovedRow {
  readonly cycle: number;
  readonly subscription: string | undefined;
  readonly impacts: readonly RatedImpact[] | undefined;
  readonly before: RatedBefore | null | undefined;
}

class AccountUsage implements Gathering {
  /** By tenant, by account. */
  private readonly tenants = new Map<string, Map<string, AccountSums>>();

  add(event: RecordedEvent): void {
    if (event.type === 'UsageRerated.v1') {
      const { columns } = (event as RecordedEvent & UsageRerated).data;
      this.each(event, columns, (sums, row) => {
        if ((columns['old.revision'][row] ?? null) !== null) sums.takeBack(columns, row, event.position);
        sums.add(columns, row, event.position, columns.before);
      });
      return;
    }
    const { head, columns } = (event as RecordedEvent & UsageBatchRated).data;
    if (head.sources.every((source) => source.monetizedLines === 0)) return;
    const before = head.elsewhere === false ? undefined : columns.before;
    this.each(event, columns, (sums, row) => sums.add(columns, row, event.position, before));
  }

  private each(event: RecordedEvent, columns: RatedColumns, count: (sums: AccountSums, row: number) => void): void {
    const { tenant } = parseStreamName(event.stream);
    let accounts = this.tenants.get(tenant);
    if (accounts === undefined) this.tenants.set(tenant, (accounts = new Map<string, AccountSums>()));
    for (let row = 0; row < columns.line.length; row += 1) {
      const account = columns.account[row] ?? '';
      let sums = accounts.get(account);
      if (sums === undefined) accounts.set(account, (sums = new AccountSums(tenant, account)));
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
