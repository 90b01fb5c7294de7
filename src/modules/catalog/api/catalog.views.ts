import { instantToString } from '../../../shared/kernel/clock.js';
import type { PlanFact, RateScheduleFact, ServiceFact } from '../domain/catalog-book.js';
import type { CatalogObjectRow, PriceOfferRow, PriceVersionRow } from '../projections/catalog.collections.js';
import type { PlanDto, RateScheduleDto, ServiceDto } from './catalog.dto.js';
import type { PriceOfferDetailsDto, PriceOfferDto, PriceVersionDto } from './price-offers.dto.js';

export function priceOfferView({ tenant: _, effectiveFrom, pricedAt, ...offer }: PriceOfferRow): PriceOfferDto {
  return {
    ...offer,
    effectiveFrom: instantToString(effectiveFrom),
    pricedAt: pricedAt === null ? null : instantToString(pricedAt),
  };
}

export function priceOfferDetailsView(
  { tenant: _, effectiveFrom, pricedAt, ...offer }: PriceOfferRow,
  versions: readonly PriceVersionRow[],
): PriceOfferDetailsDto {
  return {
    ...offer,
    effectiveFrom: instantToString(effectiveFrom),
    pricedAt: pricedAt === null ? null : instantToString(pricedAt),
    versions: versions.map(priceVersionView),
  };
}

function priceVersionView(row: PriceVersionRow): PriceVersionDto {
  const { version, pricing, reason, actor, commandId } = row;
  const effectiveFrom = instantToString(row.effectiveFrom);
  return { version, effectiveFrom, pricing, reason, actor, commandId, putAt: instantToString(row.putAt) };
}

/** The versions are the facts as their events said them. */
export function serviceView(row: CatalogObjectRow): ServiceDto {
  const versions = (row.versions as unknown as readonly ServiceFact[]).map(
    ({ effectiveFrom, name, serviceType, usageTypes }) => ({
      effectiveFrom: instantToString(effectiveFrom),
      name,
      serviceType,
      usageTypes: [...usageTypes],
    }),
  );
  return { service: row.id, versions };
}

export function planView(row: CatalogObjectRow): PlanDto {
  const versions = (row.versions as unknown as readonly PlanFact[]).map(({ effectiveFrom, name }) => ({
    effectiveFrom: instantToString(effectiveFrom),
    name,
  }));
  return { plan: row.id, versions };
}

export function rateScheduleView(row: CatalogObjectRow): RateScheduleDto {
  const facts = row.versions as unknown as readonly RateScheduleFact[];
  const versions = facts.map(({ effectiveFrom, name, currency }) => ({
    effectiveFrom: instantToString(effectiveFrom),
    name,
    currency,
  }));
  return { plan: facts[0]?.plan ?? '', rateSchedule: facts[0]?.rateSchedule ?? '', versions };
}
