import { Inject, Injectable } from '@nestjs/common';
import { equal, page, type Paging } from '../../../../shared/read-models/list-conditions.js';
import {
  READ_MODELS,
  type Condition,
  type Page,
  type ReadModels,
} from '../../../../shared/read-models/read-models.port.js';
import { seenBy } from '../../../../shared/read-models/read-your-writes.js';
import {
  nonUsage,
  nonUsageSummaries,
  type NonUsageRow,
  type NonUsageSummaryRow,
} from '../../projections/non-usage.collections.js';
import { NON_USAGE_PROJECTION } from '../../projections/non-usage.projection.js';

/** Filters of monetized non-usage records; instants in epoch ms, `from` inclusive and `to` exclusive. */
export interface NonUsageFilter {
  readonly account?: string | undefined;
  readonly subscription?: string | undefined;
  readonly type?: string | undefined;
  readonly currency?: string | undefined;
  readonly runId?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** The reads of what is due without usage. */
@Injectable()
export class NonUsageQueries {
  constructor(@Inject(READ_MODELS) private readonly readModels: ReadModels) {}

  /** With an account: its newest billing cycle first. Otherwise what was made last comes first. */
  async list(tenant: string, filter: NonUsageFilter, paging: Paging): Promise<Page<NonUsageRow>> {
    await seenBy(this.readModels, NON_USAGE_PROJECTION, paging.minPosition);
    const newest = filter.account === undefined ? 'ratedPosition' : 'cycle';
    return this.readModels.find(nonUsage, {
      tenant,
      where: conditionsOf(filter),
      sort: [{ field: newest, direction: 'desc' }],
      ...page(paging),
    });
  }

  async summary(
    tenant: string,
    account: string,
    filter: { readonly type?: string | undefined; readonly currency?: string | undefined },
    paging: Paging,
  ): Promise<Page<NonUsageSummaryRow>> {
    await seenBy(this.readModels, NON_USAGE_PROJECTION, paging.minPosition);
    return this.readModels.find(nonUsageSummaries, {
      tenant,
      where: [
        { field: 'account', op: 'eq', value: account },
        ...equal('type', filter.type),
        ...equal('currency', filter.currency),
      ],
      sort: [{ field: 'cycle', direction: 'desc' }],
      ...page(paging),
    });
  }
}

function conditionsOf(filter: NonUsageFilter): readonly Condition[] {
  const conditions = [
    ...equal('account', filter.account),
    ...equal('subscription', filter.subscription),
    ...equal('type', filter.type),
    ...equal('currency', filter.currency),
    ...equal('runId', filter.runId),
  ];
  if (filter.from !== undefined) conditions.push({ field: 'appliedStart', op: 'gte', value: filter.from });
  if (filter.to !== undefined) conditions.push({ field: 'appliedStart', op: 'lt', value: filter.to });
  return conditions;
}
