import type { RefusalStatuses } from '../../../shared/http/problem.js';

export const catalogRefusals: RefusalStatuses = {
  'catalog/building-block-changed': 412,
  'catalog/building-block-exists': 409,
  'catalog/building-block-invalid': 422,
  'catalog/building-block-not-found': 404,
  'catalog/building-block-referenced': 409,
  'catalog/building-block-too-large': 422,
  'catalog/price-offer-not-found': 404,
  'catalog/pricing-changed': 412,
  'catalog/pricing-invalid': 422,
};
