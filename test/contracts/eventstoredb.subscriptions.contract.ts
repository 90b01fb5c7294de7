import { once } from 'node:events';
import { END, eventTypeFilter, NO_STREAM, streamNameFilter } from '@eventstore/db-client';
import type { AllStreamSubscription, EventStoreDBClient, Position, SubscribeToAllOptions } from '@eventstore/db-client';
import { append, counted, countedTo, newStream, until, withServer } from './eventstoredb.rig.js';
import type { ServerUnderTest } from './eventstoredb.rig.js';

/** What a subscription said, in order: `event <n>`, `checkpoint`, `caughtUp`, `error <type>`, `end`. */
export interface Watched {
  readonly said: string[];
  readonly checkpoints: Position[];
  readonly subscription: AllStreamSubscription;
}

export function watch(
  client: EventStoreDBClient,
  prefix: string,
  options: SubscribeToAllOptions & { readonly window?: number; readonly every?: number } = {},
): Watched {
  const said: string[] = [];
  const checkpoints: Position[] = [];
  const { window: maxSearchWindow = 32, every: checkpointInterval = 1, ...rest } = options;
  const checkpointReached = (_subscription: unknown, position: Position): Promise<void> => {
    said.push('checkpoint');
    checkpoints.push(position);
    return Promise.resolve();
  };
  const filter = streamNameFilter({ prefixes: [prefix], maxSearchWindow, checkpointInterval, checkpointReached });
  const subscription = client.subscribeToAll({ ...rest, filter });
  subscription.on('data', ({ event }) => said.push(`event ${(event?.data as { n: number }).n}`));
  subscription.on('caughtUp', () => said.push('caughtUp'));
  subscription.on('error', (error: Error & { type?: string }) => said.push(`error ${error.type ?? error.message}`));
  subscription.on('end', () => said.push('end'));
  return { said, checkpoints, subscription };
}

const events = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `event ${from + n}`);

/** What the real server was seen to do with subscriptions to $all. */
export function subscriptionsContract(name: string, start: () => Promise<ServerUnderTest>): void {
  describe(`subscriptions: ${name}`, () => {
    let client: EventStoreDBClient;
    withServer(start, (connected) => (client = connected));

    /** Where the log stands: tests share it with others, so they look at what comes after. */
    const head = async (): Promise<Position> => (await append(client, newStream(), [counted(0)], NO_STREAM)).position!;

    const caughtUp = (watched: Watched) => until('caughtUp', () => watched.said.includes('caughtUp'));

    it('catches up, says so, and goes on live', async () => {
      const stream = newStream();
      const fromPosition = await head();
      await append(client, stream, countedTo(3), NO_STREAM);
      const watched = watch(client, stream, { fromPosition });
      await caughtUp(watched);
      expect(watched.said).toEqual([...events(0, 3), 'caughtUp']);
      await append(client, stream, [counted(3)], 2n);
      await append(client, stream, [counted(4)], 3n);
      await until('two live events', () => watched.said.length === 6);
      expect(watched.said.slice(4)).toEqual(events(3, 5));
      await watched.subscription.unsubscribe();
    });

    it('starts behind the position given, and from the end with nothing', async () => {
      const stream = newStream();
      const last = await append(client, stream, countedTo(3), NO_STREAM);
      const fromLast = watch(client, stream, { fromPosition: last.position! });
      const fromEnd = watch(client, stream, { fromPosition: END });
      await Promise.all([caughtUp(fromLast), caughtUp(fromEnd)]);
      await append(client, stream, [counted(3)], 2n);
      for (const { said, subscription } of [fromLast, fromEnd]) {
        await until('the live event', () => said.length === 2);
        expect(said).toEqual(['caughtUp', 'event 3']);
        await subscription.unsubscribe();
      }
    });

    it('is silent from a position behind the end, and then delivers what is appended before that position', async () => {
      const stream = newStream();
      const { commit } = await head();
      const watched = watch(client, stream, {
        fromPosition: { commit: commit + 1_000_000_000n, prepare: commit + 1_000_000_000n },
      });
      await caughtUp(watched);
      await append(client, stream, [counted(0)], NO_STREAM);
      await until('the event', () => watched.said.length === 2);
      expect(watched.said).toEqual(['caughtUp', 'event 0']);
      await watched.subscription.unsubscribe();
    });

    it('fails with an error where no record starts', async () => {
      const stream = newStream();
      const { position } = await append(client, stream, countedTo(2), NO_STREAM);
      const commit = position!.commit - 1n;
      const watched = watch(client, stream, { fromPosition: { commit, prepare: commit } });
      await until('the error', () => watched.said.length > 0);
      expect(watched.said).toEqual(['error unknown']);
    });

    it('fails with an error for a filter that is no pattern', async () => {
      const subscription = client.subscribeToAll({ filter: eventTypeFilter({ regex: '(' }) });
      const [failure] = (await once(subscription, 'error')) as [Error];
      expect(failure).toMatchObject({ type: 'unknown', code: 2 });
    });

    it('sends a checkpoint per window of scanned events, matching or not, caught up or live', async () => {
      const fromPosition = await head();
      const stream = newStream();
      const { position } = await append(client, stream, countedTo(100), NO_STREAM);
      const watched = watch(client, 'nothing-', { fromPosition, window: 10, every: 2 });
      await caughtUp(watched);
      const before = watched.checkpoints.length;
      expect(before).toBeGreaterThanOrEqual(5);
      const commits = watched.checkpoints.map(({ commit }) => commit);
      expect(commits).toEqual([...commits].sort((a, b) => Number(a - b)));
      expect(commits.at(-1)).toBeGreaterThan(fromPosition.commit);
      expect(commits.at(0)).toBeLessThan(position!.commit);
      await append(client, stream, countedTo(20), 99n);
      await until('a live checkpoint', () => watched.checkpoints.length > before);
      expect(watched.checkpoints.at(-1)!.commit).toBeGreaterThan(position!.commit);
      await watched.subscription.unsubscribe();
    });

    it('can go on from every checkpoint without a gap', async () => {
      const fromPosition = await head();
      const stream = newStream();
      for (let n = 0; n < 60; n += 2)
        await append(client, n % 4 === 0 ? stream : newStream(), [counted(n), counted(n + 1)]);
      const whole = watch(client, stream, { fromPosition, window: 3 });
      await caughtUp(whole);
      const all = eventsOf(whole);
      expect(all).toHaveLength(30);
      for (const checkpoint of whole.checkpoints) {
        const before = eventsOf({ said: untilNth(whole.said, 'checkpoint', whole.checkpoints.indexOf(checkpoint)) });
        const rest = watch(client, stream, { fromPosition: checkpoint });
        await caughtUp(rest);
        expect([...before, ...eventsOf(rest)]).toEqual(all);
        await rest.subscription.unsubscribe();
      }
      await whole.subscription.unsubscribe();
    });

    it('delivers what several writers append in the order in which $all has it', async () => {
      const stream = newStream();
      const fromPosition = await head();
      const watched = watch(client, stream, { fromPosition });
      await caughtUp(watched);
      const write = async (writer: number): Promise<void> => {
        for (let n = 0; n < 10; n += 1) await append(client, `${stream}-${writer}`, [counted(writer * 10 + n)]);
      };
      await Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)));
      await until('80 events', () => eventsOf(watched).length === 80);
      const inLog: string[] = [];
      for await (const { event } of client.readAll({ fromPosition })) {
        if (event?.streamId.startsWith(stream) === true) inLog.push(`event ${(event.data as { n: number }).n}`);
      }
      expect(eventsOf(watched)).toEqual(inLog);
      await watched.subscription.unsubscribe();
    });

    it('drops a live subscriber for whom too much waits: an error, nothing after it, and what came before is the beginning', async () => {
      const stream = newStream();
      const watched = watch(client, stream, { fromPosition: END });
      await caughtUp(watched);
      // A real server drops the subscriber when its threads are slower than the writer: sooner or later, not at once.
      let written = 0;
      while (!watched.said.includes('error timeout') && written < 20_000) {
        await append(client, stream, countedTo(500), written === 0 ? NO_STREAM : BigInt(written - 1));
        written += 500;
      }
      await until('the drop', () => watched.said.includes('error timeout'));
      const delivered = eventsOf(watched);
      expect(delivered.length).toBeLessThan(written);
      expect(delivered).toEqual(Array.from({ length: delivered.length }, (_, n) => `event ${n % 500}`));
      expect(watched.said.at(-1)).toBe('error timeout');
    });
  });
}

function eventsOf({ said }: Pick<Watched, 'said'>): string[] {
  return said.filter((what) => what.startsWith('event'));
}

/** What stands before the nth (from 0) of a kind. */
function untilNth(said: readonly string[], kind: string, nth: number): string[] {
  let seen = -1;
  const at = said.findIndex((what) => what === kind && (seen += 1) === nth);
  return said.slice(0, at);
}
