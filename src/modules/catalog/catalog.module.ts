import { Inject, Module } from '@nestjs/common';
import { EVENT_STORE, type EventStore } from '../../shared/event-store/event-store.port.js';
import { Projections } from '../../shared/read-models/projections.js';
import { CATALOG_FEED_TARGET } from '../feeds/index.js';
import { CatalogController } from './api/catalog.controller.js';
import { PriceOffersController } from './api/price-offers.controller.js';
import { CatalogFeedTarget } from './application/catalog-feed.target.js';
import { CatalogQueries } from './application/catalog.queries.js';
import { PutPricingHandler } from './application/put-pricing.handler.js';
import { catalogProjection } from './projections/catalog.projection.js';

@Module({
  controllers: [CatalogController, PriceOffersController],
  providers: [
    CatalogQueries,
    PutPricingHandler,
    {
      provide: CATALOG_FEED_TARGET,
      inject: [EVENT_STORE],
      useFactory: (store: EventStore) => new CatalogFeedTarget(store),
    },
  ],
  exports: [CATALOG_FEED_TARGET],
})
export class CatalogModule {
  constructor(@Inject(Projections) projections: Projections) {
    projections.register(catalogProjection);
  }
}
