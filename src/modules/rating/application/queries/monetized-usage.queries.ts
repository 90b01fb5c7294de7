import { Inject, Injectable } from '@nestjs/common';
import { equal, page, type Paging } from '../../../../shared/read-models/list-conditions.js';
import { monetizedId } from '../../../../shared/kernel/record-id.js';
import {
  READ_MODELS,
  type Condition,
  type Page,
  type ReadModels,
} from '../../../../shared/read-models/read-models.port.js';
import { billingCycleAt } from '../../../../shared/kernel/period.js';
import { seenBy } from '../../../../shared/read-models/read-your-writes.js';
import { accountsCollection, serviceIdsCollection } from '../../../accounts/index.js';
import { balances, monetizedUsage, usageSummaries } from '../../projections/collections.js';
import type { BalanceRow, MonetizedRow, UsageSummaryRow } from '../../projections/collections.js';
import { ACCOUNT_USAGE_PROJECTION } from '../../projections/account-usage.projection.js';
import { MONETIZED_USAGE_PROJECTION } from '../../projections/monetized-usage.projection.js';
import { RATED_SOURCES_PROJECTION } from '../../projections/rated-sources.projection.js';
import type { MonetizedFilter, MonetizedItem } from './monetized-filter.js';
import { RatedEventWalk } from './rated-event-walk.js';

/** The period of balances that never begin anew. */
const NO_PERIOD = 0;
/** Assignments one service id may have had. */
const MOST_ASSIGNMENTS = 500;

/** The reads of monetized usage and of what an account sees of it. */
@Injectable()
export class MonetizedUsageQueries {
  constructor(
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
    private readonly walk: RatedEventWalk,
  ) {}

  /**
   * With an account or a service id: that account's rows, newest usage first. Otherwise (a file, or nothing): the rated
   * events themselves, newest rated first; a page may then hold fewer items than asked for and still have a next one.
   */
  async list(tenant: string, filter: MonetizedFilter, paging: Paging): Promise<Page<MonetizedItem>> {
    const accounts = await this.accountsFor(tenant, filter);
    if (accounts === undefined) {
      await this.seen(paging.minPosition);
      return this.walk.page(tenant, filter, paging);
    }
    if (accounts.length === 0) return { items: [] };
    await seenBy(this.readModels, MONETIZED_USAGE_PROJECTION, paging.minPosition);
    const found = await this.readModels.find(monetizedUsage, {
      tenant,
      where: [accountIs(accounts), ...conditionsOf(filter)],
      sort: [{ field: 'at', direction: 'desc' }],
      ...page(paging),
    });
    return { ...found, items: found.items.map(itemOf) };
  }

  /** Undefined: nothing says which accounts, so all are meant. */
  private async accountsFor(tenant: string, filter: MonetizedFilter): Promise<readonly string[] | undefined> {
    if (filter.account !== undefined) return [filter.account];
    if (filter.serviceId === undefined) return undefined;
    const { items } = await this.readModels.find(serviceIdsCollection, {
      tenant,
      where: [{ field: 'serviceId', op: 'eq', value: filter.serviceId }],
      limit: MOST_ASSIGNMENTS,
    });
    return [...new Set(items.map((row) => row.account))];
  }

  /** Newest period first; what never begins anew comes last. */
  async balances(
    tenant: string,
    account: string,
    filter: { readonly subscription?: string | undefined },
    paging: Paging,
  ): Promise<Page<Balance>> {
    await seenBy(this.readModels, ACCOUNT_USAGE_PROJECTION, paging.minPosition);
    const found = await this.readModels.find(balances, {
      tenant,
      where: [{ field: 'account', op: 'eq', value: account }, ...equal('subscription', filter.subscription)],
      sort: [{ field: 'cycle', direction: 'desc' }],
      ...page(paging),
    });
    const terms = await this.readModels.get(accountsCollection, { tenant, account });
    return { ...found, items: found.items.map((row) => balanceOf(row, terms?.versions ?? [])) };
  }

  async usageSummary(
    tenant: string,
    account: string,
    filter: { readonly usageType?: string | undefined; readonly currency?: string | undefined },
    paging: Paging,
  ): Promise<Page<UsageSummaryRow>> {
    await seenBy(this.readModels, ACCOUNT_USAGE_PROJECTION, paging.minPosition);
    return this.readModels.find(usageSummaries, {
      tenant,
      where: [
        { field: 'account', op: 'eq', value: account },
        ...equal('usageType', filter.usageType),
        ...equal('currency', filter.currency),
      ],
      sort: [{ field: 'cycle', direction: 'desc' }],
      ...page(paging),
    });
  }

  /** Holds a read of single records until what finds them has seen the position. */
  async seen(minPosition: number | undefined): Promise<void> {
    await seenBy(this.readModels, RATED_SOURCES_PROJECTION, minPosition);
    await seenBy(this.readModels, MONETIZED_USAGE_PROJECTION, minPosition);
  }
}

/** A balance with the ends of its period; null = there is none. */
export type Balance = BalanceRow & { readonly validFrom: number | null; readonly validTo: number | null };

interface CycleTerms {
  readonly effectiveFrom: number;
  readonly billingDay: number;
  readonly timeZone: string;
}

/** @param versions of the account's terms: they say when a billing cycle ends. */
function balanceOf(row: BalanceRow, versions: readonly CycleTerms[]): Balance {
  const isEndless = row.cycle === NO_PERIOD && row.periodEnd === null;
  const terms = versions.findLast(({ effectiveFrom }) => effectiveFrom <= row.cycle) ?? versions[0];
  const cycleEnd =
    isEndless || terms === undefined ? null : billingCycleAt(row.cycle, terms.billingDay, terms.timeZone).end;
  return { ...row, validFrom: isEndless ? null : row.cycle, validTo: row.periodEnd ?? cycleEnd };
}

function itemOf(row: MonetizedRow): MonetizedItem {
  return { ...row, id: monetizedId(row.fileId, row.line, row.charge) };
}

/** One account, nearly always: then the rows come in order from their cluster. */
function accountIs(accounts: readonly string[]): Condition {
  const [first] = accounts;
  return accounts.length === 1 && first !== undefined
    ? { field: 'account', op: 'eq', value: first }
    : { field: 'account', op: 'in', value: accounts };
}

function conditionsOf(filter: MonetizedFilter): Condition[] {
  const conditions = [
    ...equal('subscription', filter.subscription),
    ...equal('serviceId', filter.serviceId),
    ...equal('serviceType', filter.serviceType),
    ...equal('usageType', filter.usageType),
    ...equal('currency', filter.currency),
    ...equal('fileId', filter.fileId),
  ];
  if (filter.from !== undefined) conditions.push({ field: 'at', op: 'gte', value: filter.from });
  if (filter.to !== undefined) conditions.push({ field: 'at', op: 'lt', value: filter.to });
  return conditions;
}
