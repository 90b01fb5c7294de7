import {
  DeadlineExceededError,
  EventStoreDBClient,
  NO_STREAM,
  NotLeaderError,
  START,
  UnavailableError,
} from '@eventstore/db-client';
import { EventStoreDbDouble } from '../../src/tools/eventstoredb-double/eventstoredb-double.js';
import { append, counted, countedTo, credentials, newStream, numbersOf, rejection, until } from './eventstoredb.rig.js';
import { watch } from './eventstoredb.subscriptions.contract.js';

/** Long enough for a call that is answered, short enough to wait for. */
const DEADLINE_MS = 300;

/** What is still running after so long would run for ever. */
const A_WHILE_MS = 150;
const aWhile = () => new Promise((resolve) => setTimeout(resolve, A_WHILE_MS));

describe('faults of the EventStoreDB double', () => {
  let double: EventStoreDbDouble;
  let client: EventStoreDBClient;
  let stream: string;

  beforeEach(async () => {
    double = await EventStoreDbDouble.start({ port: 0 });
    client = EventStoreDBClient.connectionString(double.connectionString);
    stream = newStream();
  });
  afterEach(async () => {
    await client.dispose();
    await double.stop();
  });

  const appendInTime = (events = [counted(0)], expectedRevision: bigint | typeof NO_STREAM = NO_STREAM) =>
    client.appendToStream(stream, events, { expectedRevision, credentials, deadline: DEADLINE_MS });
  const stored = () => numbersOf(client.readStream(stream));
  const missing = { type: 'stream-not-found' };

  describe('an append', () => {
    it.each([
      ['the connection cut', 'cut', UnavailableError],
      ['silence', 'silence', DeadlineExceededError],
    ] as const)('loses its answer by %s: it is written, and recognised when repeated', async (_what, how, kind) => {
      const lost = double.faults.add({ on: 'append', effect: { kind: 'lose-answer', how } });
      const events = countedTo(2);
      expect(await rejection(appendInTime(events))).toBeInstanceOf(kind);
      expect(lost.struck).toBe(1);
      expect(await stored()).toEqual([0, 1]);
      expect(await appendInTime(events)).toMatchObject({ success: true, nextExpectedRevision: 1n });
      expect(await stored()).toEqual([0, 1]);
    });

    it.each([
      ['the connection cut', { kind: 'cut' }, { type: 'unavailable', code: 14 }],
      ['a hang', { kind: 'hang' }, { type: 'deadline-exceeded', code: 4 }],
      ['RESOURCE_EXHAUSTED', { kind: 'refuse', status: 'RESOURCE_EXHAUSTED' }, { type: 'unknown', code: 8 }],
      ['UNAVAILABLE', { kind: 'refuse', status: 'UNAVAILABLE', message: 'Server Is Not Ready' }, { code: 14 }],
      ['a time-out of the server', { kind: 'refuse', status: 'ABORTED' }, { type: 'timeout', code: 10 }],
    ] as const)('fails by %s before the write: nothing is written, the next one is', async (_what, effect, failure) => {
      const fault = double.faults.add({ on: 'append', effect });
      expect(await rejection(appendInTime())).toMatchObject(failure);
      await fault.hasStruck();
      await expect(stored()).rejects.toMatchObject(missing);
      expect(await appendInTime()).toMatchObject({ success: true });
    });

    it('is slow as told, and is not written once its caller has given up', async () => {
      double.faults.add({ on: 'append', effect: { kind: 'delay', ms: A_WHILE_MS } });
      const started = Date.now();
      await appendInTime();
      expect(Date.now() - started).toBeGreaterThanOrEqual(A_WHILE_MS - 5);
      double.faults.add({ on: 'append', effect: { kind: 'delay', ms: 2 * DEADLINE_MS } });
      expect(await rejection(appendInTime([counted(1)], 0n))).toBeInstanceOf(DeadlineExceededError);
      await new Promise((resolve) => setTimeout(resolve, 2 * DEADLINE_MS));
      expect(await stored()).toEqual([0]);
    });

    it('is sent to the leader by a node that is none any more; the client goes there', async () => {
      const leader = await EventStoreDbDouble.start({ port: 0 });
      const effect = { kind: 'not-leader', host: '127.0.0.1', port: leader.port } as const;
      double.faults.add({ on: 'append', effect });
      const refusal = await rejection(appendInTime());
      expect(refusal).toBeInstanceOf(NotLeaderError);
      expect(refusal).toMatchObject({ type: 'not-leader', leader: { address: '127.0.0.1', port: leader.port } });
      await appendInTime();
      expect([double.faults.callsOf('append'), leader.faults.callsOf('append')]).toEqual([1, 1]);
      await leader.stop();
    });
  });

  describe('a read', () => {
    beforeEach(() => append(client, stream, countedTo(100), NO_STREAM));

    const readUntilItFails = async (): Promise<{ read: number[]; failure: unknown }> => {
      const read: number[] = [];
      try {
        for await (const { event } of client.readStream(stream)) read.push((event?.data as { n: number }).n);
        return { read, failure: undefined };
      } catch (failure) {
        return { read, failure };
      }
    };

    it.each([0, 3, 99])('is cut after %d events, and whole the next time', async (afterEvents) => {
      double.faults.add({ on: 'read', effect: { kind: 'cut', afterEvents } });
      const { read, failure } = await readUntilItFails();
      expect(failure).toMatchObject({ type: 'unavailable', code: 14 });
      expect(read).toEqual(Array.from({ length: afterEvents }, (_, n) => n));
      expect((await readUntilItFails()).read).toHaveLength(100);
    });

    it.each([
      ['hangs before the first event', { kind: 'hang' }, 0],
      ['goes silent after 3', { kind: 'go-silent', afterEvents: 3 }, 3],
    ] as const)('%s, and no deadline ends it', async (_what, effect, delivered) => {
      const fault = double.faults.add({ on: 'read', effect });
      const seen: string[] = [];
      const reading = client.readStream(stream, { deadline: DEADLINE_MS });
      reading.on('data', () => seen.push('event'));
      for (const what of ['end', 'error']) reading.on(what, () => seen.push(what));
      await fault.hasStruck();
      await new Promise((resolve) => setTimeout(resolve, 2 * DEADLINE_MS));
      expect(seen).toEqual(Array.from({ length: delivered }, () => 'event'));
      await reading.cancel();
    });

    it('is refused with the status told', async () => {
      double.faults.add({ on: 'read', effect: { kind: 'refuse', status: 'RESOURCE_EXHAUSTED' } });
      expect((await readUntilItFails()).failure).toMatchObject({ code: 8 });
    });
  });

  describe('a subscription', () => {
    it('is cut: one error, no end, and it does not come back by itself', async () => {
      await append(client, stream, countedTo(3), NO_STREAM);
      double.faults.add({ on: 'subscription', effect: { kind: 'cut', afterEvents: 2 } });
      const { said } = watch(client, stream, { fromPosition: START });
      await until('the error', () => said.includes('error unavailable'));
      await append(client, stream, [counted(3)], 2n);
      await aWhile();
      expect(said).toEqual(['event 0', 'event 1', 'error unavailable']);
      const again = watch(client, stream, { fromPosition: START });
      await until('all of them', () => again.said.includes('caughtUp'));
      expect(again.said).toEqual(['event 0', 'event 1', 'event 2', 'event 3', 'caughtUp']);
    });

    it('goes silent: open, but no event, no checkpoint, no error any more', async () => {
      const fault = double.faults.add({ on: 'subscription', effect: { kind: 'go-silent', afterEvents: 1 } });
      const { said, subscription } = watch(client, stream, { window: 1 });
      await fault.hasStruck();
      await append(client, stream, [counted(0)], NO_STREAM);
      await until('the first event', () => said.includes('event 0'));
      const before = [...said];
      for (let n = 0; n < 40; n += 1) await append(client, stream, [counted(n + 1)], BigInt(n));
      await aWhile();
      expect(said).toEqual(before);
      await subscription.unsubscribe();
    });

    it.each([
      ['silent from the start', { kind: 'go-silent' }, []],
      ['hanging', { kind: 'hang' }, []],
      ['refused', { kind: 'refuse', status: 'UNAVAILABLE' }, ['error unavailable']],
      ['sent to the leader', { kind: 'not-leader', host: '127.0.0.1', port: 1 }, ['error not-leader']],
    ] as const)('is %s', async (_what, effect, expected) => {
      await append(client, stream, countedTo(3), NO_STREAM);
      const fault = double.faults.add({ on: 'subscription', effect });
      const { said, subscription } = watch(client, stream);
      await fault.hasStruck();
      await aWhile();
      expect(said).toEqual(expected);
      await subscription.unsubscribe();
    });
  });
});
