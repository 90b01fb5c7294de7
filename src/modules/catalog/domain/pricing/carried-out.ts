import type { FieldError } from '../../../../shared/kernel/refusal.js';
import type { Pricing } from './pricing.js';

/**
 * Parts of the language that need more than the line they charge, and whose other half is not there yet: refused by
 * name, so that nobody believes they are charged.
 */
export function notCarriedOut(pricing: Pricing): readonly FieldError[] {
  const needs = 'its second pass prices a billing cycle as a whole, and no job does that yet';
  return pricing.charges.flatMap(({ tiers }, index) => {
    if (tiers?.by !== 'VOLUME') return [];
    const message = `VOLUME is part of the language but not carried out by this version: ${needs}`;
    return [{ path: `charges[${index}].tiers.by`, message }];
  });
}
