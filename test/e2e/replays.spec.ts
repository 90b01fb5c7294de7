import { startTestApp, type TestApp } from '../support/app.js';

interface Replay {
  readonly readModel: string;
  readonly state: string;
  readonly position: number;
  readonly behind: number;
  readonly rebuiltAt?: string;
  readonly request?: { readonly actor: string; readonly reason: string | null; readonly position: number };
}

describe('replays', () => {
  let test: TestApp;
  beforeAll(async () => {
    test = await startTestApp();
  });
  afterAll(() => test.stop());

  const shown = async (readModel: string) => (await test.get(`/v1/replays/${readModel}`).expect(200)).body as Replay;

  it('lists every read model with where it stands', async () => {
    await test.settle();
    const { items } = (await test.get('/v1/replays').expect(200)).body as { items: Replay[] };
    expect(items.map(({ readModel }) => readModel)).toEqual(expect.arrayContaining(['commands', 'replays']));
    expect(items.every(({ state, behind }) => state === 'RUNNING' && behind === 0)).toBe(true);
  });

  it('rebuilds one on request: who, why and when are known, and the rows are the same', async () => {
    const before = (await test.get('/v1/commands').expect(200)).body as object;
    const accepted = await test.post('/v1/replays', { readModel: 'commands', reason: 'A test' }).expect(202);
    const { position } = accepted.body as { position: number };
    await test.settle();
    const replay = await shown('commands');
    expect(replay).toMatchObject({ state: 'RUNNING', behind: 0, request: { reason: 'A test', position } });
    expect(replay.request?.actor).toMatch(/^key:/);
    expect(Date.parse(replay.rebuiltAt ?? '')).toBeGreaterThan(0);
    const { items } = (await test.get('/v1/commands').expect(200)).body as { items: object[] };
    expect(items).toEqual(expect.arrayContaining((before as { items: object[] }).items));
  });

  it('refuses what cannot be replayed', async () => {
    await test.post('/v1/replays', { readModel: 'nothing' }).expect(404);
    await test.get('/v1/replays/nothing').expect(404);
    await test.post('/v1/replays', { readModel: 'commands', mode: 'RESUME' }).expect(409);
    const wrong = await test.post('/v1/replays', { readModel: '../x', mode: 'NOW', reason: '' });
    expect(wrong.status).toBe(422);
    expect((wrong.body as { errors: { path: string }[] }).errors.map(({ path }) => path).sort()).toEqual([
      'mode',
      'readModel',
      'reason',
    ]);
  });
});
