import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { EmbeddedEventStore } from '../../src/shared/event-store/adapters/embedded/embedded-event-store.js';
import { EventStoreDbEventStore } from '../../src/shared/event-store/adapters/eventstoredb/eventstoredb-event-store.js';
import type * as WriterThreadModuleType from '../../src/shared/event-store/adapters/embedded/log-writer-thread.js';
import { EventStoreDbDouble } from '../../src/tools/eventstoredb-double/eventstoredb-double.js';
import { eventStoreContract, type EventStoreUnderTest } from './event-store.contract.js';

async function embedded(): Promise<EventStoreUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'retally-log-'));
  return {
    open: (registry) => EmbeddedEventStore.open({ path: join(folder, 'log.db'), registry, writer: 'inline' }),
    dispose: () => rm(folder, { recursive: true }),
  };
}

type WriterThreadModule = typeof WriterThreadModuleType;

const BUILT_WRITER = resolve('dist/shared/event-store/adapters/embedded/log-writer-thread.js');

/** The same log with its writer in a thread of its own; threads run the built files. */
async function embeddedWithWriterThread(): Promise<EventStoreUnderTest> {
  const { startLogWriterThread } = (await import(pathToFileURL(BUILT_WRITER).href)) as WriterThreadModule;
  const folder = await mkdtemp(join(tmpdir(), 'retally-log-'));
  const path = join(folder, 'log.db');
  const thread = await startLogWriterThread(path);
  return {
    open: (registry) => EmbeddedEventStore.open({ path, registry, writer: thread.connect() }),
    dispose: async () => {
      await thread.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** A server that is there; nothing on it is removed, for it may be one that others use. */
function eventStoreDb(connectionString: string): Promise<EventStoreUnderTest> {
  return Promise.resolve({
    open: (registry) => EventStoreDbEventStore.open({ connectionString, registry, timings: { boot: 5_000 } }),
    dispose: () => Promise.resolve(),
  });
}

/** Where no server is named, the double speaks its protocol. */
async function eventStoreDbDouble(): Promise<EventStoreUnderTest> {
  const double = await EventStoreDbDouble.start({ port: 0 });
  const { open } = await eventStoreDb(double.connectionString);
  return { open, dispose: () => double.stop() };
}

/** Every adapter by the scheme of its address in the configuration. */
const ADAPTERS: Readonly<Record<string, (address: string) => Promise<EventStoreUnderTest>>> = {
  embedded,
  double: eventStoreDbDouble,
  esdb: eventStoreDb,
  'esdb+discover': eventStoreDb,
  kurrentdb: eventStoreDb,
  'kurrentdb+discover': eventStoreDb,
};

const named = process.env['RETALLY_TEST_EVENT_STORE'] ?? '';
/** The embedded log always; a real server when the environment names one, and then its absence fails the run. */
const addresses = ['embedded', named === '' || named === 'embedded' ? 'double' : named];
const certified: string[] = [];

for (const address of addresses) {
  const scheme = address.split(':')[0] ?? address;
  const adapter = ADAPTERS[scheme];
  if (adapter === undefined) {
    it(`event store ${scheme}`, () => {
      throw new Error(`RETALLY_TEST_EVENT_STORE names "${scheme}", but there is no such adapter in this version`);
    });
  } else {
    const name = scheme === 'double' ? 'EventStoreDB adapter on the protocol double' : scheme;
    eventStoreContract(name, () => adapter(address));
    certified.push(name);
  }
}

if (existsSync(BUILT_WRITER)) {
  eventStoreContract('embedded, writer in its own thread', embeddedWithWriterThread);
  certified.push('embedded, writer in its own thread');
} else {
  it.skip('event store contract: embedded, writer in its own thread (dist/ is missing: run npm run build)', () =>
    undefined);
}

afterAll(() => {
  const hint = named === '' ? ' (RETALLY_TEST_EVENT_STORE names no server)' : '';
  process.stdout.write(`Event store adapters put to the contract: ${certified.join('; ')}${hint}\n`);
});
