import { instantToString } from '../../../shared/kernel/clock.js';
import type { ExplainedNonUsage } from '../application/queries/non-usage.explainer.js';
import { nonUsageId } from '../domain/non-usage-id.js';
import type { NonUsageRow, NonUsageSummaryRow } from '../projections/non-usage.collections.js';
import type {
  MonetizedNonUsageDetailDto,
  MonetizedNonUsageDto,
  NonUsageSummaryDto,
} from './monetized-non-usage.dto.js';

export function nonUsageView(row: NonUsageRow): { [Field in keyof MonetizedNonUsageDto]: MonetizedNonUsageDto[Field] } {
  return {
    id: nonUsageId(row.ratedPosition, row.row),
    type: row.type,
    account: row.account,
    subscription: row.subscription,
    service: row.service,
    charge: row.charge === '' ? null : row.charge,
    runId: row.runId,
    cycleStart: instantToString(row.cycle),
    cycleEnd: instantToString(row.cycleEnd),
    appliedStart: instantToString(row.appliedStart),
    appliedEnd: instantToString(row.appliedEnd),
    scale: row.scale,
    proration: row.proration,
    quantity: row.quantity,
    amount: row.amount,
    currency: row.currency,
    corrects: row.corrects,
  };
}

export function nonUsageDetailView(explained: ExplainedNonUsage): MonetizedNonUsageDetailDto {
  const { record, price, impacts, steps, recomputed, address } = explained;
  const { stream, revision, position, eventId, hash, row } = address;
  return {
    ...nonUsageView(record),
    price: {
      priceOfferId: price.priceOfferId,
      version: price.version,
      effectiveFrom: instantToString(price.effectiveFrom),
      position: price.event.position,
      actor: price.event.actor,
    },
    minimum: record.minimum,
    spent: record.spent,
    impacts: impacts.map(([offerType, resource, quantity, , amount]) => ({ offerType, resource, quantity, amount })),
    explanation: [...steps],
    recomputed,
    log: { stream, revision, position, eventId, hash, row },
  };
}

export function nonUsageSummaryView(row: NonUsageSummaryRow): NonUsageSummaryDto {
  return {
    cycleStart: instantToString(row.cycle),
    type: row.type,
    currency: row.currency,
    records: row.records,
    amount: row.amount,
  };
}
