import type { RefusalStatuses } from '../../../shared/http/problem.js';

/** What a refusal of this module is in HTTP. */
export const ingestionRefusals: RefusalStatuses = {
  'ingestion/platform-exists': 409,
  'ingestion/platform-not-found': 422,
  'ingestion/mapping-moved': 409,
  'ingestion/mapping-not-found': 422,
  'ingestion/mapping-ambiguous': 422,
  'command/key-reused': 422,
  'command/in-flight': 409,
};

export const evidenceRefusals: RefusalStatuses = { 'evidence/too-large': 413 };
