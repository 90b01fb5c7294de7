import { Inject, Injectable } from '@nestjs/common';
import {
  READ_MODELS,
  type Condition,
  type Page,
  type ReadModels,
} from '../../../shared/read-models/read-models.port.js';
import { seenBy } from '../../../shared/read-models/read-your-writes.js';
import type { LifecycleStatus } from '../domain/events.js';
import {
  ACCOUNTS_PROJECTION,
  accountsCollection,
  serviceIdsCollection,
  subscriptionsCollection,
  type AccountRow,
  type ServiceIdRow,
  type SubscriptionRow,
} from '../projections/accounts.collections.js';
import { contains, equal, page, sortOf, type Paging } from '../../../shared/read-models/list-conditions.js';

export interface AccountFilter {
  readonly account?: string | undefined;
  readonly name?: string | undefined;
  readonly status?: LifecycleStatus | undefined;
  readonly currency?: string | undefined;
  readonly serviceId?: string | undefined;
  readonly sort?: string | undefined;
}

export interface SubscriptionWithServiceIds {
  readonly subscription: SubscriptionRow;
  readonly serviceIds: readonly ServiceIdRow[];
  /** There are more than are shown. */
  readonly more: boolean;
}

/** Service ids shown with each subscription. */
const SERVICE_IDS_SHOWN = 100;
/** Accounts one service id may have been in. */
const MAX_USERS = 500;

/** The reads of the accounts. Every one may wait for a log position first. */
@Injectable()
export class AccountsQueries {
  constructor(@Inject(READ_MODELS) private readonly readModels: ReadModels) {}

  async accounts(tenant: string, filter: AccountFilter, paging: Paging): Promise<Page<AccountRow>> {
    await this.seen(paging.minPosition);
    const where: Condition[] = [
      ...contains('account', filter.account),
      ...contains('name', filter.name),
      ...equal('status', filter.status),
      ...equal('currency', filter.currency),
    ];
    if (filter.serviceId !== undefined) {
      const users = await this.usersOf(tenant, filter.serviceId);
      if (users.length === 0) return { items: [] };
      where.push({ field: 'account', op: 'in', value: users });
    }
    return this.readModels.find(accountsCollection, {
      tenant,
      where,
      sort: [sortOf(filter.sort ?? 'account')],
      ...page(paging),
    });
  }

  async account(tenant: string, account: string, minPosition?: number): Promise<AccountRow | undefined> {
    await this.seen(minPosition);
    return this.readModels.get(accountsCollection, { tenant, account });
  }

  /** By id, each with its service ids. */
  async subscriptions(tenant: string, account: string, paging: Paging): Promise<Page<SubscriptionWithServiceIds>> {
    const found = await this.readModels.find(subscriptionsCollection, {
      tenant,
      where: equal('account', account),
      ...page(paging),
    });
    const items = await Promise.all(found.items.map((subscription) => this.withServiceIds(subscription)));
    return { ...found, items };
  }

  private async withServiceIds(subscription: SubscriptionRow): Promise<SubscriptionWithServiceIds> {
    const { tenant, account, subscription: id } = subscription;
    const where = [...equal('account', account), ...equal('subscription', id)];
    const found = await this.readModels.find(serviceIdsCollection, { tenant, where, limit: SERVICE_IDS_SHOWN });
    return { subscription, serviceIds: found.items, more: found.next !== undefined };
  }

  private async usersOf(tenant: string, serviceId: string): Promise<string[]> {
    const where = equal('serviceId', serviceId);
    const { items } = await this.readModels.find(serviceIdsCollection, { tenant, where, limit: MAX_USERS });
    return [...new Set(items.map(({ account }) => account))];
  }

  private seen(minPosition: number | undefined): Promise<void> {
    return seenBy(this.readModels, ACCOUNTS_PROJECTION, minPosition);
  }
}
