import Big from 'big.js';
import { ScheduleTick } from '../../src/modules/scheduling/application/schedule-tick.js';
import { COMMAND_GATEWAY, type CommandGateway } from '../../src/shared/command-log/command-gateway.port.js';
import { ManualClock } from '../../src/shared/kernel/clock.js';
import { sampleAccountId, sampleServiceId } from '../../src/tools/demo/data/sample-accounts.js';
import { until } from '../../src/tools/local/api-client.js';
import { SampleWorld } from '../support/sample-world.js';

const ZONE = 'Europe/Berlin';
/** Its billing day is the 1st. */
const NUMBER = 31;
const ACCOUNT = sampleAccountId(NUMBER);
const HEADER = 'cdr;started;caller;callee;seconds;flag';

interface Execution {
  readonly businessDate: string;
  readonly status: string;
  readonly by: string;
  readonly jobs: readonly { readonly job: string; readonly status: string; readonly total: number }[];
}

/**
 *     Mar 28      Mar 29        ...  Apr 1          Oct 24      Oct 25         ...   Nov 1
 *     02:30       02:30 is not       new cycle      02:30       02:30 is twice       new cycle
 *       |           |                  |  (down)      |           |    |               |
 */
describe('a daily schedule through two changes of the clock and two month ends', () => {
  const clock = ManualClock.at('2026-03-27T12:00:00Z');
  let world: SampleWorld;
  let ticks: readonly ScheduleTick[];
  let calls = 0;

  beforeAll(async () => {
    world = await SampleWorld.start({ accounts: 40, clock, env: { RETALLY_TIME_ZONE: ZONE } });
    await world.api.post('/v1/job-schedules', {
      name: 'daily',
      frequency: 'DAILY',
      scheduledTime: '02:30:00',
      jobs: ['AGGREGATION', 'SYNC_TRANSACTION', 'INVOICE_LINES'],
    });
    const gateway = world.app.app.get<CommandGateway>(COMMAND_GATEWAY, { strict: false });
    // Two processes that hold the role, beside the application's own tick.
    const tick = () => new ScheduleTick(world.app.store, gateway, clock, ZONE, ['main']);
    ticks = [tick(), tick()];
  }, 60_000);
  afterAll(() => world.stop());

  /** Two calls of 25 minutes: 3,000 seconds, charged 4.50 where nothing is free. */
  async function callsAt(...started: readonly string[]): Promise<void> {
    const lines = started.map((at) => `j${(calls += 1)};"${at}";${sampleServiceId(NUMBER)};4930;1500;`);
    const { fileId } = await world.upload('voice', `${[HEADER, ...lines].join('\n')}\n`, `calls-${calls}.csv`);
    expect(await world.ended(fileId)).toMatchObject({ phases: { rating: { processed: lines.length, suspended: 0 } } });
  }

  async function tickAt(instant: string): Promise<void> {
    clock.moveTo(instant);
    await Promise.all(ticks.map((tick) => tick.tick()));
    await world.app.settle(60_000);
  }

  const executions = (): Promise<Execution[]> => world.list<Execution>('/v1/job-schedules/daily/executions');
  const dates = async (): Promise<string[]> => (await executions()).map(({ businessDate }) => businessDate).sort();

  async function ran(businessDate: string): Promise<Execution> {
    return until(
      `the run of ${businessDate}`,
      () => world.api.get<Execution>(`/v1/job-schedules/daily/executions/${businessDate}`),
      ({ status }) => status !== 'PENDING',
      { everyMs: 20, timeoutMs: 20_000 },
    );
  }

  const billed = (): string | undefined => world.sandbox.ledger.totals()['EUR']?.amount;

  it('is not due before its time, and then once, however often it is looked at', async () => {
    await callsAt('2026-03-27 10:00:00', '2026-03-27 11:00:00', '2026-03-27 12:00:00', '2026-03-27 12:30:00');
    await tickAt('2026-03-28T01:29:59Z');
    expect(await dates()).toEqual([]);
    for (const at of ['2026-03-28T01:30:00Z', '2026-03-28T01:30:00Z', '2026-03-28T11:00:00Z']) await tickAt(at);
    expect(await ran('2026-03-28')).toMatchObject({ status: 'COMPLETED', by: 'TICK' });
    expect(await dates()).toEqual(['2026-03-28']);
    // The first 6,000 seconds of the cycle are free, but the billing system hears of them.
    expect(world.sandbox.ledger.records).toHaveLength(1);
    expect(billed()).toBe('0');
  }, 60_000);

  it('runs on the day that has no 02:30, an hour later on the wall clock', async () => {
    await callsAt('2026-03-28 10:00:00', '2026-03-28 23:59:59');
    await tickAt('2026-03-29T00:59:59Z');
    await tickAt('2026-03-29T01:29:59Z');
    expect(await dates()).toEqual(['2026-03-28']);
    await tickAt('2026-03-29T01:30:00Z');
    expect(await ran('2026-03-29')).toMatchObject({ status: 'COMPLETED' });
    await tickAt('2026-03-29T22:30:00Z');
    expect(await dates()).toEqual(['2026-03-28', '2026-03-29']);
    expect(billed()).toBe('4.5');
  }, 60_000);

  it('goes over the month end: the new cycle begins at midnight of the wall clock, with its free minutes', async () => {
    await tickAt('2026-03-30T00:30:00Z');
    await tickAt('2026-03-31T00:30:00Z');
    await callsAt('2026-03-31 23:59:59', '2026-04-01 00:00:00');
    await tickAt('2026-04-01T00:30:00Z');
    expect(await ran('2026-04-01')).toMatchObject({ status: 'COMPLETED' });
    const charges = await world.list<{ at: string; amount: string }>('/v1/monetized-usage', {
      account: ACCOUNT,
      from: '2026-03-31T00:00:00Z',
    });
    expect(charges.map(({ at, amount }) => [at, amount]).sort()).toEqual([
      ['2026-03-31T21:59:59.000Z', '2.25'],
      ['2026-03-31T22:00:00.000Z', '0'],
    ]);
    expect(await dates()).toEqual(['2026-03-28', '2026-03-29', '2026-03-30', '2026-03-31', '2026-04-01']);
    expect(billed()).toBe('6.75');
  }, 60_000);

  it('was away for half a year: of the dates missed the latest is run', async () => {
    await tickAt('2026-10-24T10:00:00Z');
    expect(await ran('2026-10-24')).toMatchObject({ status: 'COMPLETED' });
    expect((await dates()).filter((date) => date > '2026-04-01')).toEqual(['2026-10-24']);
  }, 60_000);

  it('runs once on the day that has 02:30 twice', async () => {
    await callsAt('2026-10-24 10:00:00', '2026-10-24 11:00:00', '2026-10-24 12:00:00', '2026-10-24 13:00:00');
    await callsAt('2026-10-24 14:00:00');
    const before = (await executions()).length;
    for (const at of ['00:29:59', '00:30:00', '00:59:59', '01:00:00', '01:29:59', '01:30:00', '02:00:00', '22:59:59'])
      await tickAt(`2026-10-25T${at}Z`);
    expect(await ran('2026-10-25')).toMatchObject({ status: 'COMPLETED', jobs: [{ total: 1 }, {}, {}] });
    expect((await executions()).length - before).toBe(1);
    expect(billed()).toBe('9');
  }, 60_000);

  it('every date to the end of October and into November, and the invoices are learnt', async () => {
    for (let day = 26; day <= 31; day += 1) await tickAt(`2026-10-${day}T01:30:00Z`);
    await callsAt('2026-10-31 23:59:59', '2026-11-01 00:00:00', '2026-10-31 23:00:00');
    await tickAt('2026-11-01T01:30:00Z');
    expect(await ran('2026-11-01')).toMatchObject({ status: 'COMPLETED' });
    await world.billing.post('/sandbox/invoice-run', {});
    await tickAt('2026-11-02T01:30:00Z');
    expect(await ran('2026-11-02')).toMatchObject({ status: 'COMPLETED' });
    await world.app.settle();

    const all = await executions();
    expect(new Set(all.map(({ businessDate }) => businessDate)).size).toBe(all.length);
    expect(all.filter(({ status }) => status !== 'COMPLETED')).toEqual([]);
    const autumn = (await dates()).filter((date) => date >= '2026-10-24');
    expect(autumn).toEqual([
      ...[24, 25, 26, 27, 28, 29, 30, 31].map((day) => `2026-10-${day}`),
      '2026-11-01',
      '2026-11-02',
    ]);
    expect(billed()).toBe('13.5');
    const charges = await world.list<{ amount: string }>('/v1/monetized-usage', { account: ACCOUNT });
    expect(charges.reduce((sum, { amount }) => sum.plus(amount), Big(0)).toFixed()).toBe('13.5');
    expect(charges).toHaveLength(calls);
    const invoiced = await world.list<{ amount: string }>('/v1/invoice-lines');
    expect(invoiced.reduce((sum, { amount }) => sum.plus(amount), Big(0)).toFixed()).toBe('13.5');
    const ledger = await world.billing.get<{ duplicates: unknown[] }>('/sandbox/ledger');
    expect(ledger.duplicates).toEqual([]);
  }, 60_000);
});
