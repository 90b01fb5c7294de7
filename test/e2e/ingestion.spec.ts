import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import request from 'supertest';
import { startTestApp, type TestApp } from '../support/app.js';

const DEFINITION = {
  sourcePlatform: 'switch1',
  serviceType: 'VOICE',
  usageRecordType: 'POSTPAID',
  format: { type: 'DELIMITED', delimiter: ';', quote: '"', header: true },
  fields: {
    serviceId: { column: 'caller' },
    usageType: { constant: 'VOICE_OUT' },
    at: { column: 'started', format: 'yyyy-MM-dd HH:mm:ss', timeZone: 'Europe/Berlin' },
    quantities: { seconds: { column: 'seconds' } },
  },
  ignore: [{ column: 'caller', in: ['test'] }],
  identity: { column: 'id' },
};
const HEADER = 'id;caller;seconds;started\n';
const COORDINATES = { sourcePlatform: 'switch1', serviceType: 'VOICE', usageRecordType: 'POSTPAID' };

/** What the answers of this API may hold, as far as these tests look. */
interface Body {
  readonly fileId: string;
  readonly code: string;
  readonly next?: string;
  readonly position: number;
  readonly status: string;
  readonly version: number;
  readonly items: readonly {
    readonly fileId: string;
    readonly code: string;
    readonly outcome: string;
    readonly line: number;
  }[];
  readonly errors: readonly { readonly path: string }[];
  readonly fileError: { readonly code: string };
}

/** The body of an answer of the status expected. */
async function expecting(status: number, test: request.Test): Promise<Body> {
  return (await test.expect(status)).body as Body;
}

describe('Ingestion over HTTP', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
    await app.post('/v1/source-platforms', { sourcePlatform: 'switch1', name: 'Switch' }).expect(201);
    const mapping = { mapping: 'voice', reason: 'test', definition: DEFINITION };
    await app.post('/v1/mappings', mapping).expect(201);
  });
  afterAll(() => app.stop());

  function upload(content: string | Buffer, name = 'calls.csv', fields: Record<string, string> = COORDINATES) {
    const test = request(app.http).post('/v1/usage-files').set('authorization', `Bearer ${app.key}`);
    for (const [field, value] of Object.entries(fields)) void test.field(field, value);
    return test.attach('file', Buffer.from(content), name);
  }
  const streamFolder = () => join(app.config.homeDir, 'main', 'mediation', 'switch1', 'VOICE', 'POSTPAID');

  it('makes the folders of a stream with its first mapping', () => {
    expect(readdirSync(streamFolder()).sort()).toEqual(['input', 'processed', 'processing', 'rejected']);
  });

  it('takes a file, shows its phases, its errors and its lines', async () => {
    const text = `${HEADER}1;49100;60;2026-01-31 10:00:00\n2;test;1;2026-01-31 10:00:00\n3;49\u00fc;long;2026-01-31 10:00:00\n1;49100;60;2026-01-31 10:00:00\n4;49100;5;2026-01-31 11:00:00\n`;
    const received = await expecting(202, upload(text, '../evil/a b.csv'));
    expect(received).toMatchObject({ fileId: expect.stringMatching(/^f[0-9a-f]{20}$/), position: expect.any(Number) });
    await app.settle();
    const file = await expecting(200, app.get(`/v1/usage-files/${received.fileId}`));
    expect(file).toMatchObject({
      fileName: 'a b.csv',
      status: 'COMPLETED',
      phases: {
        parseAndLoad: { total: 5, processed: 3, error: 1, duplicate: 1 },
        mediation: { total: 3, processed: 2, ignored: 1, error: 0 },
        rating: { total: 2, processed: 0, suspended: 2, discarded: 0, pending: 0 },
      },
      quantities: { seconds: '65' },
      balance: { linesRead: 5, accountedFor: 5, pending: 0, balanced: true },
    });
    const errors = await expecting(200, app.get(`/v1/usage-files/${received.fileId}/errors`, { limit: 2 }));
    expect(errors.items.map((item) => item.code)).toEqual(['FILTERED', 'BAD_NUMBER']);
    const second = { limit: 2, after: errors.next };
    const rest = await expecting(200, app.get(`/v1/usage-files/${received.fileId}/errors`, second));
    expect(rest.items).toMatchObject([{ code: 'DUPLICATE_RECORD', detail: `${received.fileId}:2` }]);
    const raw = await expecting(200, app.get('/v1/raw-usage', { ...COORDINATES, fileId: received.fileId }));
    expect(raw.items.map((item) => item.outcome)).toEqual(['SUSPENDED', 'IGNORED', 'ERROR', 'DUPLICATE', 'SUSPENDED']);
    const record = await expecting(200, app.get(`/v1/raw-usage/${received.fileId}:4`));
    expect(record).toMatchObject({
      text: '3;49\u00fc;long;2026-01-31 10:00:00',
      outcome: 'ERROR',
      status: 'Failed',
      fault: { column: 'seconds' },
    });
    await app.get(`/v1/raw-usage/${received.fileId}:1`).expect(404);
    await app.get('/v1/raw-usage/nonsense').expect(404);
  });

  it('pages through raw usage, forward in a file and newest first without one', async () => {
    const lines = Array.from(
      { length: 1203 },
      (_, index) => `p${index};4920${index % 7};${index};2026-02-01 10:00:00\n`,
    );
    const received = await expecting(202, upload(HEADER + lines.join(''), 'pages.csv'));
    await app.settle();
    for (const [filter, expected] of [
      [{ fileId: received.fileId }, lines.map((_, index) => index + 2)],
      [{ from: '2026-02-01T00:00:00Z' }, lines.map((_, index) => 1204 - index)],
      [
        { fileId: received.fileId, serviceId: '49203', fromLine: 500, toLine: 600 },
        lines.map((_, index) => index + 2).filter((line) => (line - 2) % 7 === 3 && line >= 500 && line <= 600),
      ],
    ] as const) {
      const seen: number[] = [];
      for (let after: string | undefined; ;) {
        const query = { ...COORDINATES, ...filter, limit: 170, ...(after === undefined ? {} : { after }) };
        const body = await expecting(200, app.get('/v1/raw-usage', query));
        seen.push(...body.items.map((item) => item.line));
        after = body.next;
        if (after === undefined) break;
      }
      expect(seen).toEqual(expected);
    }
    await app.get('/v1/raw-usage', { ...COORDINATES, after: 'x' }).expect(422);
    const body = await expecting(422, app.get('/v1/raw-usage', {}));
    expect(body.errors.map((error) => error.path)).toEqual(['sourcePlatform', 'serviceType', 'usageRecordType']);
  });

  it('answers the same bytes with the first file, and takes what was rejected again', async () => {
    const text = `${HEADER}s1;49100;60;2026-01-31 10:00:00\n`;
    const first = await expecting(202, upload(text));
    const second = await expecting(200, upload(text, 'other.csv'));
    expect(second).toMatchObject({ fileId: first.fileId, duplicateOf: first.fileId });
    const bad = await expecting(202, upload('a,b\n1,2\n', 'bad.csv'));
    await app.settle();
    const body = await expecting(200, app.get(`/v1/usage-files/${bad.fileId}`));
    expect(body).toMatchObject({
      status: 'REJECTED',
      rejection: { code: 'WRONG_DELIMITER', line: 1 },
      balance: { linesRead: 0, balanced: true },
    });
    const again = await expecting(202, upload('a,b\n1,2\n', 'bad.csv'));
    expect(again.fileId).toBe(`${bad.fileId}-2`);
    const list = await expecting(200, app.get('/v1/usage-files', { fileName: 'BAD', status: 'REJECTED' }));
    expect(list.items[0]?.fileId).toBe(bad.fileId);
  });

  it('refuses what is no upload or no whole file, and says all that is wrong', async () => {
    const body = await expecting(422, upload('x', 'x', { sourcePlatform: '../x', colour: 'red' }));
    expect(body.errors.map((error) => error.path).sort()).toEqual([
      'colour',
      'serviceType',
      'sourcePlatform',
      'usageRecordType',
    ]);
    expect((await expecting(422, upload('', 'empty.csv'))).code).toBe('evidence/empty');
    const gzip = gzipSync(HEADER.repeat(5000));
    expect((await expecting(422, upload(gzip.subarray(0, gzip.length - 9)))).code).toBe('evidence/truncated');
    expect((await expecting(422, upload('x', 'x', { ...COORDINATES, serviceType: 'FAX' }))).code).toBe(
      'ingestion/mapping-not-found',
    );
    expect((await expecting(422, upload('x', 'x', { ...COORDINATES, sourcePlatform: 'nobody' }))).code).toBe(
      'ingestion/platform-not-found',
    );
    await app.post('/v1/usage-files', { file: 'x' }).expect(415);
    await app.get('/v1/usage-files/f00').expect(404);
    await app.get('/v1/usage-files/f00/events').expect(404);
  });

  it('names everything wrong with a mapping, and tries one without storing anything', async () => {
    const wrong = {
      ...DEFINITION,
      usageRecordType: 'SOMEDAY',
      format: { type: 'DELIMITED', delimiter: ';;', header: 'yes' },
      fields: { ...DEFINITION.fields, at: { column: 't', format: 'dd.MM.yy' }, colour: 1 },
      identity: { fields: ['serviceId', 'q.bytes'] },
    };
    const body = await expecting(422, app.post('/v1/mappings', { mapping: 'w', reason: 'r', definition: wrong }));
    expect(body.errors.map((error) => error.path).sort()).toEqual([
      'definition.fields.at.format',
      'definition.fields.at.timeZone',
      'definition.fields.colour',
      'definition.format.delimiter',
      'definition.format.header',
      'definition.identity.fields[1]',
      'definition.usageRecordType',
    ]);
    const sample = `${HEADER}1;49100;60;2026-01-31 10:00:00\n1;49100;61;2026-01-31 10:00:00\n`;
    const trial = await expecting(200, app.post('/v1/mappings/try', { definition: DEFINITION, sample }));
    expect(trial).toMatchObject({
      records: [
        {
          line: 2,
          serviceId: '49100',
          at: '2026-01-31T09:00:00.000Z',
          quantities: { seconds: '60' },
          attributes: { recordId: '1' },
        },
      ],
      exceptions: [{ line: 3, code: 'IDENTITY_CONFLICT' }],
      counts: { total: 2, mediated: 1, error: 1 },
    });
    const bad = await expecting(200, app.post('/v1/mappings/try', { definition: DEFINITION, sample: 'a,b\n' }));
    expect(bad.fileError.code).toBe('WRONG_DELIMITER');
    const same = await expecting(
      201,
      app.post('/v1/mappings', { mapping: 'voice', reason: 'r', definition: DEFINITION }),
    );
    expect(same.version).toBe(1);
    const moved = { ...DEFINITION, serviceType: 'SMS' };
    await app.post('/v1/mappings', { mapping: 'voice', reason: 'r', definition: moved }).expect(409);
    const list = await expecting(200, app.get('/v1/mappings'));
    expect(list.items).toMatchObject([{ mapping: 'voice', newest: { version: 1 } }]);
    await app.get('/v1/mappings/w').expect(404);
  });

  it('pauses and resumes a platform', async () => {
    await app.post('/v1/source-platforms/nobody/pause', { reason: 'test' }).expect(404);
    await app.post('/v1/source-platforms', { sourcePlatform: 'switch1', name: 'Again' }).expect(409);
    await app.post('/v1/source-platforms/switch1/pause', { reason: 'test' }).expect(200);
    const body = await expecting(202, upload(`${HEADER}w1;49100;60;2026-01-31 10:00:00\n`, 'waits.csv'));
    await app.settle();
    expect((await expecting(200, app.get(`/v1/usage-files/${body.fileId}`))).status).toBe('RECEIVED');
    await app.post('/v1/source-platforms/switch1/resume', { reason: 'test' }).expect(200);
    await app.settle();
    expect((await expecting(200, app.get(`/v1/usage-files/${body.fileId}`))).status).toBe('COMPLETED');
    expect(await expecting(200, app.get('/v1/source-platforms/switch1'))).toMatchObject({
      state: 'ACTIVE',
      reason: 'test',
    });
  });

  it('tells the progress of a file until it is done', async () => {
    const body = await expecting(202, upload(`${HEADER}e1;49100;60;2026-01-31 10:00:00\n`, 'events.csv'));
    const events = await app.get(`/v1/usage-files/${body.fileId}/events`, { minPosition: body.position }).expect(200);
    expect(events.headers['content-type']).toContain('text/event-stream');
    expect(events.text).toContain('event: progress');
    expect(events.text).toContain('"status":"COMPLETED"');
  });

  it('takes files from the watched folder', async () => {
    const folder = streamFolder();
    mkdirSync(join(folder, 'input', 'a folder'));
    writeFileSync(join(folder, 'input', 'good.csv'), `${HEADER}g1;49100;60;2026-01-31 10:00:00\n`);
    writeFileSync(join(folder, 'input', 'same.csv'), `${HEADER}g1;49100;60;2026-01-31 10:00:00\n`);
    writeFileSync(join(folder, 'input', 'bad.csv'), 'no;such;header\n');
    writeFileSync(join(folder, 'input', 'cut.csv.gz'), gzipSync(HEADER).subarray(0, 30));
    const { WatchFoldersTask } =
      await import('../../src/modules/ingestion/adapters/watched-folders/watch-folders.task.js');
    const watch = app.app.get(WatchFoldersTask);
    const done = async () => {
      await watch.scan(new AbortController().signal);
      await app.settle();
      return readdirSync(join(folder, 'processed')).length === 3 && readdirSync(join(folder, 'rejected')).length === 4;
    };
    for (let round = 0; round < 50 && !(await done()); round += 1);
    expect(readdirSync(join(folder, 'processed')).sort()).toEqual(['good.csv', 'same.csv', 'same.csv.duplicate.json']);
    expect(readdirSync(join(folder, 'rejected')).sort()).toEqual([
      'bad.csv',
      'bad.csv.problem.json',
      'cut.csv.gz',
      'cut.csv.gz.problem.json',
    ]);
    expect(readdirSync(join(folder, 'input'))).toEqual(['a folder']);
    expect(readdirSync(join(folder, 'processing'))).toEqual([]);
    const problem = JSON.parse(readFileSync(join(folder, 'rejected', 'bad.csv.problem.json'), 'utf8')) as object;
    expect(problem).toMatchObject({ code: 'MISSING_COLUMN' });
    const body = await expecting(200, app.get('/v1/usage-files', { fileName: 'good.csv' }));
    expect(body.items).toMatchObject([{ via: 'FOLDER', actor: 'role:ingest', status: 'COMPLETED' }]);
  });
});
