import { Inject, Module } from '@nestjs/common';
import { CONFIG, type Config } from '../../shared/config/config.js';
import { EVENT_STORE, type EventStore } from '../../shared/event-store/event-store.port.js';
import { SNAPSHOT_STORE, type SnapshotStore } from '../../shared/event-store/snapshot-store.port.js';
import type { Clock } from '../../shared/kernel/clock.js';
import { CLAIMS, type Claims } from '../../shared/leases/claims.port.js';
import { Projections } from '../../shared/read-models/projections.js';
import { RoleTasks } from '../../shared/runtime/role-task.js';
import { CLOCK, LOGGER } from '../../shared/runtime/tokens.js';
import type { Logger } from '../../shared/telemetry/logger.js';
import { BillingSyncModule } from '../billing-sync/billing-sync.module.js';
import { RatingRunsController } from './api/rating-runs.controller.js';
import { ReratesController } from './api/rerates.controller.js';
import { AccountNonUsageController } from './api/account-non-usage.controller.js';
import { AccountUsageController } from './api/account-usage.controller.js';
import { TopUpsController } from './api/top-ups.controller.js';
import { MonetizedNonUsageController } from './api/monetized-non-usage.controller.js';
import { MonetizedUsageController } from './api/monetized-usage.controller.js';
import { ChargeExplainer } from './application/queries/charge-explainer.js';
import { MONETIZED_USAGE } from './application/queries/monetized-usage.port.js';
import { MonetizedUsageQueries } from './application/queries/monetized-usage.queries.js';
import { TopUpsQueries } from './application/queries/top-ups.queries.js';
import { LogMonetizedUsage } from './application/queries/monetized-usage.reader.js';
import { RecordVersions } from './application/queries/record-versions.js';
import { NonUsageExplainer } from './application/queries/non-usage.explainer.js';
import { NonUsageQueries } from './application/queries/non-usage.queries.js';
import { RatedEventWalk } from './application/queries/rated-event-walk.js';
import { Rater, RATER_SETTINGS } from './application/rater/rater.js';
import { runAnswerers } from './application/runs/answerers.js';
import { CollectRunsTask } from './application/runs/collect-runs.task.js';
import { RatingJobsFacade } from './application/runs/rating-jobs.facade.js';
import { RatingRunsQueries } from './application/runs/rating-runs.queries.js';
import { RequestRatingRunHandler } from './application/runs/request-rating-run.handler.js';
import { RATING_JOBS } from './domain/runs/rating-jobs.js';
import { accountUsageProjection } from './projections/account-usage.projection.js';
import { monetizedUsageProjection } from './projections/monetized-usage.projection.js';
import { ratingRunsProjection } from './projections/rating-runs.projection.js';
import { nonUsageProjection } from './projections/non-usage.projection.js';
import { ratedSourcesProjection } from './projections/rated-sources.projection.js';

@Module({
  imports: [BillingSyncModule],
  controllers: [
    MonetizedUsageController,
    AccountUsageController,
    TopUpsController,
    MonetizedNonUsageController,
    AccountNonUsageController,
    RatingRunsController,
    ReratesController,
  ],
  providers: [
    LogMonetizedUsage,
    RatedEventWalk,
    MonetizedUsageQueries,
    TopUpsQueries,
    ChargeExplainer,
    RecordVersions,
    RatingRunsQueries,
    NonUsageQueries,
    NonUsageExplainer,
    RequestRatingRunHandler,
    { provide: RATING_JOBS, useClass: RatingJobsFacade },
    { provide: MONETIZED_USAGE, useExisting: LogMonetizedUsage },
  ],
  exports: [MONETIZED_USAGE, RATING_JOBS],
})
export class RatingModule {
  constructor(
    @Inject(Projections) projections: Projections,
    @Inject(RoleTasks) tasks: RoleTasks,
    @Inject(EVENT_STORE) store: EventStore,
    @Inject(SNAPSHOT_STORE) snapshots: SnapshotStore,
    @Inject(CLAIMS) claims: Claims,
    @Inject(CLOCK) clock: Clock,
    @Inject(LOGGER) logger: Logger,
    @Inject(CONFIG) config: Config,
  ) {
    projections.register(
      monetizedUsageProjection,
      ratedSourcesProjection,
      accountUsageProjection,
      ratingRunsProjection,
      nonUsageProjection,
    );
    const settings = { ...RATER_SETTINGS, partitions: config.partitions };
    tasks.register(new Rater({ store, snapshots, claims, clock, logger, answerers: runAnswerers(store) }, settings));
    tasks.register(new CollectRunsTask(store, clock));
  }
}
