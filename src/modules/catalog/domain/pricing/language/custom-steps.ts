import type { FieldError } from '../../../../../shared/kernel/refusal.js';
import { FieldReader } from './field-reader.js';
import { parsePricing, type ParsedPricing } from './parse-pricing.js';
import type { Pricing, Tiers } from './pricing.js';
import { readSteps } from './read-tiers.js';

/** Steps that stand in for those of a charge, by its name. */
export interface CustomSteps {
  readonly charge: string;
  readonly steps: unknown;
}

/** `tiers.steps` of the language by themselves; or every error, its path from the list on (`[1].upTo`). */
export function parseSteps(
  value: unknown,
): { readonly steps: Tiers['steps'] } | { readonly errors: readonly FieldError[] } {
  const reader = new FieldReader();
  const steps = readSteps(reader, value, '');
  return steps === undefined || reader.errors.length > 0 ? { errors: reader.errors } : { steps };
}

/**
 * A price with other steps in some of its charges; everything else of it stays: where the quantity starts, rounding,
 * allowances, limits. Steps that do not fit the charge are errors as they would be in the price itself.
 */
export function withCustomSteps(pricing: Pricing, custom: readonly CustomSteps[]): ParsedPricing {
  const errors: FieldError[] = [];
  for (const { charge } of custom) {
    const found = pricing.charges.find(({ name }) => name === charge);
    if (found?.tiers !== undefined) continue;
    const message = found === undefined ? 'is no charge of the price' : 'is a charge without tiers';
    errors.push({ path: `charges["${charge}"]`, message });
  }
  if (errors.length > 0) return { errors };
  const charges = pricing.charges.map((charge) => {
    const own = custom.find((steps) => steps.charge === charge.name);
    return own === undefined ? charge : { ...charge, tiers: { ...charge.tiers, steps: own.steps } };
  });
  return parsePricing({ ...pricing, charges });
}
