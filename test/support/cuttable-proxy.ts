import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

type Direction = 'to-server' | 'to-client';

/** A TCP proxy in front of a server, for what a network does to connections. */
export class CuttableProxy {
  private readonly sockets = new Set<Socket>();
  private closed = false;
  private left = Infinity;
  private direction: Direction = 'to-server';
  private mark = '';

  private constructor(
    private readonly server: Server,
    /** `127.0.0.1:port` */
    readonly host: string,
  ) {}

  static async start(target: { readonly host: string; readonly port: number }): Promise<CuttableProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxy = new CuttableProxy(server, `127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('connection', (client) => proxy.join(client, connect(target)));
    return proxy;
  }

  /** Every connection ends, and no new one comes through. */
  down(): void {
    this.closed = true;
    for (const socket of this.sockets) socket.destroy();
  }

  up(): void {
    this.closed = false;
  }

  /**
   * The connection that carries the byte of this number from now on ends instead of carrying it; the others stay, and
   * new ones come through. `to-client`: the server has done what it was asked, and its answer is lost. Only connections
   * that have carried `mark` to the server count, so that what a driver does beside its work is left alone.
   */
  cutAfter(bytes: number, direction: Direction, mark: string): void {
    this.left = bytes;
    this.mark = mark;
    this.direction = direction;
  }

  async stop(): Promise<void> {
    this.down();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(client: Socket, server: Socket): void {
    let marked = false;
    client.on('data', (data) => {
      marked ||= this.left < Infinity && data.includes(this.mark);
    });
    this.carry(client, server, 'to-server', () => marked);
    this.carry(server, client, 'to-client', () => marked);
    if (this.closed) client.destroy();
  }

  private carry(from: Socket, to: Socket, direction: Direction, counts: () => boolean): void {
    this.sockets.add(from);
    from.on('close', () => {
      this.sockets.delete(from);
      to.destroy();
    });
    from.on('error', () => from.destroy());
    from.on('data', (data) => {
      if (direction === this.direction && counts() && this.isCut(data.length)) from.destroy();
      else to.write(data);
    });
  }

  private isCut(bytes: number): boolean {
    this.left -= bytes;
    if (this.left > 0) return false;
    this.left = Infinity;
    return true;
  }
}
