import type { DomainEvent } from '../../../shared/kernel/event.js';
import type { EventDefinition } from '../../../shared/kernel/event-definition.js';

/** DAILY is the one frequency of this version; a client has one daily schedule. */
export const FREQUENCIES = ['DAILY'] as const;
export type Frequency = (typeof FREQUENCIES)[number];

/** In the recommended order: what a cycle came to, its lines, sending them, and the charges that recur. */
export const JOBS = ['BILLTIME_USAGE_RATING', 'AGGREGATION', 'SYNC_TRANSACTION', 'BILLING', 'INVOICE_LINES'] as const;
export type Job = (typeof JOBS)[number];

export interface JobScheduleConfiguration {
  readonly description: string;
  readonly frequency: Frequency;
  /** `HH:MM:SS` on the wall clock of `RETALLY_TIME_ZONE`. */
  readonly scheduledTime: string;
  /** In the order they run. */
  readonly jobs: readonly Job[];
}

/** Stream `jobSchedule-<tenant>.schedules`: all schedules of a tenant, so that names are unique and DAILY is one. */
export type JobScheduleCreated = DomainEvent<
  'JobScheduleCreated.v1',
  JobScheduleConfiguration & {
    readonly name: string;
    /** Epoch ms: what was due before it is not run. */
    readonly createdAt: number;
  }
>;
/** The name is never changed; executions keep the jobs they were created with. */
export type JobScheduleChanged = DomainEvent<
  'JobScheduleChanged.v1',
  JobScheduleConfiguration & {
    readonly name: string;
    /** Epoch ms: a time that was moved back does not run a date that was due before the change. */
    readonly changedAt: number;
  }
>;

/** Stream `jobExecution-<tenant>.<name>.<businessDate>`: one execution per schedule and business date, ever. */
export type JobExecutionCreated = DomainEvent<
  'JobExecutionCreated.v1',
  { readonly name: string; readonly businessDate: string; readonly jobs: readonly Job[]; readonly by: 'TICK' | 'HAND' }
>;
export type JobExecutionStarted = DomainEvent<
  'JobExecutionStarted.v1',
  { readonly name: string; readonly businessDate: string; readonly by: 'TICK' | 'HAND' }
>;
/** Appended before the job's command is given, with the command's key: after a crash the same command is given again. */
export type JobStarted = DomainEvent<
  'JobStarted.v1',
  { readonly name: string; readonly businessDate: string; readonly job: Job; readonly commandKey: string }
>;
export interface JobCounts {
  readonly total: number;
  readonly pending: number;
  readonly processed: number;
  readonly error: number;
}
export type JobFinished = DomainEvent<
  'JobFinished.v1',
  {
    readonly name: string;
    readonly businessDate: string;
    readonly job: Job;
    readonly status: 'COMPLETED' | 'ERROR';
    /** Id of the run, send or poll; absent when its command was refused. */
    readonly workId?: string;
    readonly counts: JobCounts;
    readonly message: string;
  }
>;
/** Every job is COMPLETED, or one is in ERROR and the later ones were not started. */
export type JobExecutionFinished = DomainEvent<
  'JobExecutionFinished.v1',
  { readonly name: string; readonly businessDate: string; readonly status: 'COMPLETED' | 'ERROR' }
>;

export type JobScheduleEvent = JobScheduleCreated | JobScheduleChanged;
export type JobExecutionEvent =
  JobExecutionCreated | JobExecutionStarted | JobStarted | JobFinished | JobExecutionFinished;

/** Every event type and version of this module, for the registry at the composition root. */
export const schedulingEvents: readonly EventDefinition[] = [
  { type: 'JobScheduleCreated.v1', encoding: 'json' },
  { type: 'JobScheduleChanged.v1', encoding: 'json' },
  { type: 'JobExecutionCreated.v1', encoding: 'json' },
  { type: 'JobExecutionStarted.v1', encoding: 'json' },
  { type: 'JobStarted.v1', encoding: 'json' },
  { type: 'JobFinished.v1', encoding: 'json' },
  { type: 'JobExecutionFinished.v1', encoding: 'json' },
];
