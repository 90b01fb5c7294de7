import { AccountBook, type AccountEvent, type ResolutionRefusal, type Resolved } from '../../../accounts/index.js';
import {
  CatalogBook,
  compilePricing,
  type CatalogEvent,
  type CompiledPrice,
  type OfferFact,
  type PriceUnits,
  type PricingVersion,
} from '../../../catalog/index.js';
import { BillingCalendar, type BillingCycles } from '../../domain/billing-cycles.js';
import { holderOf } from '../../domain/balance-places.js';
import { partitionOfAccount, partitionOfServiceId } from '../../domain/partition-of.js';

/** What is kept about a service id's owner, so that a record costs look-ups and no computing. */
export interface Route {
  readonly owner: Resolved;
  readonly partition: number;
  readonly holder: string;
  readonly cycles: BillingCycles;
  /** Of the account book when `owner` was last known to be right. */
  bookRevision: number;
}

/** Routes kept at most; then all are forgotten and made again as they are needed. */
const MAX_ROUTES = 250_000;

/**
 * The reference data of one tenant as of the events applied so far, and what is derived from it: routes of service ids,
 * compiled prices, billing cycles. All of it is a function of the log.
 */
export class ReferenceData {
  private readonly routes = new Map<string, Route>();
  private readonly compiled = new WeakMap<PricingVersion, CompiledVersion>();
  private readonly calendar = new BillingCalendar();

  constructor(
    readonly catalog: CatalogBook = new CatalogBook(),
    readonly accounts: AccountBook = new AccountBook(),
  ) {}

  applyCatalog(event: CatalogEvent): void {
    this.catalog.apply(event);
  }

  applyAccount(event: AccountEvent): void {
    this.accounts.apply(event);
  }

  /** Who used a service id at a usage time, and which partition rates for them. */
  routeOf(serviceId: string, at: number, partitions: number): Route | ResolutionRefusal {
    const known = this.routes.get(serviceId);
    const { revision } = this.accounts;
    if (known?.bookRevision === revision && at >= known.owner.validFrom && at < known.owner.validTo) return known;
    const owner = this.accounts.resolve(serviceId, at);
    if (!owner.found) return owner;
    if (known?.owner === owner) {
      known.bookRevision = revision;
      return known;
    }
    if (this.routes.size >= MAX_ROUTES) this.routes.clear();
    const route: Route = {
      owner,
      partition: partitionOfAccount(owner.account, partitions),
      holder: holderOf(owner.account, owner.subscription),
      cycles: this.calendar.cyclesOf(owner.billingDay, owner.timeZone),
      bookRevision: revision,
    };
    this.routes.set(serviceId, route);
    return route;
  }

  offerFor(owner: Resolved, at: number): OfferFact | undefined {
    return this.catalog.offer(owner.plan, owner.rateSchedule, owner.service, at);
  }

  /**
   * The price in force, compiled once per version and set of building blocks it may name.
   * @param at usage time: the blocks are those in force then.
   * @throws when it cannot be read or carried out.
   */
  compile(version: PricingVersion, owner: Resolved, at: number): CompiledPrice {
    const units = this.catalog.unitsAt(at);
    const known = this.compiled.get(version);
    if (known?.units === units) return known.price;
    const others = known?.others ?? new WeakMap<PriceUnits, CompiledPrice>();
    let price = others.get(units);
    if (price === undefined) {
      price = compilePricing(version.pricing, units, owner.service);
      others.set(units, price);
    }
    this.compiled.set(version, { units, price, others });
    return price;
  }
}

/** A version of a price as it was used last, and with every set of building blocks it met. */
interface CompiledVersion {
  readonly units: PriceUnits;
  readonly price: CompiledPrice;
  readonly others: WeakMap<PriceUnits, CompiledPrice>;
}

/** The partition of a record nobody owns. */
export function partitionOfRefusal(refusal: ResolutionRefusal, serviceId: string, partitions: number): number {
  return refusal.account === undefined
    ? partitionOfServiceId(serviceId, partitions)
    : partitionOfAccount(refusal.account, partitions);
}
