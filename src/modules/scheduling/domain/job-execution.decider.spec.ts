import { fold } from '../../../shared/kernel/decider.js';
import { isRefused } from '../../../shared/kernel/refusal.js';
import type { JobExecutionEvent, JobScheduleConfiguration } from './events.js';
import { jobExecutionDecider, nextStep, type JobExecutionCommand } from './job-execution.decider.js';
import { jobSchedulesDecider, type JobSchedulesCommand } from './job-schedules.decider.js';

const at = { name: 'daily', businessDate: '2026-02-01' };
const create: JobExecutionCommand = { kind: 'CREATE', ...at, jobs: ['AGGREGATION', 'SYNC_TRANSACTION'], by: 'HAND' };
const processAt = (now: string, by: 'HAND' | 'TICK' = 'HAND'): JobExecutionCommand => ({
  kind: 'PROCESS',
  ...at,
  by,
  now: Date.parse(now),
  zone: 'Europe/Berlin',
});
const process = processAt('2026-02-01T02:00:00Z');
const start = (job: 'AGGREGATION' | 'SYNC_TRANSACTION'): JobExecutionCommand => ({
  kind: 'START_JOB',
  ...at,
  job,
  commandKey: `k-${job}`,
});
const finish = (job: 'AGGREGATION' | 'SYNC_TRANSACTION', status: 'COMPLETED' | 'ERROR'): JobExecutionCommand => ({
  kind: 'FINISH_JOB',
  ...at,
  job,
  status,
  workId: 'w',
  counts: { total: 1, pending: 0, processed: 1, error: 0 },
  message: 'done',
});
const end: JobExecutionCommand = { kind: 'FINISH', ...at };

function after(...commands: JobExecutionCommand[]) {
  const events: JobExecutionEvent[] = [];
  for (const command of commands) {
    const decided = jobExecutionDecider.decide(command, fold(jobExecutionDecider, events));
    if (isRefused(decided)) return decided.refused.code;
    events.push(...decided);
  }
  return { state: fold(jobExecutionDecider, events), types: events.map((event) => event.type) };
}
const stepAfter = (...commands: JobExecutionCommand[]) => {
  const result = after(...commands);
  return typeof result === 'string' ? result : nextStep(result.state);
};

describe('an execution', () => {
  it('is made once per date and started once', () => {
    expect(after(create, create)).toBe('scheduling/execution-exists');
    expect(after(process)).toBe('scheduling/execution-not-found');
    expect(after(create, process, process)).toBe('scheduling/execution-started');
    expect(stepAfter(create)).toEqual({ kind: 'NOTHING' });
  });

  it('is not started by hand before its business date has begun, and is none the worse for the try', () => {
    expect(after(create, processAt('2026-01-31T22:59:59.999Z'))).toBe('scheduling/business-date-not-begun');
    expect(after(create, processAt('2026-01-31T23:00:00Z'))).toMatchObject({ state: { started: true } });
    const refused = jobExecutionDecider.decide(
      processAt('2026-01-15T10:00:00Z'),
      fold(jobExecutionDecider, [{ type: 'JobExecutionCreated.v1', data: { ...at, jobs: [], by: 'HAND' } }]),
    );
    expect(refused).toMatchObject({
      refused: {
        message: expect.stringContaining('can be started from 2026-01-31T23:00:00.000Z on') as string,
        facts: { begins: '2026-01-31T23:00:00.000Z', zone: 'Europe/Berlin' },
      },
    });
    // The tick has looked when the date is due: its own clock counts.
    expect(after(create, processAt('2026-01-31T22:59:59.999Z', 'TICK'))).toMatchObject({ state: { started: true } });
    // What is no date was never created.
    expect(after({ ...process, businessDate: 'yesterday' })).toBe('scheduling/execution-not-found');
  });

  it('runs its jobs in their order, one at a time', () => {
    expect(stepAfter(create, process)).toEqual({ kind: 'START', job: 'AGGREGATION' });
    expect(stepAfter(create, process, start('SYNC_TRANSACTION'))).toEqual({ kind: 'START', job: 'AGGREGATION' });
    expect(stepAfter(create, process, start('AGGREGATION'))).toEqual({
      kind: 'FOLLOW',
      job: 'AGGREGATION',
      commandKey: 'k-AGGREGATION',
    });
    const first = [create, process, start('AGGREGATION'), finish('AGGREGATION', 'COMPLETED')];
    expect(stepAfter(...first)).toEqual({ kind: 'START', job: 'SYNC_TRANSACTION' });
    const second = [...first, start('SYNC_TRANSACTION'), finish('SYNC_TRANSACTION', 'COMPLETED')];
    expect(stepAfter(...second)).toEqual({ kind: 'FINISH', status: 'COMPLETED' });
    expect(stepAfter(...second, end)).toEqual({ kind: 'NOTHING' });
  });

  it('an errored job stops the later ones', () => {
    const failed = [create, process, start('AGGREGATION'), finish('AGGREGATION', 'ERROR')];
    expect(stepAfter(...failed)).toEqual({ kind: 'FINISH', status: 'ERROR' });
    expect(stepAfter(...failed, start('SYNC_TRANSACTION'), end)).toEqual({ kind: 'NOTHING' });
  });

  it('a step taken twice changes nothing', () => {
    const result = after(
      create,
      process,
      start('AGGREGATION'),
      start('AGGREGATION'),
      finish('AGGREGATION', 'COMPLETED'),
      finish('AGGREGATION', 'COMPLETED'),
      end,
    );
    expect(result).toMatchObject({
      types: ['JobExecutionCreated.v1', 'JobExecutionStarted.v1', 'JobStarted.v1', 'JobFinished.v1'],
    });
  });
});

describe('job schedules', () => {
  const configuration: JobScheduleConfiguration = {
    description: '',
    frequency: 'DAILY',
    scheduledTime: '02:00:00',
    jobs: ['AGGREGATION'],
  };
  const make = (name: string): JobSchedulesCommand => ({ kind: 'CREATE', name, configuration, now: 1 });
  const decide = (command: JobSchedulesCommand, ...before: JobSchedulesCommand[]) => {
    let state = jobSchedulesDecider.initialState;
    for (const earlier of before) {
      const decided = jobSchedulesDecider.decide(earlier, state);
      if (!isRefused(decided))
        state = decided.reduce((folded, event) => jobSchedulesDecider.evolve(folded, event), state);
    }
    const decided = jobSchedulesDecider.decide(command, state);
    return isRefused(decided) ? decided.refused.code : decided.map((event) => event.type);
  };

  it('have unique names, and one is daily', () => {
    expect(decide(make('daily'))).toEqual(['JobScheduleCreated.v1']);
    expect(decide(make('daily'), make('daily'))).toBe('scheduling/name-taken');
    expect(decide(make('other'), make('daily'))).toBe('scheduling/daily-exists');
  });

  it('are changed by the version that was read; the same again changes nothing', () => {
    const change = (scheduledTime: string, expectedVersion?: number): JobSchedulesCommand => ({
      kind: 'CHANGE',
      name: 'daily',
      configuration: { ...configuration, scheduledTime },
      now: 2,
      ...(expectedVersion === undefined ? {} : { expectedVersion }),
    });
    expect(decide(change('03:00:00'), make('daily'))).toEqual(['JobScheduleChanged.v1']);
    expect(decide(change('02:00:00'), make('daily'))).toEqual([]);
    expect(decide(change('04:00:00', 1), make('daily'), change('03:00:00'))).toBe('scheduling/schedule-changed');
    expect(decide(change('04:00:00', 2), make('daily'), change('03:00:00'))).toEqual(['JobScheduleChanged.v1']);
    expect(decide(change('04:00:00'))).toBe('scheduling/schedule-not-found');
  });
});
