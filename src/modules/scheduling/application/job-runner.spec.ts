import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedEventStore } from '../../../shared/event-store/adapters/embedded/embedded-event-store.js';
import { eventId } from '../../../shared/event-store/event-id.js';
import { EventRegistry } from '../../../shared/event-store/event-registry.js';
import type { EventStore } from '../../../shared/event-store/event-store.port.js';
import { ManualClock } from '../../../shared/kernel/clock.js';
import type { JobResult } from '../../../shared/kernel/job-result.js';
import { refuse, type Refused } from '../../../shared/kernel/refusal.js';
import { DyingStore, events, Killed, metadata, TENANT } from '../../../../test/support/billing-fixture.js';
import { schedulingEvents } from '../domain/events.js';
import { JobRunner } from './job-runner.js';
import { ModuleJobs, type Jobs, type JobStart } from './jobs.js';
import { jobExecutionStream } from './scheduling-streams.js';

const DATE = '2026-02-01';
const stream = jobExecutionStream(TENANT, 'daily', DATE);
const address = { tenant: TENANT, name: 'daily', businessDate: DATE };
const never = new AbortController().signal;
const clock = ManualClock.at('2026-02-01T02:00:00Z');

/** Work that counts what it was asked for by key, as the gateway does. */
class CountedJobs implements Jobs {
  readonly keys: string[] = [];
  refusal: Refused | undefined;
  done = true;
  failing = '';

  start({ job, key }: JobStart): Promise<{ readonly workId: string } | Refused> {
    if (this.refusal !== undefined) return Promise.resolve(this.refusal);
    if (!this.keys.includes(key)) this.keys.push(key);
    return Promise.resolve({ workId: `w-${job}` });
  }
  resultOf(_tenant: string, job: string): Promise<JobResult | undefined> {
    if (!this.done) return Promise.resolve(undefined);
    const status = job === this.failing ? 'ERROR' : 'COMPLETED';
    return Promise.resolve({ status, total: 2, pending: 0, processed: 2, error: 0, message: 'done' });
  }
}

let folder: string;
let store: EmbeddedEventStore;
let jobs: CountedJobs;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retally-jobs-'));
  store = await EmbeddedEventStore.open({
    path: join(folder, 'log.db'),
    registry: new EventRegistry(schedulingEvents),
    writer: 'inline',
  });
  jobs = new CountedJobs();
  const base = { name: 'daily', businessDate: DATE, by: 'HAND' };
  await store.append(stream, 'no-stream', [
    {
      id: eventId('1'),
      type: 'JobExecutionCreated.v1',
      data: { ...base, jobs: ['AGGREGATION', 'SYNC_TRANSACTION'] },
      metadata: metadata(),
    },
    { id: eventId('2'), type: 'JobExecutionStarted.v1', data: base, metadata: metadata() },
  ]);
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

const advance = (log: EventStore) => new JobRunner(log, jobs, clock).advance(address, never);
const types = async () => (await events(store, stream)).slice(2).map((event) => event.type.replace('.v1', ''));
const WHOLE = ['JobStarted', 'JobFinished', 'JobStarted', 'JobFinished', 'JobExecutionFinished'];

describe('the job runner', () => {
  it('runs the jobs in order to their end', async () => {
    expect(await advance(store)).toBe(true);
    expect(await types()).toEqual(WHOLE);
    expect(jobs.keys).toEqual(['job-daily-2026-02-01-AGGREGATION', 'job-daily-2026-02-01-SYNC_TRANSACTION']);
  });

  it('waits for work under way, and goes on when it is done', async () => {
    jobs.done = false;
    expect(await advance(store)).toBe(false);
    expect(await types()).toEqual(['JobStarted']);
    jobs.done = true;
    expect(await advance(store)).toBe(true);
    expect(await types()).toEqual(WHOLE);
  });

  it('a refused command and a failed job are ERROR, and stop the later jobs', async () => {
    jobs.refusal = refuse('billing-sync/not-configured', 'No billing system');
    expect(await advance(store)).toBe(true);
    expect(await types()).toEqual(['JobStarted', 'JobFinished', 'JobExecutionFinished']);
    expect((await events(store, stream))[3]?.data).toMatchObject({
      status: 'ERROR',
      message: expect.stringContaining('not-configured') as string,
    });
  });

  it('a command that another process is giving just now is waited for', async () => {
    jobs.refusal = refuse('command/in-flight', 'still running');
    expect(await advance(store)).toBe(false);
    expect(await types()).toEqual(['JobStarted']);
  });

  const cases = (['BEFORE', 'AFTER'] as const).flatMap((when) => [1, 2, 3, 4, 5].map((n) => [n, when] as const));
  it.each(cases)(
    'dies at append %i, %s it is written: each command is given once, the same events',
    async (n, when) => {
      await expect(advance(new DyingStore(store, n, when))).rejects.toThrow(Killed);
      expect(await advance(store)).toBe(true);
      expect(await types()).toEqual(WHOLE);
      expect(jobs.keys).toHaveLength(2);
    },
  );
});

describe('the jobs of the modules', () => {
  it('settle billing cycles that had ended when the business date began, in the zone of this Retally', async () => {
    const started: unknown[] = [];
    const start = (request: unknown): Promise<{ workId: string }> => {
      started.push(request);
      return Promise.resolve({ workId: 'w' });
    };
    const resultOf = (): Promise<undefined> => Promise.resolve(undefined);
    const modules = new ModuleJobs({ start, resultOf }, { start, resultOf }, 'Europe/Berlin');
    const request = { tenant: TENANT, key: 'k', reason: 'r', businessDate: '2026-07-01' };
    await modules.start({ ...request, job: 'BILLTIME_USAGE_RATING' });
    await modules.start({ ...request, job: 'BILLING' });
    await modules.start({ ...request, job: 'AGGREGATION' });
    const asOf = Date.parse('2026-06-30T22:00:00Z');
    const rest = { tenant: TENANT, key: 'k', reason: 'r' };
    expect(started).toEqual([
      { ...rest, job: 'BILLTIME_USAGE_RATING', asOf },
      { ...rest, job: 'BILLING', asOf },
      { ...rest, job: 'AGGREGATION' },
    ]);
  });
});
