import type { RefusalStatuses } from '../../../shared/http/problem.js';

export const ratingRunRefusals: RefusalStatuses = {
  'rating/as-of-in-future': 422,
  'rating/nothing-selected': 422,
  'rating/preview-not-found': 404,
  'rating/preview-not-completed': 409,
  'rating/preview-stale': 409,
};
