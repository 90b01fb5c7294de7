import { chargedShares, chargeRecurring, minimumSpend, trueUp, type Share } from '../../../catalog/index.js';
import { quantityUnitsOf } from '../../domain/quantity-units.js';
import type { CycleOfLife, Stretch } from '../../domain/cycle-end/cycle-stretches.js';
import type { Due, DueIdentity } from '../../domain/cycle-end/due.js';
import type { NonUsageType } from '../../domain/runs/non-usage-events.js';
import { isUnreadable, type RecurringCharge, type RecurringPrice, type RecurringPrices } from './recurring-prices.js';

/** What is due of a cycle, and what is in the way of the rest. */
export interface DueOfCycle {
  readonly due: readonly Due[];
  readonly problems: readonly DueProblem[];
}

/** Something is due that could not be charged: the next run tries again. */
export interface DueProblem {
  readonly code: 'CURRENCY_MISMATCH' | 'PRICING_NOT_READABLE';
  /** The ids involved and the remedy. */
  readonly message: string;
}

/** A stretch of a cycle under one price. */
interface Priced {
  readonly stretch: Stretch;
  readonly price: RecurringPrice;
}

const TYPES = {
  ACTIVATION: 'ONE_TIME',
  CYCLE_START: 'FORWARD_RECURRING',
  CYCLE_END: 'ARREARS_RECURRING',
} as const satisfies Record<RecurringCharge['on'], NonUsageType>;
const NO_DAYS = { firstDay: 0, lastDay: 0, days: 0 } as const;
/** Amounts kept, by everything they depend on: a million subscriptions pay a few dozen different ones. */
const AMOUNTS_KEPT = 20_000;

/**
 * What a subscription owes without usage for a billing cycle, as known now: a function of its terms, the prices in force
 * and what it has spent; whatever was made before.
 */
export class DueCharges {
  private readonly amounts = new Map<string, { readonly amount: bigint; readonly full: bigint }>();

  constructor(private readonly prices: RecurringPrices) {}

  /**
   * @param until what begins (CYCLE_START) or is over (CYCLE_END, true-up) by then is due, epoch ms.
   * @param spent the net spend of a service in the cycle, at the rating scale.
   */
  of(life: CycleOfLife, until: number, spent: (service: string) => bigint): DueOfCycle {
    const problems: DueProblem[] = [];
    const due: Due[] = [];
    const { activation } = life;
    if (activation !== undefined && activation.from <= until) {
      for (const priced of this.priced([activation], problems)) this.addActivations(due, priced);
    }
    const priced = this.priced(life.stretches, problems);
    if (priced.length === 0) return { due, problems };
    for (const same of ofEachOffer(priced)) this.addRecurring(due, same, life, until);
    if (life.over <= until) addTrueUps(due, priced, life.cycle.days, spent);
    return { due, problems };
  }

  private priced(stretches: readonly Stretch[], problems: DueProblem[]): readonly Priced[] {
    const found: Priced[] = [];
    for (const stretch of stretches) {
      const { plan, rateSchedule, pricedAt, currency } = stretch;
      for (const price of this.prices.inForce(plan, rateSchedule, pricedAt)) {
        if (isUnreadable(price)) problems.push(notReadable(price.priceOfferId, price.reason));
        else if (price.pricing.currency !== currency) problems.push(otherCurrency(price, currency));
        else found.push({ stretch, price });
      }
    }
    return found;
  }

  private addActivations(due: Due[], { stretch, price }: Priced): void {
    for (const charge of price.charges) {
      if (charge.on !== 'ACTIVATION') continue;
      this.add(due, { stretch, price }, charge, { ...NO_DAYS });
    }
  }

  /** @param same stretches of one offer; each is charged by the price in force where it begins. */
  private addRecurring(due: Due[], same: readonly Priced[], { cycle, over }: CycleOfLife, until: number): void {
    for (const { on, proration, name } of occasionsOf(same)) {
      if (on === 'ACTIVATION' || (on === 'CYCLE_END' && over > until)) continue;
      const having = same.flatMap((priced) => {
        const charge = priced.price.charges.find((each) => each.on === on && each.compiled.name === name);
        return charge === undefined ? [] : [{ priced, charge }];
      });
      const shares = chargedShares(
        having.map(({ priced }) => shareOf(priced.stretch, cycle.days)),
        proration,
      );
      having.forEach(({ priced, charge }, index) => {
        const share = shares[index];
        if (share === undefined || (on === 'CYCLE_START' && priced.stretch.from > until)) return;
        const days = { firstDay: Number(share.from), lastDay: Number(share.to), days: cycle.days };
        this.add(due, priced, charge, days);
      });
    }
  }

  /** What costs nothing by its price is not a charge; what costs nothing for its part of the cycle is. */
  private add(
    due: Due[],
    { stretch, price }: Priced,
    charge: RecurringCharge,
    days: Pick<DueIdentity, 'firstDay' | 'lastDay' | 'days'>,
  ): void {
    const { priceOfferId, version } = price;
    const { units, from, to } = stretch;
    const { amount, full } = this.amountOf(price, charge, units, days);
    if (full === 0n) return;
    due.push({
      type: TYPES[charge.on],
      subject: priceOfferId,
      charge: charge.compiled.name,
      units,
      ...days,
      price: { priceOfferId, version },
      proration: charge.proration,
      currency: price.pricing.currency,
      applied: { from, to },
      amount,
    });
  }

  private amountOf(
    { priceOfferId, version, pricing }: RecurringPrice,
    { compiled }: RecurringCharge,
    units: string,
    { firstDay, lastDay, days }: Pick<DueIdentity, 'firstDay' | 'lastDay' | 'days'>,
  ): { readonly amount: bigint; readonly full: bigint } {
    const key = `${priceOfferId}@${version}/${compiled.index} ${units} ${firstDay}-${lastDay}/${days}`;
    let known = this.amounts.get(key);
    if (known === undefined) {
      const share = days === 0 ? undefined : { from: BigInt(firstDay), to: BigInt(lastDay), whole: BigInt(days) };
      const { amount, full } = chargeRecurring(pricing, compiled, quantityUnitsOf(units), share);
      known = { amount, full };
      if (this.amounts.size >= AMOUNTS_KEPT) this.amounts.clear();
      this.amounts.set(key, known);
    }
    return known;
  }
}

/** One for each service and currency: what its offers ask for at least, each for its part of the cycle, against its spend. */
function addTrueUps(due: Due[], priced: readonly Priced[], days: number, spent: (service: string) => bigint): void {
  const minimums = new Map<string, { last: Priced; first: Priced; minimum: bigint }>();
  for (const each of priced) {
    const { price, stretch } = each;
    if (!price.hasMinimum) continue;
    const subject = `${price.service}.${price.pricing.currency}`;
    const minimum = minimumSpend(price.pricing, [shareOf(stretch, days)]);
    const known = minimums.get(subject);
    if (known === undefined) minimums.set(subject, { first: each, last: each, minimum });
    else minimums.set(subject, { first: known.first, last: each, minimum: known.minimum + minimum });
  }
  for (const [subject, { first, last, minimum }] of minimums) {
    const { priceOfferId, version, service, pricing } = last.price;
    const charged = spent(service);
    due.push({
      type: 'TRUE-UP',
      subject,
      charge: '',
      units: '1',
      firstDay: 0,
      lastDay: days,
      days,
      price: { priceOfferId, version },
      proration: 'PRORATE',
      currency: pricing.currency,
      applied: { from: first.stretch.from, to: last.stretch.to },
      amount: trueUp(pricing.currency, minimum, charged).amount,
      trueUp: { minimum, spent: charged },
    });
  }
}

function ofEachOffer(priced: readonly Priced[]): Iterable<readonly Priced[]> {
  if (priced.length === 1) return [priced];
  const offers = new Map<string, Priced[]>();
  for (const each of priced) {
    const same = offers.get(each.price.priceOfferId);
    if (same === undefined) offers.set(each.price.priceOfferId, [each]);
    else same.push(each);
  }
  return offers.values();
}

/** The charges of an offer in a cycle, each once; the rule of proration is that of the price it begins under. */
function occasionsOf(
  same: readonly Priced[],
): readonly (Pick<RecurringCharge, 'on' | 'proration'> & { readonly name: string })[] {
  const found: (Pick<RecurringCharge, 'on' | 'proration'> & { readonly name: string })[] = [];
  for (const { price } of same) {
    for (const { on, proration, compiled } of price.charges) {
      const isKnown = found.some((each) => each.on === on && each.name === compiled.name);
      if (!isKnown) found.push({ on, proration, name: compiled.name });
    }
  }
  return found;
}

function shareOf({ firstDay, lastDay }: Stretch, days: number): Share {
  return { from: BigInt(firstDay), to: BigInt(lastDay), whole: BigInt(days) };
}

function notReadable(priceOfferId: string, reason: string): DueProblem {
  const message =
    `The price of ${priceOfferId} cannot be read, so nothing of it is charged: ${reason}. ` +
    `Put a version that can be read (PUT /v1/price-offers/${priceOfferId}/pricing); the next run catches up.`;
  return { code: 'PRICING_NOT_READABLE', message };
}

function otherCurrency(price: RecurringPrice, currency: string): DueProblem {
  const message =
    `The account is billed in ${currency}, but price offer ${price.priceOfferId} is in ${price.pricing.currency}: move the ` +
    `subscription to a rate schedule in ${currency}, or correct the account; the next run catches up.`;
  return { code: 'CURRENCY_MISMATCH', message };
}
