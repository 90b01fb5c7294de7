import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { EVIDENCE_STORE, type EvidenceStore } from '../../src/shared/evidence/evidence-store.port.js';
import { SAMPLE_SOURCES } from '../../src/tools/demo/data/sample-mappings.js';
import { problemOf, sampleText, SampleWorld, type Received } from '../support/sample-world.js';

const HEADER = 'cdr;started;caller;callee;seconds;flag';
const SERVICE_ID = '491510000002';
const MEBI = 1024 * 1024;

let world: SampleWorld;
/** Records that every file of this suite may have brought to rating, counted as the tests go. */
let good = 0;
let unique = 0;

beforeAll(async () => {
  world = await SampleWorld.start();
});
afterAll(() => world.stop());

const line = (seconds = '60', started = '2026-10-05 10:00:00'): string =>
  `bad${(unique += 1)};"${started}";${SERVICE_ID};4930;${seconds};`;
const lines = (count: number): string[] => Array.from({ length: count }, () => line());
const text = (...content: readonly string[]): string => `${[HEADER, ...content].join('\n')}\n`;

/** Every test ends with this: the server is well, and nothing of what was malformed became a record. */
afterEach(async () => {
  const after = await world.take('voice', text(line()), 'after.csv');
  good += 1;
  expect(after).toMatchObject({ status: 'COMPLETED', balance: { linesRead: 1, balanced: true } });
  await world.api.get('/health/ready');
  const records = await world.list('/v1/raw-usage', { ...SAMPLE_SOURCES.voice, outcome: 'SUSPENDED' });
  expect(records).toHaveLength(good);
  expect(await world.list('/v1/monetized-usage')).toEqual([]);
});

describe('a file that cannot be used at all', () => {
  it.each<[string, () => string | Buffer, string, number | undefined, string | undefined, RegExp]>([
    ['another delimiter', () => text(...lines(3)).replaceAll(';', ','), 'WRONG_DELIMITER', 1, undefined, /","/],
    [
      'a missing column',
      () => text(...lines(2)).replace(';seconds;', ';duration;'),
      'MISSING_COLUMN',
      1,
      'seconds',
      /seconds/,
    ],
    [
      'invalid UTF-8',
      () => Buffer.concat([Buffer.from(text(...lines(4))), Buffer.from([0x61, 0xc3, 0x28, 0x0a])]),
      'INVALID_ENCODING',
      6,
      undefined,
      /UTF-8/,
    ],
    [
      'invalid UTF-8 in a good line far down',
      () => Buffer.from(text(...lines(2500), line().replace('4930', '49M\u00fcller'), ...lines(5)), 'latin1'),
      'INVALID_ENCODING',
      2502,
      'callee',
      /UTF-8/,
    ],
    [
      'UTF-16 with its mark',
      () => Buffer.from(`\ufeff${text(...lines(3))}`, 'utf16le'),
      'INVALID_ENCODING',
      1,
      undefined,
      /UTF-16/,
    ],
    ['UTF-16 without', () => Buffer.from(text(...lines(3)), 'utf16le'), 'NUL_BYTE', 1, undefined, /UTF-16/],
    [
      'a NUL byte',
      () => text(...lines(3), line().replace('4930', '49\u000030'), ...lines(3)),
      'NUL_BYTE',
      5,
      'callee',
      /NUL/,
    ],
    [
      'a quote that is never closed',
      () => text(...lines(3), line().replace('";', ';'), ...lines(3)),
      'UNBALANCED_QUOTE',
      5,
      'started',
      /not closed/,
    ],
    ['blank lines only', () => '\n\n\n', 'EMPTY_FILE', undefined, undefined, /header/],
  ])('%s: rejected whole, and it says where', async (_, content, code, at, column, words) => {
    const bytes = Buffer.from(content());
    const file = await world.take('voice', bytes, `${code}.csv`);
    expect(file).toMatchObject({
      status: 'REJECTED',
      rejection: {
        code,
        message: expect.stringMatching(words) as string,
        ...(at === undefined ? {} : { line: at }),
        ...(column === undefined ? {} : { column }),
      },
      balance: { linesRead: 0, accountedFor: 0, balanced: true },
    });
    await expectKept(file.sha256, bytes);
  });

  it('an empty file is refused at the door', async () => {
    expect(await problemOf(world.upload('voice', ''))).toMatchObject({ status: 422, code: 'evidence/empty' });
  });

  it('a header alone is a file of no lines, and says so', async () => {
    const file = await world.take('voice', `${HEADER}\n`, 'header-only.csv');
    expect(file).toMatchObject({
      status: 'COMPLETED',
      balance: { linesRead: 0, accountedFor: 0, pending: 0, balanced: true },
      phases: { parseAndLoad: { total: 0 } },
    });
  });
});

describe('a line that cannot be used', () => {
  it.each<[string, () => string, string, string | undefined, RegExp]>([
    ['a bad number', () => line('12,5'), 'BAD_NUMBER', 'seconds', /"12,5"/],
    ['a negative number', () => line('-60'), 'BAD_NUMBER', 'seconds', /"-60"/],
    ['a number in another notation', () => line('6e1'), 'BAD_NUMBER', 'seconds', /"6e1"/],
    ['no number', () => line(''), 'MISSING_VALUE', 'seconds', /empty/],
    ['a bad time', () => line('60', '05.10.2026 10:00'), 'BAD_TIME', 'started', /"05\.10\.2026 10:00"/],
    ['a day the calendar has not', () => line('60', '2026-02-30 10:00:00'), 'BAD_TIME', 'started', /2026-02-30/],
    ['a column too few', () => line().split(';').slice(0, 4).join(';'), 'MALFORMED_LINE', undefined, /4/],
    ['a column too many', () => `${line()};extra`, 'MALFORMED_LINE', undefined, /7/],
  ])('%s: that line is an error with its column, the others go on', async (_, bad, code, column, words) => {
    const spoilt = bad();
    const file = await world.take('voice', text(...lines(2), spoilt, ...lines(3)), `${code}.csv`);
    good += 5;
    expect(file).toMatchObject({
      status: 'COMPLETED',
      phases: {
        parseAndLoad: { total: 6, processed: 5, error: 1, duplicate: 0 },
        rating: { total: 5, suspended: 5, pending: 0 },
      },
      balance: { linesRead: 6, accountedFor: 6, balanced: true },
    });
    const errors = await world.errors(file.fileId);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ line: 4, outcome: 'ERROR', detail: expect.stringMatching(words) as string });
    expect({ code: errors[0]?.code, column: errors[0]?.column }).toEqual({ code, column });
    expect(await world.api.get(`/v1/raw-usage/${file.fileId}:4`)).toMatchObject({ text: spoilt, outcome: 'ERROR' });
  });
});

describe('a line without an end', () => {
  it.each([
    ['as the only line', ''],
    ['after good ones', text(...lines(2))],
  ])(
    '100 MB %s: refused with its line number, in flat memory',
    async (_, before) => {
      const size = 100 * MEBI;
      const piece = Buffer.alloc(MEBI / 4, 'x');
      function* bytes(): Generator<Buffer> {
        yield Buffer.from(before);
        for (let sent = 0; sent < size; sent += piece.length) yield piece;
      }
      const memory = new MemoryWatch();
      const { fileId } = await uploadStreamed(bytes());
      const file = await world.ended(fileId);
      const grownBy = memory.stop();
      expect(file).toMatchObject({
        status: 'REJECTED',
        rejection: { code: 'RECORD_TOO_LONG', line: before === '' ? 1 : 4 },
        balance: { linesRead: 0, balanced: true },
      });
      expect(grownBy).toBeLessThan(150 * MEBI);
    },
    60_000,
  );
});

describe('a gzip', () => {
  const content = (): Buffer => Buffer.from(text(...lines(500)));

  it('that is whole is read like any file, and its bytes are kept as they came', async () => {
    const bytes = gzipSync(content());
    const file = await world.take('voice', bytes, 'whole.csv.gz');
    good += 500;
    expect(file).toMatchObject({ status: 'COMPLETED', compression: 'GZIP', balance: { linesRead: 500 } });
    await expectKept(file.sha256, bytes);
  });

  it('of several members is read to its end', async () => {
    const first = gzipSync(text(...lines(3)));
    const second = gzipSync(`${lines(4).join('\n')}\n`);
    const file = await world.take('voice', Buffer.concat([first, second]), 'members.csv.gz');
    good += 7;
    expect(file).toMatchObject({ status: 'COMPLETED', balance: { linesRead: 7 } });
  });

  it.each<[string, (gzip: Buffer) => Buffer, string]>([
    ['cut in the middle', (gzip) => gzip.subarray(0, gzip.length >> 1), 'evidence/truncated'],
    ['without its trailer', (gzip) => gzip.subarray(0, gzip.length - 8), 'evidence/truncated'],
    ['a byte short', (gzip) => gzip.subarray(0, gzip.length - 1), 'evidence/truncated'],
    ['with a wrong checksum', (gzip) => flipped(gzip, gzip.length - 6), 'evidence/damaged'],
    ['with a wrong length', (gzip) => flipped(gzip, gzip.length - 2), 'evidence/damaged'],
    ['with something after its end', (gzip) => Buffer.concat([gzip, Buffer.from('more;of;it')]), 'evidence/damaged'],
  ])('%s: nothing of it is received', async (_, spoil, code) => {
    const problem = await problemOf(world.upload('voice', spoil(gzipSync(content())), 'bad.csv.gz'));
    expect(problem).toMatchObject({ status: 422, code });
    expect(await world.list('/v1/usage-files', { fileName: 'bad.csv.gz' })).toEqual([]);
  });

  it('with any one bit flipped: nothing of it is received, or it holds the very same content', async () => {
    const whole = gzipSync(content());
    for (let at = 17; at < whole.length; at += Math.floor(whole.length / 23)) {
      const problem = await problemOf(world.upload('voice', flipped(whole, at), 'flipped.csv.gz'));
      expect(problem).toMatchObject({ status: 422, code: expect.stringMatching(/^evidence\//) as string });
    }
    expect(await world.list('/v1/usage-files', { fileName: 'flipped.csv.gz' })).toEqual([]);
  });

  it('that is a bomb is refused before it goes off', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * MEBI, 'x'));
    const memory = new MemoryWatch();
    expect(await problemOf(world.upload('voice', bomb, 'bomb.csv.gz'))).toMatchObject({
      status: 422,
      code: 'evidence/ratio',
    });
    expect(memory.stop()).toBeLessThan(150 * MEBI);
  });
});

it('random bytes and a cut-off upload do no harm', async () => {
  const noise = await world.take('voice', randomBytes(200_000), 'noise.csv');
  expect(noise).toMatchObject({ status: 'REJECTED', balance: { linesRead: 0 } });
  await cutOffUpload(sampleText({ service: 'voice', records: 1000, accounts: 10 }));
  await world.app.settle();
  expect(await world.list('/v1/usage-files', { fileName: 'cut-off.csv' })).toEqual([]);
});

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0x10;
  return copy;
}

/** What was received is evidence, whatever became of it. */
async function expectKept(sha256: string, bytes: Buffer): Promise<void> {
  const evidence = world.app.app.get<EvidenceStore>(EVIDENCE_STORE, { strict: false });
  const kept: Buffer[] = [];
  for await (const piece of await evidence.openReceived(sha256)) kept.push(piece as Buffer);
  expect(Buffer.concat(kept).equals(bytes)).toBe(true);
}

const BOUNDARY = 'a-boundary-of-this-test';

function head(fileName: string): string {
  const fields = Object.entries(SAMPLE_SOURCES.voice).map(
    ([name, value]) => `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  return `${fields.join('')}--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="${fileName}"\r\n\r\n`;
}

function openUpload() {
  return request(`${world.url}/v1/usage-files`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${world.app.key}`,
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
    },
  });
}

/** Sends pieces as they are made; the whole is never held. */
async function uploadStreamed(pieces: Iterable<Buffer>): Promise<Received> {
  const sending = openUpload();
  const answered = new Promise<{ status: number; body: string }>((resolve, reject) => {
    sending.once('error', reject);
    sending.once('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => (body += part));
      response.once('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
  });
  function* multipart(): Generator<Buffer> {
    yield Buffer.from(head('long.csv'));
    yield* pieces;
    yield Buffer.from(`\r\n--${BOUNDARY}--\r\n`);
  }
  await pipeline(Readable.from(multipart()), sending);
  const { status, body } = await answered;
  expect({ status, body }).toMatchObject({ status: 202 });
  return JSON.parse(body) as Received;
}

/** A client that goes away in the middle of its file. */
async function cutOffUpload(content: string): Promise<void> {
  const sending = openUpload();
  const gone = new Promise<void>((resolve) => sending.once('close', () => resolve()));
  sending.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    sending.write(head('cut-off.csv') + content, () => resolve());
  });
  sending.destroy();
  await gone;
}

/** The most this process grew by, in bytes of resident memory, from here to `stop`. */
class MemoryWatch {
  private readonly before = process.memoryUsage.rss();
  private most = this.before;
  private readonly timer = setInterval(() => {
    this.most = Math.max(this.most, process.memoryUsage.rss());
  }, 20);

  stop(): number {
    clearInterval(this.timer);
    return Math.max(this.most, process.memoryUsage.rss()) - this.before;
  }
}
