import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedEventStore } from '../event-store/adapters/embedded/embedded-event-store.js';
import { FileSnapshotStore } from '../event-store/adapters/snapshots/file-snapshot-store.js';
import { eventId } from '../event-store/event-id.js';
import { EventRegistry } from '../event-store/event-registry.js';
import type { EventStore } from '../event-store/event-store.port.js';
import type { SnapshotStore } from '../event-store/snapshot-store.port.js';
import { Reactor, type ReactorOptions } from './reactor.js';

const registry = new EventRegistry([
  { type: 'Wanted.v1', encoding: 'json' },
  { type: 'Unwanted.v1', encoding: 'json' },
]);

describe('Reactor', () => {
  let folder: string;
  let store: EventStore;
  let snapshots: SnapshotStore;
  let revision: number;
  let seen: number[];
  let ending: AbortController;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'retally-reactor-'));
    store = await EmbeddedEventStore.open({ path: join(folder, 'log.db'), registry, writer: 'inline' });
    snapshots = await FileSnapshotStore.open(join(folder, 'snapshots'));
    revision = 0;
    seen = [];
    ending = new AbortController();
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  async function append(type: string, count: number): Promise<void> {
    for (let index = 0; index < count; index += 1, revision += 1) {
      const metadata = { tenant: 'main', actor: 'test', correlationId: 'c', recordedAt: '2026-03-01T10:00:00.000Z' };
      const event = { id: eventId(`e/${revision}`), type, data: { n: revision }, metadata };
      await store.append('thing-main.a', revision === 0 ? 'no-stream' : revision - 1, [event]);
    }
  }

  function reactor(options: Partial<ReactorOptions> = {}): Reactor {
    return new Reactor({
      name: 'tester',
      role: 'rate',
      store,
      snapshots,
      filter: { types: ['Wanted.v1'] },
      react: (event) => {
        seen.push(event.position);
        return Promise.resolve();
      },
      caughtUp: () => {
        ending.abort();
        return Promise.resolve();
      },
      ...options,
    });
  }

  /** Runs until nothing more is in the log. */
  async function runOnce(options: Partial<ReactorOptions> = {}): Promise<void> {
    ending = new AbortController();
    await reactor(options).run(ending.signal);
  }

  it('sees what it asked for, one event at a time, and goes on where it stopped', async () => {
    await append('Wanted.v1', 3);
    await append('Unwanted.v1', 2);
    await runOnce();
    expect(seen).toEqual([1, 2, 3]);
    await append('Wanted.v1', 2);
    await runOnce();
    expect(seen).toEqual([1, 2, 3, 6, 7]);
    let reacting = 0;
    await append('Wanted.v1', 5);
    await runOnce({
      react: async () => {
        reacting += 1;
        expect(reacting).toBe(1);
        await new Promise((resolve) => setImmediate(resolve));
        reacting -= 1;
      },
    });
  });

  it('meets the event again that it failed at, and none of those before it', async () => {
    await append('Wanted.v1', 5);
    const failing = runOnce({
      react: ({ position }) => {
        if (position === 4) return Promise.reject(new Error('the disk is full'));
        seen.push(position);
        return Promise.resolve();
      },
    });
    await expect(failing).rejects.toThrow('the disk is full');
    await runOnce();
    expect(seen).toEqual([1, 2, 3, 4, 5]);
  });

  it('repeats no more than what came since the last save after a crash', async () => {
    await append('Wanted.v1', 10);
    // A crash saves nothing: this store takes only what was saved on the way.
    let crashed = false;
    const dying: SnapshotStore = {
      load: (name) => snapshots.load(name),
      save: (name, snapshot) => (crashed ? Promise.reject(new Error('gone')) : snapshots.save(name, snapshot)),
      remove: (name) => snapshots.remove(name),
    };
    const crash = runOnce({
      snapshots: dying,
      saveEvery: 3,
      react: ({ position }) => {
        if (position === 9) {
          crashed = true;
          return Promise.reject(new Error('killed'));
        }
        seen.push(position);
        return Promise.resolve();
      },
    });
    await expect(crash).rejects.toThrow('killed');
    await runOnce();
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 7, 8, 9, 10]);
  });

  it('does again what the end of the role may have cut short', async () => {
    await append('Wanted.v1', 2);
    await runOnce({
      react: ({ position }, signal) => {
        seen.push(position);
        ending.abort();
        expect(signal.aborted).toBe(true);
        return Promise.resolve();
      },
    });
    expect(seen).toEqual([1]);
    await runOnce();
    expect(seen).toEqual([1, 1, 2]);
  });

  it('starts from the beginning when its position is lost, and refuses a log that is not its own', async () => {
    await append('Wanted.v1', 2);
    await runOnce();
    await snapshots.remove('reactor.tester');
    await runOnce();
    expect(seen).toEqual([1, 2, 1, 2]);
    await snapshots.save('reactor.tester', { position: 99, bytes: new Uint8Array() });
    await expect(runOnce()).rejects.toThrow(/position 99.*ends at 2/s);
  });
});
