import { serviceOf } from '../../../../shared/kernel/price-offer-id.js';
import { compilePricing, parsePricing, type CompiledPrice, type Pricing } from '../../../catalog/index.js';
import type { PriceVersions } from '../queries/price-versions.js';
import type { StandingRow } from './answer-run.js';

type Offer = StandingRow['offer'];

interface KnownPrice {
  readonly pricing: Pricing;
  compiled: CompiledPrice | undefined;
}

/** The versions of prices that rows name, also those that others have taken the place of. */
export class PriceBook {
  private readonly known = new Map<string, KnownPrice | undefined>();

  constructor(
    private readonly versions: PriceVersions,
    private readonly tenant: string,
  ) {}

  /** To be awaited before a version is asked for. */
  async learn(offers: Iterable<Offer>): Promise<void> {
    for (const { priceOfferId, version } of offers) {
      const key = `${priceOfferId}@${version}`;
      if (this.known.has(key)) continue;
      const found = await this.versions.find(this.tenant, priceOfferId, version);
      const parsed = found === undefined ? undefined : parsePricing(found.pricing);
      const isPrice = parsed !== undefined && 'pricing' in parsed;
      this.known.set(key, isPrice ? { pricing: parsed.pricing, compiled: undefined } : undefined);
    }
  }

  /** Whether a charge is priced by what its billing cycle comes to. A record that came with its price has no charges. */
  isByVolume(offer: Offer, charge: number): boolean {
    return this.find(offer)?.pricing.charges[charge]?.tiers?.by === 'VOLUME';
  }

  /** Whether any charge is. */
  hasVolume(offer: Offer): boolean {
    return this.find(offer)?.pricing.charges.some(({ tiers }) => tiers?.by === 'VOLUME') ?? false;
  }

  /** Undefined for what came with its price. */
  compiled(offer: Offer): CompiledPrice | undefined {
    const found = this.find(offer);
    if (found !== undefined) found.compiled ??= compilePricing(found.pricing, undefined, serviceOf(offer.priceOfferId));
    return found?.compiled;
  }

  private find({ priceOfferId, version }: Offer): KnownPrice | undefined {
    return this.known.get(`${priceOfferId}@${version}`);
  }
}
