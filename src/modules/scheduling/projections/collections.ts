import type { CollectionSpec } from '../../../shared/read-models/read-models.port.js';

export const EXECUTION_STATUSES = ['PENDING', 'COMPLETED', 'ERROR'] as const;
export type ExecutionStatus = (typeof EXECUTION_STATUSES)[number];

export interface JobScheduleRow {
  readonly [field: string]: unknown;
  readonly tenant: string;
  readonly name: string;
  readonly description: string;
  readonly frequency: string;
  readonly scheduledTime: string;
  /** In the order they run. */
  readonly jobs: unknown;
  readonly version: number;
  readonly createdAt: number;
  readonly changedAt: number;
  readonly position: number;
}

export const jobSchedules: CollectionSpec<JobScheduleRow> = {
  name: 'job-schedules',
  fields: {
    tenant: 'text',
    name: 'text',
    description: 'text',
    frequency: 'text',
    scheduledTime: 'text',
    jobs: 'json',
    version: 'integer',
    createdAt: 'instant',
    changedAt: 'instant',
    position: 'integer',
  },
  key: ['tenant', 'name'],
  indexes: [],
};

/** One job of an execution, as it is shown. */
export interface ExecutedJob {
  readonly job: string;
  readonly status: ExecutionStatus;
  readonly total: number;
  readonly pending: number;
  readonly processed: number;
  readonly error: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** Run, send or poll. */
  readonly workId: string | null;
  readonly message: string | null;
}

export interface JobExecutionRow {
  readonly [field: string]: unknown;
  readonly tenant: string;
  readonly name: string;
  readonly businessDate: string;
  readonly status: ExecutionStatus;
  readonly by: string;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** `ExecutedJob[]`. */
  readonly jobs: readonly ExecutedJob[];
  readonly position: number;
}

export const jobExecutions: CollectionSpec<JobExecutionRow> = {
  name: 'job-executions',
  fields: {
    tenant: 'text',
    name: 'text',
    businessDate: 'text',
    status: 'text',
    by: 'text',
    createdAt: 'instant',
    startedAt: 'instant',
    finishedAt: 'instant',
    jobs: 'json',
    position: 'integer',
  },
  key: ['tenant', 'name', 'businessDate'],
  indexes: [],
};

export const SCHEDULING_PROJECTION = 'job-schedules';
