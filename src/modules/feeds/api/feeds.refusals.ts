import type { RefusalStatuses } from '../../../shared/http/problem.js';

export const feedsRefusals: RefusalStatuses = {
  'feeds/nothing-selected': 422,
};
