export {
  SUSPENSE_STATUSES,
  suspenseEvents,
  type SuspenseEvent,
  type SuspenseReprocessAnswered,
  type SuspenseReprocessPlaced,
  type SuspenseReprocessRequested,
  type SuspenseSelection,
  type SuspenseStatus,
} from './domain/events.js';
export { reprocessStream, suspenseStream } from './domain/streams.js';
export {
  SUSPENSE_PROJECTION,
  suspendedRecords,
  suspenseFiles,
  suspenseReprocesses,
  type SuspendedRecord,
  type SuspenseFile,
  type SuspenseReprocess,
} from './projections/suspense.collections.js';
