import { never } from '../../../shared/kernel/decider.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { put, update, type Change, type Projection } from '../../../shared/read-models/projection.js';
import type { JobExecutionEvent, JobScheduleEvent } from '../domain/events.js';
import {
  jobExecutions,
  jobSchedules,
  SCHEDULING_PROJECTION,
  type ExecutedJob,
  type JobExecutionRow,
} from './collections.js';

type Handled = JobScheduleEvent | JobExecutionEvent;

const HANDLES: readonly Handled['type'][] = [
  'JobScheduleCreated.v1',
  'JobScheduleChanged.v1',
  'JobExecutionCreated.v1',
  'JobExecutionStarted.v1',
  'JobStarted.v1',
  'JobFinished.v1',
  'JobExecutionFinished.v1',
];

/** Schedules and what was run by them. */
export const schedulingProjection: Projection = {
  name: SCHEDULING_PROJECTION,
  version: 1,
  collections: [jobSchedules, jobExecutions],
  handles: HANDLES,
  project: (event) => [changeOf(event as RecordedEvent & Handled)],
};

function changeOf(event: RecordedEvent & Handled): Change {
  const { tenant, recordedAt } = event.metadata;
  const at = Date.parse(recordedAt);
  const { position } = event;
  const { name } = event.data;
  switch (event.type) {
    case 'JobScheduleCreated.v1': {
      const { description, frequency, scheduledTime, jobs, createdAt } = event.data;
      const row = { tenant, name, description, frequency, scheduledTime, jobs };
      return put(jobSchedules, { ...row, version: 1, createdAt, changedAt: createdAt, position });
    }
    case 'JobScheduleChanged.v1': {
      const { description, frequency, scheduledTime, jobs, changedAt } = event.data;
      return update(jobSchedules, { tenant, name }, (row) =>
        row === undefined || row.position >= position
          ? row
          : { ...row, description, frequency, scheduledTime, jobs, changedAt, version: row.version + 1, position },
      );
    }
    case 'JobExecutionCreated.v1': {
      const { businessDate, by } = event.data;
      const jobs = event.data.jobs.map(notStarted);
      const times = { createdAt: at, startedAt: null, finishedAt: null };
      return put(jobExecutions, { tenant, name, businessDate, status: 'PENDING', by, ...times, jobs, position });
    }
    case 'JobExecutionStarted.v1':
      return execution(event, () => ({ startedAt: at }));
    case 'JobStarted.v1':
      return execution(event, (row) => ({ jobs: withJob(row, event.data.job, { startedAt: at }) }));
    case 'JobFinished.v1': {
      const { job, status, counts, message, workId } = event.data;
      const change = { status, ...counts, message, workId: workId ?? null, finishedAt: at };
      return execution(event, (row) => ({ jobs: withJob(row, job, change) }));
    }
    case 'JobExecutionFinished.v1': {
      const { status } = event.data;
      return execution(event, () => ({ status, finishedAt: at }));
    }
    default:
      return never(event);
  }
}

function notStarted(job: string): ExecutedJob {
  const counts = { total: 0, pending: 0, processed: 0, error: 0 };
  return { job, status: 'PENDING', ...counts, startedAt: null, finishedAt: null, workId: null, message: null };
}

function execution(
  event: RecordedEvent & JobExecutionEvent,
  change: (row: JobExecutionRow) => Partial<JobExecutionRow>,
): Change {
  const { name, businessDate } = event.data;
  return update(
    jobExecutions,
    { tenant: event.metadata.tenant, name, businessDate },
    (row) => row && { ...row, ...change(row), position: event.position },
  );
}

function withJob(row: JobExecutionRow, job: string, change: Partial<ExecutedJob>): readonly ExecutedJob[] {
  return row.jobs.map((one) => (one.job === job ? { ...one, ...change } : one));
}
