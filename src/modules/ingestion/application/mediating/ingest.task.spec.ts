import { rmSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { call, CALL_HEADER, CALLS, IngestionRig } from '../../../../../test/support/ingestion-rig.js';
import type { EventStore, EventToAppend } from '../../../../shared/event-store/event-store.port.js';
import type { UsageFileMediated } from '../../domain/events.js';
import { platformStream } from '../../domain/streams.js';

describe('IngestTask', () => {
  let rig: IngestionRig;
  beforeEach(async () => {
    rig = await new IngestionRig().open();
    await rig.configure(CALLS);
  });
  afterEach(() => rig.destroy());

  const file = (...lines: string[]) => [CALL_HEADER, ...lines, ''].join('\n');
  const mixed = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => {
      const id = from + index;
      if (id % 17 === 3) return call(id, 'test');
      if (id % 13 === 5) return call(id, `49${id}`, 'many');
      if (id % 11 === 7) return call(id - 1, `49${id - 1}`, String(id - 1));
      return call(id, `49${id}`, String(id));
    });

  it('mediates a file into chunks and closes it with its control totals', async () => {
    rig.chunkRecords = 2;
    const text = file(
      call(1, '4915100', '60.50'),
      call(2, 'test'),
      '"3";"49 \xe4""x";007;2024-05-01 12:00:01',
      call(1),
      call(4, '', '1'),
    );
    const { fileId } = await rig.receive(Buffer.from(text));
    await rig.ingestAll();
    const [first, second, third, ...more] = await rig.chunks();
    expect(more).toEqual([]);
    expect(first!.data.head).toEqual({
      sourcePlatform: 'switch',
      serviceType: 'VOICE',
      usageRecordType: 'POSTPAID',
      fileId,
      mapping: { name: 'calls', version: 1 },
      chunk: 0,
      firstLine: 2,
      lastLine: 3,
      startOffset: 26,
      endOffset: Buffer.from(text).indexOf('"3"'),
      counts: { total: 2, mediated: 1, ignored: 1, duplicate: 0, error: 0 },
      quantities: { seconds: '60.5' },
      usageFrom: Date.parse('2024-05-01T10:00:00Z'),
      usageTo: Date.parse('2024-05-01T10:00:00Z'),
      identity: ['a.recordId'],
    });
    expect(first!.data.columns).toEqual({
      line: [2],
      offset: [26],
      length: [call(1, '4915100', '60.50').length],
      serviceId: ['4915100'],
      usageType: ['VOICE_OUT'],
      at: [Date.parse('2024-05-01T10:00:00Z')],
      'q.seconds': ['60.5'],
      'a.recordId': ['1'],
      'x.line': [3],
      'x.offset': [expect.any(Number)],
      'x.length': [call(2, 'test').length],
      'x.outcome': ['IGNORED'],
      'x.code': ['FILTERED'],
      'x.column': ['caller'],
      'x.detail': ['The mapping ignores records with "test" here'],
    });
    expect(second!.data.columns.serviceId).toEqual(['49 \xe4"x']);
    expect(second!.data.columns['q.seconds']).toEqual(['7']);
    expect(second!.data.columns['x.outcome']).toEqual(['ERROR']);
    expect(second!.data.columns['x.code']).toEqual(['IDENTITY_CONFLICT']);
    expect(second!.data.columns['x.detail'][0]).toContain(`${fileId}:2`);
    expect(third!.data.columns['x.code']).toEqual(['MISSING_VALUE']);
    expect(third!.data.columns['x.column']).toEqual(['caller']);
    const fate = await rig.fate(fileId);
    expect(fate).toMatchObject({
      type: 'UsageFileMediated.v1',
      data: {
        fileId,
        chunks: 3,
        counts: { total: 5, mediated: 2, ignored: 1, duplicate: 0, error: 2 },
        quantities: { seconds: '67.5' },
        lastChunkPosition: third!.position,
      },
      metadata: { tenant: 'main', actor: 'role:ingest', correlationId: 'calls.csv' },
    });
  });

  it('knows records again in later files and after a restart, and says where they stood first', async () => {
    const first = await rig.receive(file(call(1), call(2)), 'a.csv');
    await rig.ingestAll();
    await rig.close();
    await rig.open();
    const second = await rig.receive(file(call(3), call(2), call(1, 'other')), 'b.csv');
    await rig.ingestAll();
    const last = (await rig.chunks()).at(-1)!;
    expect(last.data.head.counts).toEqual({ total: 3, mediated: 1, ignored: 0, duplicate: 1, error: 1 });
    expect(last.data.columns['x.code']).toEqual(['DUPLICATE_RECORD', 'IDENTITY_CONFLICT']);
    expect(last.data.columns['x.detail'][0]).toBe(`${first.fileId}:3`);
    expect((await rig.fate(second.fileId))?.type).toBe('UsageFileMediated.v1');
  });

  it('answers the same bytes with the first file, and takes a rejected file again', async () => {
    const first = await rig.receive(file(call(1)), 'a.csv');
    expect(await rig.receive(file(call(1)), 'renamed.csv')).toEqual({
      fileId: first.fileId,
      duplicateOf: first.fileId,
    });
    const bad = await rig.receive('wrong,header\n1,2\n', 'bad.csv');
    await rig.ingestAll();
    expect(await rig.fate(bad.fileId)).toMatchObject({
      type: 'UsageFileRejected.v1',
      data: { code: 'WRONG_DELIMITER', line: 1 },
    });
    const again = await rig.receive('wrong,header\n1,2\n', 'bad.csv');
    expect(again.fileId).toBe(`${bad.fileId}-2`);
    await rig.ingestAll();
    expect((await rig.fate(again.fileId))?.type).toBe('UsageFileRejected.v1');
    expect((await rig.chunks()).map((chunk) => chunk.data.head.fileId)).toEqual([first.fileId]);
  });

  it('makes nothing of a file billable that turns out bad at its very end', async () => {
    const good = Array.from({ length: 3000 }, (_, id) => call(id));
    const bads: [string, Buffer][] = [
      ['UNBALANCED_QUOTE', Buffer.from(file(...good, '9999;"4915;1;2024-05-01 12:00:00', call(10_000)))],
      ['INVALID_ENCODING', Buffer.from(file(...good, call(9999, 'M\xfcller')), 'latin1')],
      ['NUL_BYTE', Buffer.from(file(...good, call(9999, 'a\0b')))],
      ['RECORD_TOO_LONG', Buffer.from(file(...good, call(9999, 'x'.repeat(70_000))))],
    ];
    for (const [code, bytes] of bads) {
      const { fileId } = await rig.receive(gzipSync(bytes), `${code}.csv.gz`);
      await rig.ingestAll();
      expect(await rig.fate(fileId)).toMatchObject({ type: 'UsageFileRejected.v1', data: { code, line: 3002 } });
    }
    expect(await rig.chunks()).toEqual([]);
  });

  it('waits while its source platform is paused, and goes on in the middle of the file', async () => {
    rig.chunkRecords = 10;
    const stream = platformStream('main', 'switch');
    const lines = mixed(0, 500);
    let pausedAt = 0;
    rig.wrap = (store) =>
      intercept(store, async (events, append) => {
        const answer = await append();
        if (pausedAt === 0 && events[0]?.type === 'UsageBatchMediated.v1') {
          pausedAt = 1;
          await rig.fact(stream, 0, 'SourcePlatformPaused.v1', { sourcePlatform: 'switch', reason: 'test' });
        }
        return answer;
      });
    await rig.close();
    await rig.open();
    const { fileId } = await rig.receive(file(...lines));
    const ended = rig.startTask();
    await until(async () => {
      const before = (await rig.chunks()).length;
      return pausedAt === 1 && before > 0 && before === (await settled(rig));
    });
    expect((await rig.chunks()).length).toBeLessThan(50);
    expect((await rig.fate(fileId))?.type).toBe('UsageFileReceived.v1');
    await rig.fact(stream, 1, 'SourcePlatformResumed.v1', { sourcePlatform: 'switch', reason: 'test' });
    await until(async () => (await rig.fate(fileId))?.type === 'UsageFileMediated.v1');
    await rig.stopTask();
    await ended;
    const { counts } = (await rig.fate(fileId))!.data as UsageFileMediated['data'];
    expect(counts).toEqual(await undisturbed([lines], 10));
  });

  it('comes out the same wherever it is killed, also without its caches', async () => {
    const first = mixed(0, 400);
    const second = mixed(200, 600);
    const expected = await finalEvents(rig, [first, second], Infinity);
    let kill = 1;
    for (let died = true; died; kill += 1) {
      for (const lose of ['before', 'after'] as const) {
        const other = await new IngestionRig().open();
        await other.configure(CALLS);
        expect(await finalEvents(other, [first, second], kill, lose)).toEqual(expected);
        died = other.abandoned;
        await other.destroy();
      }
    }
    expect(kill).toBeGreaterThan(5);
  });

  it('starts from the log again when another writer came between', async () => {
    rig.chunkRecords = 10;
    let intruded = false;
    rig.wrap = (store) =>
      intercept(store, async (events, append) => {
        // The other writer does the very same work, so it appends the very same chunks.
        if (!intruded && events[0]?.type === 'UsageBatchMediated.v1') {
          intruded = true;
          await append();
          const foreign = events.map((event) => ({ ...event, id: event.id.replace(/^./, 'a') }));
          return store.append('usage-main.switch.VOICE.POSTPAID', 'no-stream', foreign);
        }
        return append();
      });
    await rig.close();
    await rig.open();
    const { fileId } = await rig.receive(file(...mixed(0, 200)));
    await rig.ingestAll();
    expect(intruded).toBe(true);
    const { counts } = (await rig.fate(fileId))!.data as UsageFileMediated['data'];
    expect(counts).toEqual(await undisturbed([mixed(0, 200)], 10));
  });

  /** Ingests the files, dying at the n-th append of the ingest role (before or after it was durable), with restarts. */
  async function finalEvents(on: IngestionRig, files: string[][], kill: number, lose: 'before' | 'after' = 'before') {
    on.chunkRecords = 50;
    let appends = 0;
    let dead = false;
    on.wrap = (store) =>
      intercept(store, async (events, append) => {
        if (events[0]?.metadata.actor !== 'role:ingest') return append();
        appends += 1;
        if (appends !== kill) return append();
        if (lose === 'after') await append();
        dead = true;
        return new Promise(() => undefined);
      });
    await on.close();
    await on.open();
    for (const [index, lines] of files.entries()) await on.receive(file(...lines), `${index}.csv`);
    let done = false as boolean;
    void on.ingestAll().then(() => {
      done = true;
    });
    await until(() => Promise.resolve(dead || done));
    if (!done) {
      on.abandonTask();
      // The process is gone: its memory, and every second time its caches too.
      const again = new IngestionRig(on.folder);
      again.chunkRecords = 50;
      await again.open();
      if (kill % 2 === 0) rmSync(on.indexFolder, { recursive: true, force: true });
      await again.ingestAll();
      const events = comparable(await again.events());
      await again.close();
      return events;
    }
    return comparable(await on.events());
  }

  async function undisturbed(files: string[][], chunkRecords: number) {
    const other = await new IngestionRig().open();
    other.chunkRecords = chunkRecords;
    await other.configure(CALLS);
    let fileId = '';
    for (const lines of files) fileId = (await other.receive(file(...lines))).fileId;
    await other.ingestAll();
    const { counts } = (await other.fate(fileId))!.data as UsageFileMediated['data'];
    await other.destroy();
    return counts;
  }
});

function comparable(events: Awaited<ReturnType<IngestionRig['events']>>) {
  return events
    .filter((event) => event.metadata.actor === 'role:ingest')
    .map(({ id, stream, revision, type, data }) => {
      const rest = { ...(data as Record<string, unknown>), lastChunkPosition: 'wherever' };
      const chunk = data as { head?: unknown; columns?: unknown };
      return {
        id,
        stream,
        revision,
        type,
        data: 'columns' in chunk ? { head: chunk.head, columns: chunk.columns } : rest,
      };
    })
    .sort((a, b) => (a.stream === b.stream ? a.revision - b.revision : a.stream < b.stream ? -1 : 1));
}

type Append = () => ReturnType<EventStore['append']>;

function intercept(
  store: EventStore,
  around: (events: readonly EventToAppend[], append: Append) => ReturnType<EventStore['append']>,
): EventStore {
  return new Proxy(store, {
    get: (target, name) => {
      if (name === 'append') {
        return (stream: string, expected: number | 'no-stream', events: readonly EventToAppend[]) =>
          around(events, () => target.append(stream, expected, events));
      }
      const member = Reflect.get(target, name) as unknown;
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
}

/** The number of chunks after a hundred turns of the event loop. */
async function settled(rig: IngestionRig): Promise<number> {
  for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  return (await rig.chunks()).length;
}
