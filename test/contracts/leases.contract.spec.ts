import { LocalLeaseStore } from '../../src/shared/leases/adapters/local/local-lease-store.js';
import { MongoDbLeaseStore } from '../../src/shared/leases/adapters/mongodb/mongodb-lease-store.js';
import { dropTestDatabase, testDatabaseName, testMongoDb } from '../support/test-database.js';
import { leaseContract } from './leases.contract.js';

const local = new LocalLeaseStore();
leaseContract({ name: 'local', open: () => Promise.resolve(local), rounds: 400 });

/** Members belong to the whole database: each run of the suite takes one of its own. */
const uri = testMongoDb();
if (uri === undefined) {
  it.skip('leases on mongodb: RETALLY_TEST_READ_MODELS names no server', () => undefined);
} else {
  const database = testDatabaseName();
  leaseContract({
    name: 'mongodb',
    open: () => MongoDbLeaseStore.open({ uri, database, timeoutMs: 5000 }),
    rounds: 25,
  });
  afterAll(() => dropTestDatabase(uri, database));
}
