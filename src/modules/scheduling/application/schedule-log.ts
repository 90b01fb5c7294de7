import type { EventStore } from '../../../shared/event-store/event-store.port.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import type { JobExecutionEvent, JobScheduleEvent } from '../domain/events.js';
import { jobExecutionDecider, type JobExecution } from '../domain/job-execution.decider.js';
import { jobSchedulesDecider, type JobSchedules } from '../domain/job-schedules.decider.js';
import { jobExecutionStream, jobSchedulesStream } from './scheduling-streams.js';

export async function loadSchedules(store: EventStore, tenant: string): Promise<JobSchedules> {
  let state = jobSchedulesDecider.initialState;
  for await (const event of store.readStream(jobSchedulesStream(tenant))) {
    state = jobSchedulesDecider.evolve(state, event as RecordedEvent & JobScheduleEvent);
  }
  return state;
}

export async function loadExecution(
  store: EventStore,
  tenant: string,
  name: string,
  businessDate: string,
): Promise<JobExecution> {
  let state = jobExecutionDecider.initialState;
  for await (const event of store.readStream(jobExecutionStream(tenant, name, businessDate))) {
    state = jobExecutionDecider.evolve(state, event as RecordedEvent & JobExecutionEvent);
  }
  return state;
}
