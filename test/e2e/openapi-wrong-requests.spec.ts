import request from 'supertest';
import { startTestApp, type TestApp } from '../support/app.js';
import { DocumentedApi, type Operation } from '../support/documented-api.js';

const WRONG_IDS = [
  'x',
  '0',
  '-1',
  '1e99',
  '99999999999999999999',
  'f0:999999999999999',
  'a:b:c',
  '%00',
  '__proto__',
  '%',
];
const WRONG_VALUES = [
  '',
  'x',
  '-1',
  '0',
  '1001',
  '99999999999999999999',
  '[]',
  '\u0000',
  '💩',
  '2026-02-30',
  'e30',
  '%',
];
const WRONG_BODIES = [
  '',
  '{',
  'null',
  '[]',
  '"x"',
  '[null]',
  '{"__proto__":{}}',
  '{"$where":1}',
  '{"reason":{"a":1}}',
  '{"selection":[],"reason":"x"}',
  '{"lines":[null]}',
  '{"definition":[],"sample":"x"}',
  '{"pricing":[],"effectiveFrom":"x","reason":"r"}',
  '['.repeat(5000) + ']'.repeat(5000),
  JSON.stringify({ reason: 'x'.repeat(3_000_000) }),
];
const WRONG_TYPES = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'multipart/form-data; boundary=x',
];

/** A few thousand requests, and more with every operation. */
const ALL_OPERATIONS_MS = 180_000;

let app: TestApp;
let api: DocumentedApi;
beforeAll(async () => {
  app = await startTestApp();
  api = await DocumentedApi.of(app);
});
afterAll(() => app.stop());

/** What is neither an answer nor a clear refusal: a defect, or an error that is no problem document. */
function unclear({ status, headers, text }: request.Response): string | undefined {
  const type = String(headers['content-type']);
  if (status < 400) return undefined;
  if (status < 500 && type.startsWith('application/problem+json')) return undefined;
  return `${status} ${type} ${text.slice(0, 200)}`;
}

describe('wrong requests to every operation of the document', () => {
  it(
    'answers wrong ids, filters, cursors and limits clearly, and takes no filter that it does not know',
    async () => {
      const wrong: string[] = [];
      const look = async (address: string): Promise<number> => {
        const answer = await app.get(address);
        const complaint = unclear(answer);
        if (complaint !== undefined) wrong.push(`GET ${address}: ${complaint}`);
        return answer.status;
      };
      for (const { path, operation } of reads()) {
        const address = api.address(path, operation);
        const glue = address.includes('?') ? '&' : '?';
        if (path.includes('{')) for (const id of WRONG_IDS) await look(path.replace(/\{\w+\}/g, id));
        const filters = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query');
        for (const { name } of filters) {
          // A position that is still to come is waited for, which is no error.
          const values = name === 'minPosition' ? ['x', '-1', '1.5'] : WRONG_VALUES;
          for (const value of values) await look(`${address}${glue}${name}=${encodeURIComponent(value)}`);
          await look(`${address}${glue}${name}=a&${name}=b`);
        }
        if (filters.length > 0 && (await look(`${address}${glue}nonsense=1`)) < 400)
          wrong.push(`GET ${path} takes nonsense`);
      }
      expect(wrong).toEqual([]);
    },
    ALL_OPERATIONS_MS,
  );

  it(
    'answers wrong bodies, content types and headers clearly',
    async () => {
      const wrong: string[] = [];
      for (const { method, path, operation } of api.operations()) {
        if (method === 'get') continue;
        const address = api.address(path, operation);
        const send = async (type: string, body: string, key?: string): Promise<void> => {
          const call = request(app.http)[method as 'post' | 'put'](address).set('authorization', `Bearer ${app.key}`);
          if (key !== undefined) void call.set('idempotency-key', key);
          const complaint = unclear(await call.set('content-type', type).send(body));
          if (complaint !== undefined) wrong.push(`${method} ${path} ${type} ${body.slice(0, 40)}: ${complaint}`);
        };
        for (const body of WRONG_BODIES) await send('application/json', body);
        for (const type of WRONG_TYPES) await send(type, 'a=b');
        await send('application/json', '{}', 'a b');
        await send('application/json', '{}', 'x'.repeat(201));
      }
      expect(wrong).toEqual([]);
    },
    ALL_OPERATIONS_MS,
  );

  function reads(): { path: string; operation: Operation }[] {
    return api.operations().filter(({ method, path }) => method === 'get' && path.startsWith('/v1/'));
  }

  it('says 400 of an upload that breaks off', async () => {
    const bodies = {
      'multipart/form-data': 'a=b',
      'multipart/form-data; boundary=x': '--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc',
    };
    for (const [type, body] of Object.entries(bodies)) {
      const answer = await app.post('/v1/usage-files').set('content-type', type).send(body);
      expect([type, answer.status, (answer.body as { code: string }).code]).toEqual([type, 400, 'request/malformed']);
    }
  });

  it('takes an instant with its zone only', async () => {
    for (const list of ['/v1/commands', '/v1/monetized-usage']) {
      expect((await app.get(list, { from: '2026-01-01T00:00:00' })).status).toBe(422);
      expect((await app.get(list, { from: '2026-01-01T00:00:00+01:00' })).status).toBe(200);
    }
  });
});
