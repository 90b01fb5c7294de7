import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { mongo } from 'mongoose';
import { silentLogger } from '../../../telemetry/logger.js';
import { readMongoDbAddress } from './mongodb-address.js';
import { connect, type OpenConnection } from './mongodb-connection.js';

const { BSON } = mongo;
const OP_QUERY = 2004;

type Answer = Readonly<Record<string, unknown>>;

const PRIMARY: Answer = {
  ok: 1,
  isWritablePrimary: true,
  ismaster: true,
  helloOk: true,
  setName: 'rs0',
  setVersion: 1,
  maxWireVersion: 21,
  minWireVersion: 0,
  maxBsonObjectSize: 16_777_216,
  maxMessageSizeBytes: 48_000_000,
  maxWriteBatchSize: 100_000,
  logicalSessionTimeoutMinutes: 30,
};
const { setName: _setName, setVersion: _setVersion, ...STANDALONE } = PRIMARY;
const NOT_INITIATED: Answer = { ...STANDALONE, isWritablePrimary: false, ismaster: false, isreplicaset: true };

/** Just enough of a server to say hello. */
class Greeter {
  private readonly sockets = new Set<Socket>();
  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start(answer: (command: Answer) => Answer, port = 0): Promise<Greeter> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const greeter = new Greeter(server, (server.address() as AddressInfo).port);
    server.on('connection', (socket) => {
      greeter.serve(socket, answer);
    });
    return greeter;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private serve(socket: Socket, answer: (command: Answer) => Answer): void {
    this.sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.sockets.delete(socket));
    let received = Buffer.alloc(0);
    socket.on('data', (data: Buffer) => {
      received = Buffer.concat([received, data]);
      while (received.length >= 4 && received.length >= received.readInt32LE(0)) {
        const length = received.readInt32LE(0);
        const request = received.subarray(0, length);
        received = received.subarray(length);
        socket.write(reply(request, answer));
      }
    });
  }
}

/** OP_QUERY carries the first hello, OP_MSG everything else. */
function reply(request: Buffer, answer: (command: Answer) => Answer): Buffer {
  const query = request.readInt32LE(12) === OP_QUERY;
  const start = query ? request.indexOf(0, 20) + 9 : 21;
  const command = BSON.deserialize(request.subarray(start, start + request.readInt32LE(start))) as Answer;
  const body = BSON.serialize(answer(command));
  const head = Buffer.alloc(query ? 36 : 21);
  head.writeInt32LE(head.length + body.length, 0);
  head.writeInt32LE(request.readInt32LE(4), 8);
  head.writeInt32LE(query ? 1 : 2013, 12);
  if (query) head.writeInt32LE(1, 32);
  return Buffer.concat([head, body]);
}

describe('connect', () => {
  let greeter: Greeter | undefined;
  let open: OpenConnection | undefined;
  const lines: string[] = [];
  const logger = {
    ...silentLogger,
    warn: (facts: object, message: string) => void lines.push(`${message} ${JSON.stringify(facts)}`),
  };

  beforeEach(() => {
    lines.length = 0;
  });
  afterEach(async () => {
    await open?.close();
    await greeter?.stop();
    open = undefined;
    greeter = undefined;
  });

  async function openAt(port: number, { user = '', waitMs = 700, options = '' } = {}): Promise<void> {
    const address = readMongoDbAddress(`mongodb://${user}127.0.0.1:${port}/usage?directConnection=true${options}`);
    open = await connect({ address, logger, waitMs, poolSize: 2 });
  }

  async function freePort(): Promise<number> {
    const taken = await Greeter.start(() => PRIMARY);
    await taken.stop();
    return taken.port;
  }

  it('says which server it waited for in vain, and told so at once', async () => {
    const port = await freePort();
    await expect(openAt(port, { user: 'ops:hunter2@' })).rejects.toMatchObject({
      name: 'MongoDbUnusable',
      message: expect.stringMatching(
        `127.0.0.1:${port}/usage cannot be used after 1 s: .*ECONNREFUSED.*Start it`,
      ) as string,
    });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/Waiting for MongoDB/);
    expect(lines[0]).not.toContain('hunter2');
  });

  it('waits for a server that comes up, and for a replica set that is initiated later', async () => {
    const port = await freePort();
    const opening = openAt(port, { waitMs: 20_000 });
    await new Promise((resolve) => setTimeout(resolve, 300));
    const initiatedAt = performance.now() + 800;
    greeter = await Greeter.start(() => (performance.now() < initiatedAt ? NOT_INITIATED : PRIMARY), port);
    await opening;
    expect(performance.now()).toBeGreaterThan(initiatedAt);
    expect(open?.connection.name).toBe('usage');
  });

  it('says that a replica set is not initiated, or has no primary', async () => {
    greeter = await Greeter.start(() => NOT_INITIATED);
    await expect(openAt(greeter.port)).rejects.toThrow(/rs\.initiate\(\)|Server selection timed out/);
    await greeter.stop();
    greeter = await Greeter.start(() => ({ ...PRIMARY, isWritablePrimary: false, ismaster: false, secondary: true }));
    await expect(openAt(greeter.port)).rejects.toThrow(/no primary/);
  });

  it('refuses a standalone server at once, and says how to make it a replica set', async () => {
    greeter = await Greeter.start(() => STANDALONE);
    await expect(openAt(greeter.port, { waitMs: 60_000 })).rejects.toThrow(/standalone.*--replSet.*rs\.initiate/);
  });

  it('refuses wrong credentials at once, without showing them', async () => {
    greeter = await Greeter.start((command) => {
      if (!('saslStart' in command)) return PRIMARY;
      return { ok: 0, code: 18, codeName: 'AuthenticationFailed', errmsg: 'Authentication failed.' };
    });
    const refused = openAt(greeter.port, { user: 'ops:hunter2@', waitMs: 60_000 });
    await expect(refused).rejects.toThrow(/refuses the credentials.*authSource=admin/);
    await expect(refused).rejects.toThrow(expect.not.stringContaining('hunter2'));
  });

  it('refuses a server that is too old', async () => {
    greeter = await Greeter.start(() => ({ ...PRIMARY, maxWireVersion: 6 }));
    await expect(openAt(greeter.port, { waitMs: 60_000 })).rejects.toThrow(/is too old: .*requires at least/);
  });

  it('takes a replica set of another name for the wrong one', async () => {
    greeter = await Greeter.start(() => PRIMARY);
    await expect(openAt(greeter.port, { options: '&replicaSet=other' })).rejects.toThrow(/replicaSet/);
  });

  it('sets what keeps rows safe, whatever the address says', async () => {
    greeter = await Greeter.start(() => PRIMARY);
    await openAt(greeter.port, { options: '&retryWrites=false&w=1&readConcernLevel=local&readPreference=secondary' });
    const { options } = open?.connection.getClient() as unknown as { options: mongo.MongoOptions };
    expect(options).toMatchObject({ retryWrites: true, dbName: 'usage', appName: 'retally' });
    expect(options.writeConcern).toMatchObject({ w: 'majority', journal: true });
    expect(options.readConcern).toMatchObject({ level: 'majority' });
    expect(options.readPreference).toMatchObject({ mode: 'primary' });
  });
});
