import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedEventStore } from '../../src/shared/event-store/adapters/embedded/embedded-event-store.js';
import { eventStoreContract, type EventStoreUnderTest } from './event-store.contract.js';

async function embedded(): Promise<EventStoreUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'retally-log-'));
  return {
    open: (registry) => EmbeddedEventStore.open({ path: join(folder, 'log.db'), registry, writer: 'inline' }),
    dispose: () => rm(folder, { recursive: true }),
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
