import type { FieldError } from '../../../../shared/kernel/refusal.js';
import type { Pricing } from './pricing.js';

export type ParsedPricing = { readonly pricing: Pricing } | { readonly errors: readonly FieldError[] };

/** First version of the signature: the reader follows. */
export function parsePricing(value: unknown): ParsedPricing {
  if (typeof value !== 'object' || value === null) {
    return { errors: [{ path: '', message: 'A price is an object with currency and charges' }] };
  }
  return { pricing: value as Pricing };
}
