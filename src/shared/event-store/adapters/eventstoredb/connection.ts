import { readFileSync } from 'node:fs';
import {
  EventStoreDBClient,
  type ChannelCredentialOptions,
  type DNSClusterOptions,
  type GossipClusterOptions,
  type SingleNodeOptions,
} from '@eventstore/db-client';
import type { EventStoreAddress } from './address.js';
import { SilentServer } from './failures.js';
import { ServerFeaturesClient, shared, StreamsClient, type streams } from './protocol.js';

type ReadRequest = InstanceType<typeof streams.ReadReq>;
type ReadResponse = InstanceType<typeof streams.ReadResp>;
type AppendRequest = InstanceType<typeof streams.AppendReq>;
export type AppendResponse = InstanceType<typeof streams.AppendResp>;
type Streams = InstanceType<typeof StreamsClient>;
type ReadCall = ReturnType<Streams['read']>;
type AppendCall = ReturnType<Streams['append']>;

/** A dead connection is noticed by itself after at most these two together, in milliseconds. */
const KEEP_ALIVE = { keepAliveInterval: 10_000, keepAliveTimeout: 5_000 };

interface ReadBounds {
  /** Longest time without any message before the call is given up; in milliseconds. */
  readonly silenceMs: number;
  readonly signal: AbortSignal;
}

/**
 * The calls Retally makes, over the client's own connection: discovery of the leader, TLS, credentials, reconnection.
 * The calls themselves are made here, on the client's generated stubs, because it cannot filter a read of the whole
 * log, hands JSON out parsed where the hash needs its bytes, and lets the process crash on an append that meets a
 * channel just closed. Every call asks for the leader and names its credentials: the stream path, never the batch one.
 */
export class LogConnection extends EventStoreDBClient {
  private readonly appends = new Set<AppendCall>();
  private channel: { close(): void } | undefined;

  constructor(private readonly address: EventStoreAddress) {
    super(connectionSettings(address) as SingleNodeOptions, channelCredentials(address), address.credentials);
    // The client leaves this promise alone: a failed search for the leader, met while it reconnects, would end the process.
    const reconnect = this.handleError;
    this.handleError = (client, error) => reconnect(client, error).catch(() => undefined);
  }

  /** Sends one append; resolves with the server's answer, whatever it says. */
  sendAppend(messages: readonly AppendRequest[], deadlineMs: number): Promise<AppendResponse> {
    let call: AppendCall | undefined;
    let given = false;
    const sent = this.execute<Streams, AppendResponse>(StreamsClient, 'append', (client) => {
      this.channel = client.getChannel();
      if (given) return Promise.reject(new SilentServer(deadlineMs));
      return new Promise((resolve, reject) => {
        const started = client.append(...this.callArguments(this.options(deadlineMs)), (error, answer) => {
          this.appends.delete(started);
          if (error === null) resolve(answer);
          else reject(error);
        });
        call = started;
        this.appends.add(started);
        started.on('error', reject);
        for (const message of messages) started.write(message);
        started.end();
      });
    });
    // The deadline of a call starts with the call; looking for a node of a cluster before it has none.
    return within(sent, deadlineMs + 1_000, () => {
      given = true;
      call?.cancel();
    });
  }

  /**
   * Reads until `take` says it has enough, the server ends the call, or the signal comes.
   * @returns whether the server had no more to send.
   */
  read(request: ReadRequest, take: (response: ReadResponse) => boolean, bounds: ReadBounds): Promise<boolean> {
    return new Promise((resolve, reject) => {
      let call: ReadCall | undefined;
      let over = false;
      const end = (settle: () => void): void => {
        if (over) return;
        over = true;
        clearTimeout(silence);
        bounds.signal.removeEventListener('abort', abort);
        if (call !== undefined) cancelLater(call);
        settle();
      };
      const abort = (): void => end(() => resolve(false));
      const silence = setTimeout(() => end(() => reject(new SilentServer(bounds.silenceMs))), bounds.silenceMs);
      bounds.signal.addEventListener('abort', abort, { once: true });
      const fail = (error: Error): void => end(() => reject(error));
      this.startRead(request).then((started) => {
        call = started;
        started.on('error', fail);
        started.on('end', () => end(() => resolve(true)));
        started.on('data', (response: ReadResponse) => {
          if (over) return;
          silence.refresh();
          try {
            if (take(response)) end(() => resolve(false));
          } catch (error) {
            fail(error as Error);
          }
        });
        if (over || bounds.signal.aborted) {
          abort();
          cancelLater(started);
        }
      }, fail);
    });
  }

  /** The version the server says it has; undefined when it is too old to say one. */
  serverVersion(deadlineMs: number): Promise<string | undefined> {
    const asked = this.execute(ServerFeaturesClient, 'getSupportedMethods', (client) => {
      this.channel = client.getChannel();
      return new Promise<string | undefined>((resolve, reject) => {
        const [metadata, options] = this.callArguments({ deadline: deadlineMs });
        client.getSupportedMethods(new shared.Empty(), metadata, options, (error, answer) => {
          if (error === null) resolve(answer.getEventStoreServerVersion());
          else if ((error.code as number) === UNIMPLEMENTED) resolve(undefined);
          else reject(error);
        });
      });
    });
    return within(asked, deadlineMs + 1_000, () => undefined);
  }

  /** Ends every call and the connection; calls under way fail. */
  async disconnect(): Promise<void> {
    for (const call of this.appends) call.cancel();
    await this.dispose();
    this.channel?.close();
  }

  private startRead(request: ReadRequest): Promise<ReadCall> {
    return this.GRPCStreamCreator<Streams, ReadCall>(StreamsClient, 'read', (client) => {
      this.channel = client.getChannel();
      const [metadata, options] = this.callArguments(this.options(), { deadline: Infinity });
      return client.read(request, metadata, options);
    })();
  }

  private options(deadline?: number): Parameters<LogConnection['callArguments']>[0] {
    const { credentials } = this.address;
    return { requiresLeader: true, ...(credentials && { credentials }), ...(deadline !== undefined && { deadline }) };
  }
}

const UNIMPLEMENTED = 12;

/** Cancelling inside a handler of the stream breaks it (grpc-node 1464, 1652): it is done in the next turn. */
function cancelLater(call: ReadCall): void {
  setImmediate(() => call.cancel());
}

function within<T>(promise: Promise<T>, milliseconds: number, late: () => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      late();
      reject(new SilentServer(milliseconds));
    }, milliseconds);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function connectionSettings(address: EventStoreAddress): SingleNodeOptions | GossipClusterOptions | DNSClusterOptions {
  const { connectionName = 'retally', hosts, numbers } = address;
  const [first] = hosts;
  if (first === undefined) throw new Error(`${address.shown} names no host`);
  const settings = { ...KEEP_ALIVE, ...numbers, connectionName };
  if (address.discover) return { discover: first, nodePreference: 'leader', ...settings };
  if (hosts.length > 1) return { endpoints: [...hosts], nodePreference: 'leader', ...settings };
  return { endpoint: first, ...settings };
}

/** @throws an Error naming the file that cannot be read. */
function channelCredentials(address: EventStoreAddress): ChannelCredentialOptions {
  const { tlsCAFile, userCertFile, userKeyFile } = address;
  return {
    insecure: !address.tls,
    ...(tlsCAFile !== undefined && { rootCertificate: readPem('tlsCAFile', tlsCAFile) }),
    ...(userCertFile !== undefined && { userCertFile: readPem('userCertFile', userCertFile) }),
    ...(userKeyFile !== undefined && { userKeyFile: readPem('userKeyFile', userKeyFile) }),
  };
}

function readPem(option: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Error(`${option} of the event store's address cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
