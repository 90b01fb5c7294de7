import { Inject, Module } from '@nestjs/common';
import { EVENT_STORE, type EventStore } from '../../shared/event-store/event-store.port.js';
import { SNAPSHOT_STORE, type SnapshotStore } from '../../shared/event-store/snapshot-store.port.js';
import type { Clock } from '../../shared/kernel/clock.js';
import { Projections } from '../../shared/read-models/projections.js';
import { RoleTasks } from '../../shared/runtime/role-task.js';
import { CLOCK } from '../../shared/runtime/tokens.js';
import { SuspenseReprocessesController } from './api/suspense-reprocesses.controller.js';
import { SuspenseController } from './api/suspense.controller.js';
import { answerReprocessesTask } from './application/answer-reprocesses.task.js';
import { ReprocessSuspenseHandler } from './application/reprocess-suspense.handler.js';
import { SuspenseMeter } from './application/suspense-meter.js';
import { SuspenseQueries } from './application/suspense.queries.js';
import { suspenseProjection } from './projections/suspense.projection.js';

@Module({
  controllers: [SuspenseController, SuspenseReprocessesController],
  providers: [SuspenseQueries, ReprocessSuspenseHandler, SuspenseMeter],
})
export class SuspenseModule {
  constructor(
    @Inject(Projections) projections: Projections,
    @Inject(RoleTasks) tasks: RoleTasks,
    @Inject(EVENT_STORE) store: EventStore,
    @Inject(SNAPSHOT_STORE) snapshots: SnapshotStore,
    @Inject(CLOCK) clock: Clock,
  ) {
    projections.register(suspenseProjection);
    tasks.register(answerReprocessesTask(store, snapshots, clock));
  }
}
