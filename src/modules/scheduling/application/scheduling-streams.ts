import { parseStreamName, streamName, type StreamName } from '../../../shared/kernel/stream-name.js';

export const JOB_SCHEDULE = 'jobSchedule';
export const JOB_EXECUTION = 'jobExecution';

export function jobSchedulesStream(tenant: string): StreamName {
  return streamName(JOB_SCHEDULE, tenant, 'schedules');
}

export function jobExecutionStream(tenant: string, name: string, businessDate: string): StreamName {
  return streamName(JOB_EXECUTION, tenant, `${name}.${businessDate}`);
}

/** A schedule's name has no dot, so the last dot ends it. */
export function parseExecutionStream(stream: StreamName): { tenant: string; name: string; businessDate: string } {
  const { tenant, id } = parseStreamName(stream);
  const dot = id.lastIndexOf('.');
  return { tenant, name: id.slice(0, dot), businessDate: id.slice(dot + 1) };
}
