import type { EventDefinition } from '../../../shared/kernel/event-definition.js';
import type { DomainEvent } from '../../../shared/kernel/event.js';
import { blockEvents, type BlockEvent } from './building-blocks/block-events.js';

/** Stream `catalog-<tenant>.catalog`. Facts of the catalog feed and the prices put on their shells, effective-dated. */
export type UsageTypeDefined = DomainEvent<
  'UsageTypeDefined.v1',
  {
    readonly usageType: string;
    readonly name: string;
    readonly unit: string;
    readonly serviceType: string;
    readonly effectiveFrom: number;
  }
>;
export type ServiceDefined = DomainEvent<
  'ServiceDefined.v1',
  {
    readonly service: string;
    readonly name: string;
    readonly serviceType: string;
    readonly usageTypes: readonly string[];
    readonly effectiveFrom: number;
  }
>;
export type PlanDefined = DomainEvent<
  'PlanDefined.v1',
  { readonly plan: string; readonly name: string; readonly effectiveFrom: number }
>;
export type RateScheduleDefined = DomainEvent<
  'RateScheduleDefined.v1',
  {
    readonly rateSchedule: string;
    readonly plan: string;
    readonly name: string;
    readonly currency: string;
    readonly effectiveFrom: number;
  }
>;
/** plan x rate schedule x service x currency: a shell without a price until PricingPut. */
export type PriceOfferShellMade = DomainEvent<
  'PriceOfferShellMade.v1',
  {
    /** `<plan>.<rateSchedule>.<service>.<currency>` */
    readonly priceOfferId: string;
    readonly plan: string;
    readonly rateSchedule: string;
    readonly service: string;
    readonly currency: string;
    readonly effectiveFrom: number;
  }
>;
/** A version of a price: immutable, effective from an instant of usage time on. `pricing` is in the language of prices. */
export type PricingPut = DomainEvent<
  'PricingPut.v1',
  {
    readonly priceOfferId: string;
    readonly version: number;
    readonly effectiveFrom: number;
    readonly pricing: unknown;
    readonly reason: string;
  }
>;

/** The events of the stream `catalog-<tenant>.catalog`: the feed's, and the prices put on its offers. */
export type OfferingEvent =
  UsageTypeDefined | ServiceDefined | PlanDefined | RateScheduleDefined | PriceOfferShellMade | PricingPut;

export type CatalogEvent = OfferingEvent | BlockEvent;

export const offeringEvents: readonly EventDefinition[] = [
  { type: 'UsageTypeDefined.v1', encoding: 'json' },
  { type: 'ServiceDefined.v1', encoding: 'json' },
  { type: 'PlanDefined.v1', encoding: 'json' },
  { type: 'RateScheduleDefined.v1', encoding: 'json' },
  { type: 'PriceOfferShellMade.v1', encoding: 'json' },
  { type: 'PricingPut.v1', encoding: 'json' },
];

/** Every event type and version of this module, for the registry at the composition root. */
export const catalogEvents: readonly EventDefinition[] = [...offeringEvents, ...blockEvents];
