import type { RefusalStatuses } from '../../../shared/http/problem.js';

export const catalogRefusals: RefusalStatuses = {
  'catalog/price-offer-not-found': 404,
  'catalog/pricing-changed': 412,
  'catalog/pricing-invalid': 422,
};
