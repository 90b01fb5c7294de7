import type { EventStore } from '../../../shared/event-store/event-store.port.js';
import { runCommand } from '../../../shared/event-store/run-command.js';
import type { Clock } from '../../../shared/kernel/clock.js';
import type { EventMetadata } from '../../../shared/kernel/event.js';
import { isRefused } from '../../../shared/kernel/refusal.js';
import type { Job } from '../domain/events.js';
import { jobExecutionDecider, nextStep, type JobExecutionCommand } from '../domain/job-execution.decider.js';
import type { Jobs } from './jobs.js';
import { loadExecution } from './schedule-log.js';
import { jobExecutionStream } from './scheduling-streams.js';

export interface ExecutionAddress {
  readonly tenant: string;
  readonly name: string;
  readonly businessDate: string;
}

/**
 * Moves one execution on as far as it goes now: starts a job by the same command as over HTTP, under a key derived from
 * the execution, and notes its result once the log has it. Between any two steps it may die: the next one continues.
 */
export class JobRunner {
  constructor(
    private readonly store: EventStore,
    private readonly jobs: Jobs,
    private readonly clock: Clock,
  ) {}

  /** True when the execution has come to its end. */
  async advance(address: ExecutionAddress, signal: AbortSignal): Promise<boolean> {
    const { tenant, name, businessDate } = address;
    while (!signal.aborted) {
      const step = nextStep(await loadExecution(this.store, tenant, name, businessDate));
      switch (step.kind) {
        case 'NOTHING':
          return true;
        case 'START': {
          const commandKey = `job-${name}-${businessDate}-${step.job}`;
          await this.decide(address, { kind: 'START_JOB', name, businessDate, job: step.job, commandKey });
          break;
        }
        case 'FOLLOW':
          if (!(await this.follow(address, step.job, step.commandKey))) return false;
          break;
        case 'FINISH':
          await this.decide(address, { kind: 'FINISH', name, businessDate });
          break;
      }
    }
    return false;
  }

  /** False while the job's work is under way. The gateway answers a command given before with its first answer. */
  private async follow(address: ExecutionAddress, job: Job, commandKey: string): Promise<boolean> {
    const { tenant, name, businessDate } = address;
    const reason = `Job ${job} of job schedule ${name}, business date ${businessDate}`;
    const started = await this.jobs.start({ tenant, job, key: commandKey, reason, businessDate });
    const finish = { kind: 'FINISH_JOB', name, businessDate, job } as const;
    // Another process is giving the command just now: its events will wake us.
    if (isRefused(started) && started.refused.code === 'command/in-flight') return false;
    if (isRefused(started)) {
      const counts = { total: 1, pending: 0, processed: 0, error: 1 };
      const message = `${started.refused.code}: ${started.refused.message}`;
      await this.decide(address, { ...finish, status: 'ERROR', counts, message });
      return true;
    }
    const result = await this.jobs.resultOf(tenant, job, started.workId);
    if (result === undefined) return false;
    const { status, message, total, pending, processed, error } = result;
    const counts = { total, pending, processed, error };
    await this.decide(address, { ...finish, status, workId: started.workId, counts, message });
    return true;
  }

  private async decide(address: ExecutionAddress, command: JobExecutionCommand): Promise<void> {
    const { tenant, name, businessDate } = address;
    const stream = jobExecutionStream(tenant, name, businessDate);
    await runCommand(this.store, {
      stream,
      decider: jobExecutionDecider,
      command,
      metadata: this.metadata(tenant, stream),
      cause: `${stream}/${command.kind}/${'job' in command ? command.job : ''}`,
    });
  }

  private metadata(tenant: string, correlationId: string): EventMetadata {
    const recordedAt = new Date(this.clock.now()).toISOString();
    return { tenant, actor: 'role:schedule', correlationId, recordedAt };
  }
}
