import { createHash } from 'node:crypto';
import { canonicalJson } from '../../../../shared/kernel/canonical-json.js';
import type { EventStore } from '../../../../shared/event-store/event-store.port.js';
import type { Snapshot } from '../../../../shared/event-store/snapshot-store.port.js';
import { LocalLeaseStore } from '../../../../shared/leases/adapters/local/local-lease-store.js';
import { LeasedClaims } from '../../../../shared/leases/leased-claims.js';
import { silentLogger } from '../../../../shared/telemetry/logger.js';
import { ManualClaims } from '../../../../../test/support/manual-claims.js';
import { DAY, RatingWorld, START, type RatedEvent } from '../../../../../test/support/rating-world.js';
import { RATING_SLOTS, slotOf } from '../../domain/rating-slots.js';
import type { RaterSettings } from './rater.js';

const PARTITIONS = 8;
const PEOPLE = 40;
/** Of a chunk. */
const LINES = 300;
const SETTINGS: Partial<RaterSettings> = { partitions: PARTITIONS, keepEvery: 64 };

let world: RatingWorld;
beforeEach(async () => {
  world = await RatingWorld.open();
});
afterEach(() => world.close());

/** Prices change, accounts come and records are reprocessed between the chunks, so that where a record is read matters. */
async function fill(chunks: number): Promise<void> {
  await world.catalog();
  await world.price(allowancePrice('0.50'));
  for (let n = 0; n < PEOPLE; n += 1) await world.account(n);
  for (let chunk = 0; chunk < chunks; chunk += 1) await more(chunk);
}

async function more(chunk: number): Promise<void> {
  const newest = PEOPLE + chunk;
  const position = await world.usage(
    Array.from({ length: LINES }, (_, index) => ({
      serviceId: `N${(chunk * 31 + index * 7) % (PEOPLE + chunk + 3)}`,
      quantities: { seconds: String((chunk * 3 + index) % 29) },
      at: START + (index % 50) * DAY,
    })),
  );
  await world.account(newest);
  if (chunk % 3 === 2) await world.price(allowancePrice(`0.${chunk + 10}`), chunk + 2, START + chunk * DAY);
  if (chunk % 4 !== 3) return;
  const records = Array.from({ length: LINES }, (_, ordinal) => ordinal).filter(
    (index) => (chunk * 31 + index * 7) % (PEOPLE + chunk + 3) === newest,
  );
  await world.reprocess(
    `r${chunk}`,
    records.map((ordinal) => ({ position, ordinal, line: chunk * LINES + ordinal + 1 })),
  );
}

function allowancePrice(price: string): unknown {
  return {
    currency: 'EUR',
    grants: [{ allowance: 'FREE', quantity: '90', unit: 'seconds' }],
    charges: [
      {
        name: 'calls',
        measure: 'seconds',
        tiers: { by: 'BALANCE', accumulator: 'TOTAL', steps: [{ upTo: '400', price: '1.00' }, { price }] },
        allowances: ['FREE'],
        accumulators: ['TOTAL'],
      },
    ],
  };
}

/** Streams with their events, ids and cuts included. */
function eventsHash(events: readonly RatedEvent[]): string {
  const plain = [...events]
    .sort((a, b) => a.stream.localeCompare(b.stream) || a.revision - b.revision)
    .map(({ stream, revision, id, data: { head, columns } }) => ({ stream, revision, id, head, columns }));
  return sha256(plain);
}

/** Streams with their rows in order, however they are cut into events; records suspended and those with money apart. */
function rowsHash(events: readonly RatedEvent[]): string {
  const rows: Record<string, unknown[]> = {};
  for (const { stream, data } of events) {
    const { head, columns } = data;
    const money = (rows[stream] ??= []);
    columns.line.forEach((line, row) => {
      const { account, amount, quantity, impacts, before, cycle, ordinal } = columns;
      const offer = head.offers[columns.offer[row]!];
      const charge = [account, amount, quantity, impacts, before, cycle, ordinal].map((column) => column[row]);
      money.push([line, offer, ...charge]);
    });
    const suspended = (rows[`${stream}, suspended`] ??= []);
    columns['s.line'].forEach((line, row) => {
      suspended.push([line, columns['s.code'][row], columns['s.message'][row]]);
    });
  }
  return sha256(rows);
}

function sha256(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

function linesOf(events: readonly RatedEvent[]): number {
  return events.reduce(
    (sum, { data }) =>
      sum + data.head.sources.reduce((lines, source) => lines + source.monetizedLines + source.suspendedLines, 0),
    0,
  );
}

/** What one rater alone makes of the same log, from its beginning to its end. */
async function alone(chunks: number): Promise<{ readonly events: string; readonly rows: string }> {
  const other = world;
  world = await RatingWorld.open();
  try {
    await fill(chunks);
    await world.rate(SETTINGS);
    const rated = await world.rated();
    expect(linesOf(rated)).toBe(world.asked);
    return { events: eventsHash(rated), rows: rowsHash(rated) };
  } finally {
    await world.close();
    world = other;
  }
}

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
    const running = world.rater(SETTINGS, store, claims).run(this.stop.signal);
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
    const expected = await alone(chunks);
    await fill(chunks);
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
      expect(linesOf(rated)).toBe(world.asked);
      expect(rowsHash(rated)).toBe(expected.rows);
      expect(eventsHash(rated)).toBe(expected.events);
      await world.close();
      world = await RatingWorld.open();
      await fill(chunks);
    }
  }, 60_000);

  it('come out as with one rater, row by row, when they move while usage arrives', async () => {
    const chunks = 24;
    const expected = await alone(chunks);
    await fill(0);
    const [a, b] = [new ManualClaims(), new ManualClaims()];
    const instances = new Instances();
    instances.add(a);
    instances.add(b);
    a.hold(RATING_SLOTS);
    for (let chunk = 0; chunk < chunks; chunk += 1) {
      await more(chunk);
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
    expect(linesOf(rated)).toBe(world.asked);
    expect(rowsHash(rated)).toBe(expected.rows);
  }, 60_000);

  it('are not doubled by a holder that was paused, has lost them and goes on appending', async () => {
    const chunks = 20;
    const expected = await alone(chunks + 2);
    for (const appendsBefore of [1, 6]) {
      await fill(chunks);
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
      await more(chunks);
      await more(chunks + 1);
      await world.answered(world.asked);
      a.lose();
      await instances.end();
      const rated = await world.rated();
      expect(linesOf(rated)).toBe(world.asked);
      expect(rowsHash(rated)).toBe(expected.rows);
      await world.close();
      world = await RatingWorld.open();
    }
  }, 60_000);

  it('end at once when their claims are lost, and go on from the log when there are new ones', async () => {
    const chunks = 20;
    const expected = await alone(chunks);
    await fill(chunks);
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

describe('instances with leases', () => {
  it('share the partitions, and take over those of one that dies', async () => {
    const chunks = 24;
    const expected = await alone(chunks);
    await fill(0);
    const leases = new LocalLeaseStore();
    const dead = { is: false };
    const stop = new AbortController();
    const claims = ['a', 'b'].map((host) => {
      const store = host === 'a' ? silentOnce(dead, leases) : leases;
      return new LeasedClaims({ store, host, logger: silentLogger, ttlMs: 1500 });
    });
    const [a, b] = claims as [LeasedClaims, LeasedClaims];
    const holds = (of: LeasedClaims): number => of.status().held.length;
    const first = world.rater(SETTINGS, silentOnce(dead, world.store), a).run(stop.signal);
    first.catch(() => undefined);
    await until(() => holds(a) === RATING_SLOTS.length);
    for (let chunk = 0; chunk < chunks / 3; chunk += 1) await more(chunk);
    const second = world.rater(SETTINGS, world.store, b).run(stop.signal);
    await until(() => holds(a) === RATING_SLOTS.length / 2 && holds(b) === RATING_SLOTS.length / 2);
    for (let chunk = chunks / 3; chunk < (2 * chunks) / 3; chunk += 1) await more(chunk);
    dead.is = true;
    for (let chunk = (2 * chunks) / 3; chunk < chunks; chunk += 1) await more(chunk);
    await until(() => holds(b) === RATING_SLOTS.length);
    await world.answered(world.asked);
    stop.abort();
    await second;
    await b.close();
    const rated = await world.rated();
    expect(linesOf(rated)).toBe(world.asked);
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

describe('snapshots of rating', () => {
  it('of any age, mixed, or lost: the log goes on with the same events', async () => {
    await fill(0);
    const ages: ReadonlyMap<string, Snapshot>[] = [];
    for (let age = 0; age < 3; age += 1) {
      for (let chunk = age * 6; chunk < age * 6 + 6; chunk += 1) await more(chunk);
      await world.rate(SETTINGS);
      ages.push(new Map(world.snapshots.saved));
    }
    for (let chunk = 18; chunk < 24; chunk += 1) await more(chunk);
    const names = [...world.snapshots.saved.keys()].sort();
    expect(names).toStrictEqual([
      ...Array.from({ length: PARTITIONS }, (_, partition) => `rating-main.${partition}`),
      'rating.reference.0',
      'rating.reference.1',
      'rating.tenants',
    ]);
    const outcomes = new Set<string>();
    let rows = '';
    const random = seeded(20_260_301);
    for (let round = 0; round < 12; round += 1) {
      const copy = await world.copy();
      for (const name of names) {
        const snapshot = ages[Math.floor(random() * (ages.length + 1))]?.get(name);
        if (snapshot !== undefined) copy.snapshots.saved.set(name, snapshot);
      }
      await copy.rate(SETTINGS);
      const rated = await copy.rated();
      expect(linesOf(rated)).toBe(world.asked);
      outcomes.add(eventsHash(rated));
      rows = rowsHash(rated);
      await copy.close();
    }
    expect(outcomes.size).toBe(1);
    // The events of the three ages were cut where the log ended then: the rows are those of one go.
    expect(rows).toBe((await alone(24)).rows);
  }, 120_000);

  it('keep reading short: a holder that comes in decodes what the one before has not answered, and no more', async () => {
    await fill(20);
    await world.rate(SETTINGS);
    for (let chunk = 20; chunk < 24; chunk += 1) await more(chunk);
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
    await world.rate(SETTINGS, counting);
    expect(read.usage).toBe(4);
    expect(read.reference).toBeLessThan(20);
  });
});

/** A small generator (mulberry32), so that a failing round can be repeated. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
