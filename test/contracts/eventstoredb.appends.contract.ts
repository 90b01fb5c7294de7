import {
  ANY,
  binaryEvent,
  MaxAppendSizeExceededError,
  NO_STREAM,
  STREAM_EXISTS,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import type { EventStoreDBClient } from '@eventstore/db-client';
import { append, counted, countedTo, newStream, numbersOf, rejection, withServer } from './eventstoredb.rig.js';
import type { ServerUnderTest } from './eventstoredb.rig.js';

const MAX_APPEND_SIZE = 1_048_576;

const bytes = (length: number) =>
  binaryEvent({ type: 'Bytes', data: new Uint8Array(length), metadata: new Uint8Array(5_000).fill(200) });

/** What the real server was seen to do with appends on the client's stream path. */
export function appendsContract(name: string, start: () => Promise<ServerUnderTest>): void {
  describe(`appends: ${name}`, () => {
    let client: EventStoreDBClient;
    withServer(start, (connected) => (client = connected));

    it('answers revision and position of the last event, which ascend', async () => {
      const stream = newStream();
      const first = await append(client, stream, countedTo(3), NO_STREAM);
      expect(first).toEqual({
        success: true,
        nextExpectedRevision: 2n,
        position: { commit: expect.any(BigInt), prepare: first.position?.commit },
      });
      const second = await append(client, stream, [counted(3)], 2n);
      expect(second.nextExpectedRevision).toBe(3n);
      expect(second.position!.commit).toBeGreaterThan(first.position!.commit);
    });

    it.each([
      ['an exact revision behind the last', 0n, 2n],
      ['an exact revision beyond the last', 7n, 2n],
      ['no_stream', NO_STREAM, 2n],
    ] as const)('refuses %s, and says where the stream stands', async (_what, expected, actual) => {
      const stream = newStream();
      await append(client, stream, countedTo(3), NO_STREAM);
      const refusal = await rejection(append(client, stream, [counted(3)], expected));
      expect(refusal).toBeInstanceOf(WrongExpectedVersionError);
      expect(refusal).toMatchObject({ type: 'wrong-expected-version', streamName: stream, message: '' });
      expect(refusal).toMatchObject({ expectedVersion: expected, actualVersion: actual });
    });

    it.each([
      ['an exact revision', 0n],
      ['stream_exists', STREAM_EXISTS],
    ] as const)('refuses %s where there is no stream', async (_what, expected) => {
      const refusal = await rejection(append(client, newStream(), [counted(0)], expected));
      expect(refusal).toMatchObject({ expectedVersion: expected, actualVersion: 'no_stream' });
    });

    it('recognises the same ids at the same revision, whatever came later and whatever else is in them', async () => {
      const stream = newStream();
      const events = countedTo(2);
      const written = await append(client, stream, events, NO_STREAM);
      await append(client, stream, countedTo(50), 1n);
      expect(await append(client, stream, events, NO_STREAM)).toEqual(written);
      const otherData = events.map(({ id }) => counted(99, id));
      expect(await append(client, stream, otherData, NO_STREAM)).toEqual(written);
      expect(await numbersOf(client.readStream(stream, { maxCount: 2 }))).toEqual([0, 1]);
    });

    it('recognises the first part of an earlier append, and answers where that part ended', async () => {
      const stream = newStream();
      const [first, second] = countedTo(2);
      const written = await append(client, stream, [first!, second!], NO_STREAM);
      const part = await append(client, stream, [first!], NO_STREAM);
      expect(part.nextExpectedRevision).toBe(0n);
      expect(part.position!.commit).toBeLessThan(written.position!.commit);
    });

    it('refuses more, others, or another order of the same ids, and writes nothing', async () => {
      const stream = newStream();
      const [first, second, third] = countedTo(3);
      await append(client, stream, [first!, second!], NO_STREAM);
      for (const events of [[first!, second!, third!], [second!, first!], [second!]]) {
        const refusal = await rejection(append(client, stream, events, NO_STREAM));
        expect(refusal).toMatchObject({ expectedVersion: 'no_stream', actualVersion: 1n });
      }
      expect(await numbersOf(client.readStream(stream))).toEqual([0, 1]);
    });

    it('takes ids for new ones at the revision where the stream stands: they are no unique key', async () => {
      const stream = newStream();
      const events = countedTo(2);
      await append(client, stream, events, NO_STREAM);
      expect((await append(client, stream, events, 1n)).nextExpectedRevision).toBe(3n);
      const twice = counted(2);
      expect((await append(client, stream, [twice, twice], 3n)).nextExpectedRevision).toBe(5n);
    });

    it('remembers ids for "any" and "stream_exists"', async () => {
      const stream = newStream();
      const [first, second] = countedTo(2);
      const written = await append(client, stream, [first!], ANY);
      expect(await append(client, stream, [first!], ANY)).toEqual(written);
      expect(await append(client, stream, [first!], STREAM_EXISTS)).toEqual(written);
      const refusal = await rejection(append(client, stream, [first!, second!], ANY));
      expect(refusal).toMatchObject({ expectedVersion: 'any', actualVersion: 0n });
    });

    it('answers an append without events as done, and there is no stream', async () => {
      const stream = newStream();
      const answer = await append(client, stream, [], NO_STREAM);
      expect(answer).toMatchObject({ success: true, nextExpectedRevision: 0n });
      await expect(numbersOf(client.readStream(stream))).rejects.toMatchObject({ type: 'stream-not-found' });
    });

    it('takes exactly the limit in data; metadata and the number of events do not count', async () => {
      const stream = newStream();
      expect((await append(client, stream, [bytes(MAX_APPEND_SIZE)], NO_STREAM)).success).toBe(true);
      const many = Array.from({ length: 1_000 }, () => bytes(1_000));
      expect((await append(client, stream, many, 0n)).nextExpectedRevision).toBe(1_000n);
    });

    it('refuses a byte more, in one event or in two, and writes nothing', async () => {
      const stream = newStream();
      for (const events of [[bytes(MAX_APPEND_SIZE + 1)], [bytes(MAX_APPEND_SIZE), bytes(1)]]) {
        const refusal = await rejection(append(client, stream, events, NO_STREAM));
        expect(refusal).toBeInstanceOf(MaxAppendSizeExceededError);
        expect(refusal).toMatchObject({ code: 3, maxAppendSize: MAX_APPEND_SIZE });
      }
      await expect(numbersOf(client.readStream(stream))).rejects.toMatchObject({ type: 'stream-not-found' });
    });

    it('fails with RESOURCE_EXHAUSTED for a message over 16 MB', async () => {
      const refusal = await rejection(append(client, newStream(), [bytes(17_000_000)], NO_STREAM));
      expect(refusal).toMatchObject({ type: 'unknown', code: 8 });
    });

    it('lets one of many win who expect the same revision', async () => {
      const stream = newStream();
      const racing = Array.from({ length: 8 }, (_, n) => append(client, stream, [counted(n)], NO_STREAM));
      const outcomes = await Promise.allSettled(racing);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });
  });
}
