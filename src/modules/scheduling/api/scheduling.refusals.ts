import type { RefusalStatuses } from '../../../shared/http/problem.js';

export const schedulingRefusals: RefusalStatuses = {
  'scheduling/name-taken': 409,
  'scheduling/daily-exists': 409,
  'scheduling/schedule-not-found': 404,
  'scheduling/schedule-changed': 412,
  'scheduling/execution-exists': 409,
  'scheduling/execution-not-found': 404,
  'scheduling/execution-started': 409,
  'scheduling/business-date-not-begun': 409,
};
