import { never, type Decider } from '../../../shared/kernel/decider.js';
import { refuse } from '../../../shared/kernel/refusal.js';
import type { JobScheduleConfiguration, JobScheduleEvent } from './events.js';

export interface JobSchedule extends JobScheduleConfiguration {
  readonly name: string;
  /** Epoch ms: nothing that was due before is run. */
  readonly since: number;
  readonly version: number;
}

export interface JobSchedules {
  readonly byName: ReadonlyMap<string, JobSchedule>;
}

export type JobSchedulesCommand =
  | {
      readonly kind: 'CREATE';
      readonly name: string;
      readonly configuration: JobScheduleConfiguration;
      readonly now: number;
    }
  | {
      readonly kind: 'CHANGE';
      readonly name: string;
      readonly configuration: JobScheduleConfiguration;
      readonly now: number;
      /** The version the caller has seen; absent = whatever stands. */
      readonly expectedVersion?: number;
    };

/** The schedules of a tenant: names are unique and never edited, and one schedule at most is DAILY. */
export const jobSchedulesDecider: Decider<JobSchedules, JobSchedulesCommand, JobScheduleEvent> = {
  initialState: { byName: new Map() },

  evolve(state, event) {
    const { name, description, frequency, scheduledTime, jobs } = event.data;
    const before = state.byName.get(name);
    const since = event.type === 'JobScheduleCreated.v1' ? event.data.createdAt : event.data.changedAt;
    const schedule = { name, description, frequency, scheduledTime, jobs, since, version: (before?.version ?? 0) + 1 };
    return { byName: new Map(state.byName).set(name, schedule) };
  },

  decide(command, state) {
    const { name, configuration, now } = command;
    const existing = state.byName.get(name);
    switch (command.kind) {
      case 'CREATE': {
        if (existing !== undefined) {
          return refuse(
            'scheduling/name-taken',
            `There is a job schedule ${name} already: names are unique and never edited`,
            { facts: { name } },
          );
        }
        const daily = state.byName.values().next().value;
        if (daily !== undefined) {
          return refuse(
            'scheduling/daily-exists',
            `A client has one daily schedule, and ${daily.name} is it: change its jobs and time with PUT /v1/job-schedules/${daily.name}`,
            { facts: { name: daily.name } },
          );
        }
        return [{ type: 'JobScheduleCreated.v1', data: { name, ...configuration, createdAt: now } }];
      }
      case 'CHANGE': {
        if (existing === undefined)
          return refuse('scheduling/schedule-not-found', `There is no job schedule ${name}`, { facts: { name } });
        if (command.expectedVersion !== undefined && command.expectedVersion !== existing.version) {
          return refuse(
            'scheduling/schedule-changed',
            `Job schedule ${name} is at version ${existing.version}, not at ${command.expectedVersion}: read it again, then change it`,
            { facts: { name, version: existing.version } },
          );
        }
        return same(existing, configuration)
          ? []
          : [{ type: 'JobScheduleChanged.v1', data: { name, ...configuration, changedAt: now } }];
      }
      default:
        return never(command);
    }
  },
};

function same(a: JobScheduleConfiguration, b: JobScheduleConfiguration): boolean {
  return a.description === b.description && a.scheduledTime === b.scheduledTime && a.jobs.join() === b.jobs.join();
}
