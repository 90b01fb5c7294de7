import { LocalLeaseStore } from '../../../../shared/leases/adapters/local/local-lease-store.js';
import { LeasedClaims } from '../../../../shared/leases/leased-claims.js';
import { silentLogger } from '../../../../shared/telemetry/logger.js';
import {
  addChunk,
  BACKLOG_SETTINGS,
  fillBacklog,
  ratedAlone,
  recordsIn,
  rowsHash,
} from '../../../../../test/support/rating-backlog.js';
import { RatingWorld } from '../../../../../test/support/rating-world.js';
import { RATING_SLOTS } from '../../domain/rating-slots.js';

let world: RatingWorld;
beforeEach(async () => {
  world = await RatingWorld.open();
});
afterEach(() => world.close());

describe('instances with leases', () => {
  it('share the partitions, and take over those of one that dies', async () => {
    const chunks = 24;
    const expected = await ratedAlone(chunks);
    await fillBacklog(world, 0);
    const leases = new LocalLeaseStore();
    const dead = { is: false };
    const stop = new AbortController();
    const claims = ['a', 'b'].map((host) => {
      const store = host === 'a' ? silentOnce(dead, leases) : leases;
      return new LeasedClaims({ store, host, logger: silentLogger, ttlMs: 1500 });
    });
    const [a, b] = claims as [LeasedClaims, LeasedClaims];
    const holds = (of: LeasedClaims): number => of.status().held.length;
    const first = world.rater(BACKLOG_SETTINGS, silentOnce(dead, world.store), a).run(stop.signal);
    first.catch(() => undefined);
    await until(() => holds(a) === RATING_SLOTS.length);
    for (let chunk = 0; chunk < chunks / 3; chunk += 1) await addChunk(world, chunk);
    const second = world.rater(BACKLOG_SETTINGS, world.store, b).run(stop.signal);
    await until(() => holds(a) === RATING_SLOTS.length / 2 && holds(b) === RATING_SLOTS.length / 2);
    for (let chunk = chunks / 3; chunk < (2 * chunks) / 3; chunk += 1) await addChunk(world, chunk);
    dead.is = true;
    for (let chunk = (2 * chunks) / 3; chunk < chunks; chunk += 1) await addChunk(world, chunk);
    await until(() => holds(b) === RATING_SLOTS.length);
    await world.answered(world.asked);
    stop.abort();
    await second;
    await b.close();
    const rated = await world.rated();
    expect(recordsIn(rated)).toBe(world.asked);
    expect(rowsHash(rated)).toBe(expected.rows);
  }, 60_000);
});

/** What a process that was killed asks of a store is never answered, and changes nothing. */
function silentOnce<Store extends object>(dead: { readonly is: boolean }, store: Store): Store {
  return new Proxy(store, {
    get(target, property) {
      const member = Reflect.get(target, property) as unknown;
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => (dead.is ? new Promise(() => undefined) : (member.apply(target, args) as unknown));
    },
  });
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}
