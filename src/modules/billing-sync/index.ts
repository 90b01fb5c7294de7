export * from './domain/events.js';
export * from './domain/billing-lineage.js';
export * from './domain/billing-jobs.js';
export { parseLineId } from './domain/line-id.js';
export * from './projections/collections.js';
