import { LocalLeaseStore } from '../../src/shared/leases/adapters/local/local-lease-store.js';
import { leaseContract } from './leases.contract.js';

const shared = new LocalLeaseStore();
leaseContract({ name: 'local', open: () => Promise.resolve(shared), rounds: 400 });
