import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { metadataOf, type CommandContext, type Outcome } from '../../../shared/command-log/recorded-command.js';
import { CONFIG, type Config } from '../../../shared/config/config.js';
import { EVENT_STORE, type EventStore } from '../../../shared/event-store/event-store.port.js';
import { runCommand } from '../../../shared/event-store/run-command.js';
import { isRefused, refuse } from '../../../shared/kernel/refusal.js';
import { jobExecutionDecider, type JobExecutionCommand } from '../domain/job-execution.decider.js';
import { CreateJobExecution, ProcessJobExecution, type ExecutionAnswer } from './commands.js';
import { loadExecution, loadSchedules } from './schedule-log.js';
import { jobExecutionStream } from './scheduling-streams.js';

@CommandHandler(CreateJobExecution)
export class CreateJobExecutionHandler implements ICommandHandler<CreateJobExecution> {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async execute({ context, payload }: CreateJobExecution): Promise<Outcome<ExecutionAnswer>> {
    const { name, businessDate, by, run } = payload;
    const schedule = (await loadSchedules(this.store, context.tenant)).byName.get(name);
    if (schedule === undefined) {
      return refuse('scheduling/schedule-not-found', `There is no job schedule ${name}`, { facts: { name } });
    }
    const created = await decideExecution(this.store, context, {
      kind: 'CREATE',
      name,
      businessDate,
      by,
      jobs: schedule.jobs,
    });
    if (!run || isRefused(created)) return created;
    const { timeZone: zone } = this.config;
    return decideExecution(this.store, context, { kind: 'PROCESS', name, businessDate, by, now: context.now, zone });
  }
}

@CommandHandler(ProcessJobExecution)
export class ProcessJobExecutionHandler implements ICommandHandler<ProcessJobExecution> {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  execute({ context, payload }: ProcessJobExecution): Promise<Outcome<ExecutionAnswer>> {
    const { timeZone: zone } = this.config;
    return decideExecution(this.store, context, { kind: 'PROCESS', ...payload, by: 'HAND', now: context.now, zone });
  }
}

/** Run again after a crash, a command finds what it did by its id, though the decider would refuse it now. */
async function decideExecution(
  store: EventStore,
  context: CommandContext,
  command: Extract<JobExecutionCommand, { kind: 'CREATE' | 'PROCESS' }>,
): Promise<Outcome<ExecutionAnswer>> {
  const { name, businessDate } = command;
  const stream = jobExecutionStream(context.tenant, name, businessDate);
  const type = command.kind === 'CREATE' ? 'JobExecutionCreated.v1' : 'JobExecutionStarted.v1';
  const answer = async (position: number): Promise<Outcome<ExecutionAnswer>> => {
    const { jobs } = await loadExecution(store, context.tenant, name, businessDate);
    return { answer: { name, businessDate, jobs: jobs.map(({ job }) => job) }, position };
  };
  for await (const event of store.readStream(stream)) {
    if (event.type === type && event.metadata.commandId === context.commandId) return answer(event.position);
  }
  const run = await runCommand(store, {
    stream,
    decider: jobExecutionDecider,
    command,
    metadata: metadataOf(context),
    cause: `${context.commandId}/${command.kind}`,
  });
  return isRefused(run) ? run : answer(run.position);
}
