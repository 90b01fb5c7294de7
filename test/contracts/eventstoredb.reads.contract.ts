import { BACKWARDS, binaryEvent, END, jsonEvent, NO_STREAM, START, StreamNotFoundError } from '@eventstore/db-client';
import type { EventStoreDBClient } from '@eventstore/db-client';
import { credentials as channelCredentials } from '@grpc/grpc-js';
import { shared, streams, streamsServices } from '../../src/tools/eventstoredb-double/protocol.js';
import { append, counted, countedTo, newStream, numbersOf, rejection, withServer } from './eventstoredb.rig.js';
import type { ServerUnderTest } from './eventstoredb.rig.js';

/** What the real server was seen to do with reads. */
export function readsContract(name: string, start: () => Promise<ServerUnderTest>): void {
  describe(`reads: ${name}`, () => {
    let server: ServerUnderTest;
    let client: EventStoreDBClient;
    withServer(start, (...given) => ([client, server] = given));

    it('reads a stream forwards and backwards, from a revision, so many', async () => {
      const stream = newStream();
      await append(client, stream, countedTo(5), NO_STREAM);
      const read = (options: Parameters<EventStoreDBClient['readStream']>[1]) =>
        numbersOf(client.readStream(stream, options));
      expect(await read({})).toEqual([0, 1, 2, 3, 4]);
      expect(await read({ fromRevision: 2n, maxCount: 2 })).toEqual([2, 3]);
      expect(await read({ direction: BACKWARDS, fromRevision: END })).toEqual([4, 3, 2, 1, 0]);
      expect(await read({ direction: BACKWARDS, fromRevision: 2n, maxCount: 2 })).toEqual([2, 1]);
      expect(await read({ fromRevision: 100n })).toEqual([]);
      expect(await read({ direction: BACKWARDS, fromRevision: 100n, maxCount: 1 })).toEqual([4]);
      expect(await read({ direction: BACKWARDS })).toEqual([0]);
    });

    it('says that a stream is missing', async () => {
      const stream = newStream();
      const missing = await rejection(numbersOf(client.readStream(stream)));
      expect(missing).toBeInstanceOf(StreamNotFoundError);
      expect(missing).toMatchObject({ type: 'stream-not-found', streamName: stream });
    });

    it('fails with code 2 for no events at all, and forwards from the end', async () => {
      const stream = newStream();
      await append(client, stream, [counted(0)], NO_STREAM);
      for (const options of [{ maxCount: 0 }, { fromRevision: END } as const]) {
        const failure = await rejection(numbersOf(client.readStream(stream, options)));
        expect(failure).toMatchObject({ type: 'unknown', code: 2 });
      }
    });

    it('gives back what was written: types, ids, times, bytes', async () => {
      const stream = newStream();
      const json = jsonEvent({ type: 'Json', data: { money: '1.10' }, metadata: { tenant: 'main' } });
      const binary = binaryEvent({ type: 'Binary', data: Uint8Array.of(0, 255, 128), metadata: Uint8Array.of(200, 1) });
      const before = Date.now();
      await append(client, stream, [json, binary], NO_STREAM);
      const events = [];
      for await (const { event } of client.readStream(stream)) events.push(event!);
      expect(events[0]).toMatchObject({
        id: json.id,
        type: 'Json',
        data: json.data,
        metadata: json.metadata,
        streamId: stream,
        revision: 0n,
        isJson: true,
      });
      expect(events[1]).toMatchObject({ id: binary.id, type: 'Binary', revision: 1n, isJson: false });
      expect([...(events[1]!.data as Uint8Array)]).toEqual([0, 255, 128]);
      expect([...(events[1]!.metadata as Uint8Array)]).toEqual([200, 1]);
      expect(events[0]!.created).toBeInstanceOf(Date);
      expect(Math.abs(events[0]!.created.getTime() - before)).toBeLessThan(60_000);
    });

    it('reads $all inclusively forwards and exclusively backwards', async () => {
      const stream = newStream();
      const first = await append(client, stream, [counted(0)], NO_STREAM);
      const last = await append(client, stream, countedTo(2), 0n);
      const own = async (options: Parameters<EventStoreDBClient['readAll']>[0]): Promise<unknown[]> => {
        const read: unknown[] = [];
        for await (const { event } of client.readAll({ maxCount: 100, ...options })) {
          if (event?.streamId === stream) read.push([event.revision, event.position]);
        }
        return read;
      };
      const of = (revision: bigint) => expect.arrayContaining([revision]) as unknown;
      expect(await own({ fromPosition: first.position! })).toEqual([of(0n), of(1n), of(2n)]);
      expect(await own({ fromPosition: last.position! })).toEqual([[2n, last.position]]);
      expect(await own({ fromPosition: last.position!, direction: BACKWARDS })).toEqual([of(1n), of(0n)]);
      expect(await own({ fromPosition: END, direction: BACKWARDS })).toEqual([of(2n), of(1n), of(0n)]);
      expect(await own({ fromPosition: END })).toEqual([]);
      expect(await own({ fromPosition: START, direction: BACKWARDS })).toEqual([]);
    });

    it('finds nothing behind the end, and fails where no record starts', async () => {
      const { position } = await append(client, newStream(), countedTo(2), NO_STREAM);
      const at = (commit: bigint) => ({ fromPosition: { commit, prepare: commit } });
      expect(await numbersOf(client.readAll(at(position!.commit + 1_000_000_000n)))).toEqual([]);
      const offRecord = await rejection(numbersOf(client.readAll(at(position!.commit - 1n))));
      expect(offRecord).toMatchObject({ type: 'unknown', code: 2 });
      const backwards = { ...at(position!.commit + 1_000_000_000n), direction: BACKWARDS } as const;
      expect(await rejection(numbersOf(client.readAll(backwards)))).toMatchObject({ type: 'unknown', code: 2 });
    });

    it('can be left in the middle of a long read', async () => {
      const stream = newStream();
      await append(client, stream, countedTo(500), NO_STREAM);
      for await (const { event } of client.readStream(stream)) if (event?.revision === 10n) break;
      expect(await numbersOf(client.readStream(stream, { fromRevision: 499n }))).toEqual([499]);
    });

    it('filters $all by stream and by type, by prefix and by pattern, though the client never asks for it', async () => {
      const stream = newStream();
      const events = [jsonEvent({ type: 'Odd.v1', data: { n: 1 } }), jsonEvent({ type: 'Even.v1', data: { n: 2 } })];
      const from = (await append(client, newStream(), [counted(0)], NO_STREAM)).position!.commit;
      await append(client, stream, [...events, counted(3)], NO_STREAM);
      await append(client, `other-${stream}`, [counted(4)], NO_STREAM);
      const filtered = (choose: (filter: FilterOptions) => FilterOptions) =>
        readFiltered(server.connectionString, from, choose(new streams.ReadReq.Options.FilterOptions()));
      const onStream = (expression: Expression) => (filter: FilterOptions) => filter.setStreamIdentifier(expression);
      const onType = (expression: Expression) => (filter: FilterOptions) => filter.setEventType(expression);
      const of = (...revisions: number[]) => revisions.map((revision) => `${stream}/${revision}`);
      expect(await filtered(onStream(prefixes(stream)))).toEqual(of(0, 1, 2));
      expect(await filtered(onStream(regex(`^double.*${stream.slice(-12)}$`)))).toEqual(of(0, 1, 2));
      expect(await filtered(onType(prefixes('Odd.', 'Even.')))).toEqual(expect.arrayContaining(of(0, 1)));
      expect(await filtered(onType(prefixes('Odd.', 'Even.')))).not.toContain(`${stream}/2`);
      expect(await filtered(onType(regex('^Eve.\\.v\\d$')))).toEqual(expect.arrayContaining(of(1)));
    });
  });
}

type FilterOptions = streams.ReadReq.Options.FilterOptions;
type Expression = streams.ReadReq.Options.FilterOptions.Expression;

const prefixes = (...all: string[]) => new streams.ReadReq.Options.FilterOptions.Expression().setPrefixList(all);
const regex = (text: string) => new streams.ReadReq.Options.FilterOptions.Expression().setRegex(text);

/** `stream/revision` of the events of $all from a position that the filter lets through. */
async function readFiltered(connectionString: string, from: bigint, filter: FilterOptions): Promise<string[]> {
  const position = new streams.ReadReq.Options.Position();
  position.setCommitPosition(String(from)).setPreparePosition(String(from));
  const options = new streams.ReadReq.Options()
    .setAll(new streams.ReadReq.Options.AllOptions().setPosition(position))
    .setCount('1000')
    .setFilter(filter.setMax(32))
    .setUuidOption(new streams.ReadReq.Options.UUIDOption().setString(new shared.Empty()));
  const { host } = new URL(connectionString.replace('esdb:', 'http:'));
  const client = new streamsServices.StreamsClient(host, channelCredentials.createInsecure());
  try {
    const read: string[] = [];
    for await (const response of client.read(new streams.ReadReq().setOptions(options))) {
      const event = (response as streams.ReadResp).getEvent()?.getEvent();
      const name = Buffer.from(event?.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString('utf8');
      read.push(`${name}/${event?.getStreamRevision() ?? ''}`);
    }
    return read;
  } finally {
    client.close();
  }
}
