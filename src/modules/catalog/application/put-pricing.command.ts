import { RecordedCommand } from '../../../shared/command-log/recorded-command.js';
import type { PutPricing as PutPricingPayload } from '../domain/put-pricing.decider.js';

export interface PricingAnswer {
  readonly priceOfferId: string;
  readonly version: number;
  /** Epoch ms of usage time. */
  readonly effectiveFrom: number;
}

/** Put a price on an offer, as a new version. */
export class PutPricing extends RecordedCommand<PricingAnswer> {
  readonly name = 'PutPricing';

  constructor(readonly payload: PutPricingPayload) {
    super();
  }
}
