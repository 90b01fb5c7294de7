import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { DatabaseSync } from '@photostructure/sqlite';
import type { RecordedEvent } from '../../../kernel/event.js';
import { canonicalMetadata } from '../../event-hash.js';
import { eventId } from '../../event-id.js';
import { EventRegistry } from '../../event-registry.js';
import { LogUnavailable, type EventToAppend } from '../../event-store.port.js';
import { EmbeddedEventStore } from './embedded-event-store.js';
import type { EncodedAppend } from '../../encoded-append.js';
import { assertDurable, openForReading, openForWriting } from './log-database.js';
import { LogSignal } from './log-signal.js';
import { EmbeddedLogWriter } from './log-writer.js';
import { PortSink } from './port-sink.js';
import { DamagedEvent } from '../../recorded-event.js';
import { StreamWriter } from './stream-writer.js';

const registry = new EventRegistry([{ type: 'ThingNoted.v1', encoding: 'json' }]);
const METADATA = { tenant: 'main', actor: 'key:a', correlationId: 'c', recordedAt: '2026-03-01T10:00:00.000Z' };

function noted(stream: string, n: number, note = 'x'): EventToAppend {
  return { id: eventId(`${stream}/${n}`), type: 'ThingNoted.v1', data: { n, note }, metadata: METADATA };
}

function encoded(stream: string, n: number, bytes = 10): EncodedAppend {
  const data = Buffer.from(JSON.stringify({ n, note: 'x'.repeat(bytes) }));
  const event = { id: eventId(`${stream}/${n}`), type: 'ThingNoted.v1', metadata: canonicalMetadata(METADATA), data };
  return { stream, expected: n === 0 ? 'no-stream' : n - 1, events: [event] };
}

async function all(source: AsyncIterable<RecordedEvent>): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const event of source) events.push(event);
  return events;
}

describe('the embedded log', () => {
  let folder: string;
  let path: string;
  const closing: { close(): unknown }[] = [];

  const open = async (pageSize?: { events: number; bytes: number }): Promise<EmbeddedEventStore> => {
    const store = await EmbeddedEventStore.open({
      path,
      registry,
      writer: 'inline',
      ...(pageSize === undefined ? {} : { pageSize }),
    });
    closing.push(store);
    return store;
  };
  const fill = async (store: EmbeddedEventStore, stream: string, count: number): Promise<void> => {
    await store.append(
      stream,
      'no-stream',
      Array.from({ length: count }, (_, n) => noted(stream, n)),
    );
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'retally-log-'));
    path = join(folder, 'deep', 'log.db');
  });
  afterEach(async () => {
    for (const each of closing.splice(0).reverse()) await each.close();
    await rm(folder, { recursive: true });
  });

  describe('durability', () => {
    it('flushes at every commit, as read back after a write', () => {
      const database = openForWriting(path);
      closing.push(database);
      new StreamWriter(database).write([encoded('thing-main.a', 0)]);
      expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
      expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
      expect(() => assertDurable(database, path)).not.toThrow();
    });

    it('refuses to work with anything weaker', () => {
      const database = openForWriting(path);
      closing.push(database);
      database.exec('PRAGMA synchronous = NORMAL');
      expect(() => assertDurable(database, path)).toThrow('would lose acknowledged events');
    });

    it('refuses a file that is no log, or of another version', async () => {
      await (await open()).close();
      const database = new DatabaseSync(path);
      database.exec('PRAGMA user_version = 99');
      expect(() => openForWriting(path)).toThrow('another version');
      database.exec('PRAGMA application_id = 1');
      expect(() => openForWriting(path)).toThrow('not a log of Retally');
      expect(() => openForReading(path)).toThrow('not a log of Retally');
      database.close();
    });
  });

  describe('group commit', () => {
    it('shares one transaction among all appends of a turn', async () => {
      const store = await open();
      const signal = new LogSignal(path);
      closing.push(signal);
      const before = signal.heard();
      const appends = Array.from({ length: 100 }, (_, n) =>
        store.append(`thing-main.${n}`, 'no-stream', [noted(`thing-main.${n}`, 0)]),
      );
      const positions = (await Promise.all(appends)).map(({ position }) => position);
      expect(positions).toEqual(Array.from({ length: 100 }, (_, n) => n + 1));
      while (signal.heard() === before) await signal.wait(before, 1000, new AbortController().signal);
      expect(signal.heard()).toBe(before + 1);
    });

    it('decides each append of a group by itself', async () => {
      const store = await open();
      await fill(store, 'thing-main.a', 2);
      const results = await Promise.allSettled([
        store.append('thing-main.b', 'no-stream', [noted('thing-main.b', 0)]),
        store.append('thing-main.a', 0, [noted('thing-main.a', 7)]),
        store.append('thing-main.b', 0, [noted('thing-main.b', 1)]),
        store.append('thing-main.a', 'no-stream', [noted('thing-main.a', 0), noted('thing-main.a', 1)]),
      ]);
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
      expect(results[3]).toMatchObject({ value: { revision: 1, position: 2 } });
      const positions = (await all(store.readAll())).map(({ position }) => position);
      expect(positions).toEqual([1, 2, 3, 4]);
    });

    it('writes what still waits when it is closed', async () => {
      const store = await open();
      const appending = store.append('thing-main.a', 'no-stream', [noted('thing-main.a', 0)]);
      await store.close();
      expect(await appending).toEqual({ revision: 0, position: 1 });
      await expect(store.append('thing-main.a', 0, [noted('thing-main.a', 1)])).rejects.toBeInstanceOf(LogUnavailable);
      expect(await (await open()).head()).toBe(1);
    });

    it('keeps two writers on one file from one revision', async () => {
      const stores = [await open(), await open()];
      const stream = 'thing-main.a';
      const race = await Promise.allSettled(
        Array.from({ length: 10 }, (_, n) => stores[n % 2]!.append(stream, 'no-stream', [noted(stream, n)])),
      );
      expect(race.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await all(stores[1]!.readStream(stream))).toHaveLength(1);
    });
  });

  describe('a log that cannot be written', () => {
    it('acknowledges nothing on a full disk, and works again once there is space', async () => {
      const database = openForWriting(path);
      const writer = new EmbeddedLogWriter(path, database);
      closing.push(writer);
      const pages = (database.prepare('PRAGMA page_count').get() as { page_count: number }).page_count;
      database.exec(`PRAGMA max_page_count = ${pages + 30}`);
      let written = 0;
      let refused: Awaited<ReturnType<typeof writer.append>> | undefined;
      while (refused === undefined) {
        const result = await writer.append(encoded('thing-main.a', written, 20_000));
        if (result.kind === 'appended') written += 1;
        else refused = result;
      }
      expect(written).toBeGreaterThan(0);
      expect(refused).toMatchObject({ kind: 'unavailable', message: expect.stringContaining('full') as string });
      expect(database.prepare('SELECT count(*) AS n FROM events').get()).toEqual({ n: written });

      database.exec('PRAGMA max_page_count = 100000');
      expect(await writer.append(encoded('thing-main.a', written, 20_000))).toEqual({
        kind: 'appended',
        revision: written,
        position: written + 1,
      });
    });

    it('refuses while another process holds the file for too long, and works again after', async () => {
      const database = openForWriting(path);
      database.exec('PRAGMA busy_timeout = 20');
      const writer = new EmbeddedLogWriter(path, database);
      closing.push(writer);
      const other = openForWriting(path);
      closing.push(other);
      other.exec('BEGIN IMMEDIATE');
      expect(await writer.append(encoded('thing-main.a', 0))).toMatchObject({ kind: 'unavailable' });
      other.exec('ROLLBACK');
      expect(await writer.append(encoded('thing-main.a', 0))).toMatchObject({ kind: 'appended', position: 1 });
    });

    it('says that the outcome is unknown when the thread of the writer ends', async () => {
      const { port1, port2 } = new MessageChannel();
      const sink = new PortSink(port1);
      const appending = sink.append(encoded('thing-main.a', 0));
      port2.close();
      expect(await appending).toMatchObject({ kind: 'unavailable' });
      expect(await sink.append(encoded('thing-main.a', 0))).toMatchObject({ kind: 'unavailable' });
      await sink.close();
    });
  });

  describe('damage', () => {
    const STREAM = 'thing-main.a';
    const damage = (sql: string): void => {
      const database = new DatabaseSync(path);
      database.exec(sql);
      database.close();
    };
    const filled = async (): Promise<EmbeddedEventStore> => {
      const store = await open();
      await fill(store, STREAM, 6);
      return store;
    };

    it('verifies a good stream, and one that does not exist', async () => {
      const store = await filled();
      const last = (await all(store.readStream(STREAM))).at(-1);
      expect(await store.verifyChain(STREAM)).toEqual({ intact: true, events: 6, hash: last?.metadata.hash });
      expect(await store.verifyChain('thing-main.none')).toMatchObject({ intact: true, events: 0 });
    });

    it('locates a single flipped bit, and does not hand the event out', async () => {
      const store = await filled();
      const database = new DatabaseSync(path);
      const { data } = database.prepare('SELECT data FROM events WHERE revision = 3').get() as { data: Uint8Array };
      data[data.length - 3]! ^= 1;
      expect(JSON.parse(Buffer.from(data).toString('utf8'))).toEqual({ n: 3, note: 'y' });
      database.prepare('UPDATE events SET data = ? WHERE revision = 3').run(data);
      database.close();
      expect(await store.verifyChain(STREAM)).toEqual({
        intact: false,
        revision: 3,
        reason: 'its hash does not fit its bytes',
      });
      const seen: number[] = [];
      const reading = (async () => {
        for await (const event of store.readAll()) seen.push(event.revision);
      })();
      await expect(reading).rejects.toBeInstanceOf(DamagedEvent);
      await expect(reading).rejects.toMatchObject({ stream: STREAM, revision: 3, position: 4 });
      expect(seen).toEqual([0, 1, 2]);
    });

    it.each([
      [
        'an actor that was changed',
        "UPDATE events SET metadata = replace(metadata, 'key:a', 'key:b') WHERE revision = 2",
        2,
      ],
      [
        'a hash that was changed',
        "UPDATE events SET hash = '0' || substr(hash, 2) WHERE revision = 2 AND hash NOT LIKE '0%'; UPDATE events SET hash = '1' || substr(hash, 2) WHERE revision = 2 AND hash LIKE '0%'",
        2,
      ],
      ['an event that was taken out', 'DELETE FROM events WHERE revision = 2', 2],
      ['an event that was cut off at the end', 'DELETE FROM events WHERE revision = 5', 5],
      [
        'an event that was cut off with its note',
        'DELETE FROM events WHERE revision = 5; UPDATE streams SET revision = 4',
        4,
      ],
      [
        'two events that changed places',
        'UPDATE events SET revision = 100 WHERE revision = 2; UPDATE events SET revision = 2 WHERE revision = 3; UPDATE events SET revision = 3 WHERE revision = 100',
        2,
      ],
    ])('locates %s', async (_, sql, revision) => {
      const store = await filled();
      damage(sql);
      expect(await store.verifyChain(STREAM)).toMatchObject({ intact: false, revision });
    });
  });

  describe('reading', () => {
    it('reads the same in pages of any size', async () => {
      const store = await open();
      await fill(store, 'thing-main.a', 20);
      await fill(store, 'rare-main.a', 20);
      for (const size of [
        { events: 1, bytes: 1_000_000 },
        { events: 3, bytes: 1_000_000 },
        { events: 64, bytes: 1 },
        { events: 64, bytes: 50 },
        { events: 40, bytes: 1_000_000 },
      ]) {
        const paged = await open(size);
        expect(await all(paged.readAll())).toEqual(await all(store.readAll()));
        expect(await all(paged.readAll({ filter: { categories: ['rare'] } }))).toEqual(
          await all(store.readStream('rare-main.a')),
        );
        expect(await all(paged.readStream('rare-main.a', { direction: 'backward', limit: 7 }))).toEqual(
          await all(store.readStream('rare-main.a', { direction: 'backward', limit: 7 })),
        );
      }
    });

    it('holds no read transaction between two events, so that the write-ahead log can always be moved', async () => {
      const store = await open({ events: 2, bytes: 1_000_000 });
      await fill(store, 'thing-main.a', 6);
      const other = new DatabaseSync(path);
      closing.push(other);
      let events = 0;
      for await (const event of store.readAll()) {
        events = event.position;
        expect(other.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()).toMatchObject({ busy: 0 });
      }
      expect(events).toBe(6);
    });

    it('walks an index for a filter, and never sorts', async () => {
      await (await open()).close();
      const database = openForReading(path);
      closing.push(database);
      const plan = database
        .prepare(
          'EXPLAIN QUERY PLAN SELECT position FROM events WHERE kind = 1 AND position > 5 AND position <= 9 ORDER BY position',
        )
        .all() as { detail: string }[];
      expect(plan.map(({ detail }) => detail)).toEqual([
        'SEARCH events USING COVERING INDEX events_by_kind (kind=? AND rowid>? AND rowid<?)',
      ]);
    });

    it('sees the appends of another process without being woken', async () => {
      const store = await open();
      const other = openForWriting(path);
      closing.push(other);
      const end = new AbortController();
      const seen: number[] = [];
      for await (const delivery of store.subscribe({ after: 0, signal: end.signal })) {
        if (delivery.kind === 'event') {
          seen.push(delivery.event.position);
          end.abort();
        } else if (delivery.position === 0) {
          // Late enough for the subscription to wait by then; nothing but its own look at the log can tell it.
          setTimeout(() => new StreamWriter(other).write([encoded('thing-main.a', 0)]), 50);
        }
      }
      expect(seen).toEqual([1]);
    });

    it('ends its subscriptions when it is closed', async () => {
      const store = await open();
      const deliveries: string[] = [];
      for await (const delivery of store.subscribe({ after: 0, signal: new AbortController().signal })) {
        deliveries.push(delivery.kind);
        setImmediate(() => void store.close());
      }
      expect(deliveries).toEqual(['checkpoint']);
    });
  });
});
