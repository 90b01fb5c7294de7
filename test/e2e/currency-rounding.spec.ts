import { ManualClock } from '../../src/shared/kernel/clock.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { rate } from '../support/billing-fixture.js';

let app: TestApp;
const clock = ManualClock.at('2026-02-01T08:00:00Z');
beforeAll(async () => {
  // Without `rate`: the rated events are appended by the test itself.
  app = await startTestApp({ clock, roles: ['api', 'project', 'sync'] });
});
afterAll(() => app.stop());

/** Sums up what is new, and answers the amounts of the run's lines. */
async function amountsOf(reason: string): Promise<string[]> {
  await app.settle();
  const { runId } = (await app.post('/v1/aggregations', { reason }).expect(202)).body as { runId: string };
  await app.settle();
  const run = await app.get(`/v1/aggregations/${runId}`).expect(200);
  expect(run.body).toMatchObject({ status: 'COMPLETED' });
  const { items } = (await app.get('/v1/aggregated-usage').expect(200)).body as {
    items: { batchId: string; amount: string }[];
  };
  return items.filter(({ batchId }) => batchId.includes(runId)).map(({ amount }) => amount);
}

describe('the rounding of the lines that are sealed for billing', () => {
  it('is that of ISO 4217 and half up, until the currency says otherwise, from when on it does', async () => {
    await rate(app.store, 0, [{ account: 'a', amount: '1.005' }]);
    expect(await amountsOf('as usual')).toEqual(['1.01']);

    const floor = { minorUnit: 1, rounding: 'FLOOR', reason: 'The billing system takes tenths' };
    await app.post('/v1/currencies', { id: 'EUR', ...floor }).expect(201);
    // -0.005 is carried in: 1.155 of 1.16.
    await rate(app.store, 0, [{ account: 'a', amount: '1.16' }]);
    expect(await amountsOf('tenths')).toEqual(['1.1']);

    const later = {
      minorUnit: 0,
      rounding: 'UP',
      effectiveFrom: '2026-03-01T00:00:00Z',
      reason: 'Whole from March on',
    };
    await app.put('/v1/currencies/EUR', later).expect(200);
    // 0.055 is carried in.
    await rate(app.store, 0, [{ account: 'a', amount: '2' }]);
    expect(await amountsOf('still February')).toEqual(['2']);
    clock.moveTo('2026-03-01T00:00:00Z');
    // 0.055 again: 2.055 -> 3.
    await rate(app.store, 0, [{ account: 'a', amount: '2' }]);
    expect(await amountsOf('March')).toEqual(['3']);
  });
});
