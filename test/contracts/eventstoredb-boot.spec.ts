import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { resolve } from 'node:path';
import { parseEventStoreAddress } from '../../src/shared/event-store/adapters/eventstoredb/address.js';
import { EventStoreRefused, waitForServer } from '../../src/shared/event-store/adapters/eventstoredb/boot.js';
import { EventStoreDbEventStore } from '../../src/shared/event-store/adapters/eventstoredb/eventstoredb-event-store.js';
import { streamName } from '../../src/shared/kernel/stream-name.js';
import { silentLogger, type Logger } from '../../src/shared/telemetry/logger.js';
import { EventStoreDbDouble } from '../../src/tools/eventstoredb-double/eventstoredb-double.js';
import { CONTRACT_REGISTRY, noted } from './event-store.contract.js';

const CERTIFICATE = resolve('test/support/tls/localhost.crt');
const TLS = { keyFile: resolve('test/support/tls/localhost.key'), certificateFile: CERTIFICATE };
const SECURE = { ...TLS, user: 'retally', password: 'right' };
const CA = `tlsCAFile=${encodeURIComponent(CERTIFICATE)}`;

/** What was said while waiting, as `level: message`. */
class HeardLogger implements Logger {
  readonly said: string[] = [];
  debug = (): void => undefined;
  info = (_facts: object, message: string): void => void this.said.push(`info: ${message}`);
  warn = (_facts: object, message: string): void => void this.said.push(`warn: ${message}`);
  error = (_facts: object, message: string): void => void this.said.push(`error: ${message}`);
}

describe('connecting to EventStoreDB at boot', () => {
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  const startDouble = async (options: Partial<Parameters<typeof EventStoreDbDouble.start>[0]> = {}) => {
    const double = await EventStoreDbDouble.start({ port: 0, ...options });
    closing.push(() => double.stop());
    return double;
  };
  const open = async (connectionString: string, boot: number, logger: Logger = silentLogger) => {
    const store = await EventStoreDbEventStore.open({
      connectionString,
      registry: CONTRACT_REGISTRY,
      timings: { boot },
      logger,
    });
    closing.push(() => store.close());
    return store;
  };
  const listen = async (server: Server): Promise<number> => {
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    closing.push(() => new Promise((done) => server.close(done)));
    return (server.address() as AddressInfo).port;
  };
  const freePort = async (): Promise<number> => {
    const server = createServer();
    const port = await listen(server);
    await closing.pop()?.();
    return port;
  };

  it('waits for a server that starts later, and says so', async () => {
    const port = await freePort();
    const logger = new HeardLogger();
    const opening = open(`esdb://127.0.0.1:${port}?tls=false`, 20_000, logger);
    await new Promise((done) => setTimeout(done, 1_200));
    expect(logger.said).toEqual(['info: Waiting for the event store']);
    await startDouble({ port });
    const store = await opening;
    expect(await store.head()).toBe(0);
    expect(logger.said.at(-1)).toBe('info: The event store answers');
  });

  it('says after its time that nothing is there, and what to do', async () => {
    const port = await freePort();
    const opening = open(`esdb://127.0.0.1:${port}?tls=false`, 400);
    await expect(opening).rejects.toBeInstanceOf(EventStoreRefused);
    await expect(opening).rejects.toThrow(`nothing takes connections at 127.0.0.1:${port}`);
    await expect(opening).rejects.toThrow('start the server, or correct host and port');
  });

  it('says that a host is not known', async () => {
    await expect(open('esdb://no-such-host.invalid:2113?tls=false', 400)).rejects.toThrow(
      'the name of no-such-host.invalid:2113 is not known',
    );
  });

  it('says after its time that something else listens there', async () => {
    const port = await listen(createHttpServer((_, response) => void response.writeHead(404).end()));
    await expect(open(`esdb://127.0.0.1:${port}?tls=false`, 600)).rejects.toThrow('did not get ready within');
  });

  it('takes TLS with the authority named, and the right credentials', async () => {
    const { port } = await startDouble({ secure: SECURE });
    const store = await open(`esdb://retally:right@localhost:${port}?${CA}`, 5_000);
    const stream = streamName('thing', 'main', 'a');
    await store.append(stream, 'no-stream', [noted(stream, 0)]);
    expect(await store.head()).toBeGreaterThan(0);
  });

  it('says at once that a certificate is refused, and why', async () => {
    const { port } = await startDouble({ secure: SECURE });
    const started = performance.now();
    await expect(open(`esdb://retally:right@localhost:${port}`, 20_000)).rejects.toThrow(
      /certificate of localhost:\d+ is refused \(.*\): name the authority that signed it with tlsCAFile/,
    );
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('says at once that the server speaks TLS, or does not', async () => {
    const secure = await startDouble({ secure: SECURE });
    await expect(open(`esdb://localhost:${secure.port}?tls=false`, 20_000)).rejects.toThrow('take tls=false out');
    const plain = await startDouble();
    await expect(open(`esdb://retally:right@localhost:${plain.port}`, 20_000)).rejects.toThrow('add ?tls=false');
  });

  it('says that credentials are refused, and quotes no password', async () => {
    const { port } = await startDouble({ secure: SECURE });
    const opening = open(`esdb://retally:hunter2@localhost:${port}?${CA}`, 700);
    await expect(opening).rejects.toThrow('refuses the credentials of its address');
    await expect(opening).rejects.not.toThrow('hunter2');
  });

  it('says that a certificate authority cannot be read', async () => {
    await expect(open('esdb://u:p@localhost:1?tlsCAFile=%2Fno%2Fsuch.pem', 400)).rejects.toThrow(
      "tlsCAFile of the event store's address cannot be read",
    );
  });

  it.each([
    ['20.10.2', true],
    ['22.6.0', true],
    [undefined, true],
    ['22.10.0', false],
    ['23.10.8', false],
    ['25.1.0.3', false],
    ['unknown', false],
  ])('of version %s is refused: %s', async (version, refused) => {
    const address = parseEventStoreAddress('esdb://127.0.0.1:1?tls=false');
    const server = { serverVersion: () => Promise.resolve(version), read: () => Promise.resolve(true) };
    const waiting = waitForServer(server, address, 500, silentLogger);
    if (refused) await expect(waiting).rejects.toThrow('needs EventStoreDB 22.10 or newer');
    else await expect(waiting).resolves.toBeUndefined();
  });
});
