import { Inject, Module } from '@nestjs/common';
import { EVENT_STORE, type EventStore } from '../event-store/event-store.port.js';
import type { Clock } from '../kernel/clock.js';
import { RoleTasks, type RoleTask } from '../runtime/role-task.js';
import { CLOCK, LOGGER } from '../runtime/tokens.js';
import type { Logger } from '../telemetry/logger.js';
import { ReplaysController } from './api/replays.controller.js';
import { ProjectionRunner } from './projection-runner.js';
import { Projections } from './projections.js';
import { OPEN_READ_MODEL_WRITER, type OpenReadModelWriter } from './read-model-writer.port.js';
import { replaysProjection } from './replays.projection.js';
import { ReplayService } from './replay.service.js';
import { RequestReplayHandler } from './request-replay.handler.js';

/** The loop of the role `project`, and the calls that ask for a replay and show where the read models stand. */
@Module({
  controllers: [ReplaysController],
  providers: [ReplayService, RequestReplayHandler],
})
export class ReadModelsModule {
  constructor(
    @Inject(OPEN_READ_MODEL_WRITER) private readonly openWriter: OpenReadModelWriter,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(Projections) private readonly projections: Projections,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(RoleTasks) tasks: RoleTasks,
  ) {
    projections.register(replaysProjection);
    tasks.register(this.projectionTask());
  }

  /** Only the thread that holds the role opens the read models for writing, and only while it holds it. */
  private projectionTask(): RoleTask {
    return {
      name: 'projections',
      role: 'project',
      run: async (signal) => {
        const models = await this.openWriter();
        try {
          await new ProjectionRunner({
            store: this.store,
            writer: models.writer,
            projections: () => this.projections.all(),
            clock: this.clock,
            logger: this.logger,
          }).run(signal);
        } finally {
          await models.close();
        }
      },
    };
  }
}
