import { randomUUID } from 'node:crypto';
import { ANY, EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import type { AppendExpectedRevision, AppendResult, EventData, ResolvedEvent } from '@eventstore/db-client';

/** A server that speaks EventStoreDB's protocol, put through what a real one was seen to do. */
export interface ServerUnderTest {
  readonly connectionString: string;
  stop(): Promise<void>;
}

/** Starts a server and a client of it before the tests of this `describe`, gives them, and ends both behind the tests. */
export function withServer(
  start: () => Promise<ServerUnderTest>,
  give: (client: EventStoreDBClient, server: ServerUnderTest) => void,
): void {
  let server: ServerUnderTest;
  let client: EventStoreDBClient;
  beforeAll(async () => {
    server = await start();
    client = EventStoreDBClient.connectionString(server.connectionString);
    give(client, server);
  });
  afterAll(async () => {
    await client.dispose();
    await server.stop();
  });
}

/** An insecure server ignores them, but the client takes its stream path only with them. */
export const credentials = { username: 'admin', password: 'changeit' };

/** Names no other run has used: a server keeps what earlier runs wrote, and others may write to it meanwhile. */
export function newStream(): string {
  return `double-${randomUUID()}`;
}

export function counted(n: number, id: string = randomUUID()): EventData {
  return jsonEvent({ id, type: 'Counted', data: { n } });
}

/** `count` events numbered from 0. */
export function countedTo(count: number): EventData[] {
  return Array.from({ length: count }, (_, n) => counted(n));
}

export function append(
  client: EventStoreDBClient,
  stream: string,
  events: EventData[],
  expectedRevision: AppendExpectedRevision = ANY,
): Promise<AppendResult> {
  return client.appendToStream(stream, events, { expectedRevision, credentials });
}

/** The numbers in the events, in the order they come. */
export async function numbersOf(events: AsyncIterable<ResolvedEvent>): Promise<number[]> {
  const numbers: number[] = [];
  for await (const { event } of events) numbers.push((event?.data as { n: number }).n);
  return numbers;
}

/** What a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('was expected to be rejected');
    },
    (thrown: unknown) => thrown,
  );
}

/** Polls a condition; fails after five seconds and says of what. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`not within 5 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
