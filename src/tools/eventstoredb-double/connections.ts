import { createServer } from 'node:net';
import type { AddressInfo, Server as NetServer, Socket } from 'node:net';
import type { ConnectionInjector } from '@grpc/grpc-js';

const HOST = '127.0.0.1';
const TURNS_TO_WRITE = 3;

/** The listening port and its open connections: owned here, so that single connections can be cut. */
export class Connections {
  private readonly sockets = new Map<string, Socket>();

  private constructor(
    private readonly server: NetServer,
    injector: ConnectionInjector,
  ) {
    server.on('connection', (socket) => {
      const peer = `${socket.remoteAddress ?? ''}:${socket.remotePort ?? 0}`;
      this.sockets.set(peer, socket);
      socket.on('close', () => this.sockets.delete(peer));
      // A reset by the client is the client's business: the calls on it see that they are cancelled.
      socket.on('error', () => socket.destroy());
      socket.setNoDelay(true);
      injector.injectConnection(socket);
    });
  }

  /** @throws Error when the port is taken. `port` 0 = any free one. */
  static listen(port: number, injector: ConnectionInjector): Promise<Connections> {
    const server = createServer();
    const connections = new Connections(server, injector);
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, HOST, () => resolve(connections));
    });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** What was written before still arrives: HTTP/2 hands it to the socket in a later turn of the event loop. */
  cut(peer: string): void {
    const socket = this.sockets.get(peer);
    const turn = (left: number): unknown => (left === 0 ? socket?.destroySoon() : setImmediate(turn, left - 1));
    turn(TURNS_TO_WRITE);
  }

  cutAll(): void {
    for (const socket of this.sockets.values()) socket.destroy();
  }

  /** Resolves when the port is free again. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.cutAll();
    });
  }
}
