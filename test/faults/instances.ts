import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ApiError, type ApiClient } from '../../src/tools/local/api-client.js';
import { RetallyServer } from '../../src/tools/local/local-system.js';
import type { RunStores } from '../../src/tools/local/run-stores.js';
import { BILLING_BATCH_SIZE, isPassing, PATIENCE_MS } from './server-life.js';

/** Short, so that what a dead instance held is taken over within the test's time. */
export const LEASE_TTL_MS = 3000;

export interface InstancesOptions {
  readonly folder: string;
  readonly stores: RunStores;
  readonly billingUrl: string;
}

interface Ready {
  readonly details: { readonly leases: { readonly held: readonly string[] } };
}

interface Instance {
  readonly name: string;
  server: RetallyServer;
  /** Can answer: neither dead nor stopped. */
  up: boolean;
  /** Settles when it stops answering, so that nobody waits for a connection into nothing. */
  down: Promise<void>;
  goDown: () => void;
}

/**
 * Two instances on one log, one set of read models and one shared folder, behind a client that asks whichever is up, in
 * turn, as a proxy would.
 */
export class Instances {
  private readonly all: Instance[] = [];
  private turn = 0;
  private key: string | undefined;

  private constructor(private readonly options: InstancesOptions) {}

  static async start(options: InstancesOptions): Promise<Instances> {
    const instances = new Instances(options);
    try {
      for (const name of ['blue', 'green']) await instances.add(name);
      return instances;
    } catch (error) {
      await instances.abandon();
      throw error;
    }
  }

  /** Settings the replay tool reads the same log and read models with. */
  get env(): Readonly<Record<string, string>> {
    return { ...this.options.stores.env, RETALLY_DATA_DIR: join(this.options.folder, 'blue') };
  }

  /** Asks until there is an answer; a command must bring its Idempotency-Key, for its answer may have been lost. */
  async ask<T>(request: (api: ApiClient) => Promise<T>): Promise<T> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const instance = this.next();
      try {
        const answered = request(instance.server.api);
        answered.catch(() => undefined);
        const gone = instance.down.then(() => Promise.reject(new TypeError(`${instance.name} is gone`)));
        return await Promise.race([answered, gone]);
      } catch (error) {
        if (!isPassing(error) || performance.now() > deadline) throw error;
        await pause(20);
      }
    }
  }

  /** Ends one at once; the other takes over. `revive` starts it again on its folder. */
  async kill(index: number): Promise<void> {
    const instance = this.at(index);
    this.markDown(instance);
    await instance.server.program.kill();
  }

  async revive(index: number): Promise<void> {
    const instance = this.at(index);
    this.markUp(instance, await this.launch(instance.name));
  }

  /** Holds one still for longer than its leases last: the other takes over; then it goes on where it was. */
  async freeze(index: number, ms: number): Promise<void> {
    const instance = this.at(index);
    const { server } = instance;
    this.markDown(instance);
    process.kill(server.program.pid, 'SIGSTOP');
    try {
      await pause(ms);
    } finally {
      process.kill(server.program.pid, 'SIGCONT');
    }
    this.markUp(instance, server);
  }

  /** What each holds now, by its own word. */
  async held(): Promise<readonly (readonly string[])[]> {
    return Promise.all(
      this.all.map(async ({ server }) => {
        const ready = await server.api.get<Ready>('/health/ready').catch((error: unknown) => {
          // Not ready for the moment: it answers all the same.
          if (error instanceof ApiError && error.status === 503) return error.body as Ready;
          throw error;
        });
        return ready.details.leases.held;
      }),
    );
  }

  /** Stops both; answers their exit codes. */
  end(): Promise<(number | null)[]> {
    return Promise.all(this.all.map(({ server }) => server.program.stop()));
  }

  /** The last lines of each, for whoever looks for a reason. */
  output(): string {
    return this.all
      .map(({ name, server }) => `${name}:\n${server.program.output().split('\n').slice(-40).join('\n')}`)
      .join('\n');
  }

  /** What a test must leave behind when it failed. */
  async abandon(): Promise<void> {
    await Promise.all(this.all.map(({ server }) => server.program.kill()));
  }

  private async add(name: string): Promise<void> {
    const server = await this.launch(name);
    const instance: Instance = { name, server, up: false, down: Promise.resolve(), goDown: () => undefined };
    this.markUp(instance, server);
    this.all.push(instance);
  }

  private async launch(name: string): Promise<RetallyServer> {
    const { folder, stores, billingUrl } = this.options;
    const dataDir = join(folder, name);
    await mkdir(dataDir, { recursive: true });
    const server = await RetallyServer.start({
      dataDir,
      port: 0,
      billingUrl,
      stores,
      ...(this.key === undefined ? {} : { key: this.key }),
      env: {
        RETALLY_SHARED_DIR: join(folder, 'shared'),
        RETALLY_INSTANCE: name,
        RETALLY_LEASE_TTL_MS: String(LEASE_TTL_MS),
        RETALLY_BILLING_BATCH_SIZE: BILLING_BATCH_SIZE,
        RETALLY_MIN_FREE_BYTES: '0',
      },
      // A server's first start makes every collection and index there.
      timeoutMs: 120_000,
    });
    this.key = server.key;
    return server;
  }

  private next(): Instance {
    const up = this.all.filter((instance) => instance.up);
    const instance = up[(this.turn += 1) % up.length];
    if (instance === undefined) throw new Error('No instance is up');
    return instance;
  }

  private at(index: number): Instance {
    const instance = this.all[index];
    if (instance === undefined) throw new RangeError(`There is no instance ${index}`);
    return instance;
  }

  private markUp(instance: Instance, server: RetallyServer): void {
    instance.server = server;
    instance.up = true;
    instance.down = new Promise((resolve) => (instance.goDown = resolve));
  }

  private markDown(instance: Instance): void {
    instance.up = false;
    instance.goDown();
  }
}
