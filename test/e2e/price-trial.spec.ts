import { startTestApp, type TestApp } from '../support/app.js';

interface Trial {
  readonly amount: string;
  readonly records: readonly {
    readonly cycleStart: string;
    readonly amount: string;
    readonly charges: readonly {
      readonly charge: string;
      readonly amount: string;
      readonly explanation: readonly string[];
    }[];
    readonly suspended?: { readonly code: string; readonly reason: string };
  }[];
  readonly cycles: readonly Readonly<Record<string, unknown>>[];
  readonly withoutUsage: readonly Readonly<Record<string, unknown>>[];
  readonly balances: readonly Readonly<Record<string, unknown>>[];
}
interface Problem {
  readonly code: string;
  readonly errors: readonly { readonly path: string; readonly message: string }[];
}

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  await app
    .post('/v1/time-units', {
      id: 'WEEK',
      effectiveFrom: '2026-01-01T00:00:00Z',
      reason: 'test',
      name: 'Week',
      zone: 'UTC',
      rows: [{ name: 'PEAK', days: ['WEEKDAY'], from: '08:00', to: '20:00' }],
      otherwise: 'OFFPEAK',
    })
    .expect(201);
});
afterAll(() => app.stop());

const call = (at: string, seconds: string, more: Record<string, unknown> = {}) => ({
  usageType: 'CALL',
  at,
  quantities: { seconds },
  ...more,
});
const perMinute = (price: string) => ({ by: 'QUANTITY', steps: [{ price, per: '60' }] });
const timed = {
  currency: 'EUR',
  timeUnit: 'WEEK',
  charges: [
    { name: 'peak', when: { usageType: 'CALL', time: 'PEAK' }, measure: 'seconds', tiers: perMinute('0.12') },
    { name: 'off-peak', when: { usageType: 'CALL' }, measure: 'seconds', tiers: perMinute('0.06') },
  ],
};
async function tried(body: object): Promise<Trial> {
  return (await app.post('/v1/price-offers/try', body).expect(200)).body as Trial;
}
async function refused(body: object): Promise<Problem> {
  return (await app.post('/v1/price-offers/try', body).expect(422)).body as Problem;
}

describe('trying a price', () => {
  it('prices the pieces of a call by the building blocks of the catalog, and explains each', async () => {
    const trial = await tried({ pricing: timed, records: [call('2026-03-02T07:59:30Z', '60')] });
    expect(trial.amount).toBe('0.09');
    expect(trial.records[0]?.charges.map(({ charge, amount }) => [charge, amount])).toStrictEqual([
      ['off-peak', '0.03'],
      ['peak', '0.06'],
    ]);
    expect(trial.records[0]?.charges[1]?.explanation).toContain(
      'Its time changes on the way, so it is priced by its pieces: 30 by "off-peak", then 30 by "peak".',
    );
  });

  it('goes on with balances from cycle to cycle, and says what a record would be suspended for', async () => {
    const pricing = {
      currency: 'EUR',
      grants: [{ allowance: 'FREE', quantity: '100', unit: 'seconds' }],
      charges: [
        {
          name: 'calls',
          when: { usageType: 'CALL' },
          measure: 'seconds',
          tiers: perMinute('0.60'),
          allowances: ['FREE'],
        },
      ],
    };
    const trial = await tried({
      pricing,
      billingDay: 15,
      timeZone: 'Europe/Berlin',
      allowances: { FREE: '30' },
      records: [
        call('2026-03-14T10:00:00Z', '60'),
        { usageType: 'SMS', at: '2026-03-14T10:00:00Z' },
        call('2026-03-14T10:00:00Z', 'long'),
        call('2026-03-15T10:00:00Z', '160'),
      ],
    });
    expect(trial.records.map(({ amount, suspended }) => suspended?.code ?? amount)).toStrictEqual([
      '0.3',
      'NO_MATCHING_RATE',
      'QUANTITY_NOT_DERIVABLE',
      '0.6',
    ]);
    const free = (validFrom: string, validTo: string, granted: string) => {
      const place = { scope: 'SUBSCRIPTION', validFrom, validTo, kind: 'ALLOWANCE', resource: 'FREE' };
      return { ...place, granted, carried: '0', used: granted, balance: '0' };
    };
    expect(trial.records.map(({ cycleStart }) => cycleStart)).toStrictEqual([
      '2026-02-14T23:00:00.000Z',
      '2026-02-14T23:00:00.000Z',
      '2026-02-14T23:00:00.000Z',
      '2026-03-14T23:00:00.000Z',
    ]);
    expect(trial.balances).toStrictEqual([
      free('2026-02-14T23:00:00.000Z', '2026-03-14T23:00:00.000Z', '30'),
      free('2026-03-14T23:00:00.000Z', '2026-04-14T22:00:00.000Z', '100'),
    ]);
  });

  it('shows what a cycle comes to by volume and under a minimum, what recurs, and that nothing carries it out yet', async () => {
    const trial = await tried({
      pricing: {
        currency: 'EUR',
        spend: { minimum: '100' },
        charges: [
          { name: 'fee', on: 'CYCLE_START', fixed: '9.99' },
          {
            name: 'storage',
            measure: 'GB',
            tiers: {
              by: 'VOLUME',
              accumulator: 'GB',
              scope: 'WHOLE',
              provisional: 'FIRST_TIER',
              steps: [{ upTo: '100', price: '1' }, { price: '0.5' }],
            },
            accumulators: ['GB'],
          },
        ],
      },
      records: [60, 120].map((GB) => ({
        usageType: 'STORE',
        at: '2026-03-02T00:00:00Z',
        quantities: { GB: String(GB) },
      })),
    });
    expect(trial.amount).toBe('180');
    expect(trial.cycles).toMatchObject([
      { amount: '100', volumes: [{ charge: 'storage', total: '180', amount: '90' }], trueUp: { amount: '10' } },
    ]);
    expect(trial.withoutUsage).toMatchObject([{ charge: 'fee', amount: '9.99' }]);
  });

  it('names everything that is wrong, with its path', async () => {
    const records = [call('2026-03-02T07:59:30Z', '60')];
    const wrong = await refused({ pricing: { currency: 'euro', charges: [] }, records });
    expect([wrong.code, wrong.errors.map(({ path }) => path)]).toStrictEqual([
      'catalog/pricing-invalid',
      ['pricing.currency', 'pricing.charges'],
    ]);
    const unknown = await refused({ pricing: { ...timed, timeUnit: 'NIGHTS' }, records });
    expect(unknown.errors.map(({ path }) => path)).toStrictEqual(['pricing.charges[0].when.time.NIGHTS']);
    const body = { pricing: timed, records: [{ ...records[0], quantities: { seconds: 60 } }], allowances: { F: '-1' } };
    expect((await refused(body)).errors.map(({ path }) => path)).toStrictEqual([
      'records[0].quantities.seconds',
      'allowances.F',
    ]);
    const none = await refused({ pricing: timed, records: [], timeZone: 'Mars', billingDay: 32 });
    expect(none.errors.map(({ path }) => path).sort()).toStrictEqual(['billingDay', 'records', 'timeZone']);
    expect((await refused({ pricing: timed, records: [{ usageType: 'CALL', at: 'today' }] })).errors).toMatchObject([
      { path: 'records[0].at' },
    ]);
  });

  it('of a rate unit whose expression is none is refused where the unit is defined', async () => {
    const unit = {
      id: 'GB',
      effectiveFrom: '2026-01-01T00:00:00Z',
      reason: 'test',
      name: 'GB',
      kind: 'EXPRESSION',
      unit: 'GB',
    };
    const answer = await app.post('/v1/rate-units', { ...unit, expression: 'bytes /' }).expect(422);
    expect((answer.body as Problem).errors).toMatchObject([
      { path: 'expression', message: /is not an expression in CEL/ },
    ]);
  });
});
