import { Inject, Injectable } from '@nestjs/common';
import {
  READ_MODELS,
  type Condition,
  type Page,
  type ReadModels,
} from '../../../shared/read-models/read-models.port.js';
import { seenBy } from '../../../shared/read-models/read-your-writes.js';
import {
  CATALOG_PROJECTION,
  catalogObjects,
  priceOffers,
  priceVersions,
  type CatalogObject,
  type CatalogObjectRow,
  type PriceOfferRow,
  type PriceOfferStatus,
  type PriceVersionRow,
} from '../projections/catalog.collections.js';
import { contains, equal, page, type Paging } from '../../../shared/read-models/list-conditions.js';

export interface PriceOfferFilter {
  readonly plan?: string | undefined;
  readonly service?: string | undefined;
  readonly status?: PriceOfferStatus | undefined;
  readonly name?: string | undefined;
}

/** Versions of one price shown at once. */
const MAX_VERSIONS = 1000;

/** The reads of the catalog. Every one may wait for a log position first. */
@Injectable()
export class CatalogQueries {
  constructor(@Inject(READ_MODELS) private readonly readModels: ReadModels) {}

  /** By code. */
  async objects(
    tenant: string,
    object: CatalogObject,
    filter: { readonly name?: string | undefined; readonly plan?: string | undefined },
    paging: Paging,
  ): Promise<Page<CatalogObjectRow>> {
    await this.seen(paging.minPosition);
    const where: Condition[] = [{ field: 'object', op: 'eq', value: object }, ...contains('name', filter.name)];
    // Codes have no dots, so all rate schedules of a plan stand between "<plan>." and "<plan>/".
    if (filter.plan !== undefined) {
      where.push(
        { field: 'id', op: 'gte', value: `${filter.plan}.` },
        { field: 'id', op: 'lt', value: `${filter.plan}/` },
      );
    }
    return this.readModels.find(catalogObjects, { tenant, where, ...page(paging) });
  }

  /** By id. */
  async priceOffers(tenant: string, filter: PriceOfferFilter, paging: Paging): Promise<Page<PriceOfferRow>> {
    await this.seen(paging.minPosition);
    const where = [
      ...equal('plan', filter.plan),
      ...equal('service', filter.service),
      ...equal('status', filter.status),
      ...contains('priceOfferId', filter.name),
    ];
    return this.readModels.find(priceOffers, { tenant, where, ...page(paging) });
  }

  async priceOffer(tenant: string, priceOfferId: string, minPosition?: number): Promise<PriceOfferRow | undefined> {
    await this.seen(minPosition);
    return this.readModels.get(priceOffers, { tenant, priceOfferId });
  }

  /** Newest first. */
  async priceVersions(tenant: string, priceOfferId: string): Promise<readonly PriceVersionRow[]> {
    const where = equal('priceOfferId', priceOfferId);
    const sort = [{ field: 'version', direction: 'desc' }] as const;
    return (await this.readModels.find(priceVersions, { tenant, where, sort, limit: MAX_VERSIONS })).items;
  }

  private seen(minPosition: number | undefined): Promise<void> {
    return seenBy(this.readModels, CATALOG_PROJECTION, minPosition);
  }
}
