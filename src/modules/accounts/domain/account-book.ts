import { ByteReader, ByteWriter } from '../../../shared/kernel/byte-stream.js';
import { never } from '../../../shared/kernel/decider.js';
import { AccountDirectory } from './account-directory.js';
import { DatedTerms, type TermsInForce } from './dated-terms.js';
import type { AccountEvent, LifecycleStatus } from './events.js';
import { NO_PERIOD } from './periods-of-use.js';
import { refuseService, type Refusal } from './resolution-refusals.js';
import { SpecialTermsBook, type SpecialTerms, type SpecialTermsState } from './special-terms.js';

/** Who used a service id at a time, and on which terms. One object per service id and period: do not change it. */
export interface Resolved {
  readonly found: true;
  readonly account: string;
  readonly subscription: string;
  readonly serviceId: string;
  readonly service: string;
  readonly plan: string;
  readonly rateSchedule: string;
  /** ISO 4217, of the account. */
  readonly currency: string;
  /** 1 to 31. */
  readonly billingDay: number;
  /** IANA name. */
  readonly timeZone: string;
  /** What the subscription has beside the catalog; absent, as nearly always, when it has nothing. */
  readonly special?: SpecialTerms;
  /** The same answer holds for every usage time in [validFrom, validTo), as long as no account event is applied. */
  readonly validFrom: number;
  readonly validTo: number;
}
export type Resolution = Resolved | Refusal;

/** Terms an account holds over a time. Equal terms are one object. */
export interface AccountTerms {
  readonly status: LifecycleStatus;
  readonly currency: string;
  readonly billingDay: number;
  readonly timeZone: string;
}
/** Terms of a subscription over a time. Equal terms are one object. */
export interface SubscriptionTerms {
  readonly status: LifecycleStatus;
  readonly plan: string;
  readonly rateSchedule: string;
  /** Absent = 1. */
  readonly units?: string;
}

/** A subscription with everything said about it and its account, each ascending and without a gap. */
export interface SubscriptionLife {
  readonly account: string;
  readonly subscription: string;
  readonly accountTerms: readonly TermsInForce<AccountTerms>[];
  readonly terms: readonly TermsInForce<SubscriptionTerms>[];
}

/** Plain JSON for a snapshot: the book's columns as bytes, in base64. */
export interface AccountBookState {
  readonly columns: string;
  /** Absent when no account has any. */
  readonly special?: SpecialTermsState;
}

/** An answer kept for the next record of the same service id. */
interface KeptAnswer {
  readonly period: number;
  readonly account: number;
  /** Events of the account when it was given: after another one it is not given again. */
  readonly events: number;
  readonly resolved: Resolved;
}

/** Answers kept at most, each in the place that the last bits of its period name; a power of two. */
const KEPT = 2 ** 17;

/**
 * Everything the account events applied so far say about one tenant: a fold, so that what a record is priced with is
 * what stood in the log before it. `at` is usage time; the knowledge is that of the last event applied. Held as numbers
 * in columns, about 200 bytes for an account with a subscription and a service id.
 *
 * A found record costs one look-up and no allocation: the answer is kept for its whole validity while it is asked for.
 */
export class AccountBook {
  private readonly accountTerms = new DatedTerms<AccountTerms>();
  private readonly subscriptionTerms = new DatedTerms<SubscriptionTerms>();
  private readonly kept = new Array<KeptAnswer | undefined>(KEPT).fill(undefined);
  private applied = 0;

  constructor(
    readonly directory = new AccountDirectory(),
    private readonly special = new SpecialTermsBook(),
  ) {}

  /** Grows with every event applied: what was resolved under another number may be out of date. */
  get revision(): number {
    return this.applied;
  }

  apply(event: AccountEvent): void {
    this.applied += 1;
    const subject = this.directory.apply(event);
    switch (event.type) {
      case 'AccountDefined.v1': {
        const { status, currency, billingDay, timeZone, effectiveFrom } = event.data;
        this.accountTerms.put(subject, effectiveFrom, { status, currency, billingDay, timeZone });
        return;
      }
      case 'SubscriptionDefined.v1': {
        const { status, plan, rateSchedule, units, effectiveFrom } = event.data;
        const terms = { status, plan, rateSchedule };
        this.subscriptionTerms.put(subject, effectiveFrom, units === undefined ? terms : { ...terms, units });
        return;
      }
      case 'ServiceIdAssigned.v1':
      case 'ServiceIdEnded.v1':
        this.forgetAnswers(subject);
        return;
      case 'TopUpMade.v1':
      case 'CustomRatesDefined.v1':
      case 'CustomRatesEnded.v1':
      case 'CommitmentDefined.v1':
      case 'CommitmentEnded.v1':
        this.special.put(subject, this.directory.eventsOf(subject) - 1, event);
        return;
      default:
        never(event);
    }
  }

  /** Whose usage it is at a usage time (epoch ms), or why nobody's: with the ids involved and the remedy. */
  resolve(serviceId: string, at: number): Resolution {
    const { serviceIds, periods } = this.directory;
    const number = serviceIds.find(serviceId);
    if (number < 0) return refuseService.unknown(serviceId, at);
    let period = periods.latestOf(number);
    // Those above it in the list come first where they hold: between their ends and starts its answer holds.
    let after = -Infinity;
    let before = Infinity;
    while (period !== NO_PERIOD && (at < periods.fromOf(period) || at >= periods.toOf(period))) {
      if (at < periods.fromOf(period)) before = periods.fromOf(period);
      else after = Math.max(after, periods.toOf(period));
      period = periods.before(period);
    }
    if (period === NO_PERIOD) return this.unassigned(serviceId, number, at);
    const kept = this.kept[period % KEPT];
    if (
      kept?.period === period &&
      at >= kept.resolved.validFrom &&
      at < kept.resolved.validTo &&
      kept.events === this.directory.eventsOf(kept.account)
    ) {
      return kept.resolved;
    }
    return this.resolveAnew(period, serviceId, at, { after, before });
  }

  /** Every subscription that was ever defined, in the order in which they came. @param of which accounts. */
  *subscriptions(of: (account: string) => boolean): Iterable<SubscriptionLife> {
    const { accounts, subscriptions } = this.directory;
    for (let number = 0; number < subscriptions.size; number += 1) {
      const accountNumber = subscriptions.withinOf(number);
      const account = accounts.idOf(accountNumber);
      if (!of(account)) continue;
      const terms = this.subscriptionTerms.all(number);
      if (terms.length === 0) continue;
      const accountTerms = this.accountTerms.all(accountNumber);
      yield { account, subscription: subscriptions.idOf(number), accountTerms, terms };
    }
  }

  /**
   * Since when a subscription has been active, without a break, on the plan it has at an instant (epoch ms); the instant
   * itself when it is not.
   */
  subscribedSince(account: string, subscription: string, at: number): number {
    const { accounts, subscriptions } = this.directory;
    const number = subscriptions.find(subscription, accounts.find(account));
    let since = at;
    let said = number < 0 ? undefined : this.subscriptionTerms.at(number, at);
    const plan = said?.terms.plan;
    while (said?.terms.status === 'ACTIVE' && said.terms.plan === plan) {
      since = said.from;
      said = this.subscriptionTerms.at(number, since - 1);
    }
    return since;
  }

  /** Since when an account has been active, without a break, at an instant (epoch ms); the instant itself when it is not. */
  customerSince(account: string, at: number): number {
    const number = this.directory.accounts.find(account);
    let since = at;
    let said = number < 0 ? undefined : this.accountTerms.at(number, at);
    while (said?.terms.status === 'ACTIVE') {
      since = said.from;
      said = this.accountTerms.at(number, since - 1);
    }
    return since;
  }

  toJSON(): AccountBookState {
    const { directory } = this;
    const writer = new ByteWriter();
    directory.write(writer);
    this.accountTerms.write(writer, directory.accounts.size);
    this.subscriptionTerms.write(writer, directory.subscriptions.size);
    const columns = Buffer.from(writer.written()).toString('base64');
    const special = this.special.toJSON();
    return special.length === 0 ? { columns } : { columns, special };
  }

  /** @throws when it is not the state of a book, whole. */
  static fromJSON(state: AccountBookState): AccountBook {
    const reader = new ByteReader(Buffer.from(state.columns, 'base64'));
    const directory = AccountDirectory.read(reader);
    const book = new AccountBook(directory, SpecialTermsBook.fromJSON(state.special ?? []));
    book.accountTerms.read(reader, directory.accounts.size);
    book.subscriptionTerms.read(reader, directory.subscriptions.size);
    if (!reader.ended) throw new RangeError('Bytes are left over after an account book');
    return book;
  }

  /** How long an answer holds depends on the other periods of its service id. */
  private forgetAnswers(serviceId: number): void {
    const { periods } = this.directory;
    for (let period = periods.latestOf(serviceId); period !== NO_PERIOD; period = periods.before(period)) {
      if (this.kept[period % KEPT]?.period === period) this.kept[period % KEPT] = undefined;
    }
  }

  private unassigned(serviceId: string, number: number, at: number): Refusal {
    const { periods } = this.directory;
    const latest = periods.latestOf(number);
    return refuseService.unassigned(serviceId, at, periods.fromOf(latest), periods.toOf(latest));
  }

  private resolveAnew(period: number, serviceId: string, at: number, { after, before }: Gap): Resolution {
    const { accounts, subscriptions, services, periods } = this.directory;
    const subscriptionNumber = periods.subscriptionOf(period);
    const accountNumber = subscriptions.withinOf(subscriptionNumber);
    const account = accounts.idOf(accountNumber);
    const subscription = subscriptions.idOf(subscriptionNumber);
    const said = this.subscriptionTerms.at(subscriptionNumber, at);
    const subject = { serviceId, account, subscription };
    if (said?.terms.status !== 'ACTIVE') return refuseService.notActive(subject, at, said?.terms.status);
    const holder = this.accountTerms.at(accountNumber, at);
    if (holder?.terms.status !== 'ACTIVE') return refuseService.accountNotActive(subject, at, holder?.terms.status);
    const special = this.special.of(accountNumber, subscription);
    const resolved: Resolved = {
      found: true,
      account,
      subscription,
      serviceId,
      service: services.at(periods.serviceOf(period)),
      plan: said.terms.plan,
      rateSchedule: said.terms.rateSchedule,
      currency: holder.terms.currency,
      billingDay: holder.terms.billingDay,
      timeZone: holder.terms.timeZone,
      ...(special === undefined ? {} : { special }),
      validFrom: Math.max(after, periods.fromOf(period), said.from, holder.from),
      validTo: Math.min(before, periods.toOf(period), said.to, holder.to),
    };
    const events = this.directory.eventsOf(accountNumber);
    this.kept[period % KEPT] = { period, account: accountNumber, events, resolved };
    return resolved;
  }
}

interface Gap {
  readonly after: number;
  readonly before: number;
}
