import type { RefusalStatuses } from '../../../shared/http/problem.js';

export const accessRefusals: RefusalStatuses = {
  'access/key-not-found': 404,
  'access/name-in-use': 409,
  'access/last-admin': 409,
  'access/expiry-in-the-past': 422,
};
