import { chargeLine, type Charged, type CompiledPrice } from '../../catalog/index.js';
import { BalanceDraft } from '../domain/balance-draft.js';
import type { BalanceLedger } from '../domain/balance-ledger.js';
import type { RatedFor, SuspendedReason } from '../domain/rated-batch.js';
import type { ChunkUsage } from './chunk-usage.js';
import { elsewhereFor } from './elsewhere-balances.js';
import type { ReferenceData, Route } from './reference-data.js';
import { suspend } from './suspense-reasons.js';

export type RecordOutcome =
  | { readonly kind: 'MONETIZED'; readonly rated: RatedFor; readonly charges: readonly Charged[] }
  | { readonly kind: 'SUSPENDED'; readonly reason: SuspendedReason };

/**
 * Rates one record whose owner is known: a function of the record, the reference data and the balances. It reads no
 * clock; the balances move only when the whole line is charged.
 */
export class RecordRating {
  private draft: BalanceDraft | undefined;

  constructor(private readonly reference: ReferenceData) {}

  /** Whatever goes wrong with one record is that record's suspense, and the rest goes on. */
  rate(route: Route, usage: ChunkUsage, ledger: BalanceLedger): RecordOutcome {
    try {
      return this.tryRate(route, usage, ledger);
    } catch (error) {
      return suspended(suspend.defect(route.owner.account, error));
    }
  }

  private tryRate(route: Route, usage: ChunkUsage, ledger: BalanceLedger): RecordOutcome {
    const { owner } = route;
    const { at, usageType } = usage;
    const { catalog } = this.reference;
    if (catalog.usageType(usageType, at) === undefined)
      return suspended(suspend.usageTypeNotFound(owner, usageType, at));
    const offer = this.reference.offerFor(owner, at);
    if (offer === undefined) return suspended(suspend.priceOfferNotFound(owner, at));
    const { priceOfferId } = offer;
    const version = catalog.pricing(priceOfferId, at);
    if (version === undefined) return suspended(suspend.pricingNotConfigured(owner, priceOfferId, at));
    const price = this.reference.compile(version, owner, at);
    if (price.currency !== owner.currency) {
      return suspended(suspend.currencyMismatch(owner, priceOfferId, price.currency));
    }
    const cycle = route.cycles.startAt(at);
    const draft = this.draftFor(price, ledger, { route, usage, cycle });
    const charges = chargeLine(price, usage, draft);
    if ('code' in charges) {
      return suspended(suspend.notCharged(owner, priceOfferId, version.version, charges));
    }
    for (const charge of charges) {
      if (charge.usageType !== usageType && catalog.usageType(charge.usageType, at) === undefined) {
        return suspended(suspend.usageTypeNotFound(owner, charge.usageType, at));
      }
    }
    draft.commit();
    const { account, subscription } = owner;
    const rated = { account, subscription, cycle, priceOfferId, version: version.version, currency: price.currency };
    return { kind: 'MONETIZED', rated, charges };
  }

  private draftFor(
    price: CompiledPrice,
    ledger: BalanceLedger,
    { route, usage, cycle }: { readonly route: Route; readonly usage: ChunkUsage; readonly cycle: number },
  ): BalanceDraft {
    const elsewhere = elsewhereFor(price, route, usage, { ledger, cycle, reference: this.reference });
    this.draft ??= new BalanceDraft(ledger);
    this.draft.start(ledger, route.holder, cycle, route.cycles, elsewhere);
    return this.draft;
  }
}

function suspended(reason: SuspendedReason): RecordOutcome {
  return { kind: 'SUSPENDED', reason };
}
