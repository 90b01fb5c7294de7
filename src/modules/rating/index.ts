export * from './domain/events.js';
export * from './projections/collections.js';
export * from './application/monetized-usage.port.js';
