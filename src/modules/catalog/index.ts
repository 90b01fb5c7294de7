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
export {
  accumulatorKey,
  allowanceKey,
  compilePricing,
  resourceOf,
  type CompiledCharge,
  type CompiledPrice,
  type ResourceKey,
} from './domain/pricing/compile-pricing.js';
export { applyCharge } from './domain/pricing/apply-charge.js';
export { chargeLine } from './domain/pricing/charge-line.js';
export type { Balances, Before, Charged, Impact, NotCharged, PricedUsage } from './domain/pricing/charged.js';
export {
  amountText,
  quantityText,
  quantityUnits,
  type AmountUnits,
  type QuantityUnits,
} from './domain/pricing/scaled.js';
export { explainCharge, nameImpact, type Explanation, type NamedImpact } from './domain/pricing/explain-charge.js';
