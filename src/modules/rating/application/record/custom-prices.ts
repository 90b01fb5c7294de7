import type { CustomRates } from '../../../accounts/index.js';
import { withCustomSteps, type PricingVersion } from '../../../catalog/index.js';

/** A price with the steps agreed with an account, or why they do not fit it, as the end of a sentence. */
export type CustomPrice = { readonly version: PricingVersion } | { readonly reason: string };

/** Combinations kept; then all are forgotten and made again as they are needed. */
const MOST = 10_000;

/**
 * Versions of prices with agreed steps in place of their own, each made once: the object stays the same, so that what is
 * compiled from it is found again.
 */
export class CustomPrices {
  private made = new WeakMap<PricingVersion, Map<string, CustomPrice>>();
  private count = 0;

  of(account: string, version: PricingVersion, rates: readonly CustomRates[]): CustomPrice {
    const key = [account, ...rates.map(({ revision }) => revision)].join('\n');
    const known = this.made.get(version)?.get(key);
    if (known !== undefined) return known;
    if (this.count >= MOST) {
      this.made = new WeakMap();
      this.count = 0;
    }
    const kept = this.made.get(version) ?? new Map<string, CustomPrice>();
    const price = customPrice(version, rates);
    this.made.set(version, kept.set(key, price));
    this.count += 1;
    return price;
  }
}

function customPrice(version: PricingVersion, rates: readonly CustomRates[]): CustomPrice {
  const read = withCustomSteps(version.pricing, rates);
  if ('pricing' in read) return { version: { ...version, pricing: read.pricing } };
  const [first] = read.errors;
  return { reason: `${first?.path ?? ''} ${first?.message ?? 'does not fit'}` };
}
