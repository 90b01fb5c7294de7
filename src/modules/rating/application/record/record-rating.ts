import type { CustomRates } from '../../../accounts/index.js';
import { chargeLine, DraftedBalances, type RecordPlace } from '../../../catalog/index.js';
import type { BalanceLedger } from '../../domain/balance-ledger.js';
import { SettlingDraft, type LineTerms } from './line-settlement.js';
import { preRate, PRERATED_CURRENCY, PRERATED_OFFER } from '../../domain/prerated.js';
import type { RatedCharge, RatedFor, SuspendedReason } from '../../domain/rated-batch.js';
import type { CycleTotals } from '../../domain/replay/account-replay.js';
import { agreedRates, lineTermsOf } from './account-terms.js';
import type { RatableUsage } from '../rater/chunk-usage.js';
import { recordPlaceFor } from './record-place.js';
import type { ReferenceData, Route } from '../rater/reference-data.js';
import { CustomPrices } from './custom-prices.js';
import { suspend } from './suspense-reasons.js';
import { suspendOwnTerms } from './own-terms-reasons.js';

export type RecordOutcome =
  | { readonly kind: 'MONETIZED'; readonly rated: RatedFor; readonly charges: readonly RatedCharge[] }
  | { readonly kind: 'SUSPENDED'; readonly reason: SuspendedReason };

/**
 * Rates one record whose owner is known: a function of the record, the reference data and the balances. It reads no
 * clock; the balances move only when the whole line is charged.
 */
export class RecordRating {
  private draft: DraftedBalances | undefined;
  /** For lines of accounts that have terms of their own. */
  private settling: SettlingDraft | undefined;
  private readonly customPrices = new CustomPrices();

  constructor(private readonly reference: ReferenceData) {}

  /**
   * Whatever goes wrong with one record is that record's suspense, and the rest goes on.
   * @param totals of its billing cycle, in the second pass: what is priced by VOLUME has its share of them.
   */
  rate(route: Route, usage: RatableUsage, ledger: BalanceLedger, totals?: CycleTotals): RecordOutcome {
    try {
      return this.tryRate(route, usage, ledger, totals);
    } catch (error) {
      return suspended(suspend.defect(route.owner.account, error));
    }
  }

  private tryRate(
    route: Route,
    usage: RatableUsage,
    ledger: BalanceLedger,
    totals: CycleTotals | undefined,
  ): RecordOutcome {
    const { owner } = route;
    const { at, usageType } = usage;
    const { catalog } = this.reference;
    if (catalog.usageType(usageType, at) === undefined)
      return suspended(suspend.usageTypeNotFound(owner, usageType, at));
    const { usageRecordType } = usage.source;
    if (usageRecordType === 'PRERATED') return preRated(route, usage);
    const offer = this.reference.offerFor(owner, at);
    if (offer === undefined) return suspended(suspend.priceOfferNotFound(owner, at));
    const { priceOfferId } = offer;
    const standard = catalog.pricing(priceOfferId, at);
    if (standard === undefined) return suspended(suspend.pricingNotConfigured(owner, priceOfferId, at));
    const rates = agreedRates(owner, catalog, priceOfferId, at);
    const custom = rates.length === 0 ? undefined : this.customPrices.of(owner.account, standard, rates);
    if (custom !== undefined && 'reason' in custom) {
      return suspended(suspendOwnTerms.customRatesUnfit(owner, priceOfferId, standard.version, custom.reason));
    }
    const version = custom?.version ?? standard;
    const price = this.reference.compile(version, owner, at);
    if (price.currency !== owner.currency) {
      return suspended(suspend.currencyMismatch(owner, priceOfferId, price.currency));
    }
    const cycle = route.cycles.startAt(at);
    const terms = lineTermsOf(owner, price, { at, prepaid: usageRecordType === 'PREPAID' });
    if (terms !== undefined && 'unfit' in terms) {
      return suspended(suspendOwnTerms.commitmentUnfit(owner, priceOfferId, terms.unfit));
    }
    const { currency } = price;
    // A top-up may be of what its price does not name.
    const looksElsewhere = price.looksElsewhere || terms?.topUps !== undefined;
    const elsewhere = looksElsewhere ? recordPlaceFor(price, route, usage, this.reference) : undefined;
    const place = { ledger, route, cycle, currency, elsewhere };
    const settling = terms === undefined ? undefined : this.settlingFor(terms, place);
    const draft = settling ?? this.draftFor(place);
    const priced = chargeLine(price, usage, draft, totals);
    if ('code' in priced) {
      return suspended(suspend.notCharged(owner, priceOfferId, version.version, priced));
    }
    const charges = settling === undefined ? priced : settling.settled(priced);
    if ('missing' in charges) return suspended(suspendOwnTerms.exhausted(owner, currency, charges));
    for (const charge of charges) {
      if (charge.usageType !== usageType && catalog.usageType(charge.usageType, at) === undefined) {
        return suspended(suspend.usageTypeNotFound(owner, charge.usageType, at));
      }
    }
    draft.commit();
    const { account, subscription } = owner;
    const rated = { account, subscription, cycle, priceOfferId, version: version.version, currency };
    const named = rates.length === 0 ? charges : charges.map((charge) => withCustom(charge, rates));
    return { kind: 'MONETIZED', rated, charges: named };
  }

  private settlingFor(terms: LineTerms, { ledger, route, cycle, currency, elsewhere }: DraftPlace): SettlingDraft {
    const { holder, cycles } = route;
    this.settling ??= new SettlingDraft(ledger);
    this.settling.start(ledger, holder, cycle, cycles, elsewhere);
    this.settling.settle(terms, { ledger, holder, cycle, currency });
    return this.settling;
  }

  private draftFor({ ledger, route, cycle, elsewhere }: DraftPlace): DraftedBalances {
    const { holder, cycles } = route;
    this.draft ??= new DraftedBalances(ledger);
    this.draft.start(ledger, holder, cycle, cycles, elsewhere);
    return this.draft;
  }
}

interface DraftPlace {
  readonly ledger: BalanceLedger;
  readonly route: Route;
  readonly cycle: number;
  readonly currency: string;
  readonly elsewhere: RecordPlace | undefined;
}

/** Keeps the price it came with: nothing of the catalog but its usage type is asked for. */
function preRated({ owner, cycles }: Route, usage: RatableUsage): RecordOutcome {
  const currency = usage.attribute(PRERATED_CURRENCY) ?? owner.currency;
  if (currency !== owner.currency) return suspended(suspendOwnTerms.preratedCurrency(owner, currency));
  const made = preRate(usage, currency);
  if ('missing' in made) return suspended(suspendOwnTerms.preratedMissing(owner, made.missing, made.reason));
  const { account, subscription } = owner;
  const rated = { account, subscription, cycle: cycles.startAt(usage.at), ...PRERATED_OFFER, currency };
  return { kind: 'MONETIZED', rated, charges: [made.charge] };
}

function withCustom(charge: RatedCharge, rates: readonly CustomRates[]): RatedCharge {
  const found = charge.before ?? { accumulator: null, allowances: {} };
  return { ...charge, before: { ...found, custom: rates.map(({ revision }) => revision) } };
}

function suspended(reason: SuspendedReason): RecordOutcome {
  return { kind: 'SUSPENDED', reason };
}
