import type { EventStore } from '../event-store/event-store.port.js';
import { ManualClock } from '../kernel/clock.js';
import type { RecordedEvent } from '../kernel/event.js';
import { ProjectionRunner } from './projection-runner.js';
import type { Projection } from './projection.js';
import { Projections } from './projections.js';
import type { Commit, ReadModelWriter } from './read-model-writer.port.js';

function event(position: number): RecordedEvent {
  const metadata = { tenant: 'main', actor: 'a', correlationId: 'c', recordedAt: '', previousHash: '', hash: '' };
  return { id: `${position}`, stream: 's-main.a', revision: position, position, type: 'E.v1', data: {}, metadata };
}

/** A log in an array that grows by itself with every read of its end, as one that never rests. */
class ArrayLog {
  readonly events: RecordedEvent[] = [];
  heads = 0;
  growBy = 0;

  grow(count: number): void {
    for (let index = 0; index < count; index += 1) this.events.push(event(this.events.length + 1));
  }

  store(): EventStore {
    const unused = () => Promise.reject(new Error('not part of this test'));
    return {
      append: unused,
      close: unused,
      readStream: () => {
        throw new Error('not part of this test');
      },
      head: () => {
        this.heads += 1;
        this.grow(this.growBy);
        return Promise.resolve(this.events.length);
      },
      readAll: async function* ({ after = 0 } = {}) {
        for (const one of log.events.slice(after)) yield await Promise.resolve(one);
      },
      subscribe: async function* ({ signal }) {
        yield { kind: 'checkpoint' as const, position: log.events.length, caughtUp: true };
        if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
      },
    };
  }
}
let log = new ArrayLog();

/** Keeps positions only, and a list of what happened. */
function writerAt(positions: Readonly<Record<string, number>>, commits: Commit[], told: string[]): ReadModelWriter {
  return {
    prepare: (projections) =>
      Promise.resolve(projections.map(({ name }) => ({ projection: name, position: positions[name] ?? 0 }))),
    load: (_, __, keys) => Promise.resolve(keys.map(() => undefined)),
    commit: (commit) => {
      commits.push(commit);
      return Promise.resolve();
    },
    stopped: (name, { position }) => {
      told.push(`${name} stopped at ${position}`);
      return Promise.resolve();
    },
    resumed: () => Promise.resolve(0),
    beginRebuild: () => Promise.resolve(),
    swap: () => Promise.resolve(),
    abandonRebuild: () => Promise.resolve(),
  };
}

const projection = (name: string, project: Projection['project'] = () => []): Projection => {
  return { name, version: 1, collections: [], handles: ['E.v1'], project };
};

describe('ProjectionRunner', () => {
  let commits: Commit[];
  let told: string[];
  beforeEach(() => {
    log = new ArrayLog();
    commits = [];
    told = [];
  });

  function runner(
    positions: Readonly<Record<string, number>>,
    projections: readonly Projection[],
    writer = writerAt(positions, commits, told),
  ): ProjectionRunner {
    return new ProjectionRunner({
      store: log.store(),
      writer,
      projections: () => projections,
      clock: ManualClock.at('2026-03-01T00:00:00Z'),
      limits: { changes: 1000, events: 10, milliseconds: 1000 },
    });
  }

  it('brings a late projection up to the others although the log never rests', async () => {
    log.grow(200);
    log.growBy = 10;
    const ending = new AbortController();
    const running = runner({ ahead: 200, late: 0 }, [projection('ahead'), projection('late')]).run(ending.signal);
    while (commits.at(-1)?.writes.length !== 2 && log.events.length < 2000) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    ending.abort();
    await running;
    expect(log.events.length).toBeLessThan(2000);
    const [ahead, late] = commits.at(-1)!.writes;
    expect(ahead!.from).toBe(late!.from);
  });

  it('rests when every projection has stopped', async () => {
    log.grow(5);
    const throwing = () => {
      throw new Error('no');
    };
    const ending = new AbortController();
    const running = runner({}, [projection('one', throwing), projection('two', throwing)]).run(ending.signal);
    while (told.length < 2) await new Promise((resolve) => setImmediate(resolve));
    const { heads } = log;
    for (let turn = 0; turn < 2000; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(log.heads - heads).toBeLessThan(10);
    ending.abort();
    await running;
    expect(told).toEqual(['one stopped at 1', 'two stopped at 1']);
  });

  describe('a projection that gathers', () => {
    const rows = {
      name: 'rows',
      fields: { tenant: 'text' as const, n: 'integer' as const },
      key: ['tenant'],
      indexes: [],
    };
    const put = (n: number) => ({ op: 'put' as const, collection: 'rows', row: { tenant: 'main', n } });
    /** Its row is the last position it has seen; `bad` is the event it cannot do. */
    const gathering = (bad: number, fails: 'in add' | 'in changes'): Projection => {
      const check = (position: number, where: typeof fails | 'in project') => {
        if (position === bad && (where === 'in project' || where === fails)) throw new Error('no');
      };
      return {
        ...projection('sums', ({ position }) => {
          check(position, 'in project');
          return [put(position)];
        }),
        collections: [rows],
        gather: () => {
          let last = 0;
          return {
            add: ({ position }) => {
              check(position, 'in add');
              last = position;
            },
            changes: () => {
              if (last >= bad) check(bad, 'in changes');
              return [put(last)];
            },
          };
        },
      };
    };

    it('changes a row once for a whole batch', async () => {
      log.grow(10);
      await runner({}, [gathering(0, 'in add')]).catchUp();
      expect(commits.map(({ writes }) => writes[0]!.rows[0]!.puts)).toEqual([[{ tenant: 'main', n: 10 }]]);
    });

    it.each(['in add', 'in changes'] as const)('stops right before the event that it cannot do: %s', async (fails) => {
      log.grow(10);
      await runner({}, [gathering(7, fails), projection('other')]).catchUp();
      expect(told).toEqual(['sums stopped at 7']);
      const [sums, other] = commits.at(-1)!.writes;
      expect(sums).toMatchObject({ projection: 'sums', to: 6 });
      expect([...sums!.rows[0]!.puts].at(-1)).toEqual({ tenant: 'main', n: 6 });
      expect(other).toMatchObject({ projection: 'other', to: 10 });
    });
  });

  it('leaves the store a moment of its own when nothing comes, not before', async () => {
    log.grow(5);
    const ending = new AbortController();
    const writer = writerAt({}, commits, told);
    writer.rest = () => Promise.resolve(void told.push(`rested after ${commits.at(-1)?.writes[0]?.to}`));
    const running = runner({}, [projection('one')], writer).run(ending.signal);
    while (told.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    ending.abort();
    await running;
    expect(told).toEqual(['rested after 5']);
  });

  it('ends soon after it is asked to, from rest and from work', async () => {
    log.grow(5);
    for (const growBy of [0, 10]) {
      log.growBy = growBy;
      commits.length = 0;
      const ending = new AbortController();
      const running = runner({}, [projection('one')]).run(ending.signal);
      while (commits.length === 0) await new Promise((resolve) => setImmediate(resolve));
      ending.abort();
      await running;
    }
  });

  it('hands the store’s troubles to the runtime instead of blaming a projection', async () => {
    log.grow(5);
    const writer = { ...writerAt({}, commits, told), commit: () => Promise.reject(new Error('disk full')) };
    const failing = new ProjectionRunner({
      store: log.store(),
      writer,
      projections: () => [projection('one')],
      clock: ManualClock.at('2026-03-01T00:00:00Z'),
    });
    await expect(failing.catchUp()).rejects.toThrow('disk full');
    expect(told).toEqual([]);
  });
});

describe('Projections', () => {
  it('refuses two of one name, and one collection in two', () => {
    const projections = new Projections();
    const collection = { name: 'rows', fields: { tenant: 'text' as const }, key: ['tenant'], indexes: [] };
    projections.register({ ...projection('one'), collections: [collection] });
    expect(() => projections.register(projection('one'))).toThrow(/twice/);
    expect(() => projections.register({ ...projection('two'), collections: [collection] })).toThrow(/rows belongs to/);
  });
});
