import Big from 'big.js';
import { ScheduleTick } from '../../src/modules/scheduling/application/schedule-tick.js';
import { COMMAND_GATEWAY, type CommandGateway } from '../../src/shared/command-log/command-gateway.port.js';
import { ManualClock } from '../../src/shared/kernel/clock.js';
import { until } from '../../src/tools/local/api-client.js';
import { SampleWorld } from '../support/sample-world.js';

const ZONE = 'Europe/Berlin';
const ACCOUNT = 'J1';
const OFFER = 'JOURNEY.STD.MOBILE.EUR';
const NUMBER = '491701234567';

/** Calls by the minute, the first 20 minutes dearer than the rest, 10 minutes free; data by what the month came to. */
function price(first: string, rest: string): unknown {
  return {
    currency: 'EUR',
    select: 'FIRST',
    grants: [{ allowance: 'FREE_SECONDS', quantity: '600', unit: 'seconds', per: 'CYCLE' }],
    spend: { minimum: '45.00', per: 'CYCLE' },
    charges: [
      {
        name: 'calls',
        when: { usageType: 'CALL' },
        measure: 'seconds',
        increments: { first: '60', next: '60' },
        tiers: {
          by: 'BALANCE',
          accumulator: 'CALL_SECONDS',
          scope: 'GRADUATED',
          steps: [
            { upTo: '1200', price: first, per: '60' },
            { price: rest, per: '60' },
          ],
        },
        allowances: ['FREE_SECONDS'],
        accumulators: ['CALL_SECONDS'],
      },
      {
        name: 'data',
        when: { usageType: 'DATA_VOLUME' },
        measure: 'bytes',
        tiers: {
          by: 'VOLUME',
          accumulator: 'DATA_BYTES',
          scope: 'WHOLE',
          provisional: 'FIRST_TIER',
          steps: [
            { upTo: '1000000000', price: '0.01', per: '1000000' },
            { price: '0.004', per: '1000000' },
          ],
        },
        accumulators: ['DATA_BYTES'],
      },
      {
        name: 'monthly fee',
        on: 'CYCLE_START',
        measure: 'units',
        tiers: { by: 'QUANTITY', scope: 'GRADUATED', steps: [{ price: '9.00' }] },
      },
    ],
  };
}

interface Charge {
  readonly id: string;
  readonly at: string;
  readonly usageType: string;
  readonly amount: string;
  readonly version?: number;
}
interface NonUsage {
  readonly type: string;
  readonly amount: string;
  readonly cycleStart: string;
  readonly corrects: boolean;
}
interface Change {
  readonly usageType: string;
  readonly old: { readonly amount: string } | null;
  readonly new: { readonly amount: string };
}
interface Changed {
  readonly money: readonly { readonly before: string; readonly after: string }[];
}
interface Run {
  readonly runId: string;
  readonly status: string;
  readonly hash: string | null;
  readonly counts: { readonly changed: number; readonly stale: number } | null;
  readonly money: readonly { readonly currency: string; readonly before: string; readonly after: string }[];
}

/**
 * One customer, from the middle of April 2026 to June; the billing day is the 1st, in Berlin.
 *
 *     Apr 1       Apr 11       Apr 21             May 1            May 3          Jun 1
 *       |   - - -   | subscribed |  dearer calls    |  May            |  late usage   |
 *       '------------ April: 30 days, 20 of them ---'                 |  corrected    |
 */
describe('a month of one customer, by a moved clock', () => {
  const clock = ManualClock.at('2026-04-10T10:00:00Z');
  let world: SampleWorld;
  let tick: ScheduleTick;
  let sent = 0;

  beforeAll(async () => {
    world = await SampleWorld.start({ clock, env: { RETALLY_TIME_ZONE: ZONE } });
    await world.api.post('/v1/feeds/catalog', [
      said('USAGE_TYPE', { usageType: 'CALL', name: 'Call', unit: 'second', serviceType: 'VOICE' }),
      said('USAGE_TYPE', { usageType: 'DATA_VOLUME', name: 'Data', unit: 'byte', serviceType: 'DATA' }),
      said('SERVICE', {
        service: 'MOBILE',
        name: 'Mobile',
        serviceType: 'MOBILE',
        usageTypes: ['CALL', 'DATA_VOLUME'],
      }),
      said('PLAN', { plan: 'JOURNEY', name: 'Journey' }),
      said('RATE_SCHEDULE', { plan: 'JOURNEY', rateSchedule: 'STD', name: 'Standard', currency: 'EUR' }),
      said('PLAN_SERVICE', { plan: 'JOURNEY', service: 'MOBILE' }),
    ]);
    await put(price('0.12', '0.06'), '2026-01-01T00:00:00Z', 'The price of the plan');
    await world.api.post('/v1/feeds/accounts', [
      said('ACCOUNT', {
        account: ACCOUNT,
        name: 'Journey',
        status: 'ACTIVE',
        currency: 'EUR',
        billingDay: 1,
        timeZone: ZONE,
      }),
      said(
        'SUBSCRIPTION',
        { account: ACCOUNT, subscription: 'J1-1', plan: 'JOURNEY', rateSchedule: 'STD', status: 'ACTIVE' },
        '2026-04-10T22:00:00Z',
      ),
      said(
        'SERVICE_ID',
        { account: ACCOUNT, subscription: 'J1-1', serviceId: NUMBER, service: 'MOBILE' },
        '2026-04-10T22:00:00Z',
      ),
    ]);
    await world.api.post('/v1/job-schedules', {
      name: 'daily',
      frequency: 'DAILY',
      scheduledTime: '02:30:00',
      jobs: ['BILLTIME_USAGE_RATING', 'AGGREGATION', 'SYNC_TRANSACTION', 'BILLING'],
    });
    const gateway = world.app.app.get<CommandGateway>(COMMAND_GATEWAY, { strict: false });
    tick = new ScheduleTick(world.app.store, gateway, clock, ZONE, ['main']);
  }, 60_000);
  afterAll(() => world.stop());

  function said(object: string, payload: Record<string, unknown>, effectiveFrom = '2026-01-01T00:00:00Z'): unknown {
    return { messageId: `journey-${(sent += 1)}`, object, action: 'CREATE', effectiveFrom, payload };
  }

  function put(pricing: unknown, effectiveFrom: string, reason: string): Promise<unknown> {
    return world.api.put(`/v1/price-offers/${OFFER}/pricing`, { effectiveFrom, pricing, reason });
  }

  /** Wall clock of Berlin. */
  async function calls(...lines: readonly (readonly [at: string, seconds: number])[]): Promise<void> {
    const rows = lines.map(([at, seconds]) => `c${(sent += 1)};"${at}";${NUMBER};4930;${seconds};`);
    await take('voice', ['cdr;started;caller;callee;seconds;flag', ...rows]);
  }

  async function data(at: string, bytes: number): Promise<void> {
    const row = [NUMBER, Date.parse(at) / 1000, bytes, 'web', (sent += 1), ''].join('\t');
    await take('data', [['msisdn', 'closed', 'bytes', 'apn', 'record', 'flag'].join('\t'), row]);
  }

  async function take(service: 'voice' | 'data', lines: readonly string[]): Promise<void> {
    const { fileId } = await world.upload(service, `${lines.join('\n')}\n`, `${service}-${sent}.csv`);
    const wanted = { phases: { rating: { processed: lines.length - 1, suspended: 0 } } };
    expect(await world.ended(fileId)).toMatchObject(wanted);
  }

  /** The daily schedule of a business date, at half past two in the night. */
  async function night(businessDate: string): Promise<void> {
    clock.moveTo(`${businessDate}T00:30:00Z`);
    await tick.tick();
    await world.app.settle(60_000);
    const run = await until(
      `the night of ${businessDate}`,
      () => world.api.get<{ status: string }>(`/v1/job-schedules/daily/executions/${businessDate}`),
      ({ status }) => status !== 'PENDING',
      { everyMs: 20, timeoutMs: 30_000 },
    );
    expect(run).toMatchObject({ status: 'COMPLETED' });
    await world.app.settle(60_000);
  }

  const charges = (): Promise<Charge[]> => world.list<Charge>('/v1/monetized-usage', { account: ACCOUNT });
  const amounts = async (usageType: string): Promise<string[]> =>
    (await charges())
      .filter((charge) => charge.usageType === usageType)
      .sort((a, b) => a.at.localeCompare(b.at))
      .map(({ amount }) => amount);

  const nonUsage = (): Promise<NonUsage[]> => world.list<NonUsage>('/v1/monetized-non-usage', { account: ACCOUNT });
  const due = async (type: string, cycleStart: string): Promise<string> =>
    sum((await nonUsage()).filter((one) => one.type === type && one.cycleStart === cycleStart));

  const APRIL = '2026-03-31T22:00:00.000Z';
  const MAY = '2026-04-30T22:00:00.000Z';
  const JUNE = '2026-05-31T22:00:00.000Z';

  /** What the billing system has been told, to the cent; and that it is what was charged. */
  async function billed(): Promise<string | undefined> {
    const amount = world.sandbox.ledger.totals()['EUR']?.amount;
    expect(sum(await charges())).toBe(amount);
    return amount;
  }

  async function rerate(body: Record<string, unknown>): Promise<Run> {
    const { runId } = await world.api.post<{ runId: string }>('/v1/rerates', body);
    await world.app.settle(60_000);
    const run = await world.api.get<Run>(`/v1/rerates/${runId}`);
    expect(run).toMatchObject({ status: 'COMPLETED' });
    return run;
  }

  it('rates the first days: free minutes, what goes over them, data at a first price', async () => {
    clock.moveTo('2026-04-16T10:00:00Z');
    // 900 s = 15 min at 0.12 = 1.80; 600 s of them are free: -1.20. CALL_SECONDS 900.
    // 600 s: 300 s up to 1,200 at 0.12 = 0.60, 300 s beyond at 0.06 = 0.30. CALL_SECONDS 1,500.
    await calls(['2026-04-12 10:00:00', 900], ['2026-04-15 10:00:00', 600]);
    // 600 MB at 0.01, until the month is known.
    await data('2026-04-13T08:00:00Z', 600_000_000);
    expect(await amounts('CALL')).toEqual(['0.6', '0.9']);
    expect(await amounts('DATA_VOLUME')).toEqual(['6']);

    await night('2026-04-17');
    expect(await billed()).toBe('7.5');
    // The fee for the month that has begun: 20 days of 30, of 9.00.
    expect(await due('FORWARD_RECURRING', APRIL)).toBe('6');
  }, 60_000);

  it('charges calls at the dearer price from the day it is in force', async () => {
    clock.moveTo('2026-04-18T10:00:00Z');
    await put(price('0.18', '0.09'), '2026-04-20T22:00:00Z', 'Dearer from the 21st');
    clock.moveTo('2026-04-26T10:00:00Z');
    // 300 s from 1,500 to 1,800, beyond the 1,200: 5 min at 0.09 = 0.45.
    await calls(['2026-04-22 10:00:00', 300]);
    // 500 MB at 0.01, until the month is known.
    await data('2026-04-25T08:00:00Z', 500_000_000);
    expect(await amounts('CALL')).toEqual(['0.6', '0.9', '0.45']);
    expect(await amounts('DATA_VOLUME')).toEqual(['6', '5']);
  }, 60_000);

  it('closes the month: data at what it came to, and what is missing of the minimum', async () => {
    await night('2026-05-01');
    // 1,100 MB, all at 0.004 = 4.40: 600/1,100 and 500/1,100 of it.
    expect(await amounts('DATA_VOLUME')).toEqual(['2.4', '2']);
    const [pass] = await world.list<Run>('/v1/rating-runs', { kind: 'SECOND_PASS' });
    const changes = await world.list<Change>(`/v1/rating-runs/${pass?.runId ?? ''}/changes`);
    // Calls that cost the same are there too: what they found before them is another.
    const moving = changes.filter(({ old, new: now }) => old?.amount !== now.amount);
    expect(moving.map((one) => [one.usageType, one.old?.amount, one.new.amount])).toEqual([
      ['DATA_VOLUME', '6', '2.4'],
      ['DATA_VOLUME', '5', '2'],
    ]);
    const [account, ...others] = await world.list<Changed>(`/v1/rating-runs/${pass?.runId ?? ''}/accounts`);
    expect(others).toEqual([]);
    expect(account).toMatchObject({ account: ACCOUNT, changes: changes.length });
    expect(moved(account!)).toBe('-6.6');
    // Billed before: 7.50. Now 0.45 for the call, and 4.40 less the 6.00 that were billed = -1.60.
    expect(await billed()).toBe('6.35');
    // At least 45.00 a month, for 20 of 30 days 30.00; 1.95 of calls and 4.40 of data were spent.
    expect(await due('TRUE-UP', APRIL)).toBe('23.65');
    expect(await due('FORWARD_RECURRING', APRIL)).toBe('6');
    expect(await due('FORWARD_RECURRING', MAY)).toBe('9');
  }, 60_000);

  it('takes what comes late as of its own day, and books it in the month that is open', async () => {
    clock.moveTo('2026-05-02T10:00:00Z');
    // 120 s from 1,800 to 1,920 of April at 0.09 a minute = 0.18.
    // 660 s of May: 11 min at 0.18 = 1.98, less its 600 free seconds = 1.80: 0.18.
    await calls(['2026-04-28 10:00:00', 120], ['2026-05-01 10:00:00', 660]);
    // 400 MB of April at 0.01, until April is passed again.
    await data('2026-04-29T08:00:00Z', 400_000_000);
    const late = (await charges()).filter(({ at }) => at > '2026-04-28' && at < '2026-04-30');
    for (const { id } of late) {
      expect(await world.api.get(`/v1/monetized-usage/${id}`)).toMatchObject({ late: true, bookedCycle: MAY });
    }
    expect(late).toHaveLength(2);

    await night('2026-05-03');
    // 1,500 MB, all at 0.004 = 6.00: 600, 500 and 400 parts of 1,500.
    expect(await amounts('DATA_VOLUME')).toEqual(['2.4', '2', '1.6']);
    expect(await amounts('CALL')).toEqual(['0.6', '0.9', '0.45', '0.18', '0.18']);
    // 6.35 + 0.18 + 0.18 + 1.60
    expect(await billed()).toBe('8.31');
    // Of April 0.18 + 1.60 more was spent: 30.00 - 8.13 = 21.87.
    expect(await due('TRUE-UP', APRIL)).toBe('21.87');
    expect((await nonUsage()).filter(({ type, corrects }) => type === 'TRUE-UP' && corrects)).toHaveLength(1);
  }, 60_000);

  it('corrects a price that was wrong from the start: looked at first, then done, once', async () => {
    clock.moveTo('2026-05-04T10:00:00Z');
    await put(price('0.10', '0.06'), '2026-01-01T00:00:00Z', 'It was agreed at 0.10');
    const wanted = { selection: { accountIds: [ACCOUNT], priceOfferId: OFFER }, reason: 'It was agreed at 0.10' };
    const preview = await rerate({ ...wanted, mode: 'PREVIEW' });
    // 15 min at 0.10 = 1.50, 600 s free: -1.00: 0.50. Then 5 min at 0.10 = 0.50 and 0.30 as before: 0.80.
    expect(moved(preview)).toBe('-0.2');
    expect(await amounts('CALL')).toEqual(['0.6', '0.9', '0.45', '0.18', '0.18']);

    const done = await rerate({ ...wanted, mode: 'COMMIT', previewId: preview.runId, previewHash: preview.hash });
    expect(done).toMatchObject({ money: preview.money, counts: { stale: 0 } });
    expect(await amounts('CALL')).toEqual(['0.5', '0.8', '0.45', '0.18', '0.18']);
    expect(await amounts('DATA_VOLUME')).toEqual(['2.4', '2', '1.6']);
    // What the first call cost, as the billing system was told in April.
    const first = (await charges()).find(({ amount }) => amount === '0.5')?.id ?? '';
    const then = await world.api.get(`/v1/monetized-usage/${first}`, { asOf: '2026-04-30T00:00:00Z' });
    expect(then).toMatchObject({ amount: '0.6' });
    const again = await rerate({ ...wanted, mode: 'PREVIEW' });
    expect(again).toMatchObject({ counts: { changed: 0 }, money: [] });
  }, 60_000);

  it('closes May with the correction in it', async () => {
    await night('2026-06-01');
    // 8.31 - 0.20
    expect(await billed()).toBe('8.11');
    // April: 30.00 - (0.50 + 0.80 + 0.45 + 0.18 + 6.00)
    expect(await due('TRUE-UP', APRIL)).toBe('22.07');
    // May: 45.00 - 0.18; the fee of June.
    expect(await due('TRUE-UP', MAY)).toBe('44.82');
    expect(await due('FORWARD_RECURRING', MAY)).toBe('9');
    expect(await due('FORWARD_RECURRING', JUNE)).toBe('9');
    // April and May in full: 6 + 22.07 + 9 + 44.82, and June's fee.
    expect(sum(await nonUsage())).toBe('90.89');
  }, 60_000);

  it('has nothing more to do the night after', async () => {
    const before = { charges: await charges(), nonUsage: await nonUsage() };
    await night('2026-06-02');
    expect({ charges: await charges(), nonUsage: await nonUsage() }).toEqual(before);
    expect(await billed()).toBe('8.11');
  }, 60_000);

  function moved({ money }: Changed): string {
    return money.reduce((total, { before, after }) => total.plus(after).minus(before), Big(0)).toFixed();
  }

  function sum(items: readonly { readonly amount: string }[]): string {
    return items.reduce((total, { amount }) => total.plus(amount), Big(0)).toFixed();
  }
});
