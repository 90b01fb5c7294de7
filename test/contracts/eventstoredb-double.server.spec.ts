import { once } from 'node:events';
import { resolve } from 'node:path';
import { ANY, EventStoreDBClient, NO_STREAM } from '@eventstore/db-client';
import { credentials as channelCredentials } from '@grpc/grpc-js';
import { EventStoreDbDouble } from '../../src/tools/eventstoredb-double/eventstoredb-double.js';
import type { features } from '../../src/tools/eventstoredb-double/protocol.js';
import { featuresServices, shared, streamsServices } from '../../src/tools/eventstoredb-double/protocol.js';
import { append, counted, countedTo, credentials, newStream, numbersOf, rejection, until } from './eventstoredb.rig.js';
import { watch } from './eventstoredb.subscriptions.contract.js';

const TLS = {
  keyFile: resolve('test/support/tls/localhost.key'),
  certificateFile: resolve('test/support/tls/localhost.crt'),
};

describe('the EventStoreDB double as a server', () => {
  const open: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of open.splice(0).reverse()) await close();
  });

  const start = async (options: Partial<Parameters<typeof EventStoreDbDouble.start>[0]> = {}) => {
    const double = await EventStoreDbDouble.start({ port: 0, ...options });
    open.push(() => double.stop());
    return double;
  };
  const connect = (connectionString: string): EventStoreDBClient => {
    const client = EventStoreDBClient.connectionString(connectionString);
    open.push(() => client.dispose());
    return client;
  };
  /** The client notices a lost connection by the call that fails on it. */
  const reconnected = async (client: EventStoreDBClient, stream: string): Promise<number[]> => {
    let numbers: number[] | undefined;
    await until('reads again', () => {
      void numbersOf(client.readStream(stream))
        .then((read) => (numbers = read))
        .catch(() => undefined);
      return numbers !== undefined;
    });
    return numbers ?? [];
  };

  describe('restarted', () => {
    it('has the same address and data, and has forgotten the ids that only "any" needs', async () => {
      const double = await start();
      const client = connect(double.connectionString);
      const stream = newStream();
      const events = countedTo(2);
      const written = await append(client, stream, events, NO_STREAM);
      const address = double.connectionString;
      await double.restart();
      expect(double.connectionString).toBe(address);
      expect(await reconnected(client, stream)).toEqual([0, 1]);
      expect(await append(client, stream, events, NO_STREAM)).toEqual(written);
      expect((await append(client, stream, events, ANY)).nextExpectedRevision).toBe(3n);
    });

    it('while it is down every call fails at once, and a subscription with one error', async () => {
      const double = await start();
      const client = connect(double.connectionString);
      const stream = newStream();
      await append(client, stream, [counted(0)], NO_STREAM);
      const { said } = watch(client, stream);
      await until('caughtUp', () => said.includes('caughtUp'));
      await double.halt();
      await until('the error', () => said.length > 2);
      expect(said).toEqual(['event 0', 'caughtUp', 'error unavailable']);
      expect(await rejection(append(client, stream, [counted(1)], 0n))).toMatchObject({
        type: 'unavailable',
        code: 14,
      });
      expect(await rejection(numbersOf(client.readStream(stream)))).toMatchObject({ code: 14 });
      await double.resume();
      expect(await reconnected(client, stream)).toEqual([0]);
    });

    it('cuts the connections alone when told so', async () => {
      const double = await start();
      const client = connect(double.connectionString);
      const stream = newStream();
      await append(client, stream, [counted(0)], NO_STREAM);
      const { said } = watch(client, stream);
      await until('caughtUp', () => said.includes('caughtUp'));
      double.cutConnections();
      await until('the error', () => said.includes('error unavailable'));
      expect(await reconnected(client, stream)).toEqual([0]);
    });
  });

  describe('with TLS and a user', () => {
    it('lets the user in, and refuses who is somebody else or nobody', async () => {
      const double = await start({ secure: { ...TLS, user: 'admin', password: 'se:cret@' } });
      const stream = newStream();
      const asUser = connect(double.connectionString);
      const own = { username: 'admin', password: 'se:cret@' };
      await asUser.appendToStream(stream, [counted(0)], { expectedRevision: NO_STREAM, credentials: own });
      expect(await numbersOf(asUser.readStream(stream, { credentials: own }))).toEqual([0]);

      const wrong = { username: 'admin', password: 'guess' };
      const refusal = await rejection(asUser.appendToStream(stream, [counted(1)], { credentials: wrong }));
      expect(refusal).toMatchObject({ type: 'access-denied', code: 16 });
      expect(await rejection(numbersOf(asUser.readStream(stream, { credentials: wrong })))).toMatchObject({ code: 16 });

      const asNobody = connect(double.connectionString.replace(/\/\/.*@/, '//'));
      expect(await rejection(numbersOf(asNobody.readStream(stream)))).toMatchObject({ type: 'access-denied', code: 7 });
    });
  });

  describe('asked for what it is not', () => {
    it('leads a cluster of one to a client that looks for a leader', async () => {
      const double = await start();
      const hosts = `127.0.0.1:${double.port},127.0.0.1:${double.port}`;
      const stream = newStream();
      await append(connect(`esdb://${hosts}?tls=false`), stream, [counted(0)], NO_STREAM);
      const discovering = connect(`esdb+discover://127.0.0.1:${double.port}?tls=false`);
      expect(await numbersOf(discovering.readStream(stream))).toEqual([0]);

      const deaf = double.faults.add({ on: 'gossip', effect: { kind: 'cut' }, times: Infinity });
      const lost = connect(`esdb://${hosts}?tls=false&maxDiscoverAttempts=2&discoveryInterval=10`);
      const failure = await rejection(append(lost, stream, [counted(1)], 0n));
      expect((failure as Error).message).toBe('Failed to discover after 2 attempts.');
      expect(deaf.struck).toBe(4);
    });

    it('names version and methods as the real server does, and can refuse to', async () => {
      const double = await start();
      const insecure = channelCredentials.createInsecure();
      const raw = new featuresServices.ServerFeaturesClient(`127.0.0.1:${double.port}`, insecure);
      open.push(() => {
        raw.close();
        return Promise.resolve();
      });
      const ask = () =>
        new Promise<features.SupportedMethods>((done, fail) =>
          raw.getSupportedMethods(new shared.Empty(), (error, answer) => (error === null ? done(answer) : fail(error))),
        );
      const answer = await ask();
      expect(answer.getEventStoreServerVersion()).toBe('23.10.8');
      const methods = answer.getMethodsList().map((method) => [method.getMethodName(), method.getFeaturesList()]);
      expect(methods).toContainEqual(['batchappend', ['deadline_duration']]);
      expect(methods).toContainEqual(['read', ['position', 'events']]);
      double.faults.add({ on: 'features', effect: { kind: 'refuse', status: 'UNAVAILABLE' } });
      await expect(ask()).rejects.toMatchObject({ code: 14 });
    });

    it('refuses by name what it does not play', async () => {
      const double = await start();
      const client = connect(double.connectionString);
      const stream = newStream();
      await append(client, stream, [counted(0)], NO_STREAM);
      await expect(client.deleteStream(stream)).rejects.toThrow('does not play deleting streams');
      await expect(client.tombstoneStream(stream, { credentials })).rejects.toThrow('does not play deleting streams');
      await expect(numbersOf(client.subscribeToStream(stream))).rejects.toThrow(
        'does not play subscriptions to one stream',
      );
      const raw = new streamsServices.StreamsClient(`127.0.0.1:${double.port}`, channelCredentials.createInsecure());
      const [refusal] = await once(raw.batchAppend(), 'error').catch((error: unknown) => [error]);
      expect((refusal as Error).message).toContain('does not play BatchAppend: pass credentials with every append');
      raw.close();
    });
  });

  describe('rules of faults', () => {
    it('strike as often, and only those, as told; the first that matches; until removed', async () => {
      const double = await start();
      const client = connect(double.connectionString);
      const stream = newStream();
      const effect = { kind: 'refuse', status: 'UNKNOWN', message: 'told' } as const;
      const twice = double.faults.add({ on: 'append', effect, times: 2, when: (call) => call.stream === stream });
      const typed = double.faults.add({
        on: ['append', 'read'],
        effect,
        times: Infinity,
        when: ({ types, number }) => types?.includes('Counted') === true && number > 3,
      });
      await append(client, newStream(), [counted(0)], NO_STREAM);
      for (let call = 2; call <= 3; call += 1)
        await expect(append(client, stream, [counted(0)])).rejects.toThrow('told');
      expect([twice.struck, typed.struck]).toEqual([2, 0]);
      await expect(append(client, stream, [counted(0)], NO_STREAM)).rejects.toThrow('told');
      await typed.hasStruck();
      typed.remove();
      await append(client, stream, [counted(0)], NO_STREAM);
      expect([twice.struck, typed.struck, double.faults.callsOf('append')]).toEqual([2, 1, 5]);
      double.faults.add({ on: 'read', effect, times: Infinity });
      await expect(numbersOf(client.readStream(stream))).rejects.toThrow('told');
      double.faults.clear();
      expect(await numbersOf(client.readStream(stream))).toEqual([0]);
    });

    it('that cannot happen are refused when they are added', async () => {
      const { faults } = await start();
      const lost = { kind: 'lose-answer', how: 'cut' } as const;
      expect(() => faults.add({ on: ['append', 'read'], effect: lost })).toThrow('not to a call of kind read');
      expect(() => faults.add({ on: 'append', effect: { kind: 'go-silent' } })).toThrow('not to a call of kind append');
    });
  });
});
