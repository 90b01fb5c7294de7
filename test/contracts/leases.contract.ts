import { randomUUID } from 'node:crypto';
import type { LeaseStore } from '../../src/shared/leases/lease-store.port.js';
import { LeaseWorld, TTL_MS, type LeaseActor } from '../support/lease-world.js';

export interface LeaseStoreAdapter {
  readonly name: string;
  /** A store on the same members and leases as every other one of this adapter. */
  open(): Promise<LeaseStore>;
  /** Rounds of the random test. */
  readonly rounds: number;
}

/** What every lease store must keep, and what claims make of it. */
export function leaseContract({ name: adapter, open, rounds }: LeaseStoreAdapter): void {
  describe(`leases on ${adapter}`, () => {
    let store: LeaseStore;
    let prefix: string;
    beforeEach(async () => {
      store = await open();
      prefix = `t/${randomUUID()}`;
    });
    afterEach(async () => {
      for (const { id } of await store.members()) await store.leave(id);
      await store.close();
    });

    describe('the store', () => {
      const member = async (): Promise<string> => {
        const id = randomUUID();
        await store.join({ id, host: 'here' });
        return id;
      };
      const beatOf = async (id: string) => (await store.members()).find((each) => each.id === id)?.beat ?? -1;

      it('counts beats, and shows who they are of and which groups they watch', async () => {
        const id = await member();
        const first = await beatOf(id);
        expect(await store.beat(id, ['b', 'a'])).toBe(true);
        const [seen] = (await store.members()).filter((each) => each.id === id);
        expect(seen).toEqual({ id, host: 'here', groups: ['b', 'a'], beat: expect.any(Number) });
        expect(seen!.beat).toBeGreaterThan(first);
      });

      it('buries whose beat stands still, and nobody who has beaten since', async () => {
        const id = await member();
        const seen = await beatOf(id);
        await store.beat(id, []);
        expect(await store.bury(id, seen)).toBe(false);
        expect(await store.bury(id, await beatOf(id))).toBe(true);
        expect(await store.beat(id, [])).toBe(false);
        expect(await beatOf(id)).toBe(-1);
        expect(await store.bury(id, seen)).toBe(false);
      });

      it('gives a lease to one of many who saw the same, with a higher epoch each time', async () => {
        const lease = `${prefix}/x`;
        const racers = await Promise.all(Array.from({ length: 8 }, member));
        expect(await store.leases([lease])).toEqual([]);
        let epoch = 0;
        for (let round = 0; round < 5; round += 1) {
          const [seen] = await store.leases([lease]);
          const epochs = await Promise.all(racers.map((id) => store.claim(lease, seen, id)));
          const winners = racers.filter((_, index) => epochs[index] !== undefined);
          expect(winners).toHaveLength(1);
          const [now] = await store.leases([lease]);
          expect(now!.holder).toBe(winners[0]);
          expect(now!.epoch).toBe(epochs.find((each) => each !== undefined));
          expect(now!.epoch).toBeGreaterThan(epoch);
          epoch = now!.epoch;
        }
      });

      it('releases for its holder alone, and passes on who asks for it', async () => {
        const lease = `${prefix}/x`;
        const [a, b] = [await member(), await member()];
        const epoch = (await store.claim(lease, undefined, a))!;
        const [seen] = await store.leases([lease]);
        await store.ask(seen!, b);
        expect(await store.leases([lease])).toEqual([{ name: lease, holder: a, epoch, askedBy: b }]);
        await store.release(lease, b, epoch);
        await store.release(lease, a, epoch + 1);
        expect(await store.leases([lease])).toEqual([{ name: lease, holder: a, epoch, askedBy: b }]);
        await store.release(lease, a, epoch);
        expect(await store.leases([lease])).toEqual([{ name: lease, epoch }]);
        const [free] = await store.leases([lease]);
        const next = (await store.claim(lease, free, b))!;
        await store.ask(seen!, a);
        expect(await store.leases([lease])).toEqual([{ name: lease, holder: b, epoch: next }]);
      });
    });

    describe('claims', () => {
      let world: LeaseWorld;
      beforeEach(() => {
        const names = Array.from({ length: 8 }, (_, index) => `${prefix}/${index}`);
        world = new LeaseWorld(store, { name: prefix }, names);
      });
      afterEach(() => world.end());
      const shares = () => world.actors.map(({ working }) => working.size);

      it('grants everything at once to the only member', async () => {
        await world.join();
        expect(shares()).toEqual([8]);
        expect(world.actors[0]!.claims.status()).toMatchObject({ members: 1, held: world.names });
      });

      it('spreads evenly when members come and go', async () => {
        for (let count = 0; count < 3; count += 1) await world.join();
        await world.advance(2 * TTL_MS);
        expect(shares().sort()).toEqual([2, 3, 3]);
        await world.actors[1]!.stop();
        await world.advance(TTL_MS);
        expect(shares()).toEqual([4, 0, 4]);
        expectEachOnce(world);
      });

      it('hands over what a dead member held, after its time and not before', async () => {
        const [dying] = [await world.join(), await world.join()];
        await world.advance(2 * TTL_MS);
        const epochs = new Map(dying.epochs);
        const orphaned = [...dying.working];
        expect(orphaned).toHaveLength(4);
        dying.die();
        await world.advance(0.6 * TTL_MS);
        for (const name of orphaned) expect(world.workers(name)).toEqual([]);
        await world.advance(TTL_MS);
        expectEachOnce(world);
        for (const name of orphaned) {
          expect(world.actors[1]!.epochs.get(name)).toBeGreaterThan(epochs.get(name)!);
        }
      });

      it('ends the work of a member that was stopped for longer than its time before it does anything else', async () => {
        const [sleeper, other] = [await world.join(), await world.join()];
        await world.advance(2 * TTL_MS);
        sleeper.paused = true;
        await world.advance(2 * TTL_MS);
        expect(other.working.size).toBe(8);
        expect(sleeper.working.size).toBe(4);
        sleeper.paused = false;
        sleeper.fire();
        expect(sleeper.working.size).toBe(0);
        await world.advance(TTL_MS);
        expectEachOnce(world);
        expect(shares()).toEqual([4, 4]);
      });

      it('ends the work of a member that no longer reaches the store before anybody takes it over', async () => {
        const [cut, other] = [await world.join(), await world.join()];
        await world.advance(2 * TTL_MS);
        cut.cutOff = true;
        const takenOver: number[] = [];
        for (let span = 0; span < 2 * TTL_MS; span += 10) {
          await world.advance(10);
          takenOver.push(other.working.size);
          expect(cut.working.size + other.working.size).toBeLessThanOrEqual(8);
        }
        expect(takenOver.at(-1)).toBe(8);
        expect(cut.working.size).toBe(0);
        cut.cutOff = false;
        await world.advance(2 * TTL_MS);
        expect(shares()).toEqual([4, 4]);
      });

      it('loses nothing and takes nothing when the wall clock jumps', async () => {
        await world.join();
        await world.join();
        await world.advance(2 * TTL_MS);
        const before = world.actors.map(({ epochs, working }) => [...working].map((name) => [name, epochs.get(name)]));
        const real = Date.now;
        try {
          for (const jump of [3_600_000, -86_400_000, 86_400_000, -3_600_000]) {
            Date.now = () => real() + jump;
            await world.advance(TTL_MS);
          }
        } finally {
          Date.now = real;
        }
        const after = world.actors.map(({ epochs, working }) => [...working].map((name) => [name, epochs.get(name)]));
        expect(after).toEqual(before);
      });

      it('never has two at work on one thing, and everything at work again soon, whatever happens to members', async () => {
        const random = seeded(20_260_301);
        for (let count = 0; count < 3; count += 1) await world.join();
        for (let round = 0; round < rounds; round += 1) {
          await disturb(world, random);
          for (let span = 0; span < 5 + 40 * random(); span += 1) {
            await world.advance(10);
            expectNoneTwice(world, round);
          }
        }
        for (const actor of world.actors) Object.assign(actor, { paused: false, cutOff: false });
        await world.advance(6 * TTL_MS);
        expectEachOnce(world);
        expect(Math.max(...shares()) - Math.min(...shares())).toBeLessThanOrEqual(1);
      });
    });
  });
}

async function disturb(world: LeaseWorld, random: () => number): Promise<void> {
  const actor: LeaseActor = world.actors[Math.floor(random() * world.actors.length)]!;
  const what = random();
  if (what < 0.3) actor.paused = !actor.paused;
  else if (what < 0.6) actor.cutOff = !actor.cutOff;
  else if (what < 0.8) Object.assign(actor, { paused: false, cutOff: false });
  else if (what < 0.9 && world.actors.length > 1) {
    // Killed, or ended by itself if it can.
    if (actor.paused || actor.cutOff) actor.die();
    else await actor.stop();
    world.actors.splice(world.actors.indexOf(actor), 1);
  } else if (world.actors.length < 4) await world.join();
}

function expectNoneTwice(world: LeaseWorld, round: number): void {
  for (const name of world.names) {
    const count = world.workers(name).length;
    if (count > 1) throw new Error(`${count} members work on ${name} at once, in round ${round}`);
  }
}

function expectEachOnce(world: LeaseWorld): void {
  expect(world.names.map((name) => world.workers(name).length)).toEqual(world.names.map(() => 1));
}

/** mulberry32 */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
