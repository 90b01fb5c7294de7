import { LocalLeaseStore } from '../../src/shared/leases/adapters/local/local-lease-store.js';
import { MongoDbLeaseStore } from '../../src/shared/leases/adapters/mongodb/mongodb-lease-store.js';
import { readMongoDbAddress } from '../../src/shared/read-models/adapters/mongodb/mongodb-address.js';
import { runStores } from '../../src/tools/local/run-stores.js';
import { leaseContract } from './leases.contract.js';

const local = new LocalLeaseStore();
leaseContract({ name: 'local', open: () => Promise.resolve(local), rounds: 400 });

/** Members belong to the whole database: each run of the suite takes one of its own. */
const stores = runStores({ readModels: process.env['RETALLY_TEST_READ_MODELS'] });
const address = stores.env['RETALLY_READ_MODELS'];
if (address === undefined) {
  it.skip('leases on mongodb: RETALLY_TEST_READ_MODELS names no server', () => undefined);
} else {
  const { uri, database } = readMongoDbAddress(address);
  leaseContract({
    name: 'mongodb',
    open: () => MongoDbLeaseStore.open({ uri, database, timeoutMs: 5000 }),
    rounds: 25,
  });
  afterAll(() => stores.dispose());
}
