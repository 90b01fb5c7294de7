export {
  accountsEvents,
  LIFECYCLE_STATUSES,
  type AccountDefined,
  type AccountEvent,
  type CustomRatesDefined,
  type LifecycleStatus,
  type ServiceIdAssigned,
  type ServiceIdEnded,
  type SubscriptionDefined,
} from './domain/events.js';
export {
  AccountBook,
  type AccountBookState,
  type AccountTerms,
  type Resolution,
  type Resolved,
  type SubscriptionLife,
  type SubscriptionTerms,
} from './domain/account-book.js';
export type { TermsInForce } from './domain/dated-terms.js';
export { commitmentsAt, customRatesAt, topUpsAt, type CustomRates } from './domain/special-terms.js';
export { accountStream } from './domain/streams.js';
export type { Refusal as ResolutionRefusal } from './domain/resolution-refusals.js';
export { SPECIAL_TERMS_PROJECTION, topUpsCollection, type TopUpRow } from './projections/special-terms.collections.js';
export { accountsCollection, serviceIdsCollection, type ServiceIdRow } from './projections/accounts.collections.js';
