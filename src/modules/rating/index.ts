export * from './domain/events.js';
export { ratingEvents } from './domain/event-list.js';
export type { UsageRerated } from './domain/runs/rerated-events.js';
export type { RatingRunRequested } from './domain/runs/run-events.js';
export { ratingSettingsStream, ratingStream } from './domain/streams.js';
export { partitionOfAccount, partitionOfServiceId } from './domain/partition-of.js';
export * from './projections/collections.js';
export * from './application/queries/monetized-usage.port.js';
export {
  RATING_JOB_CATEGORIES,
  RATING_JOB_NAMES,
  RATING_JOBS,
  type RatingJob,
  type RatingJobs,
} from './domain/runs/rating-jobs.js';
