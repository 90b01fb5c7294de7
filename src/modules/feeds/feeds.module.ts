import { Inject, Module } from '@nestjs/common';
import { EVENT_STORE, type EventStore } from '../../shared/event-store/event-store.port.js';
import { Projections } from '../../shared/read-models/projections.js';
import { RoleTasks } from '../../shared/runtime/role-task.js';
import { AccountsModule } from '../accounts/accounts.module.js';
import { CatalogModule } from '../catalog/catalog.module.js';
import { FeedsController } from './api/feeds.controller.js';
import { SyncActivitiesController } from './api/sync-activities.controller.js';
import { Feeds } from './application/feeds.js';
import { FinishFeedsTask } from './application/finish-feeds.task.js';
import { ReceiveFeedMessagesHandler } from './application/receive-feed-messages.handler.js';
import { ReprocessSyncActivitiesHandler } from './application/reprocess-sync-activities.handler.js';
import { SyncActivitiesQueries } from './application/sync-activities.queries.js';
import { syncActivitiesProjection } from './projections/sync-activities.projection.js';

@Module({
  imports: [CatalogModule, AccountsModule],
  controllers: [FeedsController, SyncActivitiesController],
  providers: [Feeds, ReceiveFeedMessagesHandler, ReprocessSyncActivitiesHandler, SyncActivitiesQueries],
})
export class FeedsModule {
  constructor(
    @Inject(Projections) projections: Projections,
    @Inject(RoleTasks) tasks: RoleTasks,
    @Inject(EVENT_STORE) store: EventStore,
    @Inject(Feeds) feeds: Feeds,
  ) {
    projections.register(syncActivitiesProjection);
    tasks.register(new FinishFeedsTask(store, feeds));
  }
}
