import { LeasedClaims } from '../../src/shared/leases/leased-claims.js';
import type { ClaimGroup, Held } from '../../src/shared/leases/claims.port.js';
import type { LeaseStore } from '../../src/shared/leases/lease-store.port.js';
import type { Timing } from '../../src/shared/leases/timing.js';
import { silentLogger } from '../../src/shared/telemetry/logger.js';

const STEP_MS = 10;
export const TTL_MS = 300;

/**
 * Members on one lease store under a clock that a test moves. A paused one is a stopped process: time goes by, none of
 * its timers fires. A cut-off one runs, but reaches no store.
 */
export class LeaseWorld {
  now = 0;
  readonly actors: LeaseActor[] = [];
  private inFlight = 0;

  constructor(
    private readonly store: LeaseStore,
    readonly group: ClaimGroup,
    readonly names: readonly string[],
  ) {}

  async join(): Promise<LeaseActor> {
    const actor = new LeaseActor(this);
    this.actors.push(actor);
    await this.settle();
    return actor;
  }

  async advance(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= STEP_MS) {
      this.now += STEP_MS;
      for (const actor of this.actors) actor.fire();
      await this.settle();
    }
  }

  /** Who works on a name now, of those whose code can run. */
  workers(name: string): LeaseActor[] {
    return this.actors.filter((actor) => !actor.paused && actor.working.has(name));
  }

  async end(): Promise<void> {
    for (const actor of this.actors) {
      actor.paused = false;
      actor.cutOff = false;
    }
    await Promise.all(this.actors.map((actor) => actor.stop()));
  }

  /** The store as one member reaches it. */
  storeOf(actor: { readonly cutOff: boolean }): LeaseStore {
    return new Proxy(this.store, {
      get:
        (store, method: keyof LeaseStore) =>
        async (...given: unknown[]) => {
          if (actor.cutOff) throw new Error('No way to the store');
          this.inFlight += 1;
          try {
            return await (store[method] as (...given: unknown[]) => Promise<unknown>).apply(store, given);
          } finally {
            this.inFlight -= 1;
          }
        },
    });
  }

  /** Everything that follows from the moment has happened: nothing is under way, for several turns. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 3;) {
      await new Promise((resolve) => setImmediate(resolve));
      quiet = this.inFlight === 0 ? quiet + 1 : 0;
    }
  }
}

/** A member with a task that works on whatever it holds, parks at once and gives back. */
export class LeaseActor {
  paused = false;
  cutOff = false;
  readonly working = new Set<string>();
  readonly epochs = new Map<string, number>();
  readonly claims: LeasedClaims;
  private readonly ending = new AbortController();
  private readonly running: Promise<void>;
  private timers: { at: number; run: () => void }[] = [];

  constructor(private readonly world: LeaseWorld) {
    const timing: Timing = {
      now: () => world.now,
      after: (ms, run) => {
        const timer = { at: world.now + ms, run };
        this.timers.push(timer);
        return () => void (this.timers = this.timers.filter((each) => each !== timer));
      },
    };
    this.claims = new LeasedClaims({
      store: world.storeOf(this),
      host: 'test',
      logger: silentLogger,
      ttlMs: TTL_MS,
      timing,
    });
    this.running = this.work();
  }

  /** Timers that are due; what is due first goes first, as in a process that wakes up. */
  fire(): void {
    if (this.paused) return;
    const due = this.timers.filter(({ at }) => at <= this.world.now).sort((a, b) => a.at - b.at);
    this.timers = this.timers.filter(({ at }) => at > this.world.now);
    for (const { run } of due) run();
  }

  /** Ends by itself: parks, gives back, leaves. */
  async stop(): Promise<void> {
    this.ending.abort();
    await this.running;
    await this.claims.close();
  }

  /** Is killed: nothing of it runs again. */
  die(): void {
    this.paused = true;
  }

  private async work(): Promise<void> {
    const { group, names } = this.world;
    for await (const held of this.claims.watch(group, () => names, this.ending.signal)) await this.turnTo(held);
    for (const name of [...this.working]) await this.giveBack(name);
  }

  private async turnTo(held: Held): Promise<void> {
    for (const name of [...this.working]) if (!held.names.has(name)) await this.giveBack(name);
    if (held.lost.aborted) return;
    held.lost.addEventListener('abort', () => this.working.clear());
    for (const [name, epoch] of held.epochs) {
      this.working.add(name);
      this.epochs.set(name, epoch);
    }
  }

  private async giveBack(name: string): Promise<void> {
    this.working.delete(name);
    await this.claims.release(name);
  }
}
