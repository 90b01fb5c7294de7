import {
  compilePricing,
  type CatalogBook,
  type CompiledCharge,
  type Pricing,
  type PricingVersion,
} from '../../../catalog/index.js';

/** A charge that is made without usage. */
export interface RecurringCharge {
  readonly compiled: CompiledCharge;
  readonly on: 'ACTIVATION' | 'CYCLE_START' | 'CYCLE_END';
  readonly proration: 'PRORATE' | 'NO_CHARGE' | 'FULL_CHARGE';
}

/** A price of which something is due without usage. */
export interface RecurringPrice {
  readonly priceOfferId: string;
  readonly service: string;
  readonly version: number;
  readonly pricing: Pricing;
  readonly charges: readonly RecurringCharge[];
  readonly hasMinimum: boolean;
}

/** A price that is in force and cannot be read. */
export interface UnreadablePrice {
  readonly priceOfferId: string;
  readonly reason: string;
}

/**
 * What is due without usage, by the prices in force. A subscription pays for every service that its plan's rate schedule
 * is offered for, whether or not it has a service id for it.
 */
export class RecurringPrices {
  private readonly services = new Map<string, readonly string[]>();
  private readonly known = new WeakMap<PricingVersion, RecurringPrice | 'NOTHING'>();

  constructor(private readonly catalog: CatalogBook) {}

  /** The first instant at which a price has anything to charge without usage; Infinity when none has. */
  earliest(): number {
    let earliest = Infinity;
    for (const version of this.catalog.prices()) {
      if (isRecurring(version.pricing)) earliest = Math.min(earliest, version.effectiveFrom);
    }
    return earliest;
  }

  /** @param at epoch ms. */
  inForce(plan: string, rateSchedule: string, at: number): readonly (RecurringPrice | UnreadablePrice)[] {
    const found: (RecurringPrice | UnreadablePrice)[] = [];
    for (const service of this.servicesOf(plan, rateSchedule)) {
      const offer = this.catalog.offer(plan, rateSchedule, service, at);
      if (offer === undefined) continue;
      const price = this.priceOf(offer.priceOfferId, service, at);
      if (price !== undefined) found.push(price);
    }
    return found;
  }

  private servicesOf(plan: string, rateSchedule: string): readonly string[] {
    const key = `${plan}.${rateSchedule}`;
    let services = this.services.get(key);
    if (services === undefined) this.services.set(key, (services = this.catalog.servicesOf(plan, rateSchedule)));
    return services;
  }

  private priceOf(priceOfferId: string, service: string, at: number): RecurringPrice | UnreadablePrice | undefined {
    let version: PricingVersion | undefined;
    try {
      version = this.catalog.pricing(priceOfferId, at);
    } catch (error) {
      return { priceOfferId, reason: error instanceof Error ? error.message : String(error) };
    }
    if (version === undefined) return undefined;
    let price = this.known.get(version);
    if (price === undefined) {
      price = isRecurring(version.pricing) ? recurringPrice(priceOfferId, service, version) : 'NOTHING';
      this.known.set(version, price);
    }
    return price === 'NOTHING' ? undefined : price;
  }
}

export function isUnreadable(price: RecurringPrice | UnreadablePrice): price is UnreadablePrice {
  return 'reason' in price;
}

function isRecurring({ charges, spend }: Pricing): boolean {
  return spend?.minimum !== undefined || charges.some(({ on }) => on !== undefined);
}

function recurringPrice(priceOfferId: string, service: string, { version, pricing }: PricingVersion): RecurringPrice {
  const charges = compilePricing(pricing).charges.flatMap((compiled): RecurringCharge[] => {
    const { on, proration = 'PRORATE' } = pricing.charges[compiled.index] ?? {};
    return on === undefined ? [] : [{ compiled, on, proration }];
  });
  return { priceOfferId, service, version, pricing, charges, hasMinimum: pricing.spend?.minimum !== undefined };
}
