import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { metadataOf, type CommandContext, type Outcome } from '../../../shared/command-log/recorded-command.js';
import { EVENT_STORE, type EventStore } from '../../../shared/event-store/event-store.port.js';
import { runCommand } from '../../../shared/event-store/run-command.js';
import { isRefused } from '../../../shared/kernel/refusal.js';
import { jobSchedulesDecider, type JobSchedulesCommand } from '../domain/job-schedules.decider.js';
import { ChangeJobSchedule, CreateJobSchedule, type ScheduleAnswer } from './commands.js';
import { loadSchedules } from './schedule-log.js';
import { jobSchedulesStream } from './scheduling-streams.js';

@CommandHandler(CreateJobSchedule)
export class CreateJobScheduleHandler implements ICommandHandler<CreateJobSchedule> {
  constructor(@Inject(EVENT_STORE) private readonly store: EventStore) {}

  execute({ context, payload }: CreateJobSchedule): Promise<Outcome<ScheduleAnswer>> {
    return decideSchedule(this.store, context, { kind: 'CREATE', ...payload, now: context.now });
  }
}

@CommandHandler(ChangeJobSchedule)
export class ChangeJobScheduleHandler implements ICommandHandler<ChangeJobSchedule> {
  constructor(@Inject(EVENT_STORE) private readonly store: EventStore) {}

  execute({ context, payload }: ChangeJobSchedule): Promise<Outcome<ScheduleAnswer>> {
    return decideSchedule(this.store, context, { kind: 'CHANGE', ...payload, now: context.now });
  }
}

async function decideSchedule(
  store: EventStore,
  context: CommandContext,
  command: JobSchedulesCommand,
): Promise<Outcome<ScheduleAnswer>> {
  const run = await runCommand(store, {
    stream: jobSchedulesStream(context.tenant),
    decider: jobSchedulesDecider,
    command,
    metadata: metadataOf(context),
    cause: context.commandId,
  });
  if (isRefused(run)) return run;
  const { byName } = await loadSchedules(store, context.tenant);
  return { answer: { name: command.name, version: byName.get(command.name)?.version ?? 1 }, position: run.position };
}
