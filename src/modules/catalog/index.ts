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
export { factOf, type BlockEvent } from './domain/building-blocks/block-events.js';
export { shownDefinition } from './domain/building-blocks/shown-definition.js';
export { CONFIGURED_CURRENCIES, type ConfiguredCurrencies } from './application/configured-currencies.js';
export { parsePricing, type ParsedPricing } from './domain/pricing/language/parse-pricing.js';
export { parseSteps, withCustomSteps, type CustomSteps } from './domain/pricing/language/custom-steps.js';
export * from './domain/pricing/language/pricing.js';
export { compilePricing, type CompiledPrice } from './domain/pricing/compiled/compile-pricing.js';
export type { CompiledCharge } from './domain/pricing/compiled/compile-charge.js';
export type { PriceUnits } from './domain/pricing/compiled/price-units.js';
export { chargeLine } from './domain/pricing/charging/charge-line.js';
export { DraftedBalances } from './domain/pricing/balances/drafted-balances.js';
export type { RecordPlace } from './domain/pricing/balances/elsewhere-draft.js';
export type { Before, Charged, Impact, NotCharged } from './domain/pricing/charging/charged.js';
export type { Balances, PricedUsage } from './domain/pricing/charging/priced-usage.js';
export { chargedShares, chargeRecurring, minimumSpend, trueUp } from './domain/pricing/charging/recurring-charge.js';
export { spendKey } from './domain/pricing/balances/resource-keys.js';
export type { Share } from './domain/pricing/numbers/share.js';
export { findingsOf, type Finding } from './domain/pricing/explaining/findings.js';
export { explainCharge, type Explanation } from './domain/pricing/explaining/explain-charge.js';
export type { NamedImpact } from './domain/pricing/explaining/name-impact.js';
export { PriceImpactDto } from './api/price-impact.dto.js';
