export { accessEvents } from './domain/events.js';
export type { ApiKeyEvent, ApiKeyIssued, ApiKeyRevoked } from './domain/events.js';
export { FIRST_KEYS, type FirstKey, type FirstKeys } from './application/first-keys.port.js';
