import { instantToString } from '../../../shared/kernel/clock.js';
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

export function accountView({ tenant: _, versions: __, effectiveFrom, ...terms }: AccountRow): AccountDto {
  return { ...terms, effectiveFrom: instantToString(effectiveFrom) };
}

export function accountDetailsView(row: AccountRow): AccountDetailsDto {
  const { account, name, status, currency, billingDay, timeZone, effectiveFrom } = accountView(row);
  const versions = row.versions.map(accountVersionView);
  return { account, name, status, currency, billingDay, timeZone, effectiveFrom, versions };
}

function accountVersionView({ effectiveFrom, ...terms }: AccountVersion): AccountVersionDto {
  return { ...terms, effectiveFrom: instantToString(effectiveFrom) };
}

export function subscriptionView({ subscription: row, serviceIds, more }: SubscriptionWithServiceIds): SubscriptionDto {
  const { subscription, plan, rateSchedule, status, effectiveFrom } = row;
  return {
    subscription,
    plan,
    rateSchedule,
    status,
    units: row.versions.at(-1)?.units ?? '1',
    effectiveFrom: instantToString(effectiveFrom),
    versions: row.versions.map(subscriptionVersionView),
    serviceIds: serviceIds.map(serviceIdView),
    moreServiceIds: more,
  };
}

function subscriptionVersionView({
  effectiveFrom,
  units = '1',
  ...terms
}: SubscriptionVersion): SubscriptionVersionDto {
  return { ...terms, units, effectiveFrom: instantToString(effectiveFrom) };
}

function serviceIdView({ serviceId, service, effectiveFrom, effectiveTo }: ServiceIdRow): ServiceIdDto {
  return {
    serviceId,
    service,
    effectiveFrom: instantToString(effectiveFrom),
    effectiveTo: effectiveTo === null ? null : instantToString(effectiveTo),
  };
}
