import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { EmbeddedEventStore } from '../../src/shared/event-store/adapters/embedded/embedded-event-store.js';
import type * as WriterThreadModuleType from '../../src/shared/event-store/adapters/embedded/log-writer-thread.js';
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

/** Every adapter by the scheme of its address in the configuration. */
const ADAPTERS: Readonly<Record<string, (address: string) => Promise<EventStoreUnderTest>>> = { embedded };

/** The embedded log always; a real server when the environment names one, and then its absence fails the run. */
const named = process.env['RETALLY_TEST_EVENT_STORE'];
for (const address of ['embedded', ...(named === undefined || named === '' ? [] : [named])]) {
  const scheme = address.split(':')[0] ?? address;
  const adapter = ADAPTERS[scheme];
  if (adapter === undefined) {
    it(`event store ${address}`, () => {
      throw new Error(`RETALLY_TEST_EVENT_STORE names ${address}, but there is no adapter "${scheme}" in this version`);
    });
  } else {
    eventStoreContract(address, () => adapter(address));
  }
}

if (existsSync(BUILT_WRITER)) {
  eventStoreContract('embedded, writer in its own thread', embeddedWithWriterThread);
} else {
  it.skip('event store contract: embedded, writer in its own thread (dist/ is missing: run npm run build)', () =>
    undefined);
}
