import { Server } from '@grpc/grpc-js';
import { authorize, credentialsOf } from './access.js';
import type { Secure } from './access.js';
import { appendCall } from './append-call.js';
import type { CallContext } from './call-context.js';
import { Connections } from './connections.js';
import { Faults } from './faults.js';
import { gossipCall } from './gossip-call.js';
import { LogFile } from './log-file.js';
import { featuresServices, gossipServices, streamsServices } from './protocol.js';
import { readCall } from './read-call.js';
import { notPlayed } from './rpc-errors.js';
import { supportedMethodsCall } from './server-features.js';
import { TransactionLog } from './transaction-log.js';

export interface DoubleOptions {
  /** 0 = any free one, kept through `restart`. */
  readonly port: number;
  /** Where the log is kept; absent = in memory, for the life of the object. */
  readonly file?: string;
  /** Bytes of data one append may carry; default 1,048,576 as the server's. */
  readonly maxAppendSize?: number;
  /** Absent = an insecure server: no TLS, and credentials are not looked at. */
  readonly secure?: Secure;
}

/** The version it plays. */
export const PLAYED_VERSION = '23.10.8';

/** The largest message the server takes. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/** A single EventStoreDB node as far as an event store adapter can see one; see README.md for what it does not play. */
export class EventStoreDbDouble {
  /** How calls fail. Kept through `restart`. */
  readonly faults = new Faults();
  private running: { readonly server: Server; readonly connections: Connections } | undefined;
  private lastPort: number;
  private stopped = false;

  private constructor(
    private readonly options: DoubleOptions,
    private readonly log: TransactionLog,
  ) {
    this.lastPort = options.port;
  }

  /** @throws Error when the port is taken, or the file is not one of its own. */
  static async start(options: DoubleOptions): Promise<EventStoreDbDouble> {
    const double = new EventStoreDbDouble(options, openLog(options.file));
    try {
      await double.listen();
    } catch (error) {
      await double.stop();
      throw error;
    }
    return double;
  }

  get port(): number {
    return this.lastPort;
  }

  /** For the client; the same before and after a restart. */
  get connectionString(): string {
    const { secure } = this.options;
    if (secure === undefined) return `esdb://127.0.0.1:${this.port}?tls=false`;
    const credentials = [secure.user, secure.password].map(encodeURIComponent).join(':');
    return `esdb://${credentials}@127.0.0.1:${this.port}?tls=true&tlsCAFile=${encodeURIComponent(secure.certificateFile)}`;
  }

  /** Cuts every connection at once; the server stays up. */
  cutConnections(): void {
    this.running?.connections.cutAll();
  }

  /** As a killed process: every connection cut, the port closed. `resume` brings the same data back on the same port. */
  async halt(): Promise<void> {
    const running = this.running;
    this.running = undefined;
    await running?.connections.close();
    running?.server.forceShutdown();
    this.log.restarted();
  }

  /** @throws Error after `stop`, or when another took the port meanwhile. */
  async resume(): Promise<void> {
    if (this.stopped) throw new Error('This double was stopped: start another one');
    if (this.running === undefined) await this.listen();
  }

  async restart(): Promise<void> {
    await this.halt();
    await this.resume();
  }

  async stop(): Promise<void> {
    if (this.stopped) return;
    this.stopped = true;
    await this.halt();
    this.log.close();
  }

  private async listen(): Promise<void> {
    const server = new Server({
      'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
      'grpc.max_send_message_length': -1,
    });
    const injector = server.createConnectionInjector(credentialsOf(this.options.secure));
    const connections = await Connections.listen(this.lastPort, injector);
    this.lastPort = connections.port;
    addServices(server, this.contextOf(connections), () => this.lastPort);
    this.running = { server, connections };
  }

  private contextOf(connections: Connections): CallContext {
    return {
      log: this.log,
      faults: this.faults,
      maxAppendSize: this.options.maxAppendSize ?? 1_048_576,
      authorize: (metadata) => authorize(metadata, this.options.secure),
      cutConnectionOf: (call) => connections.cut(call.getPeer()),
    };
  }
}

function openLog(path: string | undefined): TransactionLog {
  if (path === undefined) return new TransactionLog();
  const { file, stored } = LogFile.open(path);
  return new TransactionLog(file, stored);
}

function addServices(server: Server, context: CallContext, port: () => number): void {
  const refusedDelete = notPlayed('deleting streams: they are not deleted here');
  server.addService(streamsServices.StreamsService, {
    append: appendCall(context),
    read: readCall(context),
    batchAppend: (call: { emit(name: 'error', error: Error): void }) =>
      call.emit('error', notPlayed('BatchAppend: pass credentials with every append')),
    delete: (_call: unknown, respond: (error: Error) => void) => respond(refusedDelete),
    tombstone: (_call: unknown, respond: (error: Error) => void) => respond(refusedDelete),
  });
  server.addService(featuresServices.ServerFeaturesService, {
    getSupportedMethods: supportedMethodsCall(context, PLAYED_VERSION),
  });
  server.addService(gossipServices.GossipService, { read: gossipCall(context, port) });
}
