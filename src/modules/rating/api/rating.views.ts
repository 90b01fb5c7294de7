import { instantToString } from '../../../shared/kernel/clock.js';
import { recordId } from '../../../shared/kernel/record-id.js';
import type { Page } from '../../../shared/read-models/read-models.port.js';
import type { ExplainedRecord } from '../application/charge-explainer.js';
import type { MonetizedItem } from '../application/monetized-filter.js';
import type { BalanceRow, UsageSummaryRow } from '../projections/collections.js';
import type { ResourceBalanceDto, UsageSummaryDto } from './account-usage.dto.js';
import type { MonetizedUsageDetailDto, MonetizedUsageDto } from './monetized-usage.dto.js';

export function pageView<Row, Dto>(page: Page<Row>, view: (row: Row) => Dto): { items: Dto[]; next?: string } {
  const items = page.items.map(view);
  return page.next === undefined ? { items } : { items, next: page.next };
}

type Listed = Omit<MonetizedItem, 'ratedPosition' | 'row'>;

export function monetizedView(item: Listed): MonetizedUsageDto {
  return listedFields(item);
}

function listedFields(item: Listed): { [Field in keyof MonetizedUsageDto]: MonetizedUsageDto[Field] } {
  return {
    id: item.id,
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

export function detailView(explained: ExplainedRecord): MonetizedUsageDetailDto {
  const { record, price, impacts } = explained;
  const { stream, revision, position, eventId, hash, row } = record.address;
  return {
    ...listedFields(record),
    cycleStart: instantToString(record.cycle),
    ...(record.cause.kind === 'REPROCESS' ? { reprocessId: record.cause.reprocessId } : {}),
    price: {
      priceOfferId: price.priceOfferId,
      version: price.version,
      effectiveFrom: instantToString(price.effectiveFrom),
      charge: explained.chargeName,
      measure: explained.measure,
      position: price.event.position,
      actor: price.event.actor,
    },
    impacts: impacts.map((impact) => ({ impactType: 'RATING', ...impact })),
    explanation: [...explained.steps],
    recomputed: explained.recomputed,
    log: { stream, revision, position, eventId, hash, row },
    mediated: record.mediated,
  };
}

export function balanceView(row: BalanceRow): ResourceBalanceDto {
  return {
    subscription: row.subscription,
    kind: row.kind,
    resource: row.resource,
    cycleStart: instantToString(row.cycle),
    balance: row.balance,
    granted: row.granted,
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
