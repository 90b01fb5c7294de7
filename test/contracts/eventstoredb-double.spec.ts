import { EventStoreDbDouble } from '../../src/tools/eventstoredb-double/eventstoredb-double.js';
import { appendsContract } from './eventstoredb.appends.contract.js';
import { readsContract } from './eventstoredb.reads.contract.js';
import type { ServerUnderTest } from './eventstoredb.rig.js';
import { subscriptionsContract } from './eventstoredb.subscriptions.contract.js';

/** The double always; the real server when the environment names one: the same cases, so that the double stays true. */
const named = (process.env['RETALLY_TEST_EVENT_STORE'] ?? '').replace(/^kurrentdb/, 'esdb');
const real = named.startsWith('esdb') && named.includes('tls=false') ? [named] : [];

const startNamed = (connectionString: string): Promise<ServerUnderTest> =>
  Promise.resolve({ connectionString, stop: () => Promise.resolve() });

const SERVERS: readonly (readonly [name: string, start: () => Promise<ServerUnderTest>])[] = [
  ['the double', () => EventStoreDbDouble.start({ port: 0 })],
  ...real.map((address) => ['the named server', () => startNamed(address)] as const),
];

for (const [name, start] of SERVERS) {
  appendsContract(name, start);
  readsContract(name, start);
  subscriptionsContract(name, start);
}

if (named.startsWith('esdb') && real.length === 0) {
  it.skip("the double's cases against the named server (they need a server without TLS)", () => undefined);
}
