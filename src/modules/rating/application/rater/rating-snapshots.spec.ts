import type { EventStore } from '../../../../shared/event-store/event-store.port.js';
import type { Snapshot } from '../../../../shared/event-store/snapshot-store.port.js';
import { Dice } from '../../../../../test/support/random-prices.js';
import {
  addChunk,
  BACKLOG_SETTINGS,
  eventsHash,
  fillBacklog,
  PARTITIONS,
  ratedAlone,
  recordsIn,
  rowsHash,
} from '../../../../../test/support/rating-backlog.js';
import { RatingWorld } from '../../../../../test/support/rating-world.js';

let world: RatingWorld;
beforeEach(async () => {
  world = await RatingWorld.open();
});
afterEach(() => world.close());

describe('snapshots of rating', () => {
  it('of any age, mixed, or lost: the log goes on with the same events', async () => {
    await fillBacklog(world, 0);
    const ages: ReadonlyMap<string, Snapshot>[] = [];
    for (let age = 0; age < 3; age += 1) {
      for (let chunk = age * 6; chunk < age * 6 + 6; chunk += 1) await addChunk(world, chunk);
      await world.rate(BACKLOG_SETTINGS);
      ages.push(new Map(world.snapshots.saved));
    }
    for (let chunk = 18; chunk < 24; chunk += 1) await addChunk(world, chunk);
    const names = [...world.snapshots.saved.keys()].sort();
    expect(names).toStrictEqual([
      ...Array.from({ length: PARTITIONS }, (_, partition) => `rating-main.${partition}`),
      'rating.reference.0',
      'rating.reference.1',
      'rating.tenants',
    ]);
    const outcomes = new Set<string>();
    let rows = '';
    const dice = new Dice(20_260_301);
    for (let round = 0; round < 12; round += 1) {
      const copy = await world.copy();
      for (const name of names) {
        const snapshot = ages[dice.below(ages.length + 1)]?.get(name);
        if (snapshot !== undefined) copy.snapshots.saved.set(name, snapshot);
      }
      await copy.rate(BACKLOG_SETTINGS);
      const rated = await copy.rated();
      expect(recordsIn(rated)).toBe(world.asked);
      outcomes.add(eventsHash(rated));
      rows = rowsHash(rated);
      await copy.close();
    }
    expect(outcomes.size).toBe(1);
    // The events of the three ages were cut where the log ended then: the rows are those of one go.
    expect(rows).toBe((await ratedAlone(24)).rows);
  }, 120_000);

  it('keep reading short: a holder that comes in decodes what the one before has not answered, and no more', async () => {
    await fillBacklog(world, 20);
    await world.rate(BACKLOG_SETTINGS);
    for (let chunk = 20; chunk < 24; chunk += 1) await addChunk(world, chunk);
    const read = { usage: 0, reference: 0 };
    const counting = new Proxy(world.store, {
      get(target, property, receiver) {
        if (property !== 'subscribe') return Reflect.get(target, property, receiver) as unknown;
        return async function* (...args: Parameters<EventStore['subscribe']>) {
          for await (const delivery of target.subscribe(...args)) {
            if (delivery.kind === 'event') read[delivery.event.type.startsWith('Usage') ? 'usage' : 'reference'] += 1;
            yield delivery;
          }
        };
      },
    });
    await world.rate(BACKLOG_SETTINGS, counting);
    expect(read.usage).toBe(4);
    expect(read.reference).toBeLessThan(20);
  });
});
