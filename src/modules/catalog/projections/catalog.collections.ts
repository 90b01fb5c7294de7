import type { CollectionSpec } from '../../../shared/read-models/read-models.port.js';

/** The projection that keeps these collections; reads that wait for a log position wait for it. */
export const CATALOG_PROJECTION = 'catalog';

export const CATALOG_OBJECTS = ['USAGE_TYPE', 'SERVICE', 'PLAN', 'RATE_SCHEDULE'] as const;
export type CatalogObject = (typeof CATALOG_OBJECTS)[number];

/** One version of a catalog object: what the feed said about it from an instant on. */
export interface CatalogObjectVersion {
  /** Epoch ms of usage time. */
  readonly effectiveFrom: number;
  readonly [detail: string]: unknown;
}

/** A usage type, service, plan or rate schedule, as the feed defined it. */
export type CatalogObjectRow = {
  readonly tenant: string;
  readonly object: CatalogObject;
  /** Its code; of a rate schedule `<plan>.<rateSchedule>`. */
  readonly id: string;
  /** Of its version with the latest start. */
  readonly name: string;
  /** Ascending by start; of several with one start the one said last. */
  readonly versions: readonly CatalogObjectVersion[];
};

export const catalogObjects: CollectionSpec<CatalogObjectRow> = {
  name: 'catalog-objects',
  fields: { tenant: 'text', object: 'text', id: 'text', name: 'text', versions: 'json' },
  key: ['tenant', 'object', 'id'],
  indexes: [],
};

export const PRICE_OFFER_STATUSES = ['SHELL', 'PRICED'] as const;
export type PriceOfferStatus = (typeof PRICE_OFFER_STATUSES)[number];

export type PriceOfferRow = {
  readonly tenant: string;
  readonly priceOfferId: string;
  readonly plan: string;
  readonly rateSchedule: string;
  readonly service: string;
  readonly currency: string;
  readonly status: PriceOfferStatus;
  /** Of its newest price; 0 for a shell. */
  readonly version: number;
  /** When plan and service began to belong together. */
  readonly effectiveFrom: number;
  /** When the newest price was put; null for a shell. */
  readonly pricedAt: number | null;
};

export const priceOffers: CollectionSpec<PriceOfferRow> = {
  name: 'price-offers',
  fields: {
    tenant: 'text',
    priceOfferId: 'text',
    plan: 'text',
    rateSchedule: 'text',
    service: 'text',
    currency: 'text',
    status: 'text',
    version: 'integer',
    effectiveFrom: 'instant',
    pricedAt: 'instant',
  },
  key: ['tenant', 'priceOfferId'],
  indexes: [{ fields: ['tenant', 'plan'] }, { fields: ['tenant', 'service'] }, { fields: ['tenant', 'status'] }],
};

/** A version of a price, as it was put. */
export type PriceVersionRow = {
  readonly tenant: string;
  readonly priceOfferId: string;
  readonly version: number;
  readonly effectiveFrom: number;
  readonly pricing: unknown;
  readonly reason: string;
  readonly actor: string;
  readonly commandId: string | null;
  readonly putAt: number;
};

export const priceVersions: CollectionSpec<PriceVersionRow> = {
  name: 'price-versions',
  fields: {
    tenant: 'text',
    priceOfferId: 'text',
    version: 'integer',
    effectiveFrom: 'instant',
    pricing: 'json',
    reason: 'text',
    actor: 'text',
    commandId: 'text',
    putAt: 'instant',
  },
  key: ['tenant', 'priceOfferId', 'version'],
  indexes: [],
};
