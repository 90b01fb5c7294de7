import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { binaryEvent, EventStoreDBClient, NO_STREAM } from '@eventstore/db-client';
import { EventStoreDbDouble } from '../../src/tools/eventstoredb-double/eventstoredb-double.js';
import { append, counted, countedTo, credentials, newStream, numbersOf, rejection } from './eventstoredb.rig.js';

const BUILT = resolve('dist/tools/eventstoredb-double/main.js');
const maybe = existsSync(BUILT) ? it : it.skip;

describe('the log of the EventStoreDB double', () => {
  let folder: string;
  const open: (() => Promise<unknown>)[] = [];
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'retally-double-'))));
  afterEach(async () => {
    for (const close of open.splice(0).reverse()) await close();
    await rm(folder, { recursive: true });
  });

  const eventsOf = async (client: EventStoreDBClient, stream: string): Promise<unknown[]> => {
    const events: unknown[] = [];
    for await (const { event } of client.readStream(stream)) events.push(event);
    return events;
  };
  const start = async ({ file }: { readonly file: string }) => {
    const double = await EventStoreDbDouble.start({ port: 0, file });
    open.push(() => double.stop());
    return double;
  };
  const connect = (connectionString: string): EventStoreDBClient => {
    const client = EventStoreDBClient.connectionString(connectionString);
    open.push(() => client.dispose());
    return client;
  };

  describe('with a file', () => {
    it('brings positions, times, bytes and metadata back, and goes on behind them', async () => {
      const file = join(folder, 'deep', 'double.log');
      const stream = newStream();
      const bytes = binaryEvent({ type: 'B', data: Uint8Array.of(0, 255), metadata: Uint8Array.of(200) });
      const first = await start({ file });
      const client = connect(first.connectionString);
      const written = await append(client, stream, [counted(0), counted(1), bytes], NO_STREAM);
      const before = await eventsOf(client, stream);
      await first.stop();
      const second = connect((await start({ file })).connectionString);
      expect(before).toHaveLength(3);
      expect(await eventsOf(second, stream)).toEqual(before);
      const more = await append(second, stream, [counted(3)], 2n);
      expect(more.position!.commit).toBeGreaterThan(written.position!.commit);
      const behind = [];
      for await (const { event } of second.readAll({ fromPosition: written.position! })) behind.push(event?.revision);
      expect(behind).toEqual([2n, 3n]);
    });

    it('leaves out a frame that was cut off, and goes on behind the whole ones', async () => {
      const file = join(folder, 'double.log');
      const stream = newStream();
      const first = await start({ file });
      await append(connect(first.connectionString), stream, countedTo(2), NO_STREAM);
      await first.stop();
      const longerThanTheNextFrame = Buffer.alloc(5_000);
      longerThanTheNextFrame.writeUInt32LE(1_000_000);
      await appendFile(file, longerThanTheNextFrame);
      const second = await start({ file });
      const client = connect(second.connectionString);
      expect(await numbersOf(client.readStream(stream))).toEqual([0, 1]);
      await append(client, stream, [counted(2)], 1n);
      await second.stop();
      const third = await start({ file });
      expect(await numbersOf(connect(third.connectionString).readStream(stream))).toEqual([0, 1, 2]);
    });

    it('refuses a file that is none of its own, or damaged, and leaves it as it was', async () => {
      const foreign = join(folder, 'notes.txt');
      await writeFile(foreign, 'not a log');
      await expect(start({ file: foreign })).rejects.toThrow('is not a log of the EventStoreDB double');
      expect(await readFile(foreign, 'utf8')).toBe('not a log');

      const damaged = join(folder, 'double.log');
      const double = await start({ file: damaged });
      await append(connect(double.connectionString), newStream(), countedTo(3), NO_STREAM);
      await double.stop();
      const bytes = await readFile(damaged);
      bytes[bytes.length - 5]! ^= 1;
      await writeFile(damaged, bytes);
      await expect(start({ file: damaged })).rejects.toThrow('is damaged at byte');
    });
  });

  describe('as a program', () => {
    const run = (...args: string[]): ChildProcess => {
      const child = spawn(process.execPath, [BUILT, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
      open.push(() => Promise.resolve(child.kill('SIGKILL')));
      return child;
    };
    const address = async (child: ChildProcess): Promise<string> => {
      for await (const line of createInterface({ input: child.stdout! })) {
        const found = /esdb:\S+/.exec(line);
        if (found !== null) return found[0];
      }
      throw new Error('it ended without its address');
    };

    maybe('killed and started again, it has every append it answered (needs dist/: npm run build)', async () => {
      const file = join(folder, 'double.log');
      const stream = newStream();
      let answered = 0;
      for (let kill = 0; kill < 3; kill += 1) {
        const child = run('--port', '0', '--file', file);
        const client = connect(await address(child));
        for (let n = 0; n < 20; n += 1, answered += 1) {
          await append(client, stream, [counted(answered)], answered === 0 ? NO_STREAM : BigInt(answered - 1));
        }
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      const last = connect(await address(run('--port', '0', '--file', file)));
      expect(await numbersOf(last.readStream(stream))).toEqual(Array.from({ length: answered }, (_, n) => n));
    });

    maybe('stopped and woken, it takes a repeated append once (needs dist/: npm run build)', async () => {
      const child = run('--port', '0');
      const client = connect(await address(child));
      const stream = newStream();
      const events = countedTo(2);
      await append(client, newStream(), [counted(0)], NO_STREAM);
      child.kill('SIGSTOP');
      const options = { expectedRevision: NO_STREAM, credentials, deadline: 300 } as const;
      expect(await rejection(client.appendToStream(stream, events, options))).toMatchObject({ code: 4 });
      child.kill('SIGCONT');
      expect((await append(client, stream, events, NO_STREAM)).nextExpectedRevision).toBe(1n);
      expect(await numbersOf(client.readStream(stream))).toEqual([0, 1]);
    });

    maybe.each([
      [['--port', 'many'], '--port many is not a port'],
      [['--user', 'admin'], 'belong together'],
      [['--colour', 'red'], "Unknown option '--colour'"],
      [['--port', '0', '--file', '/'], 'It does not start'],
    ])('says what is wrong with %j (needs dist/: npm run build)', async (args, message) => {
      const child = run(...args);
      let said = '';
      child.stderr!.on('data', (text: Buffer) => (said += text.toString()));
      expect(await once(child, 'close')).toEqual([2, null]);
      expect(said).toContain(message);
      expect(said).toContain('Usage: node dist/tools/eventstoredb-double/main.js');
    });

    maybe('stops when asked to (needs dist/: npm run build)', async () => {
      const child = run('--port', '0');
      await address(child);
      child.kill('SIGTERM');
      expect(await once(child, 'exit')).toEqual([0, null]);
    });
  });
});
