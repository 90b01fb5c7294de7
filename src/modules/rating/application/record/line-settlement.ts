import { DraftedBalances } from '../../../catalog/index.js';
import type { BalanceLedger } from '../../domain/balance-ledger.js';
import type { RatedBefore, RatedPurse } from '../../domain/events.js';
import { amountText, quantityText } from '../../domain/money-units.js';
import { quantityUnitsOf } from '../../domain/quantity-units.js';
import type { RatedCharge } from '../../domain/rated-batch.js';
import { counterKey, CREDIT, drawnOf, isTopUpCounter, settleRow, topUpCounter } from '../../domain/settle-row.js';

/** Balances that never begin anew are kept in this period. */
const NO_PERIOD = 0;
const ALLOWANCE = 'allowance/';

/** What stands behind a line: the terms of its account in force at its usage time. */
export interface LineTerms {
  /** By allowance: what each gives in a billing cycle, in money. */
  readonly commitments: readonly { readonly allowance: string; readonly amount: string }[];
  /** In the order of their use; undefined when the line is not prepaid. */
  readonly topUps:
    readonly { readonly reference: string; readonly resource: string; readonly quantity: string }[] | undefined;
  /** What the price grants of an allowance in a billing cycle. */
  readonly granted: (allowance: string) => { readonly quantity: string; readonly proration?: string } | undefined;
}

export interface LinePlace {
  readonly ledger: BalanceLedger;
  readonly holder: string;
  /** Start of the billing cycle. */
  readonly cycle: number;
  readonly currency: string;
}

/** A prepaid line that cannot be paid: it moves nothing. */
export interface Exhausted {
  /** Of the currency: what the line takes more than there is, and what there is. Decimal texts. */
  readonly missing: string;
  readonly available: string;
}

interface Purse {
  readonly topUps: readonly { readonly reference: string; readonly quantity: string; readonly key: string }[];
  /** Of an allowance: what the subscription has besides its top-ups. */
  own: bigint | undefined;
  granted: string | undefined;
}

/**
 * A draft for a line whose account has terms of its own. To its price, a prepaid allowance has what the subscription has
 * of it and what is left of its top-ups; what commitments give is not the price's to use.
 */
export class SettlingDraft extends DraftedBalances {
  private terms: LineTerms = { commitments: [], topUps: undefined, granted: () => undefined };
  private place: LinePlace | undefined;
  private readonly purses = new Map<string, Purse>();
  /** By balance key: what top-ups add to an allowance. */
  private readonly added = new Map<string, bigint>();
  /** What the line moves beside the draft: in the ledger once the whole line is charged. */
  private readonly used = new Map<string, bigint>();
  private readonly committed = new Map<string, bigint>();

  /** After `start`. */
  settle(terms: LineTerms, place: LinePlace): void {
    this.terms = terms;
    this.place = place;
    for (const map of [this.purses, this.added, this.used, this.committed]) map.clear();
    if (terms.topUps === undefined) return;
    for (const resource of new Set([place.currency, ...terms.topUps.map((topUp) => topUp.resource)])) {
      this.openPurse(resource, place);
    }
  }

  override get(key: string): bigint | undefined {
    const own = super.get(key);
    const added = this.added.get(key);
    return added === undefined ? own : (own ?? this.purses.get(nameOf(key))?.own ?? 0n) + added;
  }

  override set(key: string, value: bigint): void {
    super.set(key, value - (this.added.get(key) ?? 0n));
  }

  override allowances(): readonly string[] {
    const hidden = new Set(this.terms.commitments.map(({ allowance }) => allowance));
    const found = super.allowances().filter((name) => !hidden.has(name));
    return [...found, ...[...this.added.keys()].map(nameOf).filter((name) => !found.includes(name))];
  }

  /** The charges of the line as they are in the end, in the order in which the price made them. */
  settled(charges: readonly RatedCharge[]): readonly RatedCharge[] | Exhausted {
    const { currency } = this.placeOf();
    const settled: RatedCharge[] = [];
    let missing = 0n;
    for (const charge of charges) {
      const before = this.foundBy(charge);
      const { amount, impacts, missing: due } = settleRow(charge, before, currency);
      const own = impacts.slice(charge.impacts.length);
      this.move(own);
      this.draw(charge);
      missing += due;
      const placed = this.withPlaces(before, own);
      settled.push({ ...charge, amount, amountText: amountText(amount), impacts, before: placed });
    }
    if (missing === 0n) return settled;
    const purse = this.purses.get(currency);
    const available = purse === undefined ? 0n : this.leftIn(purse);
    return { missing: quantityText(missing), available: quantityText(available) };
  }

  override commit(): void {
    // What was taken of a prepaid allowance beyond the subscription's own came out of top-ups.
    for (const key of this.added.keys()) {
      const own = super.get(key);
      if (own !== undefined && own < 0n) super.set(key, 0n);
    }
    super.commit();
    const { ledger, holder, cycle } = this.placeOf();
    for (const [key, change] of this.used) ledger.add(holder, NO_PERIOD, key, change);
    for (const [key, change] of this.committed) ledger.add(holder, cycle, key, change);
  }

  private openPurse(resource: string, { currency, ledger, holder }: LinePlace): void {
    const isMoney = resource === currency;
    const paidIn = (this.terms.topUps ?? []).filter((topUp) => topUp.resource === resource);
    const topUps = [...paidIn, ...(isMoney ? [{ reference: CREDIT, quantity: '0' }] : [])].flatMap(
      ({ reference, quantity }) => {
        const key = counterKey(topUpCounter(resource, reference));
        const isLeft = quantityUnitsOf(quantity) > (ledger.get(holder, NO_PERIOD, key) ?? 0n);
        return isLeft ? [{ reference, quantity, key }] : [];
      },
    );
    const purse: Purse = { topUps, own: undefined, granted: undefined };
    this.purses.set(resource, purse);
    if (isMoney || topUps.length === 0) return;
    const key = ALLOWANCE + resource;
    purse.own = super.get(key);
    if (purse.own === undefined) {
      const grant = this.terms.granted(resource);
      // How much it is, and what is carried over with it, is for the price to say: top-ups wait for the next line.
      const isPlain = grant?.proration === undefined && this.elsewhere?.keeps(key) !== true;
      if (grant !== undefined && !isPlain) {
        this.purses.delete(resource);
        return;
      }
      purse.granted = grant?.quantity;
      if (grant !== undefined) purse.own = quantityUnitsOf(grant.quantity);
    }
    this.added.set(key, this.leftIn(purse));
  }

  /** What the row found: as the price says, and what its account's terms look at. */
  private foundBy({ before }: RatedCharge): RatedBefore {
    const { ledger, holder, cycle } = this.placeOf();
    const allowances: Record<string, string> = { ...before?.allowances };
    const commitments: Record<string, string> = {};
    for (const { allowance, amount } of this.terms.commitments) {
      const key = ALLOWANCE + allowance;
      const held = ledger.get(holder, cycle, key);
      const moved = this.committed.get(key);
      if (held !== undefined || moved !== undefined) allowances[allowance] = quantityText((held ?? 0n) + (moved ?? 0n));
      commitments[allowance] = amount;
    }
    const found: RatedBefore = { ...(before ?? { accumulator: null }), allowances };
    const committed = this.terms.commitments.length === 0 ? found : { ...found, commitments };
    return this.terms.topUps === undefined ? committed : this.withPurses(committed);
  }

  private withPurses(found: RatedBefore): RatedBefore {
    const balances: Record<string, string> = { ...found.balances };
    const prepaid: Record<string, RatedPurse> = {};
    for (const [resource, { topUps, own, granted }] of this.purses) {
      for (const { key } of topUps) balances[key] = quantityText(this.usedOf(key));
      prepaid[resource] = {
        ...(own === undefined ? {} : { own: quantityText(own) }),
        ...(granted === undefined ? {} : { granted }),
        topUps: topUps.map(({ reference, quantity }) => [reference, quantity] as const),
      };
    }
    return { ...found, balances, prepaid };
  }

  /** What was used of a top-up is kept apart from billing cycles: the row says so, for whoever folds or reads it. */
  private withPlaces(found: RatedBefore, impacts: RatedCharge['impacts']): RatedBefore {
    const read = Object.keys(found.balances ?? {});
    const moved = impacts.flatMap(([offerType, resource]) => (offerType === 'ACCUMULATOR' ? counterKey(resource) : []));
    const keys = [...read, ...moved].filter((key) => isTopUpCounter(key.slice(counterKey('').length)));
    if (keys.length === 0) return found;
    const elsewhere: Record<string, NonNullable<RatedBefore['elsewhere']>[string]> = { ...found.elsewhere };
    for (const key of keys) elsewhere[key] = [this.placeOf().holder, NO_PERIOD];
    return { ...found, elsewhere };
  }

  /** Notes what the account's terms moved. */
  private move(impacts: RatedCharge['impacts']): void {
    const committed = new Set(this.terms.commitments.map(({ allowance }) => allowance));
    for (const [offerType, resource, quantity] of impacts) {
      const change = quantityUnitsOf(quantity);
      if (offerType === 'ALLOWANCE' && committed.has(resource)) note(this.committed, ALLOWANCE + resource, change);
      if (offerType === 'ACCUMULATOR' && isTopUpCounter(resource)) note(this.used, counterKey(resource), change);
    }
  }

  /** The price drew on a prepaid allowance: first on what the subscription itself has of it. */
  private draw({ impacts }: RatedCharge): void {
    for (const [resource, purse] of this.purses) {
      const drawn = drawnOf(resource, impacts);
      if (drawn === 0n) continue;
      const own = purse.own ?? 0n;
      purse.own = drawn < own ? own - drawn : 0n;
      purse.granted = undefined;
    }
  }

  private usedOf(key: string): bigint {
    const { ledger, holder } = this.placeOf();
    return (ledger.get(holder, NO_PERIOD, key) ?? 0n) + (this.used.get(key) ?? 0n);
  }

  private leftIn({ topUps }: Purse): bigint {
    const { ledger, holder } = this.placeOf();
    return topUps.reduce((left, { quantity, key }) => {
      return left + quantityUnitsOf(quantity) - (ledger.get(holder, NO_PERIOD, key) ?? 0n);
    }, 0n);
  }

  private placeOf(): LinePlace {
    if (this.place === undefined) throw new Error('A line is settled before its terms are said');
    return this.place;
  }
}

function nameOf(key: string): string {
  return key.slice(ALLOWANCE.length);
}

function note(moved: Map<string, bigint>, key: string, change: bigint): void {
  moved.set(key, (moved.get(key) ?? 0n) + change);
}
