import { randomUUID } from 'node:crypto';
import { BACKWARDS, END, EventStoreDBClient, jsonEvent, NO_STREAM, streamNameFilter } from '@eventstore/db-client';
import type { AllStreamResolvedEvent } from '@eventstore/db-client';
import { EventStoreDbDouble } from '../../src/tools/eventstoredb-double/eventstoredb-double.js';

/** An insecure server ignores them, but the client takes its stream path only with them. */
const credentials = { username: 'admin', password: 'changeit' };

const counted = (n: number) =>
  jsonEvent({ id: randomUUID(), type: 'Counted', data: { n }, metadata: { of: 'a test' } });

describe('the EventStoreDB double', () => {
  let double: EventStoreDbDouble;
  let client: EventStoreDBClient;

  beforeAll(async () => {
    double = await EventStoreDbDouble.start({ port: 0 });
    client = EventStoreDBClient.connectionString(double.connectionString);
  });

  afterAll(async () => {
    await client.dispose();
    await double.stop();
  });

  it('appends, reads and subscribes', async () => {
    const stream = `counting-${randomUUID()}`;
    const events = [1, 2, 3].map(counted);
    const written = await client.appendToStream(stream, events, { expectedRevision: NO_STREAM, credentials });
    expect(written).toMatchObject({ success: true, nextExpectedRevision: 2n });
    expect(await client.appendToStream(stream, events, { expectedRevision: NO_STREAM, credentials })).toEqual(written);

    const last = client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1 });
    for await (const { event } of last) expect(event?.data).toEqual({ n: 3 });

    const subscription = client.subscribeToAll({ filter: streamNameFilter({ prefixes: [stream] }) });
    const seen: unknown[] = [];
    await new Promise<void>((resolve) => {
      const more = { expectedRevision: 2n, credentials };
      subscription.on('caughtUp', () => void client.appendToStream(stream, [counted(4)], more));
      subscription.on('data', ({ event }: AllStreamResolvedEvent) => {
        if (seen.push(event?.data) === 4) resolve();
      });
    });
    expect(seen).toEqual([1, 2, 3, 4].map((n) => ({ n })));
    await subscription.unsubscribe();
  });
});
