import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { AccessModule } from './modules/access/access.module.js';
import { AccountsModule } from './modules/accounts/accounts.module.js';
import { ActivityModule } from './modules/activity/activity.module.js';
import { BillingSyncModule } from './modules/billing-sync/billing-sync.module.js';
import { CatalogModule } from './modules/catalog/catalog.module.js';
import { FeedsModule } from './modules/feeds/feeds.module.js';
import { IngestionModule } from './modules/ingestion/ingestion.module.js';
import { LineageModule } from './modules/lineage/lineage.module.js';
import { RatingModule } from './modules/rating/rating.module.js';
import { SchedulingModule } from './modules/scheduling/scheduling.module.js';
import { SuspenseModule } from './modules/suspense/suspense.module.js';
import { CommandLogModule } from './shared/command-log/command-log.module.js';
import { HealthModule } from './shared/health/health.module.js';
import { PlatformModule } from './shared/platform/platform.module.js';
import type { PlatformOptions } from './shared/platform/platform-options.js';
import { ReadModelsModule } from './shared/read-models/read-models.module.js';
import { MetricsModule } from './shared/telemetry/metrics.module.js';

/** The whole application, the same in every thread and process; roles decide what of it runs. */
@Module({})
export class AppModule {
  static forRoot(options: PlatformOptions): DynamicModule {
    return {
      module: AppModule,
      imports: [
        PlatformModule.forRoot(options),
        CqrsModule.forRoot(),
        CommandLogModule,
        ReadModelsModule,
        HealthModule,
        MetricsModule,
        AccessModule,
        AccountsModule,
        ActivityModule,
        BillingSyncModule,
        CatalogModule,
        FeedsModule,
        IngestionModule,
        LineageModule,
        RatingModule,
        SchedulingModule,
        SuspenseModule,
      ],
    };
  }
}
