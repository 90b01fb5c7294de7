import { Inject, Module } from '@nestjs/common';
import { EVENT_STORE, type EventStore } from '../../shared/event-store/event-store.port.js';
import { SNAPSHOT_STORE, type SnapshotStore } from '../../shared/event-store/snapshot-store.port.js';
import { Projections } from '../../shared/read-models/projections.js';
import { LOGGER } from '../../shared/runtime/tokens.js';
import type { Logger } from '../../shared/telemetry/logger.js';
import { ACCOUNT_FEED_TARGET } from '../feeds/index.js';
import { AccountsController } from './api/accounts.controller.js';
import { SpecialTermsController } from './api/special-terms.controller.js';
import { AccountFeedTarget } from './application/account-feed.target.js';
import { AccountSnapshots } from './application/account-snapshots.js';
import { AccountsQueries } from './application/accounts.queries.js';
import { SpecialTermsQueries } from './application/special-terms.queries.js';
import { accountsProjection } from './projections/accounts.projection.js';
import { specialTermsProjection } from './projections/special-terms.projection.js';

@Module({
  controllers: [AccountsController, SpecialTermsController],
  providers: [
    AccountsQueries,
    SpecialTermsQueries,
    {
      provide: ACCOUNT_FEED_TARGET,
      inject: [EVENT_STORE, SNAPSHOT_STORE, LOGGER],
      useFactory: (store: EventStore, snapshots: SnapshotStore, logger: Logger) =>
        new AccountFeedTarget(store, new AccountSnapshots(store, snapshots, logger)),
    },
  ],
  exports: [ACCOUNT_FEED_TARGET],
})
export class AccountsModule {
  constructor(@Inject(Projections) projections: Projections) {
    projections.register(accountsProjection, specialTermsProjection);
  }
}
