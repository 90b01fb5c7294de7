/** What other modules may know of ingestion: its events, its read models' shapes, its mapping language. */
export * from './domain/events.js';
export type * from './domain/mediation-events.js';
export { ingestionEvents } from './domain/event-definitions.js';
export * from './domain/streams.js';
export * from './domain/mapping/definition.js';
export * from './projections/collections.js';
