import type { RoleTask } from '../runtime/role-task.js';
import { silentLogger } from '../telemetry/logger.js';
import { LocalLeaseStore } from './adapters/local/local-lease-store.js';
import { ClaimedTask } from './claimed-task.js';
import type { Claims, Held } from './claims.port.js';
import { LeasedClaims } from './leased-claims.js';

const TTL_MS = 300;

/** A task that notes its lives, and parks in its own time. */
class NotedTask implements RoleTask {
  readonly name = 'noted';
  readonly role = 'sync';
  lives = 0;
  running = false;
  parked: () => Promise<void> = () => Promise.resolve();
  fail: (error: Error) => void = () => undefined;
  finish: () => void = () => undefined;

  async run(signal: AbortSignal): Promise<void> {
    this.lives += 1;
    this.running = true;
    try {
      await new Promise<void>((resolve, reject) => {
        this.fail = reject;
        this.finish = resolve;
        if (signal.aborted) resolve();
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      await this.parked();
    } finally {
      this.running = false;
    }
  }
}

/** Two instances that both offer to run the task. */
class Instance {
  readonly task = new NotedTask();
  readonly claims: LeasedClaims;
  readonly stopping = new AbortController();
  readonly run: Promise<void>;

  constructor(store: LocalLeaseStore) {
    this.claims = new LeasedClaims({ store, host: 'test', logger: silentLogger, ttlMs: TTL_MS });
    this.run = new ClaimedTask(this.task, { claims: this.claims, place: 0, logger: silentLogger }).run(
      this.stopping.signal,
    );
    this.run.catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.run.catch(() => undefined);
    await this.claims.close();
  }
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('Waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

describe('a task that is claimed whole', () => {
  let store: LocalLeaseStore;
  let instances: Instance[];
  const start = () => {
    const instance = new Instance(store);
    instances.push(instance);
    return instance;
  };
  beforeEach(() => {
    store = new LocalLeaseStore();
    instances = [];
  });
  afterEach(() => Promise.all(instances.map((instance) => instance.stop())));

  it('runs in one of two instances, and in the other when that one ends', async () => {
    const pair = [start(), start()];
    await until(() => pair.some(({ task }) => task.running));
    await until(() => pair.every(({ claims }) => claims.status().members === 2));
    await until(() => pair.filter(({ task }) => task.running).length === 1);
    const runs = pair.find(({ task }) => task.running)!;
    const waits = pair.find(({ task }) => !task.running)!;
    let parked = false;
    runs.task.parked = () => {
      expect(waits.task.running).toBe(false);
      parked = true;
      return Promise.resolve();
    };
    await runs.stop();
    expect(parked).toBe(true);
    await until(() => waits.task.running);
  });

  it('throws what its task throws, and gives the lease back', async () => {
    const only = start();
    await until(() => only.task.running);
    only.task.fail(new TypeError('not today'));
    await expect(only.run).rejects.toThrow('not today');
    expect(only.claims.status().held).toEqual([]);
  });

  it('ends when its task has nothing more to do', async () => {
    const only = start();
    await until(() => only.task.running);
    only.task.finish();
    await only.run;
    expect(only.claims.status().held).toEqual([]);
  });

  it('begins anew after its member was taken for dead', async () => {
    const only = start();
    await until(() => only.task.running);
    const [member] = await store.members();
    await store.leave(member!.id);
    await until(() => only.task.lives === 2 && only.task.running);
    expect((await store.leases(['task/noted']))[0]!.epoch).toBe(2);
  });

  it('gives back a lease that came and was wanted elsewhere again while the task parked', async () => {
    const released: string[] = [];
    const lost = new AbortController();
    const task = new NotedTask();
    const held = (names: readonly string[]): Held => ({
      names: new Set(names),
      epochs: new Map(names.map((name) => [name, 1])),
      lost: lost.signal,
    });
    const claims: Claims = {
      async *watch() {
        yield held(['task/noted']);
        await until(() => task.running);
        lost.abort();
        yield held([]);
        released.length = 0;
        // Claimed and asked for in between: the set in which it stood was skipped.
        yield held([]);
      },
      release: (name) => Promise.resolve(void released.push(name)),
      status: () => ({ held: [], members: 2 }),
    };
    const run = new ClaimedTask(task, { claims, place: 0, logger: silentLogger }).run(new AbortController().signal);
    await until(() => released.length > 0);
    expect(released).toContain('task/noted');
    await run;
    // Once for the set without it, once at the end.
    expect(released).toHaveLength(2);
  });
});
