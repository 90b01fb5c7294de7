import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { EmbeddedEventStore } from '../../src/shared/event-store/adapters/embedded/embedded-event-store.js';
import { CONTRACT_REGISTRY, noted } from './event-store.contract.js';

/**
 * A process that appends as fast as it can is killed in the middle, again and again. This proves order and recovery;
 * that a flush reaches the disk is proved by the pragma read back after a write, for a kill leaves the page cache.
 */
const BUILT = resolve('dist/shared/event-store/adapters/embedded/log-writer-thread.js');
const KILLS = 8;
const WRITERS = 6;

const built = (file: string): string => JSON.stringify(pathToFileURL(resolve('dist/shared/event-store', file)).href);
const PROGRAM = `
  const { EmbeddedEventStore } = await import(${built('adapters/embedded/embedded-event-store.js')});
  const { startLogWriterThread } = await import(${built('adapters/embedded/log-writer-thread.js')});
  const { EventRegistry } = await import(${built('event-registry.js')});
  const { eventId } = await import(${built('event-id.js')});
  const [path] = process.argv.slice(-1);
  const registry = new EventRegistry([{ type: 'ThingNoted.v2', encoding: 'json' }]);
  const thread = await startLogWriterThread(path);
  const store = await EmbeddedEventStore.open({ path, registry, writer: thread.connect() });
  const metadata = { tenant: 'main', actor: 'a', correlationId: 'c', recordedAt: '2026-03-01T10:00:00.000Z' };
  for (let writer = 0; writer < ${WRITERS}; writer += 1) void append('thing-main.w' + writer);
  async function append(stream) {
    let next = 0;
    for await (const event of store.readStream(stream, { direction: 'backward', limit: 1 })) next = event.revision + 1;
    for (;; next += 1) {
      const event = { id: eventId(stream + '/' + next), type: 'ThingNoted.v2', data: { n: next, note: 'note ' + next }, metadata };
      await store.append(stream, next === 0 ? 'no-stream' : next - 1, [event]);
      process.stdout.write(stream + ' ' + next + '\\n');
    }
  }
`;

const maybe = existsSync(BUILT) ? it : it.skip;

describe('the embedded log, killed', () => {
  let folder: string;
  let child: ChildProcess | undefined;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'retally-kill-'))));
  afterEach(async () => {
    child?.kill('SIGKILL');
    await rm(folder, { recursive: true });
  });

  /** Runs until that many appends were acknowledged, then kills; answers the last revision acknowledged, by stream. */
  const runAndKill = async (path: string, appends: number): Promise<Map<string, number>> => {
    const acknowledged = new Map<string, number>();
    const program = join(folder, 'append.mjs');
    await writeFile(program, PROGRAM);
    child = spawn(process.execPath, [program, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    let count = 0;
    for await (const line of createInterface({ input: child.stdout! })) {
      const [stream = '', revision] = line.split(' ');
      acknowledged.set(stream, Number(revision));
      count += 1;
      if (count === appends) child.kill('SIGKILL');
    }
    await ended;
    return acknowledged;
  };

  maybe('loses no acknowledged append, doubles none, and keeps its chain (needs dist/: npm run build)', async () => {
    const path = join(folder, 'log.db');
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const acknowledged = await runAndKill(path, 37 * kill);
      expect(acknowledged.size).toBeGreaterThan(0);
      const store = await EmbeddedEventStore.open({ path, registry: CONTRACT_REGISTRY, writer: 'inline' });
      const head = await store.head();
      for (const [stream, revision] of acknowledged) {
        let next = 0;
        for await (const event of store.readStream(stream)) {
          expect(event).toMatchObject({ revision: next, data: { n: next } });
          next += 1;
        }
        // More than acknowledged may stand there: written, but its answer was never seen. The retry finds it.
        expect(next - 1).toBeGreaterThanOrEqual(revision);
        const again = await store.append(stream, next === 1 ? 'no-stream' : next - 2, [noted(stream, next - 1)]);
        expect(again.revision).toBe(next - 1);
        expect(await store.verifyChain(stream)).toMatchObject({ intact: true, events: next });
      }
      expect(await store.head()).toBe(head);
      await store.close();
    }
  });
});
