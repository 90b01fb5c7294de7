import { serviceOf } from '../../../../shared/kernel/price-offer-id.js';
import { Inject, Injectable } from '@nestjs/common';
import { EVENT_STORE, type EventStore } from '../../../../shared/event-store/event-store.port.js';
import { compilePricing, explainCharge, parsePricing, type NamedImpact } from '../../../catalog/index.js';
import { PRERATED_OFFER } from '../../domain/prerated.js';
import { AgreedRates } from '../record/agreed-rates.js';
import { ChunkUsage } from '../rater/chunk-usage.js';
import { preratedAgain, settledAgain } from './explain-own-terms.js';
import { LogEvents } from '../rater/log-events.js';
import { LogMonetizedUsage } from './monetized-usage.reader.js';
import type { MonetizedRecord, PriceVersion } from './monetized-usage.port.js';

export interface ExplainedRecord {
  readonly record: MonetizedRecord;
  /** Undefined where the record came with its price. */
  readonly price: PriceVersion | undefined;
  /** Name of the charge in the price. */
  readonly chargeName: string;
  readonly measure: string | null;
  readonly impacts: readonly NamedImpact[];
  readonly steps: readonly string[];
  /**
   * What computing it again gave, and whether it is what was stored: amount, quantity and every impact. Undefined for a
   * withdrawn charge: nothing computes it.
   */
  readonly recomputed?: { readonly amount: string; readonly quantity: string; readonly equal: boolean };
}

/** Explains a stored charge by charging the mediated record again, with the price version it names. */
@Injectable()
export class ChargeExplainer {
  private readonly events: LogEvents;
  private readonly rates: AgreedRates;

  constructor(
    @Inject(EVENT_STORE) store: EventStore,
    private readonly reader: LogMonetizedUsage,
  ) {
    this.events = new LogEvents(store, 4);
    this.rates = new AgreedRates(store);
  }

  async explain(tenant: string, record: MonetizedRecord): Promise<ExplainedRecord> {
    const { priceOfferId, version } = record.price;
    if (record.withdrawn) return withdrawn(record, await this.reader.priceVersion(tenant, priceOfferId, version));
    if (priceOfferId === PRERATED_OFFER.priceOfferId) return this.explainPrerated(record);
    const price = await this.reader.priceVersion(tenant, priceOfferId, version);
    if (price === undefined)
      throw new Error(`${record.id} names version ${version} of ${priceOfferId}, which is not there`);
    const parsed = parsePricing(price.pricing);
    if ('errors' in parsed) throw new Error(`Version ${version} of ${priceOfferId} can no longer be read`);
    const usage = await this.usageOf(record);
    const custom = await this.rates.of(tenant, record, parsed.pricing);
    const compiled = compilePricing(custom?.pricing ?? parsed.pricing, undefined, serviceOf(priceOfferId));
    const explanation = explainCharge(compiled, record.charge, usage, record.before);
    const made = settledAgain(record, explanation);
    return {
      record,
      price,
      chargeName: explanation.charged.charge.name,
      measure: parsed.pricing.charges[record.charge]?.measure ?? null,
      ...made,
      steps: [...(custom === undefined ? [] : [custom.step]), ...made.steps],
    };
  }

  private async explainPrerated(record: MonetizedRecord): Promise<ExplainedRecord> {
    return { record, price: undefined, ...preratedAgain(record, await this.usageOf(record)) };
  }

  private async usageOf({ mediated: { position, ordinal } }: MonetizedRecord): Promise<ChunkUsage> {
    const usage = new ChunkUsage(position, (await this.events.mediatedAt(position)).data);
    usage.ordinal = ordinal;
    return usage;
  }
}

function withdrawn(record: MonetizedRecord, price: PriceVersion | undefined): ExplainedRecord {
  const parsed = price === undefined ? undefined : parsePricing(price.pricing);
  const charge = parsed === undefined || 'errors' in parsed ? undefined : parsed.pricing.charges[record.charge];
  const run = record.cause.kind === 'RUN' ? record.cause.runId : '';
  return {
    record,
    price,
    chargeName: charge?.name ?? '',
    measure: charge?.measure ?? null,
    impacts: [],
    steps: [
      `Rated again by run ${run}, the record is not charged this any more: what version ${record.version - 1} had is taken back.`,
    ],
  };
}
