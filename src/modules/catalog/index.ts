export {
  catalogEvents,
  type CatalogEvent,
  type PlanDefined,
  type PriceOfferShellMade,
  type PricingPut,
  type RateScheduleDefined,
  type ServiceDefined,
  type UsageTypeDefined,
} from './domain/events.js';
export {
  CatalogBook,
  type CatalogBookState,
  type OfferFact,
  type PlanFact,
  type PricingFact,
  type PricingVersion,
  type RateScheduleFact,
  type ServiceFact,
  type UsageTypeFact,
} from './domain/catalog-book.js';
export { parsePricing, type ParsedPricing } from './domain/pricing/parse-pricing.js';
export * from './domain/pricing/pricing.js';
