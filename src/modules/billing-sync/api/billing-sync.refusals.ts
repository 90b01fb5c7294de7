import type { RefusalStatuses } from '../../../shared/http/problem.js';

export const billingSyncRefusals: RefusalStatuses = {
  'billing-sync/aggregation-running': 409,
  'billing-sync/batch-not-found': 404,
  'billing-sync/nothing-in-error': 409,
  'billing-sync/not-configured': 409,
};
