import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readConfig } from '../../../shared/config/read-config.js';
import { EmbeddedEventStore } from '../../../shared/event-store/adapters/embedded/embedded-event-store.js';
import { EventRegistry } from '../../../shared/event-store/event-registry.js';
import type { Delivery, EventStore, SubscribeOptions } from '../../../shared/event-store/event-store.port.js';
import { systemClock } from '../../../shared/kernel/clock.js';
import { accessEvents } from '../domain/events.js';
import { MakeFirstKeys } from './first-keys.js';
import { KeyRing } from './key-ring.js';

/** A log on a server: an event is appended before those who wait for it are told. */
function late(store: EventStore, ms: number): EventStore {
  return {
    append: (...args) => store.append(...args),
    readStream: (...args) => store.readStream(...args),
    readAll: (...args) => store.readAll(...args),
    async *subscribe(options: SubscribeOptions): AsyncIterable<Delivery> {
      for await (const delivery of store.subscribe(options)) {
        if (delivery.kind === 'event') await pause(ms);
        yield delivery;
      }
    },
    head: () => store.head(),
    close: () => store.close(),
  };
}

describe('the first key of a tenant', () => {
  const folder = mkdtempSync(join(tmpdir(), 'retally-first-keys-'));
  let store: EmbeddedEventStore;
  beforeAll(async () => {
    const registry = new EventRegistry(accessEvents);
    store = await EmbeddedEventStore.open({ path: join(folder, 'log.db'), registry, writer: 'inline' });
  });
  afterAll(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const config = (tenants: string, roles: string) =>
    readConfig({ RETALLY_DATA_DIR: folder, RETALLY_TENANTS: tenants, RETALLY_ROLES: roles });

  it('opens the door from the moment it is shown, also where the log tells of it later', async () => {
    const log = late(store, 200);
    const ring = new KeyRing(log, systemClock);
    const stop = new AbortController();
    const running = ring.run(stop.signal);
    const made = await new MakeFirstKeys(config('one,two', 'api,rate'), log, systemClock, ring).make();
    expect(made.map(({ tenant }) => tenant)).toEqual(['one', 'two']);
    for (const { tenant, key } of made) expect(await ring.principalOf(key)).toMatchObject({ tenant });
    stop.abort();
    await running;
  });

  it('is made without waiting where nobody asks for keys', async () => {
    const ring = new KeyRing(store, systemClock);
    const made = await new MakeFirstKeys(config('three', 'rate'), store, systemClock, ring).make();
    expect(made).toMatchObject([{ tenant: 'three' }]);
  }, 5000);
});
