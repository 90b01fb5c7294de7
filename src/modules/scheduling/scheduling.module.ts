import { Inject, Module } from '@nestjs/common';
import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { COMMAND_GATEWAY, type CommandGateway } from '../../shared/command-log/command-gateway.port.js';
import { CONFIG, type Config } from '../../shared/config/config.js';
import { EVENT_STORE, type EventStore } from '../../shared/event-store/event-store.port.js';
import type { Clock } from '../../shared/kernel/clock.js';
import { Projections } from '../../shared/read-models/projections.js';
import { RoleTasks } from '../../shared/runtime/role-task.js';
import { CLOCK, LOGGER } from '../../shared/runtime/tokens.js';
import type { Logger } from '../../shared/telemetry/logger.js';
import { BillingSyncModule } from '../billing-sync/billing-sync.module.js';
import { BILLING_JOBS, type BillingJobs } from '../billing-sync/index.js';
import { RATING_JOBS, type RatingJobs } from '../rating/index.js';
import { RatingModule } from '../rating/rating.module.js';
import { JobExecutionsController } from './api/job-executions.controller.js';
import { JobSchedulesController } from './api/job-schedules.controller.js';
import { CreateJobExecutionHandler, ProcessJobExecutionHandler } from './application/job-execution.handlers.js';
import { JobRunner } from './application/job-runner.js';
import { JobRunnerTask } from './application/job-runner.task.js';
import { ModuleJobs } from './application/jobs.js';
import { ChangeJobScheduleHandler, CreateJobScheduleHandler } from './application/job-schedule.handlers.js';
import { ScheduleTick } from './application/schedule-tick.js';
import { ScheduleTickTask } from './application/schedule-tick.task.js';
import { SchedulingQueries } from './application/scheduling.queries.js';
import { schedulingProjection } from './projections/scheduling.projection.js';

@Module({
  imports: [ScheduleModule.forRoot(), BillingSyncModule, RatingModule],
  controllers: [JobSchedulesController, JobExecutionsController],
  providers: [
    SchedulingQueries,
    CreateJobScheduleHandler,
    ChangeJobScheduleHandler,
    CreateJobExecutionHandler,
    ProcessJobExecutionHandler,
  ],
})
export class SchedulingModule {
  constructor(
    @Inject(Projections) projections: Projections,
    @Inject(RoleTasks) tasks: RoleTasks,
    @Inject(EVENT_STORE) store: EventStore,
    @Inject(COMMAND_GATEWAY) gateway: CommandGateway,
    @Inject(BILLING_JOBS) billing: BillingJobs,
    @Inject(RATING_JOBS) rating: RatingJobs,
    @Inject(CLOCK) clock: Clock,
    @Inject(CONFIG) config: Config,
    @Inject(LOGGER) logger: Logger,
    @Inject(SchedulerRegistry) scheduler: SchedulerRegistry,
  ) {
    projections.register(schedulingProjection);
    const jobs = new ModuleJobs(billing, rating, config.timeZone);
    tasks.register(new JobRunnerTask(store, new JobRunner(store, jobs, clock)));
    const tick = new ScheduleTick(store, gateway, clock, config.timeZone, config.tenants);
    tasks.register(new ScheduleTickTask(tick, scheduler, logger));
  }
}
