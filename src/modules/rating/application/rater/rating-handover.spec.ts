import type { EventStore } from '../../../../shared/event-store/event-store.port.js';
import { ManualClaims } from '../../../../../test/support/manual-claims.js';
import {
  addChunk,
  BACKLOG_SETTINGS,
  eventsHash,
  fillBacklog,
  ratedAlone,
  recordsIn,
  rowsHash,
} from '../../../../../test/support/rating-backlog.js';
import { RatingWorld } from '../../../../../test/support/rating-world.js';
import { RATING_SLOTS, slotOf } from '../../domain/rating-slots.js';

let world: RatingWorld;
beforeEach(async () => {
  world = await RatingWorld.open();
});
afterEach(() => world.close());

/** The slots of some partitions. */
function slots(...partitions: readonly number[]): string[] {
  const wanted = new Set(partitions.map((partition) => slotOf('main', partition)));
  return RATING_SLOTS.filter((slot) => wanted.has(slot));
}
const FIVE = slots(0, 1, 2, 3, 4);
const THREE = RATING_SLOTS.filter((slot) => !FIVE.includes(slot));

/** Raters of several instances on one log and one folder of snapshots, each with the claims the test gives it. */
class Instances {
  readonly stop = new AbortController();
  readonly running: Promise<void>[] = [];

  add(claims: ManualClaims, store: EventStore = world.store): void {
    const running = world.rater(BACKLOG_SETTINGS, store, claims).run(this.stop.signal);
    running.catch(() => undefined);
    this.running.push(running);
  }

  async end(): Promise<void> {
    this.stop.abort();
    await Promise.all(this.running);
  }
}

/** A store that calls back before every append to a rated stream. */
function watched(beforeAppend: () => Promise<void> | void): EventStore {
  return new Proxy(world.store, {
    get(target, property, receiver) {
      if (property !== 'append') return Reflect.get(target, property, receiver) as unknown;
      return async (...args: Parameters<EventStore['append']>) => {
        await beforeAppend();
        return target.append(...args);
      };
    },
  });
}

describe('partitions that change hands', () => {
  it('come out as with one rater, event by event, when they move to and fro while a backlog is read', async () => {
    const chunks = 32;
    const expected = await ratedAlone(chunks);
    await fillBacklog(world, chunks);
    for (const everyAppends of [1, 4]) {
      const [a, b] = [new ManualClaims(), new ManualClaims()];
      const instances = new Instances();
      let appends = 0;
      let moves = 0;
      let epoch = 1;
      let moving: Promise<void> = Promise.resolve();
      const move = async (): Promise<void> => {
        const toB = moves % 2 === 0;
        moves += 1;
        epoch += 1;
        if (toB) {
          await a.keepOnly(FIVE);
          b.hold(THREE, epoch);
        } else {
          await b.keepOnly([]);
          a.hold(RATING_SLOTS, epoch);
        }
      };
      const store = watched(() => {
        appends += 1;
        if (appends % everyAppends === 0) moving = moving.then(move);
      });
      instances.add(a, store);
      instances.add(b, store);
      a.hold(RATING_SLOTS);
      await world.answered(world.asked);
      await moving;
      await instances.end();
      expect(moves).toBeGreaterThan(3);
      const rated = await world.rated();
      expect(recordsIn(rated)).toBe(world.asked);
      expect(rowsHash(rated)).toBe(expected.rows);
      expect(eventsHash(rated)).toBe(expected.events);
      await world.close();
      world = await RatingWorld.open();
      await fillBacklog(world, chunks);
    }
  }, 60_000);

  it('come out as with one rater, row by row, when they move while usage arrives', async () => {
    const chunks = 24;
    const expected = await ratedAlone(chunks);
    await fillBacklog(world, 0);
    const [a, b] = [new ManualClaims(), new ManualClaims()];
    const instances = new Instances();
    instances.add(a);
    instances.add(b);
    a.hold(RATING_SLOTS);
    for (let chunk = 0; chunk < chunks; chunk += 1) {
      await addChunk(world, chunk);
      if (chunk % 6 === 2) {
        await a.keepOnly(FIVE);
        b.hold(THREE, chunk + 2);
      }
      if (chunk % 6 === 5) {
        await b.keepOnly([]);
        a.hold(RATING_SLOTS, chunk + 2);
      }
      if (chunk % 2 === 0) await world.answered(Math.floor(world.asked / 2));
    }
    await world.answered(world.asked);
    await instances.end();
    const rated = await world.rated();
    expect(recordsIn(rated)).toBe(world.asked);
    expect(rowsHash(rated)).toBe(expected.rows);
  }, 60_000);

  it('are not doubled by a holder that was paused, has lost them and goes on appending', async () => {
    const chunks = 20;
    const expected = await ratedAlone(chunks + 2);
    for (const appendsBefore of [1, 6]) {
      await fillBacklog(world, chunks);
      const [a, b] = [new ManualClaims(), new ManualClaims()];
      const instances = new Instances();
      let appends = 0;
      let wake: () => void = () => undefined;
      const woken = new Promise<void>((resolve) => (wake = resolve));
      let pausedNow: () => void = () => undefined;
      const paused = new Promise<void>((resolve) => (pausedNow = resolve));
      // Paused between deciding to append and appending, with its claims believed held ever after.
      instances.add(
        a,
        watched(async () => {
          appends += 1;
          if (appends <= appendsBefore) return;
          pausedNow();
          await woken;
        }),
      );
      instances.add(b);
      a.hold(RATING_SLOTS);
      await paused;
      b.hold(RATING_SLOTS, 2);
      await world.answered(world.asked);
      wake();
      await addChunk(world, chunks);
      await addChunk(world, chunks + 1);
      await world.answered(world.asked);
      a.lose();
      await instances.end();
      const rated = await world.rated();
      expect(recordsIn(rated)).toBe(world.asked);
      expect(rowsHash(rated)).toBe(expected.rows);
      await world.close();
      world = await RatingWorld.open();
    }
  }, 60_000);

  it('end at once when their claims are lost, and go on from the log when there are new ones', async () => {
    const chunks = 20;
    const expected = await ratedAlone(chunks);
    await fillBacklog(world, chunks);
    const a = new ManualClaims();
    const instances = new Instances();
    let appends = 0;
    instances.add(
      a,
      watched(() => {
        appends += 1;
        if (appends % 7 !== 0) return;
        a.lose();
        a.hold(RATING_SLOTS, appends);
      }),
    );
    a.hold(RATING_SLOTS);
    await world.answered(world.asked);
    await instances.end();
    expect(appends).toBeGreaterThan(14);
    expect(eventsHash(await world.rated())).toBe(expected.events);
  }, 60_000);
});
