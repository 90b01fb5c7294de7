import { instantToString } from '../../../shared/kernel/clock.js';
import type { Page } from '../../../shared/read-models/read-models.port.js';
import type { SubscriptionWithServiceIds } from '../application/accounts.queries.js';
import type {
  AccountRow,
  AccountVersion,
  ServiceIdRow,
  SubscriptionVersion,
} from '../projections/accounts.collections.js';
import type {
  AccountDetailsDto,
  AccountDto,
  AccountVersionDto,
  ServiceIdDto,
  SubscriptionDto,
  SubscriptionVersionDto,
} from './accounts.dto.js';

export function pageOf<Row, Dto>(page: Page<Row>, view: (row: Row) => Dto): { items: Dto[]; next?: string } {
  const items = page.items.map(view);
  return page.next === undefined ? { items } : { items, next: page.next };
}

export function accountView(row: AccountRow): AccountDto {
  return { account: row.account, ...accountVersionView(row) };
}

export function accountDetailsView(row: AccountRow): AccountDetailsDto {
  return { ...accountView(row), versions: row.versions.map(accountVersionView) };
}

function accountVersionView(version: AccountVersion): AccountVersionDto {
  const { name, status, currency, billingDay, timeZone } = version;
  return { effectiveFrom: instantToString(version.effectiveFrom), name, status, currency, billingDay, timeZone };
}

export function subscriptionView({ subscription, serviceIds, more }: SubscriptionWithServiceIds): SubscriptionDto {
  return {
    subscription: subscription.subscription,
    ...subscriptionVersionView(subscription),
    versions: subscription.versions.map(subscriptionVersionView),
    serviceIds: serviceIds.map(serviceIdView),
    moreServiceIds: more,
  };
}

function subscriptionVersionView(version: SubscriptionVersion): SubscriptionVersionDto {
  const { plan, rateSchedule, status } = version;
  return { effectiveFrom: instantToString(version.effectiveFrom), plan, rateSchedule, status };
}

function serviceIdView({ serviceId, service, effectiveFrom, effectiveTo }: ServiceIdRow): ServiceIdDto {
  return {
    serviceId,
    service,
    effectiveFrom: instantToString(effectiveFrom),
    effectiveTo: effectiveTo === null ? null : instantToString(effectiveTo),
  };
}
