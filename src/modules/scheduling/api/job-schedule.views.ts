import type { JobExecutionRow, JobScheduleRow } from '../projections/collections.js';
import type { ExecutionDto, ScheduleDto } from './job-schedule.dto.js';

const instant = (ms: number): string => new Date(ms).toISOString();
const maybe = (ms: number | null): string | null => (ms === null ? null : instant(ms));

export function scheduleView(row: JobScheduleRow, timeZone: string): ScheduleDto {
  const { name, description, frequency, scheduledTime, version, createdAt, changedAt } = row;
  return {
    name,
    description,
    frequency,
    scheduledTime,
    timeZone,
    jobs: row.jobs as ScheduleDto['jobs'],
    version,
    createdAt: instant(createdAt),
    changedAt: instant(changedAt),
  };
}

export function executionView(row: JobExecutionRow): ExecutionDto {
  const { name, businessDate, status, by } = row;
  return {
    name,
    businessDate,
    status,
    by,
    createdAt: instant(row.createdAt),
    startedAt: maybe(row.startedAt),
    finishedAt: maybe(row.finishedAt),
    jobs: row.jobs.map((job) => ({ ...job, startedAt: maybe(job.startedAt), finishedAt: maybe(job.finishedAt) })),
  };
}
