import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Decider } from '../kernel/decider.js';
import type { DomainEvent } from '../kernel/event.js';
import { refuse } from '../kernel/refusal.js';
import { EmbeddedEventStore } from './adapters/embedded/embedded-event-store.js';
import { EventRegistry } from './event-registry.js';
import { WrongExpectedRevision, type EventStore } from './event-store.port.js';
import { runCommand, type CommandRun } from './run-command.js';

type Counted = DomainEvent<'Counted.v1', { readonly by: number; readonly total: number }>;

/** Counts up to 10, never by nothing. */
const decider: Decider<number, number, Counted> = {
  initialState: 0,
  evolve: (_, event) => event.data.total,
  decide: (by, total) => {
    if (total + by > 10) return refuse('counter/full', `The counter stands at ${total}.`);
    return by === 0 ? [] : [{ type: 'Counted.v1', data: { by, total: total + by } }];
  },
};

describe('runCommand', () => {
  let folder: string;
  let store: EventStore;
  const run = (command: number, cause: string): CommandRun<number, number, Counted> => ({
    stream: 'counter-main.a',
    decider,
    command,
    cause,
    metadata: { tenant: 'main', actor: 'key:a', correlationId: 'c', recordedAt: '2026-03-01T10:00:00.000Z' },
  });
  const totals = async (): Promise<number[]> => {
    const found: number[] = [];
    for await (const event of store.readStream('counter-main.a')) found.push((event as unknown as Counted).data.total);
    return found;
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'retally-run-'));
    const registry = new EventRegistry([{ type: 'Counted.v1', encoding: 'json' }]);
    store = await EmbeddedEventStore.open({ path: join(folder, 'log.db'), registry, writer: 'inline' });
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  it('reads, folds, decides and appends', async () => {
    expect(await runCommand(store, run(3, 'k1'))).toMatchObject({ revision: 0, position: 1 });
    expect(await runCommand(store, run(4, 'k2'))).toMatchObject({
      events: [{ data: { by: 4, total: 7 } }],
      revision: 1,
      position: 2,
    });
    expect(await totals()).toEqual([3, 7]);
  });

  it('appends nothing for a refusal or when there is nothing to do, and says where the stream stands', async () => {
    expect(await runCommand(store, run(0, 'k0'))).toEqual({ events: [], revision: 'no-stream', position: 0 });
    await runCommand(store, run(3, 'k1'));
    expect(await runCommand(store, run(9, 'k2'))).toMatchObject({ refused: { code: 'counter/full' } });
    expect(await runCommand(store, run(0, 'k3'))).toEqual({ events: [], revision: 0, position: 1 });
  });

  it('decides a conflict again on the new state', async () => {
    const results = await Promise.all(
      [run(3, 'k1'), run(3, 'k2'), run(3, 'k3')].map((each) => runCommand(store, each)),
    );
    expect(results.every((result) => !('refused' in result))).toBe(true);
    expect(await totals()).toEqual([3, 6, 9]);
  });

  it('refuses by the new state when a conflict changed it', async () => {
    const results = await Promise.all([run(8, 'k1'), run(8, 'k2')].map((each) => runCommand(store, each)));
    expect(results.filter((result) => 'refused' in result)).toHaveLength(1);
    expect(await totals()).toEqual([8]);
  });

  it('hands a conflict that does not end to the caller', async () => {
    let others = 0;
    const crowded: EventStore = Object.create(store, {
      append: {
        value: () => {
          others += 1;
          return Promise.reject(new WrongExpectedRevision('counter-main.a', 'no-stream', others));
        },
      },
    }) as EventStore;
    await expect(runCommand(crowded, run(1, 'k1'))).rejects.toBeInstanceOf(WrongExpectedRevision);
    expect(others).toBe(4);
  });

  it('finds its own events when it is run again, whatever happened since', async () => {
    const first = await runCommand(store, run(6, 'k1'));
    await runCommand(store, run(2, 'k2'));
    const again = await runCommand(store, run(6, 'k1'));
    expect(again).toMatchObject({
      events: [{ type: 'Counted.v1', data: { by: 6, total: 6 } }],
      revision: 0,
      position: 1,
    });
    expect(first).toMatchObject({ revision: 0, position: 1 });
    expect(await totals()).toEqual([6, 8]);
  });
});
