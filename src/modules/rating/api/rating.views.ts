import { instantToString } from '../../../shared/kernel/clock.js';
import { negatedText, sumOfTexts } from '../../../shared/kernel/decimal-tally.js';
import { recordId } from '../../../shared/kernel/record-id.js';
import type { LineOfRecord } from '../../billing-sync/index.js';
import type { ExplainedRecord } from '../application/queries/charge-explainer.js';
import type { Balance } from '../application/queries/monetized-usage.queries.js';
import type { MonetizedItem } from '../application/queries/monetized-filter.js';
import type { RatedAddress, RatedCause } from '../application/queries/monetized-usage.port.js';
import type { RecordVersion } from '../application/queries/record-versions.js';
import type { UsageSummaryRow } from '../projections/collections.js';
import type { ResourceBalanceDto, UsageSummaryDto } from './account-usage.dto.js';
import type {
  LogAddressDto,
  MonetizedUsageDetailDto,
  MonetizedUsageDto,
  MonetizedVersionDto,
  RecordLineDto,
} from './monetized-usage.dto.js';

type Listed = Omit<MonetizedItem, 'revision' | 'row'>;

export function monetizedView(item: Listed): { [Field in keyof MonetizedUsageDto]: MonetizedUsageDto[Field] } {
  return {
    id: item.id,
    version: item.version,
    withdrawn: item.withdrawn,
    prepaid: item.prepaid,
    recordId: recordId(item.fileId, item.line),
    account: item.account,
    subscription: item.subscription,
    serviceId: item.serviceId,
    serviceType: item.serviceType,
    usageType: item.usageType,
    rateSchedule: item.rateSchedule,
    at: instantToString(item.at),
    quantity: item.quantity,
    amount: item.amount,
    currency: item.currency,
  };
}

export function detailView(explained: ExplainedRecord, versions: readonly RecordVersion[]): MonetizedUsageDetailDto {
  const { record, price, impacts, recomputed } = explained;
  return {
    ...monetizedView(record),
    cycleStart: instantToString(record.cycle),
    ...bookingFields(versions),
    ...causeFields(record.cause),
    price: {
      priceOfferId: record.price.priceOfferId,
      version: record.price.version,
      charge: explained.chargeName,
      measure: explained.measure,
      ...priceEventFields(price),
    },
    impacts: [...impacts],
    explanation: [...explained.steps],
    ...(recomputed === undefined ? {} : { recomputed }),
    log: logView(record.address),
    mediated: record.mediated,
    versions: versions.map(versionView),
  };
}

/** It was late when it came: rating it again changes nothing of that. */
function bookingFields(versions: readonly RecordVersion[]): { late: boolean; bookedCycle: string } {
  const first = versions.at(-1)?.record;
  const booked = first?.booked ?? null;
  return { late: booked !== null, bookedCycle: instantToString(booked ?? first?.cycle ?? 0) };
}

function priceEventFields(
  price: ExplainedRecord['price'],
): Pick<MonetizedUsageDetailDto['price'], 'effectiveFrom' | 'position' | 'actor'> {
  if (price === undefined) return {};
  const { position, actor } = price.event;
  return { effectiveFrom: instantToString(price.effectiveFrom), position, actor };
}

function versionView(version: RecordVersion): MonetizedVersionDto {
  const { record, current, actor, reason, billedIn, takenBackIn } = version;
  const { subscription, usageType, quantity, amount, currency, withdrawn, address } = record;
  const { priceOfferId, version: priceVersion } = record.price;
  return {
    version: record.version,
    current,
    withdrawn,
    subscription,
    usageType,
    quantity,
    amount,
    currency,
    price: { priceOfferId, version: priceVersion },
    ...causeFields(record.cause),
    actor,
    reason,
    recordedAt: address.recordedAt,
    billedIn: lineView(billedIn),
    ...(takenBackIn === null ? {} : { takenBackIn: lineView(takenBackIn) }),
    log: logView(address),
  };
}

function causeFields(cause: RatedCause): { reprocessId?: string; runId?: string } {
  if (cause.kind === 'MEDIATED') return {};
  return cause.kind === 'RUN' ? { runId: cause.runId } : { reprocessId: cause.reprocessId };
}

function lineView(line: LineOfRecord): RecordLineDto {
  return {
    state: line.state,
    ...('runId' in line ? { aggregationRunId: line.runId } : {}),
    ...(line.state === 'AGGREGATED' ? { lineId: line.lineId } : {}),
  };
}

function logView({ stream, revision, position, eventId, hash, row }: RatedAddress): LogAddressDto {
  return { stream, revision, position, eventId, hash, row };
}

/** Whose a balance is: both are empty for what all subscriptions of the account share. */
export function balanceOwnerView({
  subscription,
  serviceId,
}: Pick<Balance, 'subscription' | 'serviceId'>): Pick<ResourceBalanceDto, 'scope' | 'subscription' | 'serviceId'> {
  if (subscription === '') return { scope: 'ACCOUNT' };
  return serviceId === '' ? { scope: 'SUBSCRIPTION', subscription } : { scope: 'SERVICE_ID', subscription, serviceId };
}

export function balanceView(row: Balance): ResourceBalanceDto {
  const { subscription, serviceId, kind, resource, balance, granted, carried, validFrom, validTo } = row;
  const given = sumOfTexts(granted, carried);
  return {
    ...balanceOwnerView({ subscription, serviceId }),
    kind,
    resource,
    validFrom: validFrom === null ? null : instantToString(validFrom),
    validTo: validTo === null ? null : instantToString(validTo),
    granted,
    carried,
    used: kind === 'ALLOWANCE' ? sumOfTexts(given, negatedText(balance)) : balance,
    balance,
  };
}

export function summaryView(row: UsageSummaryRow): UsageSummaryDto {
  return {
    cycleStart: instantToString(row.cycle),
    usageType: row.usageType,
    currency: row.currency,
    records: row.records,
    quantity: row.quantity,
    amount: row.amount,
  };
}
