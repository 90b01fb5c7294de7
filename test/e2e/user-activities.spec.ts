import { ManualClock } from '../../src/shared/kernel/clock.js';
import { startTestApp, type TestApp } from '../support/app.js';

interface Activity extends Readonly<Record<string, unknown>> {
  readonly activityId: string;
  readonly object: string;
  readonly id: string;
  readonly action: string;
}

let app: TestApp;
let other: TestApp['get'];
const clock = ManualClock.at('2026-03-01T10:00:00Z');
beforeAll(async () => {
  app = await startTestApp({ clock, env: { RETALLY_TENANTS: 'main,other', RETALLY_TIME_ZONE: 'Europe/Berlin' } });
  other = (path, query) => app.get(path, query).set('authorization', `Bearer ${app.keyOf('other')}`);
  const allowance = { id: 'GIFT', unit: 'seconds', reason: 'Launch' };
  await app.post('/v1/allowances', allowance).expect(201);
  await app.post('/v1/allowances', allowance).expect(409);
  // 1 March in UTC, 2 March in Berlin.
  clock.moveTo('2026-03-01T23:30:00Z');
  await app.put('/v1/allowances/GIFT', { unit: 'minutes', reason: 'Counted otherwise' }).expect(200);
  await app.delete('/v1/allowances/GIFT', { reason: 'Ended' }).expect(200);
  await app.post('/v1/source-platforms', { sourcePlatform: 'switch', name: 'Switch' }).expect(201);
  await app.post('/v1/source-platforms/switch/pause', { reason: 'Broken' }).expect(200);
  await app.post('/v1/api-keys', { name: 'reader', roles: ['viewer'] }).expect(201);
  await app.settle();
});
afterAll(() => app.stop());

async function list(query: object = {}): Promise<Activity[]> {
  return ((await app.get('/v1/user-activities', query).expect(200)).body as { items: Activity[] }).items;
}
const inShort = (items: readonly Activity[]) => items.map(({ object, id, action }) => `${object} ${id} ${action}`);
const details = async (query: object) => {
  const [first] = await list(query);
  return (await app.get(`/v1/user-activities/${first?.activityId ?? ''}`).expect(200)).body as Activity;
};

describe('the activities of users', () => {
  it('are what was changed, newest first, and nothing that was refused', async () => {
    expect(inShort(await list()).filter((text) => !text.startsWith('API_KEY'))).toEqual([
      'SOURCE_PLATFORM switch PAUSED',
      'SOURCE_PLATFORM switch DEFINED',
      'ALLOWANCE GIFT REMOVED',
      'ALLOWANCE GIFT DEFINED',
      'ALLOWANCE GIFT DEFINED',
    ]);
  });

  it('are found by object, id, action, actor and date, page by page', async () => {
    expect(inShort(await list({ object: 'ALLOWANCE', action: 'REMOVED' }))).toEqual(['ALLOWANCE GIFT REMOVED']);
    expect(await list({ id: 'gif' })).toHaveLength(3);
    expect(await list({ object: 'ALLOWANCE', endDate: '2026-03-02' })).toHaveLength(1);
    expect(await list({ object: 'ALLOWANCE', startDate: '2026-03-02', endDate: '2026-03-03' })).toHaveLength(2);
    const [first] = await list({ object: 'ALLOWANCE' });
    expect(await list({ object: 'ALLOWANCE', actor: String(first?.['actor']) })).toHaveLength(3);
    expect(await list({ actor: 'key:nobody' })).toEqual([]);
    const page = (await app.get('/v1/user-activities', { id: 'GIFT', limit: 2 })).body as { next: string };
    expect(inShort(await list({ id: 'GIFT', limit: 2, after: page.next }))).toEqual(['ALLOWANCE GIFT DEFINED']);
    await app.get('/v1/user-activities', { startDate: 'March' }).expect(422);
  });

  it('show what it was before and what it became, who, when and why', async () => {
    const [removal, change, start] = await list({ object: 'ALLOWANCE' });
    const read = async (activity: Activity | undefined) =>
      (await app.get(`/v1/user-activities/${activity?.activityId ?? ''}`).expect(200)).body as Record<string, unknown>;
    expect(await read(start)).toMatchObject({ before: null, after: { unit: 'seconds' }, reason: 'Launch' });
    expect(await read(change)).toMatchObject({
      before: { unit: 'seconds', effectiveFrom: '1970-01-01T00:00:00.000Z' },
      after: { unit: 'minutes', effectiveFrom: '2026-03-01T23:30:00.000Z' },
      reason: 'Counted otherwise',
      at: '2026-03-01T23:30:00.000Z',
      actor: expect.stringMatching(/^key:/) as string,
    });
    expect(await read(removal)).toMatchObject({ before: { unit: 'minutes' }, after: null, reason: 'Ended' });
    expect(await details({ object: 'SOURCE_PLATFORM', action: 'PAUSED' })).toMatchObject({
      before: { name: 'Switch', state: 'ACTIVE' },
      after: { state: 'PAUSED' },
      reason: 'Broken',
    });
    const key = await details({ object: 'API_KEY' });
    expect(key['after']).toEqual({ name: 'reader', roles: ['viewer'] });
  });

  it('are those of the own tenant', async () => {
    const [first] = await list({ object: 'ALLOWANCE' });
    expect((await other(`/v1/user-activities/${first?.activityId ?? ''}`)).status).toBe(404);
    const { items } = (await other('/v1/user-activities')).body as { items: Activity[] };
    expect(items.filter(({ object }) => object !== 'API_KEY')).toEqual([]);
    for (const id of ['0', 'x', '1e3']) await app.get(`/v1/user-activities/${id}`).expect(404);
  });
});
