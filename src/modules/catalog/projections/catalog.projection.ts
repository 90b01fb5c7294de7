import { never } from '../../../shared/kernel/decider.js';
import { withFact } from '../../../shared/kernel/effective-dated.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { put, update, type Change, type Projection } from '../../../shared/read-models/projection.js';
import { offeringEvents, type OfferingEvent, type PriceOfferShellMade, type PricingPut } from '../domain/events.js';
import {
  CATALOG_PROJECTION,
  catalogObjects,
  priceOffers,
  priceVersions,
  type CatalogObject,
  type CatalogObjectVersion,
  type PriceOfferRow,
} from './catalog.collections.js';

/** What is sold, as the feed and the prices put on its offers say. */
export const catalogProjection: Projection = {
  name: CATALOG_PROJECTION,
  version: 1,
  collections: [catalogObjects, priceOffers, priceVersions],
  handles: offeringEvents.map(({ type }) => type),
  project(recorded: RecordedEvent): Iterable<Change> {
    const event = recorded as RecordedEvent & OfferingEvent;
    const { tenant } = recorded.metadata;
    switch (event.type) {
      case 'UsageTypeDefined.v1':
        return [defined(tenant, 'USAGE_TYPE', event.data.usageType, event.data)];
      case 'ServiceDefined.v1':
        return [defined(tenant, 'SERVICE', event.data.service, event.data)];
      case 'PlanDefined.v1':
        return [defined(tenant, 'PLAN', event.data.plan, event.data)];
      case 'RateScheduleDefined.v1':
        return [defined(tenant, 'RATE_SCHEDULE', `${event.data.plan}.${event.data.rateSchedule}`, event.data)];
      case 'PriceOfferShellMade.v1':
        return [shellMade(tenant, event.data)];
      case 'PricingPut.v1':
        return pricingPut(recorded, event.data);
      default:
        return never(event);
    }
  },
};

function defined(
  tenant: string,
  object: CatalogObject,
  id: string,
  data: CatalogObjectVersion & { readonly name: string },
): Change {
  return update(catalogObjects, { tenant, object, id }, (row) => {
    const versions = withFact(row?.versions, data);
    const name = versions.at(-1)?.['name'];
    return { tenant, object, id, name: typeof name === 'string' ? name : data.name, versions };
  });
}

/** A shell made again starts earlier or later; its price stays. */
function shellMade(tenant: string, data: PriceOfferShellMade['data']): Change {
  return update(priceOffers, { tenant, priceOfferId: data.priceOfferId }, (row): PriceOfferRow =>
    row === undefined
      ? { tenant, ...data, status: 'SHELL', version: 0, pricedAt: null }
      : { ...row, effectiveFrom: Math.min(row.effectiveFrom, data.effectiveFrom) },
  );
}

function pricingPut({ metadata }: RecordedEvent, data: PricingPut['data']): Change[] {
  const { tenant, actor, commandId = null } = metadata;
  const { priceOfferId, version } = data;
  const putAt = Date.parse(metadata.recordedAt);
  return [
    put(priceVersions, { tenant, ...data, actor, commandId, putAt }),
    update(priceOffers, { tenant, priceOfferId }, (row): PriceOfferRow | undefined =>
      row === undefined || row.version >= version ? row : { ...row, status: 'PRICED', version, pricedAt: putAt },
    ),
  ];
}
