export * from './domain/events.js';
export * from './projections/collections.js';
