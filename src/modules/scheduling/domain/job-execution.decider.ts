import { instantToString } from '../../../shared/kernel/clock.js';
import { never, type Decider } from '../../../shared/kernel/decider.js';
import { refuse, type Refused } from '../../../shared/kernel/refusal.js';
import { startOfLocalDate } from '../../../shared/kernel/zone.js';
import type { Job, JobCounts, JobExecutionEvent } from './events.js';

export interface JobState {
  readonly job: Job;
  readonly status: 'PENDING' | 'COMPLETED' | 'ERROR';
  /** Given when it was started. */
  readonly commandKey: string | undefined;
}

/** What to do next for an execution; the process manager does nothing else. */
export type NextStep =
  | { readonly kind: 'START'; readonly job: Job }
  /** Its command may have been given: give it again under its key, and see whether its work is done. */
  | { readonly kind: 'FOLLOW'; readonly job: Job; readonly commandKey: string }
  | { readonly kind: 'FINISH'; readonly status: 'COMPLETED' | 'ERROR' }
  | { readonly kind: 'NOTHING' };

export interface JobExecution {
  readonly created: boolean;
  readonly started: boolean;
  readonly finished: boolean;
  readonly jobs: readonly JobState[];
}

export type JobExecutionCommand = { readonly name: string; readonly businessDate: string } & (
  | { readonly kind: 'CREATE'; readonly jobs: readonly Job[]; readonly by: 'TICK' | 'HAND' }
  /** By hand, the business date must have begun by `now` (epoch ms) in the zone; the tick comes when it is due. */
  | { readonly kind: 'PROCESS'; readonly by: 'TICK' | 'HAND'; readonly now: number; readonly zone: string }
  | { readonly kind: 'START_JOB'; readonly job: Job; readonly commandKey: string }
  | {
      readonly kind: 'FINISH_JOB';
      readonly job: Job;
      readonly status: 'COMPLETED' | 'ERROR';
      readonly workId?: string;
      readonly counts: JobCounts;
      readonly message: string;
    }
  | { readonly kind: 'FINISH' }
);

export const jobExecutionDecider: Decider<JobExecution, JobExecutionCommand, JobExecutionEvent> = {
  initialState: { created: false, started: false, finished: false, jobs: [] },

  evolve(state, event) {
    switch (event.type) {
      case 'JobExecutionCreated.v1': {
        const jobs = event.data.jobs.map((job) => ({ job, status: 'PENDING', commandKey: undefined }) as const);
        return { ...state, created: true, jobs };
      }
      case 'JobExecutionStarted.v1':
        return { ...state, started: true };
      case 'JobStarted.v1':
        return withJob(state, event.data.job, { commandKey: event.data.commandKey });
      case 'JobFinished.v1':
        return withJob(state, event.data.job, { status: event.data.status });
      case 'JobExecutionFinished.v1':
        return { ...state, finished: true };
      default:
        return never(event);
    }
  },

  decide(command, state) {
    const { name, businessDate } = command;
    const execution = `execution ${businessDate} of job schedule ${name}`;
    switch (command.kind) {
      case 'CREATE':
        if (state.created)
          return refuse('scheduling/execution-exists', `There is an ${execution} already`, {
            facts: { name, businessDate },
          });
        return [{ type: 'JobExecutionCreated.v1', data: { name, businessDate, jobs: command.jobs, by: command.by } }];
      case 'PROCESS':
        if (!state.created)
          return refuse('scheduling/execution-not-found', `There is no ${execution}: create it first`, {
            facts: { name, businessDate },
          });
        if (state.started)
          return refuse('scheduling/execution-started', `The ${execution} was started already`, {
            facts: { name, businessDate },
          });
        if (command.by === 'HAND') {
          const begins = startOfLocalDate(command.zone, businessDate);
          if (begins > command.now) return notBegun(execution, { name, businessDate, begins, zone: command.zone });
        }
        return [{ type: 'JobExecutionStarted.v1', data: { name, businessDate, by: command.by } }];
      case 'START_JOB': {
        const step = nextStep(state);
        if (step.kind !== 'START' || step.job !== command.job) return [];
        return [
          { type: 'JobStarted.v1', data: { name, businessDate, job: command.job, commandKey: command.commandKey } },
        ];
      }
      case 'FINISH_JOB': {
        const step = nextStep(state);
        if (step.kind !== 'FOLLOW' || step.job !== command.job) return [];
        const { job, status, workId, counts, message } = command;
        const work = workId === undefined ? {} : { workId };
        return [{ type: 'JobFinished.v1', data: { name, businessDate, job, status, ...work, counts, message } }];
      }
      case 'FINISH': {
        const step = nextStep(state);
        if (step.kind !== 'FINISH') return [];
        return [{ type: 'JobExecutionFinished.v1', data: { name, businessDate, status: step.status } }];
      }
      default:
        return never(command);
    }
  },
};

/** Its jobs would refuse a date that has not come, and it would be over before its day began: a date is run once. */
function notBegun(
  execution: string,
  date: { readonly name: string; readonly businessDate: string; readonly begins: number; readonly zone: string },
): Refused {
  const begins = instantToString(date.begins);
  return refuse(
    'scheduling/business-date-not-begun',
    `The ${execution} can be started from ${begins} on, when its business date begins in ${date.zone}`,
    { facts: { ...date, begins } },
  );
}

/** Jobs run in their order, one at a time; one in ERROR stops the later ones. */
export function nextStep(state: JobExecution): NextStep {
  if (!state.started || state.finished) return { kind: 'NOTHING' };
  for (const { job, status, commandKey } of state.jobs) {
    if (status === 'ERROR') return { kind: 'FINISH', status: 'ERROR' };
    if (status === 'COMPLETED') continue;
    return commandKey === undefined ? { kind: 'START', job } : { kind: 'FOLLOW', job, commandKey };
  }
  return { kind: 'FINISH', status: 'COMPLETED' };
}

function withJob(state: JobExecution, job: Job, change: Partial<JobState>): JobExecution {
  return { ...state, jobs: state.jobs.map((one) => (one.job === job ? { ...one, ...change } : one)) };
}
