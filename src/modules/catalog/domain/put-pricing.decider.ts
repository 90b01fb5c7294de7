import { refuse, type Refused } from '../../../shared/kernel/refusal.js';
import { missingOfPrice } from './building-blocks/block-guard.js';
import type { CatalogBook } from './catalog-book.js';
import type { PricingPut } from './events.js';
import { parsePricing } from './pricing/language/parse-pricing.js';

export interface PutPricing {
  readonly priceOfferId: string;
  /** Epoch ms of usage time. */
  readonly effectiveFrom: number;
  /** As it came; in the language of prices. */
  readonly pricing: unknown;
  readonly reason: string;
  /** The version the caller saw last (If-Match); 0 for a shell; absent: whatever it is. */
  readonly expectedVersion?: number;
}

/** A price becomes a new version of the offer's; versions are never changed. */
export function decidePutPricing(command: PutPricing, book: CatalogBook): readonly PricingPut[] | Refused {
  const { priceOfferId, effectiveFrom, reason } = command;
  const offer = book.offerById(priceOfferId);
  if (offer === undefined) {
    return refuse(
      'catalog/price-offer-not-found',
      `There is no price offer ${priceOfferId}: offers are made by the catalog feed (PLAN_SERVICE); GET /v1/price-offers lists them`,
      { facts: { priceOfferId } },
    );
  }
  const latest = book.latestVersion(priceOfferId);
  if (command.expectedVersion !== undefined && command.expectedVersion !== latest) {
    return refuse(
      'catalog/pricing-changed',
      `The price of ${priceOfferId} is at version ${latest}, not at ${command.expectedVersion}: read it again, then decide`,
      { facts: { priceOfferId, version: latest } },
    );
  }
  const parsed = parsePricing(command.pricing);
  if ('errors' in parsed) {
    return refuse('catalog/pricing-invalid', `The price of ${priceOfferId} is not one: see each error`, {
      errors: parsed.errors.map(({ path, message }) => ({ path: inBody(path), message })),
    });
  }
  if (parsed.pricing.currency !== offer.currency) {
    return refuse('catalog/pricing-invalid', `The price of ${priceOfferId} is in another currency than its offer`, {
      errors: [
        {
          path: 'pricing.currency',
          message: `must be ${offer.currency}, the currency of the offer, not ${parsed.pricing.currency}`,
        },
      ],
    });
  }
  const contradictions = missingOfPrice(book, parsed.pricing);
  if (contradictions.length > 0) {
    return refuse('catalog/pricing-invalid', `The price of ${priceOfferId} does not fit the catalog: see each error`, {
      errors: contradictions.map(({ path, message }) => ({ path: inBody(path), message })),
    });
  }
  const data = { priceOfferId, version: latest + 1, effectiveFrom, pricing: parsed.pricing, reason };
  return [{ type: 'PricingPut.v1', data }];
}

function inBody(path: string): string {
  if (path === '') return 'pricing';
  return path.startsWith('[') ? `pricing${path}` : `pricing.${path}`;
}
