import request from 'supertest';
import { ManualClock } from '../../src/shared/kernel/clock.js';
import { startTestApp, type TestApp } from '../support/app.js';

interface Body {
  readonly key: string;
  readonly keyId: string;
  readonly detail: string;
  readonly code: string;
  readonly items: readonly { readonly keyId: string; readonly name: string; readonly roles: readonly string[] }[];
  readonly errors: readonly { readonly path: string }[];
}
const bodyOf = (response: request.Response) => response.body as Body;

describe('access', () => {
  const clock = ManualClock.at('2026-03-01T00:00:00Z');
  let test: TestApp;
  beforeAll(async () => {
    test = await startTestApp({ clock });
  });
  // The last start is on the folder of the first, which would keep it.
  afterAll(() => test.stop({ keep: false }));

  const withKey = (key: string) => request(test.http).get('/v1/commands').set('x-api-key', key);
  const issue = async (body: object, idempotencyKey: string) =>
    test.post('/v1/api-keys', body).set('idempotency-key', idempotencyKey);

  it('refuses what is no key, a wrong secret, and says nothing of which', async () => {
    const none = await request(test.http).get('/v1/commands').expect(401);
    expect(none.headers['www-authenticate']).toBe('Bearer');
    const wrongSecret = `${test.key.slice(0, 17)}${'A'.repeat(43)}`;
    const answers = [
      await withKey('x'),
      await withKey(wrongSecret),
      await withKey(`rtl_000000000000_${'A'.repeat(43)}`),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(401);
      expect(bodyOf(answer).detail).toBe(bodyOf(answers[0]!).detail);
    }
  });

  it('issues a key that is shown once, never stored, and opens what its roles say', async () => {
    const body = { name: 'Reader', roles: ['viewer'] };
    const first = await issue(body, 'issue-1');
    expect(first.status).toBe(201);
    const { key } = bodyOf(first);
    expect(key).toMatch(/^rtl_[0-9a-f]{12}_[\w-]{43}$/);
    const again = await issue(body, 'issue-1');
    expect(again.status).toBe(201);
    expect(again.body).toEqual({ ...bodyOf(first), key: undefined });
    await issue({ name: 'Other', roles: ['viewer'] }, 'issue-1').then((other) => expect(other.status).toBe(422));

    await withKey(key).expect(200);
    await request(test.http).get('/v1/commands').set('authorization', `Bearer ${key}`).expect(200);
    const denied = await request(test.http).get('/v1/api-keys').set('x-api-key', key).expect(403);
    expect(bodyOf(denied).detail).toContain('admin');

    const secret = key.slice(17);
    for await (const event of test.store.readAll()) expect(JSON.stringify(event)).not.toContain(secret);
  });

  it('closes a revoked key before the revocation is answered', async () => {
    const body = bodyOf(await issue({ name: 'Doomed', roles: ['viewer'] }, 'issue-2'));
    await withKey(body.key).expect(200);
    await test.post(`/v1/api-keys/${body.keyId}/revoke`, { reason: 'A test' }).expect(200);
    await withKey(body.key).expect(401);
    const list = await test.get('/v1/api-keys').expect(200);
    const shown = bodyOf(list).items.find((key) => key.keyId === body.keyId);
    expect(shown).toMatchObject({
      status: 'REVOKED',
      revokedReason: 'A test',
      revokedBy: expect.stringMatching(/^key:/) as string,
    });
    expect(JSON.stringify(list.body)).not.toContain('hash');
  });

  it('closes a key when it expires', async () => {
    const body = bodyOf(
      await issue({ name: 'Short', roles: ['viewer'], expiresAt: '2026-03-02T00:00:00Z' }, 'issue-3'),
    );
    await withKey(body.key).expect(200);
    clock.moveTo('2026-03-02T00:00:00Z');
    await withKey(body.key).expect(401);
  });

  it('keeps the last admin, and tells all wrong fields of a request', async () => {
    const list = await test.get('/v1/api-keys');
    const first = bodyOf(list).items.find((key) => key.name === 'First key');
    expect(first?.roles).toEqual(['admin', 'operator', 'auditor', 'viewer']);
    const refused = await test.post(`/v1/api-keys/${first?.keyId ?? ''}/revoke`, { reason: 'Oops' }).expect(409);
    expect(bodyOf(refused).code).toBe('access/last-admin');
    const wrong = await test.post('/v1/api-keys', { roles: ['king'], revoked: true }).expect(422);
    expect(bodyOf(wrong).errors.map((error) => error.path)).toEqual(
      expect.arrayContaining(['name', 'roles', 'revoked']),
    );
  });

  it('makes no second first key on the next start', async () => {
    const { dir, key } = test;
    await test.stop({ keep: true });
    test = await startTestApp({ dir, clock });
    expect(test.key).toBe('');
    await withKey(key).expect(200);
  });
});

describe('access switched off', () => {
  it('serves this machine alone, whatever name a page gives it', async () => {
    const test = await startTestApp({ env: { RETALLY_AUTH: 'none' } });
    try {
      const get = () => request(test.http).get('/v1/commands');
      await get().expect(200);
      await get().set('host', 'evil.example').expect(403);
      await get().set('origin', 'https://evil.example').expect(403);
      await get().set('origin', 'http://localhost:8080').expect(200);
    } finally {
      await test.stop();
    }
  });
});
