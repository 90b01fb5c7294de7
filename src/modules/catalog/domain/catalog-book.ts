import { never } from '../../../shared/kernel/decider.js';
import { addFact, factAt } from '../../../shared/kernel/effective-dated.js';
import { BlockBook } from './building-blocks/block-book.js';
import type { BlockFact } from './building-blocks/block-events.js';
import type { BlockKind } from './building-blocks/building-block.js';
import { UnitsInForce, type PriceBlocks } from './building-blocks/units-in-force.js';
import { Facts } from './facts.js';
import type {
  CatalogEvent,
  PlanDefined,
  PriceOfferShellMade,
  PricingPut,
  RateScheduleDefined,
  ServiceDefined,
  UsageTypeDefined,
} from './events.js';
import { parsePricing } from './pricing/language/parse-pricing.js';
import type { Pricing } from './pricing/language/pricing.js';

export type UsageTypeFact = UsageTypeDefined['data'];
export type ServiceFact = ServiceDefined['data'];
export type PlanFact = PlanDefined['data'];
export type RateScheduleFact = RateScheduleDefined['data'];
/** A price offer: a shell until a price is put on it. */
export type OfferFact = PriceOfferShellMade['data'];
export type PricingFact = PricingPut['data'];

/** A version of a price in force. The object is the same one as long as the version is: it may key a compiled price. */
export interface PricingVersion {
  readonly version: number;
  readonly effectiveFrom: number;
  readonly pricing: Pricing;
}

/** Plain JSON for a snapshot: the facts as their events said them, each list ascending by start. */
export interface CatalogBookState {
  readonly usageTypes: readonly UsageTypeFact[];
  readonly services: readonly ServiceFact[];
  readonly plans: readonly PlanFact[];
  readonly rateSchedules: readonly RateScheduleFact[];
  readonly offers: readonly OfferFact[];
  readonly pricings: readonly PricingFact[];
  /** Absent in a snapshot of before there were any. */
  readonly blocks?: readonly BlockFact[];
}

/**
 * Everything the catalog events applied so far say about one tenant. It is a fold: what a record is priced with is what
 * stood in the log before it; `at` is usage time. Of several facts in force at a time the one with the latest start
 * holds; with equal starts, the one said last.
 */
export class CatalogBook {
  private readonly usageTypes = new Facts<UsageTypeFact>((fact) => fact.usageType);
  private readonly services = new Facts<ServiceFact>((fact) => fact.service);
  private readonly plans = new Facts<PlanFact>((fact) => fact.plan);
  private readonly rateSchedules = new Facts<RateScheduleFact>((fact) => `${fact.plan}.${fact.rateSchedule}`);
  private readonly offers = new Facts<OfferFact>((fact) => `${fact.plan}.${fact.rateSchedule}.${fact.service}`);
  private readonly offerIds = new Map<string, OfferFact>();
  private readonly pricings = new Map<string, PricingFact[]>();
  private readonly parsed = new WeakMap<PricingFact, PricingVersion>();
  private readonly ownUsageTypes = new WeakMap<BlockFact, UsageTypeFact>();
  private readonly units: UnitsInForce;
  private applied = 0;

  constructor(readonly blocks: BlockBook = new BlockBook()) {
    this.units = new UnitsInForce(blocks);
  }

  /** Grows with every event applied: what was found under another number may be out of date. */
  get revision(): number {
    return this.applied;
  }

  apply(event: CatalogEvent): void {
    this.applied += 1;
    switch (event.type) {
      case 'UsageTypeDefined.v1':
        this.usageTypes.add(event.data);
        return;
      case 'ServiceDefined.v1':
        this.services.add(event.data);
        return;
      case 'PlanDefined.v1':
        this.plans.add(event.data);
        return;
      case 'RateScheduleDefined.v1':
        this.rateSchedules.add(event.data);
        return;
      case 'PriceOfferShellMade.v1':
        this.addOffer(event.data);
        return;
      case 'PricingPut.v1':
        this.addPricing(event.data);
        return;
      case 'BuildingBlockDefined.v1':
      case 'ZonePrefixesDefined.v1':
      case 'BuildingBlockRemoved.v1':
        this.blocks.apply(event);
        this.units.changed();
        return;
      default:
        never(event);
    }
  }

  /** The feed's; else an own one. */
  usageType(code: string, at: number): UsageTypeFact | undefined {
    return this.usageTypes.at(code, at) ?? this.ownUsageType(code, at);
  }

  /** What prices may name, in force at a usage time; the same object until something of it changes. */
  unitsAt(at: number): PriceBlocks {
    return this.units.at(at);
  }

  service(code: string, at: number): ServiceFact | undefined {
    return this.services.at(code, at);
  }

  /** The offer of a plan's rate schedule for a service; its currency is that of the rate schedule. */
  offer(plan: string, rateSchedule: string, service: string, at: number): OfferFact | undefined {
    return this.offers.at(`${plan}.${rateSchedule}.${service}`, at);
  }

  /** Services that a plan's rate schedule was ever offered for. */
  servicesOf(plan: string, rateSchedule: string): readonly string[] {
    const offers = this.offers.all().filter((fact) => fact.plan === plan && fact.rateSchedule === rateSchedule);
    return [...new Set(offers.map(({ service }) => service))].sort();
  }

  /**
   * The price in force at a usage time; undefined for a shell, and before the first version.
   * @throws when a stored price is not one this program understands: the record's rating is then a defect.
   */
  pricing(priceOfferId: string, at: number): PricingVersion | undefined {
    const fact = factAt(this.pricings.get(priceOfferId) ?? [], at);
    return fact === undefined ? undefined : this.versionOf(fact);
  }

  /** Every price that may still price something, of every offer; what cannot be read prices nothing. */
  *prices(): Iterable<PricingVersion & { readonly priceOfferId: string }> {
    for (const fact of [...this.pricings.values()].flat()) {
      if ('errors' in parsePricing(fact.pricing)) continue;
      yield { priceOfferId: fact.priceOfferId, ...this.versionOf(fact) };
    }
  }

  /** Whether anything at all was said about an object, at whatever time: what the deciders of the feed ask. */
  knows(kind: 'usageType' | 'service' | 'plan' | 'rateSchedule' | 'priceOffer', id: string): boolean {
    switch (kind) {
      case 'usageType':
        return this.usageTypes.has(id) || this.blocks.has('USAGE_TYPE', id);
      case 'service':
        return this.services.has(id) || this.blocks.has('BILLABLE_SERVICE', id);
      case 'plan':
        return this.plans.has(id);
      case 'rateSchedule':
        return this.rateSchedules.has(id);
      case 'priceOffer':
        return this.offerIds.has(id);
    }
  }

  /** Whether the catalog feed brought it: then it is changed there. */
  isFromFeed(kind: 'usageType' | 'service', id: string): boolean {
    return kind === 'usageType' ? this.usageTypes.has(id) : this.services.has(id);
  }

  /** Whether something may be named as a building block: defined here, or brought by the feed. */
  hasBlock(kind: BlockKind, id: string): boolean {
    if (this.blocks.has(kind, id)) return true;
    switch (kind) {
      case 'USAGE_TYPE':
        return this.usageTypes.has(id);
      case 'BILLABLE_SERVICE':
        return this.services.has(id);
      case 'SERVICE_TYPE':
        return this.feedUsersOf(kind, id).length > 0;
      default:
        return false;
    }
  }

  /** What of the catalog feed names a building block, in words. */
  feedUsersOf(kind: BlockKind, id: string): readonly string[] {
    switch (kind) {
      case 'SERVICE_TYPE':
        return [
          ...this.usageTypes.all().flatMap((fact) => (fact.serviceType === id ? [`usage type ${fact.usageType}`] : [])),
          ...this.services.all().flatMap((fact) => (fact.serviceType === id ? [`service ${fact.service}`] : [])),
        ];
      case 'USAGE_TYPE':
        return this.services.all().flatMap((fact) => (fact.usageTypes.includes(id) ? [`service ${fact.service}`] : []));
      case 'CURRENCY':
        return this.rateSchedules
          .all()
          .flatMap((fact) => (fact.currency === id ? [`rate schedule ${fact.plan}.${fact.rateSchedule}`] : []));
      case 'BILLABLE_SERVICE':
        return this.offers.all().flatMap((fact) => (fact.service === id ? [`price offer ${fact.priceOfferId}`] : []));
      default:
        return [];
    }
  }

  /** Every rate schedule of a plan, each as last said. */
  rateSchedulesOf(plan: string): readonly RateScheduleFact[] {
    return this.rateSchedules.latest().filter((fact) => fact.plan === plan);
  }

  /** The shell by its id, as first said. */
  offerById(priceOfferId: string): OfferFact | undefined {
    return this.offerIds.get(priceOfferId);
  }

  /** How many versions the price of an offer has; 0 for a shell. */
  latestVersion(priceOfferId: string): number {
    let latest = 0;
    for (const fact of this.pricings.get(priceOfferId) ?? []) latest = Math.max(latest, fact.version);
    return latest;
  }

  toJSON(): CatalogBookState {
    return {
      usageTypes: this.usageTypes.all(),
      services: this.services.all(),
      plans: this.plans.all(),
      rateSchedules: this.rateSchedules.all(),
      offers: this.offers.all(),
      pricings: [...this.pricings.values()].flat(),
      blocks: this.blocks.toJSON(),
    };
  }

  static fromJSON(state: CatalogBookState): CatalogBook {
    const book = new CatalogBook(BlockBook.fromJSON(state.blocks ?? []));
    for (const fact of state.usageTypes) book.usageTypes.add(fact);
    for (const fact of state.services) book.services.add(fact);
    for (const fact of state.plans) book.plans.add(fact);
    for (const fact of state.rateSchedules) book.rateSchedules.add(fact);
    for (const fact of state.offers) book.addOffer(fact);
    for (const fact of state.pricings) book.addPricing(fact);
    return book;
  }

  private addOffer(fact: OfferFact): void {
    this.offers.add(fact);
    if (!this.offerIds.has(fact.priceOfferId)) this.offerIds.set(fact.priceOfferId, fact);
  }

  private versionOf(fact: PricingFact): PricingVersion {
    let version = this.parsed.get(fact);
    if (version === undefined) {
      const parsed = parsePricing(fact.pricing);
      if ('errors' in parsed) {
        const [first] = parsed.errors;
        throw new Error(
          `Version ${fact.version} of the price of ${fact.priceOfferId} cannot be read: ${first?.path} ${first?.message}`,
        );
      }
      version = { version: fact.version, effectiveFrom: fact.effectiveFrom, pricing: parsed.pricing };
      this.parsed.set(fact, version);
    }
    return version;
  }

  private ownUsageType(code: string, at: number): UsageTypeFact | undefined {
    const fact = this.blocks.factAt('USAGE_TYPE', code, at);
    if (fact === undefined || !('serviceType' in fact.definition) || !('unit' in fact.definition)) return undefined;
    let own = this.ownUsageTypes.get(fact);
    if (own === undefined) {
      const { name, unit, serviceType } = fact.definition;
      own = { usageType: code, name, unit, serviceType, effectiveFrom: fact.effectiveFrom };
      this.ownUsageTypes.set(fact, own);
    }
    return own;
  }

  private addPricing(fact: PricingFact): void {
    const facts = this.pricings.get(fact.priceOfferId) ?? [];
    // A version that starts when another did replaces it for rating; it stays in the log and in the read model.
    addFact(facts, fact);
    this.pricings.set(fact.priceOfferId, facts);
  }
}
