import { Inject, Module } from '@nestjs/common';
import { EVENT_STORE, type EventStore } from '../../shared/event-store/event-store.port.js';
import { Projections } from '../../shared/read-models/projections.js';
import { CATALOG_FEED_TARGET } from '../feeds/index.js';
import { BLOCK_APIS } from './api/building-blocks/block-api.js';
import { BlockWriter } from './api/building-blocks/block-writer.js';
import { buildingBlockController } from './api/building-blocks/building-block.controller.js';
import { SystemPropertiesController } from './api/building-blocks/system-properties.controller.js';
import { UnitLookupsController } from './api/building-blocks/unit-lookups.controller.js';
import { CatalogController } from './api/catalog.controller.js';
import { PriceOffersController } from './api/price-offers.controller.js';
import { PriceTrialController } from './api/price-trial.controller.js';
import {
  DefineBuildingBlockHandler,
  RemoveBuildingBlockHandler,
} from './application/building-blocks/building-block.handlers.js';
import { BuildingBlockQueries } from './application/building-blocks/building-block.queries.js';
import { CatalogBooks } from './application/catalog-books.js';
import { CatalogFeedTarget } from './application/catalog-feed.target.js';
import { CatalogQueries } from './application/catalog.queries.js';
import { CatalogCurrencies, CONFIGURED_CURRENCIES } from './application/configured-currencies.js';
import { PutPricingHandler } from './application/put-pricing.handler.js';
import { buildingBlocksProjection } from './projections/building-blocks.projection.js';
import { catalogProjection } from './projections/catalog.projection.js';

@Module({
  controllers: [
    CatalogController,
    PriceTrialController,
    PriceOffersController,
    ...BLOCK_APIS.map(buildingBlockController),
    SystemPropertiesController,
    UnitLookupsController,
  ],
  providers: [
    CatalogQueries,
    BuildingBlockQueries,
    BlockWriter,
    { provide: CatalogBooks, inject: [EVENT_STORE], useFactory: (store: EventStore) => new CatalogBooks(store) },
    {
      provide: CONFIGURED_CURRENCIES,
      inject: [CatalogBooks],
      useFactory: (books: CatalogBooks) => new CatalogCurrencies(books),
    },
    DefineBuildingBlockHandler,
    RemoveBuildingBlockHandler,
    PutPricingHandler,
    {
      provide: CATALOG_FEED_TARGET,
      inject: [EVENT_STORE, CatalogBooks],
      useFactory: (store: EventStore, books: CatalogBooks) => new CatalogFeedTarget(store, books),
    },
  ],
  exports: [CATALOG_FEED_TARGET, CONFIGURED_CURRENCIES],
})
export class CatalogModule {
  constructor(@Inject(Projections) projections: Projections) {
    projections.register(catalogProjection, buildingBlocksProjection);
  }
}
