import { setTimeout as sleep } from 'node:timers/promises';
import { EventStoreDbEventStore } from '../../src/shared/event-store/adapters/eventstoredb/eventstoredb-event-store.js';
import {
  LogUnavailable,
  WrongExpectedRevision,
  type Appended,
  type Delivery,
  type EventToAppend,
  type LogFilter,
} from '../../src/shared/event-store/event-store.port.js';
import { streamName } from '../../src/shared/kernel/stream-name.js';
import { EventStoreDbDouble } from '../../src/tools/eventstoredb-double/eventstoredb-double.js';
import type { FaultEffect } from '../../src/tools/eventstoredb-double/faults.js';
import { CONTRACT_REGISTRY, noted } from './event-store.contract.js';
import { until } from './eventstoredb.rig.js';

/** Short, so that what takes half a minute with a real server takes a second here. */
const TIMINGS = { boot: 5_000, attempt: 400, total: 6_000, silence: 400, poll: 150 };

const stream = streamName('thing', 'main', 'a');

function numbered(from: number, count: number, on = stream): EventToAppend[] {
  return Array.from({ length: count }, (_, n) => noted(on, from + n));
}

function numberOf(event: { readonly data: unknown }): number {
  return (event.data as { n: number }).n;
}

async function numbersIn(events: AsyncIterable<{ readonly data: unknown }>): Promise<number[]> {
  const numbers: number[] = [];
  for await (const event of events) numbers.push(numberOf(event));
  return numbers;
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}

describe('the EventStoreDB adapter, when the server or the way to it fails', () => {
  let double: EventStoreDbDouble;
  let store: EventStoreDbEventStore;
  const stores: EventStoreDbEventStore[] = [];

  const open = async (timings: Partial<typeof TIMINGS> = {}): Promise<EventStoreDbEventStore> => {
    const { connectionString } = double;
    const registry = CONTRACT_REGISTRY;
    const opened = await EventStoreDbEventStore.open({
      connectionString,
      registry,
      timings: { ...TIMINGS, ...timings },
    });
    stores.push(opened);
    return opened;
  };
  const fill = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n += 1) await store.append(stream, n === 0 ? 'no-stream' : n - 1, numbered(n, 1));
  };

  beforeEach(async () => {
    double = await EventStoreDbDouble.start({ port: 0 });
    store = await open();
  });
  afterEach(async () => {
    for (const each of stores.splice(0)) await each.close();
    await double.stop();
  });

  describe('appending', () => {
    const effects: [string, FaultEffect][] = [
      ['the answer is lost with the connection after the write', { kind: 'lose-answer', how: 'cut' }],
      ['the answer never comes after the write', { kind: 'lose-answer', how: 'silence' }],
      ['the connection is cut before the write', { kind: 'cut' }],
      ['the server takes its time', { kind: 'delay', ms: 250 }],
      ['the server takes longer than one attempt may', { kind: 'delay', ms: 700 }],
      ['the server hangs', { kind: 'hang' }],
      ['the server has no more resources', { kind: 'refuse', status: 'RESOURCE_EXHAUSTED' }],
      ['the server starts', { kind: 'refuse', status: 'UNAVAILABLE' }],
      ['the server times out inside', { kind: 'refuse', status: 'ABORTED' }],
      ['the server ends the call', { kind: 'refuse', status: 'CANCELLED' }],
      ['the server fails inside', { kind: 'refuse', status: 'UNKNOWN', message: 'Exception was thrown by handler.' }],
    ];
    it.each(effects)('writes exactly once when %s', async (_, effect) => {
      await fill(2);
      const fault = double.faults.add({ on: 'append', effect, times: 2 });
      const appended = await store.append(stream, 1, numbered(2, 3));
      expect(fault.struck).toBeGreaterThan(0);
      expect(appended.revision).toBe(4);
      expect(await numbersIn(store.readStream(stream))).toEqual([0, 1, 2, 3, 4]);
      await expect(store.append(stream, 1, numbered(2, 3))).resolves.toEqual(appended);
      expect(await store.verifyChain(stream)).toMatchObject({ intact: true, events: 5 });
    });

    it('goes to the node that leads now', async () => {
      await fill(1);
      const leader = { host: '127.0.0.1', port: double.port };
      const fault = double.faults.add({ on: ['append', 'read'], effect: { kind: 'not-leader', ...leader }, times: 3 });
      await store.append(stream, 0, numbered(1, 1));
      expect(fault.struck).toBeGreaterThan(0);
      expect(await numbersIn(store.readStream(stream))).toEqual([0, 1]);
    });

    it('outlasts a restart of the server', async () => {
      await fill(1);
      await double.halt();
      const appending = store.append(stream, 0, numbered(1, 1));
      await sleep(300);
      await double.resume();
      expect(await appending).toMatchObject({ revision: 1 });
      expect(await numbersIn(store.readStream(stream))).toEqual([0, 1]);
    });

    it.each([
      ['was written', { kind: 'lose-answer', how: 'silence' } as const, [0, 1]],
      ['was not written', { kind: 'hang' } as const, [0]],
    ])(
      'says within its time that the outcome is unknown; the same again finds out that it %s',
      async (_, effect, then) => {
        const impatient = await open({ total: 1_000 });
        await fill(1);
        const first = double.faults.add({ on: 'append', effect });
        const refuse = { kind: 'refuse', status: 'UNAVAILABLE' } as const;
        const others = double.faults.add({ on: 'append', effect: refuse, times: Infinity });
        const started = performance.now();
        await expect(impatient.append(stream, 0, numbered(1, 1))).rejects.toBeInstanceOf(LogUnavailable);
        expect(performance.now() - started).toBeLessThan(3_000);
        expect(first.struck).toBe(1);
        // The last attempt may have been given up while it was on its way: it is to be refused as well.
        await sleep(250);
        others.remove();
        expect(await numbersIn(impatient.readStream(stream))).toEqual(then);
        expect(await impatient.append(stream, 0, numbered(1, 1))).toMatchObject({ revision: 1 });
        expect(await numbersIn(impatient.readStream(stream))).toEqual([0, 1]);
      },
    );

    it('sees the conflict when somebody else was first while the outcome was unknown', async () => {
      await fill(1);
      const other = await open();
      const fault = double.faults.add({ on: 'append', effect: { kind: 'delay', ms: 900 } });
      const appending = store.append(stream, 0, numbered(1, 1));
      await fault.hasStruck();
      await other.append(stream, 0, [noted(stream, 7)]);
      await expect(appending).rejects.toMatchObject({ name: 'WrongExpectedRevision', actual: 1 });
      expect(await numbersIn(store.readStream(stream))).toEqual([0, 7]);
    });

    it('ends soon when the store is closed while the server is away', async () => {
      await fill(1);
      await double.halt();
      const appending = store.append(stream, 0, numbered(1, 1)).catch((error: unknown) => error);
      await sleep(100);
      const started = performance.now();
      await store.close();
      expect(performance.now() - started).toBeLessThan(1_500);
      expect(await appending).toBeInstanceOf(LogUnavailable);
      await double.resume();
    });

    it('outlasts a cluster without a leader, also when a call breaks while the leader is searched', async () => {
      const unheard: unknown[] = [];
      const note = (reason: unknown): void => void unheard.push(reason);
      process.on('unhandledRejection', note);
      try {
        const connectionString = `esdb+discover://127.0.0.1:${double.port}?tls=false&maxDiscoverAttempts=3&discoveryInterval=50`;
        const clustered = await EventStoreDbEventStore.open({
          connectionString,
          registry: CONTRACT_REGISTRY,
          timings: TIMINGS,
        });
        stores.push(clustered);
        const names = upTo(3).map((n) => streamName('thing', 'main', `c${n}`));
        const append = (n: number): Promise<Appended> =>
          clustered.append(names[n]!, 'no-stream', numbered(n, 1, names[n]));
        const hanging = double.faults.add({ on: 'append', effect: { kind: 'hang' } });
        const appending = [append(0)];
        await hanging.hasStruck();
        // The next call is refused, so the client searches the leader; the search fails while the first call breaks.
        const down = { kind: 'refuse', status: 'UNAVAILABLE' } as const;
        const leaderless = double.faults.add({ on: 'gossip', effect: down, times: Infinity });
        double.faults.add({ on: 'append', effect: down });
        appending.push(append(1), append(2));
        await leaderless.hasStruck();
        double.cutConnections();
        await leaderless.hasStruck(4);
        leaderless.remove();
        await Promise.all(appending);
        for (const [n, name] of names.entries()) expect(await numbersIn(clustered.readStream(name))).toEqual([n]);
        expect(unheard).toEqual([]);
      } finally {
        process.off('unhandledRejection', note);
      }
    });

    it('keeps every one of many appends under way, once and in order, while connections are cut and answers lost', async () => {
      const writers = 8;
      const each = 25;
      const streams = upTo(writers).map((writer) => streamName('thing', 'main', `w${writer}`));
      let sent = 0;
      double.faults.add({
        on: 'append',
        effect: { kind: 'lose-answer', how: 'cut' },
        times: Infinity,
        when: () => (sent += 1) % 7 === 0,
      });
      const cutting = setInterval(() => double.cutConnections(), 60);
      try {
        await Promise.all(
          streams.map(async (name) => {
            for (let n = 0; n < each; n += 1) {
              const appended = await store.append(name, n === 0 ? 'no-stream' : n - 1, numbered(n, 1, name));
              expect(appended.revision).toBe(n);
            }
          }),
        );
      } finally {
        clearInterval(cutting);
      }
      double.faults.clear();
      for (const name of streams) {
        expect(await numbersIn(store.readStream(name))).toEqual(upTo(each));
        expect(await store.verifyChain(name)).toMatchObject({ intact: true, events: each });
      }
    });
  });

  describe('reading', () => {
    const effects: [string, FaultEffect][] = [
      ['the connection is cut at once', { kind: 'cut' }],
      ['the connection is cut in the middle of a page', { kind: 'cut', afterEvents: 30 }],
      ['the server hangs', { kind: 'hang' }],
      ['the server falls silent in the middle of a page', { kind: 'go-silent', afterEvents: 30 }],
      ['the server has no more resources', { kind: 'refuse', status: 'RESOURCE_EXHAUSTED' }],
      ['the server is slow', { kind: 'delay', ms: 200 }],
    ];
    it.each(effects)('misses nothing and doubles nothing when %s', async (_, effect) => {
      await store.append(stream, 'no-stream', numbered(0, 100));
      for (const read of [
        () => store.readStream(stream),
        () => store.readAll(),
        () => store.readAll({ filter: { types: ['ThingNoted.v2'] } }),
      ]) {
        const fault = double.faults.add({ on: 'read', effect });
        expect(await numbersIn(read())).toEqual(upTo(100));
        expect(fault.struck).toBe(1);
        fault.remove();
      }
    });

    it('finds the event of a position although the first answer to a place without record is a failure', async () => {
      const { position } = await store.append(stream, 'no-stream', numbered(0, 1));
      const events = await numbersIn(store.readAll({ after: position - 1, filter: { categories: ['thing'] } }));
      expect(events).toEqual([0]);
    });

    it('says at once that no event stands at a position of another log', async () => {
      await store.append(stream, 'no-stream', numbered(0, 1));
      await store.append(stream, 0, [noted(stream, 1)]);
      const { position } = await store.append(stream, 1, [noted(stream, 2)]);
      const strange = position - 50;
      const reading = numbersIn(store.readAll({ after: strange }));
      await expect(reading).rejects.toThrow('No event of the log stands at or right after position');
      const subscription = store.subscribe({ after: strange, signal: new AbortController().signal });
      await expect(subscription[Symbol.asyncIterator]().next()).rejects.toThrow('was saved for');
    });

    it('waits for a search that takes long on a server that lives', async () => {
      await store.append(stream, 'no-stream', numbered(0, 3));
      // Every other read: the search itself, not the question in between whether the server lives.
      const before = double.faults.callsOf('read');
      const when = ({ number }: { number: number }): boolean => (number - before) % 2 === 1;
      const fault = double.faults.add({ on: 'read', effect: { kind: 'delay', ms: 1_000 }, times: Infinity, when });
      expect(await numbersIn(store.readAll({ filter: { categories: ['thing'] } }))).toEqual([0, 1, 2]);
      expect(fault.struck).toBe(3);
    });

    it('ends within its time when the server stays away', async () => {
      const impatient = await open({ total: 700 });
      await double.halt();
      const started = performance.now();
      await expect(numbersIn(impatient.readStream(stream))).rejects.toBeInstanceOf(LogUnavailable);
      await expect(impatient.head()).rejects.toBeInstanceOf(LogUnavailable);
      expect(performance.now() - started).toBeLessThan(4_000);
    });
  });

  describe('a subscription', () => {
    interface Reader {
      readonly deliveries: Delivery[];
      numbers(): number[];
      end(): Promise<void>;
    }
    const subscribe = (filter?: LogFilter, source = store, after = 0): Reader => {
      const end = new AbortController();
      const deliveries: Delivery[] = [];
      const options = { after, signal: end.signal, ...(filter && { filter }) };
      const reading = (async () => {
        for await (const delivery of source.subscribe(options)) deliveries.push(delivery);
      })();
      return {
        deliveries,
        numbers: () => deliveries.flatMap((each) => (each.kind === 'event' ? [numberOf(each.event)] : [])),
        end: async () => {
          end.abort();
          await reading;
        },
      };
    };
    const expectHonest = ({ deliveries }: Reader): void => {
      let passed = 0;
      for (const delivery of deliveries) {
        const position = delivery.kind === 'event' ? delivery.event.position : delivery.position;
        if (delivery.kind === 'event') expect(position).toBeGreaterThan(passed);
        else expect(position).toBeGreaterThanOrEqual(passed);
        passed = position;
      }
    };

    it.each<[string, (running: EventStoreDbDouble) => Promise<void> | void]>([
      ['the live subscription falls silent', () => undefined],
      ['connections are cut', (running) => running.cutConnections()],
      ['the server is restarted', (running) => running.restart()],
    ])('misses nothing and doubles nothing when %s', async (_, strike) => {
      const writer = await open();
      const silent = double.faults.add({ on: 'subscription', effect: { kind: 'go-silent' }, times: 2 });
      const all = subscribe();
      const sparse = subscribe({ categories: ['rare'] });
      await silent.hasStruck();
      const rare = streamName('rare', 'main', 'a');
      for (let n = 0; n < 40; n += 1) {
        await writer.append(stream, n === 0 ? 'no-stream' : n - 1, numbered(n, 1));
        if (n % 10 === 9) await writer.append(rare, n === 9 ? 'no-stream' : (n - 9) / 10 - 1, numbered(n, 1, rare));
        if (n % 13 === 12) await strike(double);
      }
      await until('everything is delivered', () => all.numbers().length >= 44 && sparse.numbers().length >= 4);
      await all.end();
      await sparse.end();
      expect(all.numbers().filter((n, index, list) => list.indexOf(n) === index)).toEqual(upTo(40));
      expect(all.numbers()).toHaveLength(44);
      expect(sparse.numbers()).toEqual([9, 19, 29, 39]);
      expectHonest(all);
      expectHonest(sparse);
    });

    it('opens its silent live subscription anew, and is woken again without waiting for the poll', async () => {
      const patient = await open({ poll: 700 });
      const writer = await open();
      const silent = double.faults.add({ on: 'subscription', effect: { kind: 'go-silent' } });
      const reader = subscribe(undefined, patient);
      await silent.hasStruck();
      let appended = 0;
      const grow = async (): Promise<void> => {
        await writer.append(stream, appended === 0 ? 'no-stream' : appended - 1, numbered(appended, 1));
        appended += 1;
      };
      while (double.faults.callsOf('subscription') < 2 && appended < 100) {
        await grow();
        await sleep(50);
      }
      expect(double.faults.callsOf('subscription')).toBe(2);
      await until('everything is delivered', () => reader.numbers().length === appended);
      await sleep(50);
      const started = performance.now();
      await grow();
      await until('the next is delivered', () => reader.numbers().length === appended);
      expect(performance.now() - started).toBeLessThan(350);
      await reader.end();
      expect(reader.numbers()).toEqual(upTo(appended));
    });

    it('is delivered a burst that the server drops live subscribers on', async () => {
      const writer = await open();
      const reader = subscribe();
      await until('it is caught up', () => reader.deliveries.length > 0);
      for (let n = 0; n < 5; n += 1)
        await writer.append(stream, n === 0 ? 'no-stream' : n * 60 - 1, numbered(n * 60, 60));
      await until('the burst is delivered', () => reader.numbers().length >= 300);
      await reader.end();
      expect(reader.numbers()).toEqual(upTo(300));
      expectHonest(reader);
    });

    it('goes on where its checkpoint was, in another process after all', async () => {
      await store.append(stream, 'no-stream', numbered(0, 20));
      const first = subscribe();
      await until('ten are seen', () => first.numbers().length >= 10);
      await first.end();
      const saved = first.deliveries.at(-1);
      const position = saved?.kind === 'event' ? saved.event.position : (saved?.position ?? 0);
      await double.restart();
      const next = await open();
      await next.append(stream, 19, numbered(20, 5));
      const second = subscribe(undefined, next, position);
      await until('the rest is seen', () => second.numbers().at(-1) === 24);
      await second.end();
      expect([...first.numbers(), ...second.numbers()]).toEqual(upTo(25));
    });

    it('shares one live subscription with all others of its store', async () => {
      const readers = upTo(12).map(() => subscribe());
      await store.append(stream, 'no-stream', numbered(0, 1));
      await until('all have it', () => readers.every((reader) => reader.numbers().length === 1));
      for (const reader of readers) await reader.end();
      expect(double.faults.callsOf('subscription')).toBe(1);
    });

    it('outlasts an outage longer than any append would, and ends at once when it is told to', async () => {
      const impatient = await open({ total: 300 });
      const reader = subscribe(undefined, impatient);
      await until('it is caught up', () => reader.deliveries.length > 0);
      await double.halt();
      await sleep(1_200);
      await double.resume();
      await store.append(stream, 'no-stream', numbered(0, 1));
      await until('it goes on', () => reader.numbers().length === 1);
      await double.halt();
      const started = performance.now();
      await reader.end();
      expect(performance.now() - started).toBeLessThan(500);
      await double.resume();
    });

    it('refuses to start on a log that was restored from an older copy', async () => {
      const appended: Appended = await store.append(stream, 'no-stream', numbered(0, 1));
      const older = await EventStoreDbDouble.start({ port: 0 });
      const { connectionString } = older;
      const restored = await EventStoreDbEventStore.open({ connectionString, registry: CONTRACT_REGISTRY });
      try {
        const subscription = restored.subscribe({ after: appended.position, signal: new AbortController().signal });
        await expect(subscription[Symbol.asyncIterator]().next()).rejects.toThrow('beyond the end of the log');
      } finally {
        await restored.close();
        await older.stop();
      }
    });
  });

  it('keeps streams of others apart: by its prefix, and by names that are not its own', async () => {
    const options = { connectionString: double.connectionString, registry: CONTRACT_REGISTRY, timings: TIMINGS };
    const shared = await EventStoreDbEventStore.open({ ...options, streamPrefix: 'billing.' });
    stores.push(shared);
    await store.append(stream, 'no-stream', numbered(0, 2));
    await shared.append(stream, 'no-stream', numbered(10, 1));
    const filters: LogFilter[] = [{}, { types: ['ThingNoted.v2'] }, { categories: ['thing'] }];
    for (const filter of filters) {
      expect(await numbersIn(store.readAll({ filter }))).toEqual([0, 1]);
      expect(await numbersIn(shared.readAll({ filter }))).toEqual([10]);
    }
    expect(await numbersIn(shared.readStream(stream))).toEqual([10]);
    await expect(shared.append(stream, 1, numbered(11, 1))).rejects.toBeInstanceOf(WrongExpectedRevision);
  });
});
