import { Inject, Injectable } from '@nestjs/common';
import { monetizedId } from '../../../shared/kernel/record-id.js';
import {
  READ_MODELS,
  type Condition,
  type Page,
  type ReadModels,
} from '../../../shared/read-models/read-models.port.js';
import { seenBy } from '../../../shared/read-models/read-your-writes.js';
import { balances, monetizedUsage, usageSummaries } from '../projections/collections.js';
import type { BalanceRow, MonetizedRow, UsageSummaryRow } from '../projections/collections.js';
import { ACCOUNT_USAGE_PROJECTION } from '../projections/account-usage.projection.js';
import { MONETIZED_USAGE_PROJECTION } from '../projections/monetized-usage.projection.js';
import { RATED_SOURCES_PROJECTION } from '../projections/rated-sources.projection.js';
import type { MonetizedFilter, MonetizedItem, Paging } from './monetized-filter.js';
import { RatedEventWalk } from './rated-event-walk.js';

/** The reads of monetized usage and of what an account sees of it. */
@Injectable()
export class MonetizedUsageQueries {
  constructor(
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
    private readonly walk: RatedEventWalk,
  ) {}

  /**
   * With an account: its rows, newest usage first. Otherwise (a file, a service id, or nothing): the rated events
   * themselves, newest rated first; a page may then hold fewer items than asked for and still have a next one.
   */
  async list(tenant: string, filter: MonetizedFilter, paging: Paging): Promise<Page<MonetizedItem>> {
    if (filter.account === undefined) {
      await seenBy(this.readModels, RATED_SOURCES_PROJECTION, paging.minPosition);
      return this.walk.page(tenant, filter, paging);
    }
    await seenBy(this.readModels, MONETIZED_USAGE_PROJECTION, paging.minPosition);
    const page = await this.readModels.find(monetizedUsage, {
      tenant,
      where: [{ field: 'account', op: 'eq', value: filter.account }, ...conditionsOf(filter)],
      sort: [{ field: 'at', direction: 'desc' }],
      ...pageOf(paging),
    });
    return { ...page, items: page.items.map(itemOf) };
  }

  async balances(
    tenant: string,
    account: string,
    filter: { readonly subscription?: string | undefined },
    paging: Paging,
  ): Promise<Page<BalanceRow>> {
    await seenBy(this.readModels, ACCOUNT_USAGE_PROJECTION, paging.minPosition);
    return this.readModels.find(balances, {
      tenant,
      where: [{ field: 'account', op: 'eq', value: account }, ...equal('subscription', filter.subscription)],
      sort: [{ field: 'cycle', direction: 'desc' }],
      ...pageOf(paging),
    });
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
      ...pageOf(paging),
    });
  }

  async seen(minPosition: number | undefined): Promise<void> {
    await seenBy(this.readModels, RATED_SOURCES_PROJECTION, minPosition);
  }
}

function itemOf(row: MonetizedRow): MonetizedItem {
  return { ...row, id: monetizedId(row.fileId, row.line, row.charge) };
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

function equal(field: string, value: string | undefined): Condition[] {
  return value === undefined ? [] : [{ field, op: 'eq', value }];
}

function pageOf({ limit, after }: Paging): { readonly limit: number; readonly after?: string } {
  return after === undefined ? { limit } : { limit, after };
}
