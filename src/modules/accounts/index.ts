export {
  accountsEvents,
  LIFECYCLE_STATUSES,
  type AccountDefined,
  type AccountEvent,
  type LifecycleStatus,
  type ServiceIdAssigned,
  type ServiceIdEnded,
  type SubscriptionDefined,
} from './domain/events.js';
export { AccountBook, type AccountBookState, type Resolution, type Resolved } from './domain/account-book.js';
export type { Refusal as ResolutionRefusal } from './domain/resolution-refusals.js';
export { serviceIdsCollection, type ServiceIdRow } from './projections/accounts.collections.js';
