import type { RefusalStatuses } from '../../../shared/http/problem.js';

export const lineageRefusals: RefusalStatuses = {
  'lineage/malformed-id': 422,
  'lineage/not-found': 404,
  'lineage/malformed-cursor': 422,
};
