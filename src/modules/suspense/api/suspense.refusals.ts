import type { RefusalStatuses } from '../../../shared/http/problem.js';

export const suspenseRefusals: RefusalStatuses = {
  'suspense/nothing-selected': 422,
};
