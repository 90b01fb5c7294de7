import type { EventMetadata, RecordedEvent } from '../../src/shared/kernel/event.js';
import { streamName } from '../../src/shared/kernel/stream-name.js';
import { encodeChunk } from '../../src/shared/event-store/chunk-codec.js';
import { encodeEventData } from '../../src/shared/event-store/event-codec.js';
import { canonicalMetadata, eventHash } from '../../src/shared/event-store/event-hash.js';
import { eventId } from '../../src/shared/event-store/event-id.js';
import { EventRegistry, UnknownEventType } from '../../src/shared/event-store/event-registry.js';
import {
  AppendTooLarge,
  LogUnavailable,
  MAX_APPEND_BYTES,
  WrongExpectedRevision,
  type Delivery,
  type EventStore,
  type EventToAppend,
  type LogFilter,
} from '../../src/shared/event-store/event-store.port.js';

/** What an adapter brings to be put through the contract. */
export interface EventStoreUnderTest {
  /** Opens a store on the same log, with this registry; the suite closes it. Called again = a restart. */
  open(registry: EventRegistry): Promise<EventStore>;
  /** Removes what the adapter made. */
  dispose(): Promise<void>;
}

export const CONTRACT_REGISTRY = new EventRegistry([
  {
    type: 'ThingNoted.v1',
    encoding: 'json',
    upcast: { to: 'ThingNoted.v2', data: ({ n }: { n: number }) => ({ n, note: 'old' }) },
  },
  { type: 'ThingNoted.v2', encoding: 'json' },
  { type: 'ThingForgotten.v1', encoding: 'json' },
  { type: 'ThingsCounted.v1', encoding: 'chunk' },
]);

/** Names no other run has used, so that the suite can run again on a server that keeps what it wrote. */
const RUN = `c${Date.now().toString(36)}${process.pid.toString(36)}`;
let tenants = 0;

export function metadata(tenant: string): EventMetadata {
  return { tenant, actor: 'key:contract', correlationId: 'contract', recordedAt: '2026-03-01T10:00:00.000Z' };
}

export function noted(
  stream: string,
  n: number,
  type = 'ThingNoted.v2',
  data: unknown = { n, note: `note ${n}` },
): EventToAppend {
  const tenant = stream.slice(stream.indexOf('-') + 1, stream.indexOf('.'));
  return { id: eventId(`${stream}/${n}`), type, data, metadata: metadata(tenant) };
}

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

function numbers(events: readonly RecordedEvent[]): number[] {
  return events.map((event) => (event.data as { n: number }).n);
}

/**
 * What every event store keeps, whatever it is made of. Each case has a tenant of its own and looks only at what came
 * after the head it started from.
 */
export function eventStoreContract(name: string, make: () => Promise<EventStoreUnderTest>): void {
  describe(`event store contract: ${name}`, () => {
    let adapter: EventStoreUnderTest;
    let store: EventStore;
    let tenant: string;
    let start: number;
    const opened: EventStore[] = [];

    const openStore = async (registry = CONTRACT_REGISTRY): Promise<EventStore> => {
      const fresh = await adapter.open(registry);
      opened.push(fresh);
      return fresh;
    };
    const thing = (id: string, category = 'thing'): string => streamName(category, tenant, id);
    const fill = async (stream: string, count: number, from = 0): Promise<void> => {
      for (let n = from; n < from + count; n += 1) {
        await store.append(stream, n === 0 ? 'no-stream' : n - 1, [noted(stream, n)]);
      }
    };

    beforeAll(async () => {
      adapter = await make();
    });
    beforeEach(async () => {
      tenants += 1;
      tenant = `${RUN}_${tenants}`;
      store = await openStore();
      start = await store.head();
    });
    afterEach(async () => {
      for (const each of opened.splice(0)) await each.close();
    });
    afterAll(async () => {
      await adapter.dispose();
    });

    describe('append', () => {
      it('answers revision and position of the last event, and keeps what it was given', async () => {
        const stream = thing('a');
        const first = await store.append(stream, 'no-stream', [noted(stream, 0)]);
        const second = await store.append(stream, 0, [noted(stream, 1), noted(stream, 2)]);
        expect(first.revision).toBe(0);
        expect(second.revision).toBe(2);
        expect(second.position).toBeGreaterThan(first.position);
        const events = await all(store.readStream(stream));
        expect(events.map(({ revision }) => revision)).toEqual([0, 1, 2]);
        expect(events[0]).toMatchObject({
          id: eventId(`${stream}/0`),
          stream,
          type: 'ThingNoted.v2',
          position: first.position,
          data: { n: 0, note: 'note 0' },
          metadata: metadata(tenant),
        });
        expect(events[2]?.position).toBe(second.position);
        expect(await store.head()).toBe(second.position);
      });

      it.each([
        ['a stream that exists, expected to be none', 'no-stream' as const, 2],
        ['a revision already passed', 1, 2],
        ['a revision not reached', 3, 2],
      ])('refuses %s', async (_, expected, actual) => {
        const stream = thing('a');
        await fill(stream, 3);
        const appending = store.append(stream, expected, [noted(stream, 99)]);
        await expect(appending).rejects.toBeInstanceOf(WrongExpectedRevision);
        await expect(appending).rejects.toMatchObject({ stream, expected, actual });
        expect(await all(store.readStream(stream))).toHaveLength(3);
      });

      it('refuses a revision of a stream that does not exist', async () => {
        const stream = thing('none');
        await expect(store.append(stream, 0, [noted(stream, 1)])).rejects.toMatchObject({ actual: 'no-stream' });
        expect(await all(store.readStream(stream))).toEqual([]);
      });

      it('writes several events of one append all or none', async () => {
        const stream = thing('a');
        await fill(stream, 1);
        await expect(store.append(stream, 5, [noted(stream, 1), noted(stream, 2)])).rejects.toThrow();
        expect(await all(store.readStream(stream))).toHaveLength(1);
        await store.append(stream, 0, [noted(stream, 1), noted(stream, 2), noted(stream, 3)]);
        expect(numbers(await all(store.readStream(stream)))).toEqual([0, 1, 2, 3]);
      });

      it('recognises a retry: same ids at the same expected revision give the first result and write nothing', async () => {
        const stream = thing('a');
        const created = await store.append(stream, 'no-stream', [noted(stream, 0), noted(stream, 1)]);
        const appended = await store.append(stream, 1, [noted(stream, 2)]);
        await fill(stream, 3, 3);
        expect(await store.append(stream, 'no-stream', [noted(stream, 0), noted(stream, 1)])).toEqual(created);
        expect(await store.append(stream, 1, [noted(stream, 2)])).toEqual(appended);
        expect(await all(store.readStream(stream))).toHaveLength(6);
      });

      it('recognises a retry after a restart', async () => {
        const stream = thing('a');
        const first = await store.append(stream, 'no-stream', [noted(stream, 0), noted(stream, 1)]);
        await store.close();
        store = await openStore();
        expect(await store.append(stream, 'no-stream', [noted(stream, 0), noted(stream, 1)])).toEqual(first);
        expect(await all(store.readStream(stream))).toHaveLength(2);
      });

      it('does not take a partial, reordered or longer repetition for a retry', async () => {
        const stream = thing('a');
        await store.append(stream, 'no-stream', [noted(stream, 0), noted(stream, 1)]);
        const repetitions = [
          [noted(stream, 1), noted(stream, 0)],
          [noted(stream, 0), noted(stream, 7)],
          [noted(stream, 0), noted(stream, 1), noted(stream, 2)],
        ];
        for (const events of repetitions) {
          await expect(store.append(stream, 'no-stream', events)).rejects.toBeInstanceOf(WrongExpectedRevision);
        }
        expect(await all(store.readStream(stream))).toHaveLength(2);
      });

      it('lets one of many who race for a revision win', async () => {
        const stream = thing('race');
        const racers = Array.from({ length: 20 }, (_, n) => store.append(stream, 'no-stream', [noted(stream, n)]));
        const results = await Promise.allSettled(racers);
        expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        for (const result of results) {
          if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(WrongExpectedRevision);
        }
        expect(await all(store.readStream(stream))).toHaveLength(1);
      });

      it('refuses no events, values JSON cannot hold and unknown types before anything is written', async () => {
        const stream = thing('a');
        await expect(store.append(stream, 'no-stream', [])).rejects.toThrow('at least one event');
        for (const value of [1n, NaN, [undefined], new Date(0)]) {
          const events = [noted(stream, 0), noted(stream, 1, 'ThingNoted.v2', { n: 1, value })];
          await expect(store.append(stream, 'no-stream', events)).rejects.toThrow('JSON cannot hold');
        }
        await expect(store.append(stream, 'no-stream', [noted(stream, 0, 'Unheard.v1')])).rejects.toBeInstanceOf(
          UnknownEventType,
        );
        expect(await store.head()).toBe(start);
      });
    });

    describe('chunks', () => {
      const chunkOf = (records: number): { head: object; columns: Record<string, unknown[]> } => {
        let seed = 42;
        const next = (): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648);
        const rows = Array.from({ length: records }, (_, index) => index);
        return {
          head: { fileId: 'f-1', records },
          columns: {
            line: rows.map((row) => row + 2),
            'a.random': rows.map(() => `${next().toString(36)}${next().toString(36)}${next().toString(36)}`),
          },
        };
      };

      const RECORDS_NEAR_LIMIT = 78_000;
      it('keeps a chunk near the size limit, whole', async () => {
        const stream = thing('chunk');
        const data = chunkOf(RECORDS_NEAR_LIMIT);
        const bytes = encodeChunk(data).byteLength;
        expect(bytes).toBeGreaterThan(0.9 * MAX_APPEND_BYTES);
        expect(bytes).toBeLessThanOrEqual(MAX_APPEND_BYTES);
        await store.append(stream, 'no-stream', [noted(stream, 0, 'ThingsCounted.v1', data)]);
        const [event] = await all(store.readStream(stream));
        expect(event?.data).toEqual(data);
      });

      it('refuses an append over the size limit, naming its size', async () => {
        const stream = thing('chunk');
        const big = { n: 0, note: 'x'.repeat(MAX_APPEND_BYTES / 2) };
        const events = [noted(stream, 0, 'ThingNoted.v2', big), noted(stream, 1, 'ThingNoted.v2', big)];
        const appending = store.append(stream, 'no-stream', events);
        await expect(appending).rejects.toBeInstanceOf(AppendTooLarge);
        await expect(appending).rejects.toMatchObject({ stream });
        expect(await all(store.readStream(stream))).toEqual([]);
      });

      it('takes exactly the limit', async () => {
        const stream = thing('chunk');
        const note = 'x'.repeat(MAX_APPEND_BYTES - '{"note":""}'.length);
        await store.append(stream, 'no-stream', [noted(stream, 0, 'ThingNoted.v2', { note })]);
        const [event] = await all(store.readStream(stream));
        expect((event?.data as { note: string }).note).toHaveLength(note.length);
      });
    });

    describe('reading a stream', () => {
      it('reads forward, backward, from a revision and up to a limit, also over page ends', async () => {
        const stream = thing('long');
        const events = Array.from({ length: 150 }, (_, n) => noted(stream, n));
        await store.append(stream, 'no-stream', events);
        const up = events.map((_, n) => n);
        expect(numbers(await all(store.readStream(stream)))).toEqual(up);
        expect(numbers(await all(store.readStream(stream, { direction: 'backward' })))).toEqual([...up].reverse());
        expect(numbers(await all(store.readStream(stream, { from: 70 })))).toEqual(up.slice(70));
        expect(numbers(await all(store.readStream(stream, { from: 70, limit: 3 })))).toEqual([70, 71, 72]);
        expect(numbers(await all(store.readStream(stream, { direction: 'backward', from: 70, limit: 3 })))).toEqual([
          70, 69, 68,
        ]);
        expect(await all(store.readStream(stream, { from: 150 }))).toEqual([]);
        expect(await all(store.readStream(stream, { limit: 0 }))).toEqual([]);
      });

      it('reads a stream that does not exist as empty', async () => {
        expect(await all(store.readStream(thing('nobody')))).toEqual([]);
        expect(await all(store.readStream(thing('nobody'), { direction: 'backward' }))).toEqual([]);
      });

      it('brings old versions to the newest', async () => {
        const stream = thing('old');
        await store.append(stream, 'no-stream', [noted(stream, 0, 'ThingNoted.v1', { n: 0 })]);
        const [event] = await all(store.readStream(stream));
        expect(event).toMatchObject({ type: 'ThingNoted.v2', data: { n: 0, note: 'old' } });
      });

      it('stops loudly at a type it does not know', async () => {
        const stream = thing('future');
        await store.append(stream, 'no-stream', [noted(stream, 0), noted(stream, 1, 'ThingForgotten.v1')]);
        const older = await openStore(new EventRegistry([{ type: 'ThingNoted.v2', encoding: 'json' }]));
        const seen: number[] = [];
        const reading = (async () => {
          for await (const event of older.readStream(stream)) seen.push(event.revision);
        })();
        await expect(reading).rejects.toBeInstanceOf(UnknownEventType);
        expect(seen).toEqual([0]);
        await expect(all(older.readAll({ after: start }))).rejects.toBeInstanceOf(UnknownEventType);
      });
    });

    describe('reading all', () => {
      const setUp = async (): Promise<void> => {
        for (let n = 0; n < 30; n += 1) {
          const stream = thing(String(n), n % 3 === 0 ? 'rare' : 'thing');
          await store.append(stream, 'no-stream', [
            noted(stream, n),
            noted(stream, n + 1000, 'ThingForgotten.v1', { n: n + 1000 }),
          ]);
        }
      };
      const read = async (filter?: LogFilter, more: object = {}): Promise<number[]> =>
        numbers(await all(store.readAll({ after: start, ...(filter === undefined ? {} : { filter }), ...more })));

      it('reads in the order of positions, forward and backward, after a position', async () => {
        await setUp();
        const forward = await all(store.readAll({ after: start }));
        const positions = forward.map(({ position }) => position);
        expect(forward).toHaveLength(60);
        expect(positions).toEqual([...positions].sort((a, b) => a - b));
        expect(await all(store.readAll({ after: positions[9]!, limit: 2 }))).toEqual(forward.slice(10, 12));
        const backward = await all(store.readAll({ direction: 'backward', limit: 60 }));
        expect(backward).toEqual([...forward].reverse());
        const before = await all(store.readAll({ direction: 'backward', after: positions[9]!, limit: 2 }));
        expect(before).toEqual([forward[8], forward[7]]);
        expect(await all(store.readAll({ after: await store.head() }))).toEqual([]);
      });

      it('finds an event by its position: it comes after the one before', async () => {
        await setUp();
        const forward = await all(store.readAll({ after: start }));
        const { position } = forward[9]!;
        expect(await all(store.readAll({ after: position - 1, limit: 1 }))).toEqual([forward[9]]);
        expect(await all(store.readAll({ after: position - 1 }))).toEqual(forward.slice(9));
        expect(await all(store.readAll({ after: position, limit: 1 }))).toEqual([forward[10]]);
      });

      it('filters by category, by type and by both', async () => {
        await setUp();
        const rare = [0, 3, 6, 9, 12, 15, 18, 21, 24, 27];
        expect(await read({ categories: ['rare'], types: ['ThingNoted.v2'] })).toEqual(rare);
        expect(await read({ categories: ['rare'] })).toEqual(rare.flatMap((n) => [n, n + 1000]));
        expect(await read({ types: ['ThingForgotten.v1'] })).toEqual(Array.from({ length: 30 }, (_, n) => n + 1000));
        expect(await read({ categories: ['rare', 'thing'], types: ['ThingForgotten.v1'] }, { limit: 2 })).toEqual([
          1000, 1001,
        ]);
        expect(await read({ categories: ['nobody'] })).toEqual([]);
        expect(await read({ types: [] })).toEqual([]);
      });

      it('finds old versions under the name of the newest', async () => {
        const stream = thing('old');
        await store.append(stream, 'no-stream', [noted(stream, 0, 'ThingNoted.v1', { n: 5 }), noted(stream, 1)]);
        expect(await read({ types: ['ThingNoted.v2'] })).toEqual([5, 1]);
      });
    });

    describe('subscribing', () => {
      /** Takes deliveries until `enough` says so; then the subscription is ended, and its end awaited. */
      const take = async (
        from: number,
        enough: (deliveries: readonly Delivery[]) => boolean,
        filter?: LogFilter,
        source = store,
      ): Promise<Delivery[]> => {
        const end = new AbortController();
        const deliveries: Delivery[] = [];
        const options = { after: from, signal: end.signal, ...(filter === undefined ? {} : { filter }) };
        for await (const delivery of source.subscribe(options)) {
          deliveries.push(delivery);
          if (enough(deliveries)) end.abort();
        }
        return deliveries;
      };
      const eventsOf = (deliveries: readonly Delivery[]): RecordedEvent[] =>
        deliveries.flatMap((delivery) => (delivery.kind === 'event' ? [delivery.event] : []));
      const caughtUp = (deliveries: readonly Delivery[]): boolean => {
        const last = deliveries.at(-1);
        return last?.kind === 'checkpoint' && last.caughtUp;
      };

      const lastCheckpoint = (deliveries: readonly Delivery[]): number => {
        const last = deliveries.at(-1);
        return last?.kind === 'checkpoint' ? last.position : 0;
      };

      it('catches up over many pages, then says so with the position of the head', async () => {
        const stream = thing('a');
        const events = Array.from({ length: 200 }, (_, n) => noted(stream, n));
        const { position } = await store.append(stream, 'no-stream', events);
        const deliveries = await take(start, caughtUp);
        expect(numbers(eventsOf(deliveries))).toEqual(events.map((_, n) => n));
        expect(deliveries.at(-1)).toEqual({ kind: 'checkpoint', position, caughtUp: true });
      });

      it('is caught up at once when there is nothing', async () => {
        expect(await take(start, caughtUp)).toEqual([{ kind: 'checkpoint', position: start, caughtUp: true }]);
      });

      it('is woken by an append', async () => {
        const stream = thing('a');
        const taken = take(start, (deliveries) => eventsOf(deliveries).length === 2);
        await store.append(stream, 'no-stream', [noted(stream, 0)]);
        await store.append(stream, 0, [noted(stream, 1)]);
        expect(numbers(eventsOf(await taken))).toEqual([0, 1]);
      });

      it('says how far the log reaches to one who wants no event', async () => {
        const stream = thing('a');
        // Whether the first checkpoint comes before or after the append is up to the adapter.
        const taken = take(start, (deliveries) => caughtUp(deliveries) && lastCheckpoint(deliveries) > start, {
          types: [],
        });
        const { position } = await store.append(stream, 'no-stream', [noted(stream, 0)]);
        const deliveries = await taken;
        expect(eventsOf(deliveries)).toEqual([]);
        expect(deliveries.at(-1)).toEqual({ kind: 'checkpoint', position, caughtUp: true });
      });

      it('sees the appends of another store on the same log', async () => {
        const other = await openStore();
        const stream = thing('a');
        const taken = take(start, (deliveries) => eventsOf(deliveries).length === 1);
        await other.append(stream, 'no-stream', [noted(stream, 7)]);
        expect(numbers(eventsOf(await taken))).toEqual([7]);
      });

      it('goes on after a restart where its checkpoint was', async () => {
        const stream = thing('a');
        await fill(stream, 5);
        const first = await take(start, (deliveries) => eventsOf(deliveries).length === 3);
        const seen = eventsOf(first).at(-1)!.position;
        await store.close();
        store = await openStore();
        await fill(stream, 2, 5);
        const second = await take(seen, caughtUp);
        expect(numbers(eventsOf(second))).toEqual([3, 4, 5, 6]);
      });

      it('ends without an error when it is aborted while it waits', async () => {
        const end = new AbortController();
        const kinds: string[] = [];
        for await (const delivery of store.subscribe({ after: start, signal: end.signal })) {
          kinds.push(delivery.kind);
          setImmediate(() => end.abort());
        }
        expect(kinds).toEqual(['checkpoint']);
      });

      it('refuses a position beyond the end of the log', async () => {
        const beyond = (await store.head()) + 1_000_000;
        await expect(take(beyond, caughtUp)).rejects.toThrow('beyond the end');
      });

      it.each([
        ['a category', { categories: ['rare'] }, [0, 1, 2]],
        ['types', { types: ['ThingForgotten.v1'] }, [2, 5]],
        ['both', { categories: ['rare'], types: ['ThingNoted.v2'] }, [0, 1]],
      ])('delivers %s alone, and checkpoints beyond what did not match', async (_, filter, wanted) => {
        const [rare, other] = [thing('a', 'rare'), thing('a')];
        const forgotten = (stream: string, n: number) => noted(stream, n, 'ThingForgotten.v1', { n });
        await store.append(rare, 'no-stream', [noted(rare, 0), noted(rare, 1), forgotten(rare, 2)]);
        await store.append(other, 'no-stream', [
          noted(other, 3),
          noted(other, 4),
          forgotten(other, 5),
          noted(other, 6),
        ]);
        const deliveries = await take(start, caughtUp, filter);
        expect(numbers(eventsOf(deliveries))).toEqual(wanted);
        expect(deliveries.at(-1)).toEqual({ kind: 'checkpoint', position: await store.head(), caughtUp: true });
        expectCheckpointsHonest(deliveries);
      });

      it('is ended by the close of the store', async () => {
        const deliveries: Delivery[] = [];
        for await (const delivery of store.subscribe({ after: start, signal: new AbortController().signal })) {
          deliveries.push(delivery);
          void store.close();
        }
        expect(deliveries).toHaveLength(1);
        await expect(async () => store.head()).rejects.toBeInstanceOf(LogUnavailable);
      });

      it.each([
        ['without a filter', undefined],
        ['with a sparse filter', { categories: ['rare'] }],
      ])('skips nothing and doubles nothing while many append at once, %s', async (_, filter) => {
        const writers = 8;
        const each = 40;
        const done = Promise.all(
          Array.from({ length: writers }, async (_unused, writer) => {
            const category = writer === 3 ? 'rare' : 'thing';
            const stream = thing(`w${writer}`, category);
            for (let n = 0; n < each; n += 1) {
              await store.append(stream, n === 0 ? 'no-stream' : n - 1, [noted(stream, n)]);
            }
          }),
        );
        const wanted = filter === undefined ? writers * each : each;
        const deliveries = await take(start, (taken) => eventsOf(taken).length >= wanted && caughtUp(taken), filter);
        await done;
        const positions = eventsOf(deliveries).map(({ position }) => position);
        expect(positions).toEqual(
          (await all(store.readAll({ after: start, ...(filter && { filter }) }))).map((e) => e.position),
        );
        expectCheckpointsHonest(deliveries);
      });

      /** Whatever a checkpoint says was delivered must have been delivered before it: nothing at or below comes after. */
      const expectCheckpointsHonest = (deliveries: readonly Delivery[]): void => {
        let passed = 0;
        for (const delivery of deliveries) {
          if (delivery.kind === 'checkpoint') {
            expect(delivery.position).toBeGreaterThanOrEqual(passed);
            passed = delivery.position;
          } else {
            expect(delivery.event.position).toBeGreaterThan(passed);
          }
        }
      };
    });

    describe('the chain of hashes', () => {
      it('links every event of a stream to the one before', async () => {
        const stream = thing('a');
        await fill(stream, 3);
        const events = await all(store.readStream(stream));
        expect(events[0]?.metadata.previousHash).toBe('0'.repeat(64));
        expect(events[1]?.metadata.previousHash).toBe(events[0]?.metadata.hash);
        expect(events[2]?.metadata.previousHash).toBe(events[1]?.metadata.hash);
        expect(new Set(events.map(({ metadata: { hash } }) => hash)).size).toBe(3);
      });

      it('is made of the bytes of the event alone, so that it is the same in every adapter', async () => {
        const stream = thing('a');
        const chunk = { head: { fileId: 'f' }, columns: { line: [1, 2] } };
        const appended = [noted(stream, 0), noted(stream, 1, 'ThingsCounted.v1', chunk), noted(stream, 2)];
        await store.append(stream, 'no-stream', appended.slice(0, 2));
        await store.append(stream, 1, appended.slice(2));
        const hashes = (await all(store.readStream(stream))).map(({ metadata: { hash } }) => hash);
        let previousHash = '0'.repeat(64);
        for (const [revision, event] of appended.entries()) {
          const data = encodeEventData(CONTRACT_REGISTRY, event.type, event.data);
          const { id, type } = event;
          previousHash = eventHash({
            previousHash,
            stream,
            revision,
            id,
            type,
            metadata: canonicalMetadata(event.metadata),
            data,
          });
          expect(hashes[revision]).toBe(previousHash);
        }
      });

      it('follows what stands in the log, also where a repeated append came with other bytes', async () => {
        const stream = thing('a', 'repeated');
        const chunk = (n: number, line: number[]) =>
          noted(stream, n, 'ThingsCounted.v1', { head: { n }, columns: { line } });
        await store.append(stream, 'no-stream', [chunk(0, [1])]);
        await store.append(stream, 0, [chunk(1, [1])]);
        const other = await openStore();
        const first = await other.append(stream, 1, [chunk(2, [1])]);
        expect(await store.append(stream, 1, [chunk(2, [1, 2, 3])])).toEqual(first);
        await store.append(stream, 2, [chunk(3, [1])]);
        const events = await all(store.readStream(stream));
        expect(events[3]?.metadata.previousHash).toBe(events[2]?.metadata.hash);
      });
    });
  });
}
