import { Inject, Module } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { EVENT_STORE, type EventStore } from '../event-store/event-store.port.js';
import type { Clock } from '../kernel/clock.js';
import { dataFiles } from '../platform/data-files.js';
import { RoleTasks, type RoleTask } from '../runtime/role-task.js';
import { CLOCK, LOGGER } from '../runtime/tokens.js';
import type { Logger } from '../telemetry/logger.js';
import { EmbeddedReadModels } from './adapters/embedded/embedded-read-models.js';
import { ReplaysController } from './api/replays.controller.js';
import { ProjectionRunner } from './projection-runner.js';
import { Projections } from './projections.js';
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
    @Inject(CONFIG) private readonly config: Config,
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
        const models = await EmbeddedReadModels.open({ path: dataFiles(this.config).readModels, mode: 'writer' });
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
