import { addFact, factAt, nextChangeAfter, type EffectiveDated } from '../../../shared/kernel/effective-dated.js';
import { never } from '../../../shared/kernel/decider.js';
import type { AccountEvent, LifecycleStatus } from './events.js';
import { refuseService, type Refusal } from './resolution-refusals.js';

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
  /** The same answer holds for every usage time in [validFrom, validTo), as long as no account event is applied. */
  readonly validFrom: number;
  readonly validTo: number;
}
export type Resolution = Resolved | Refusal;

interface AccountTerms {
  readonly status: LifecycleStatus;
  readonly currency: string;
  readonly billingDay: number;
  readonly timeZone: string;
}
interface SubscriptionTerms {
  readonly status: LifecycleStatus;
  readonly plan: string;
  readonly rateSchedule: string;
}
/** Terms are shared between accounts: millions of accounts have a few dozen different ones. */
interface Fact<Terms> extends EffectiveDated {
  readonly terms: Terms;
}

interface AccountEntry {
  readonly id: string;
  facts: Fact<AccountTerms>[];
  subscriptions: SubscriptionEntry[];
  /** By id, once there are so many that looking through them takes time. */
  byId: Map<string, SubscriptionEntry> | undefined;
  /** Counts the events of the account, so that an answer kept from before one is not given again. */
  changes: number;
}
interface SubscriptionEntry {
  readonly id: string;
  readonly account: AccountEntry;
  facts: Fact<SubscriptionTerms>[];
}
/** One assignment of a service id, [from, to); the ones before it hang on `earlier`, newest first. */
interface Assignment {
  readonly from: number;
  to: number;
  readonly service: string;
  readonly subscription: SubscriptionEntry;
  earlier: Assignment | undefined;
  answer: Resolved | undefined;
  answeredAt: number;
}

/** [from, to); `to` is Infinity for one without an end. */
export interface ServiceIdPeriod {
  readonly from: number;
  readonly to: number;
  readonly service: string;
  readonly subscription: string;
  readonly account: string;
}

/** Plain JSON for a snapshot: `[account, facts, subscriptions]` with facts `[from, index into terms]`. */
export interface AccountBookState {
  readonly terms: readonly (AccountTerms | SubscriptionTerms)[];
  readonly accounts: readonly AccountState[];
}
type FactState = readonly [from: number, terms: number];
type AssignmentState = readonly [serviceId: string, service: string, from: number, to: number | null];
type SubscriptionState = readonly [id: string, facts: readonly FactState[], serviceIds: readonly AssignmentState[]];
type AccountState = readonly [id: string, facts: readonly FactState[], subscriptions: readonly SubscriptionState[]];

/**
 * Everything the account events applied so far say about one tenant: a fold, so that what a record is priced with is
 * what stood in the log before it. `at` is usage time; the knowledge is that of the last event applied.
 *
 * A found record costs one look-up and no allocation: the answer is kept beside the assignment for its whole validity.
 */
export class AccountBook {
  private readonly accounts = new Map<string, AccountEntry>();
  private readonly serviceIds = new Map<string, Assignment>();
  private readonly terms = new Map<string, AccountTerms | SubscriptionTerms>();
  private applied = 0;

  /** Grows with every event applied: what was resolved under another number may be out of date. */
  get revision(): number {
    return this.applied;
  }

  get accountCount(): number {
    return this.accounts.size;
  }

  hasAccount(account: string): boolean {
    return this.accounts.has(account);
  }

  hasSubscription(account: string, subscription: string): boolean {
    const entry = this.accounts.get(account);
    return entry !== undefined && knownSubscription(entry, subscription) !== undefined;
  }

  /** Every period a service id was or will be in use, newest start first; for the deciders of the feed. */
  assignmentsOf(serviceId: string): readonly ServiceIdPeriod[] {
    const periods: ServiceIdPeriod[] = [];
    for (let item = this.serviceIds.get(serviceId); item !== undefined; item = item.earlier) {
      const { from, to, service, subscription } = item;
      periods.push({ from, to, service, subscription: subscription.id, account: subscription.account.id });
    }
    return periods;
  }

  apply(event: AccountEvent): void {
    this.applied += 1;
    const entry = this.accountEntry(event.data.account);
    entry.changes += 1;
    switch (event.type) {
      case 'AccountDefined.v1': {
        const { status, currency, billingDay, timeZone, effectiveFrom } = event.data;
        const terms = this.shared({ status, currency, billingDay, timeZone });
        entry.facts = withFact(entry.facts, { effectiveFrom, terms });
        return;
      }
      case 'SubscriptionDefined.v1': {
        const { subscription, status, plan, rateSchedule, effectiveFrom } = event.data;
        const made = subscriptionEntry(entry, subscription);
        made.facts = withFact(made.facts, { effectiveFrom, terms: this.shared({ status, plan, rateSchedule }) });
        return;
      }
      case 'ServiceIdAssigned.v1': {
        const { subscription, serviceId, service, effectiveFrom, effectiveTo } = event.data;
        this.forgetAnswers(serviceId);
        this.assign(serviceId, subscriptionEntry(entry, subscription), service, effectiveFrom, effectiveTo);
        return;
      }
      case 'ServiceIdEnded.v1': {
        const { subscription, serviceId, effectiveFrom, effectiveTo } = event.data;
        this.forgetAnswers(serviceId);
        this.end(serviceId, entry.id, subscription, effectiveFrom, effectiveTo);
        return;
      }
      default:
        never(event);
    }
  }

  /** Whose usage it is at a usage time (epoch ms), or why nobody's: with the ids involved and the remedy. */
  resolve(serviceId: string, at: number): Resolution {
    let assignment = this.serviceIds.get(serviceId);
    // Those above it in the list come first where they hold: between their ends and starts its answer holds.
    let after = -Infinity;
    let before = Infinity;
    while (assignment !== undefined && (at < assignment.from || at >= assignment.to)) {
      if (at < assignment.from) before = assignment.from;
      else after = Math.max(after, assignment.to);
      assignment = assignment.earlier;
    }
    if (assignment === undefined) return this.notFound(serviceId, at);
    const { answer } = assignment;
    if (
      answer !== undefined &&
      at >= answer.validFrom &&
      at < answer.validTo &&
      assignment.answeredAt === assignment.subscription.account.changes
    ) {
      return answer;
    }
    return resolveAnew(assignment, serviceId, at, { after, before });
  }

  toJSON(): AccountBookState {
    const terms = [...this.terms.values()];
    const indexes = new Map(terms.map((value, index) => [value, index]));
    const indexOf = (value: AccountTerms | SubscriptionTerms): number => indexes.get(value) ?? -1;
    const facts = (list: readonly Fact<AccountTerms | SubscriptionTerms>[]): FactState[] =>
      list.map((fact) => [fact.effectiveFrom, indexOf(fact.terms)]);
    const assignments = new Map<SubscriptionEntry, AssignmentState[]>();
    for (const [serviceId, latest] of this.serviceIds) {
      for (let item: Assignment | undefined = latest; item !== undefined; item = item.earlier) {
        const list = assignments.get(item.subscription) ?? [];
        list.push([serviceId, item.service, item.from, item.to === Infinity ? null : item.to]);
        assignments.set(item.subscription, list);
      }
    }
    const accounts: AccountState[] = [];
    for (const { id, facts: own, subscriptions } of this.accounts.values()) {
      const parts = subscriptions.map((item): SubscriptionState => [
        item.id,
        facts(item.facts),
        assignments.get(item) ?? [],
      ]);
      accounts.push([id, facts(own), parts]);
    }
    return { terms, accounts };
  }

  static fromJSON(state: AccountBookState): AccountBook {
    const book = new AccountBook();
    const termsAt = (index: number): AccountTerms | SubscriptionTerms => {
      const terms = state.terms[index];
      if (terms === undefined)
        throw new Error(`The snapshot of an account book names terms ${index}, which it has not`);
      return book.shared(terms);
    };
    for (const [account, facts, subscriptions] of state.accounts) {
      const entry = book.accountEntry(account);
      for (const [effectiveFrom, terms] of facts) {
        entry.facts = withFact(entry.facts, { effectiveFrom, terms: termsAt(terms) as AccountTerms });
      }
      for (const [id, subscriptionFacts, serviceIds] of subscriptions) {
        const subscription = subscriptionEntry(entry, id);
        for (const [effectiveFrom, terms] of subscriptionFacts) {
          const fact = { effectiveFrom, terms: termsAt(terms) as SubscriptionTerms };
          subscription.facts = withFact(subscription.facts, fact);
        }
        for (const [serviceId, service, from, to] of serviceIds) {
          book.assign(serviceId, subscription, service, from, to ?? undefined);
        }
      }
    }
    return book;
  }

  private accountEntry(id: string): AccountEntry {
    let entry = this.accounts.get(id);
    if (entry === undefined) {
      entry = { id, facts: [], subscriptions: [], byId: undefined, changes: 0 };
      this.accounts.set(id, entry);
    }
    return entry;
  }

  private shared<Terms extends AccountTerms | SubscriptionTerms>(terms: Terms): Terms {
    const key = Object.values(terms).join('\n');
    const known = this.terms.get(key);
    if (known !== undefined) return known as Terms;
    this.terms.set(key, terms);
    return terms;
  }

  private assign(
    serviceId: string,
    subscription: SubscriptionEntry,
    service: string,
    from: number,
    to: number | undefined,
  ): void {
    const shared = this.sharedName(service);
    const made = { from, to: to ?? Infinity, service: shared, subscription, answer: undefined, answeredAt: -1 };
    const latest = this.serviceIds.get(serviceId);
    if (latest === undefined || latest.from < from) {
      this.serviceIds.set(serviceId, { ...made, earlier: latest });
      return;
    }
    if (latest.from === from) {
      this.serviceIds.set(serviceId, { ...made, earlier: latest.earlier });
      return;
    }
    let later = latest;
    while (later.earlier !== undefined && later.earlier.from > from) later = later.earlier;
    const replaced = later.earlier?.from === from ? later.earlier.earlier : later.earlier;
    later.earlier = { ...made, earlier: replaced };
  }

  /** How long an answer holds depends on the other assignments of its service id. */
  private forgetAnswers(serviceId: string): void {
    for (let item = this.serviceIds.get(serviceId); item !== undefined; item = item.earlier) item.answer = undefined;
  }

  private readonly names = new Map<string, string>();
  /** One string object per service code instead of one per service id. */
  private sharedName(name: string): string {
    const known = this.names.get(name);
    if (known !== undefined) return known;
    this.names.set(name, name);
    return name;
  }

  private end(serviceId: string, account: string, subscription: string, from: number, to: number): void {
    for (let item = this.serviceIds.get(serviceId); item !== undefined; item = item.earlier) {
      const isIt =
        item.from === from && item.subscription.id === subscription && item.subscription.account.id === account;
      if (isIt) {
        item.to = to;
        return;
      }
    }
    throw new Error(`Account ${account} ends service id ${serviceId} from ${from}, which no event assigned`);
  }

  private notFound(serviceId: string, at: number): Refusal {
    const latest = this.serviceIds.get(serviceId);
    if (latest === undefined) return refuseService.unknown(serviceId, at);
    return refuseService.unassigned(serviceId, at, latest.from, latest.to);
  }
}

/** Up to here a look through the list is quicker than a Map, and smaller. */
const FEW = 16;

function knownSubscription(account: AccountEntry, id: string): SubscriptionEntry | undefined {
  if (account.byId !== undefined) return account.byId.get(id);
  for (const known of account.subscriptions) if (known.id === id) return known;
  return undefined;
}

function subscriptionEntry(account: AccountEntry, id: string): SubscriptionEntry {
  const known = knownSubscription(account, id);
  if (known !== undefined) return known;
  const made: SubscriptionEntry = { id, account, facts: [] };
  if (account.subscriptions.length === 0) account.subscriptions = [made];
  else account.subscriptions.push(made);
  if (account.subscriptions.length > FEW) {
    account.byId ??= new Map(account.subscriptions.map((each) => [each.id, each]));
    account.byId.set(id, made);
  }
  return made;
}

/** A list of one is made with room for one: an empty list that grows takes room for sixteen, millions of times. */
function withFact<Terms>(facts: Fact<Terms>[], fact: Fact<Terms>): Fact<Terms>[] {
  if (facts.length === 0) return [fact];
  addFact(facts, fact);
  return facts;
}

interface Gap {
  readonly after: number;
  readonly before: number;
}

function resolveAnew(assignment: Assignment, serviceId: string, at: number, { after, before }: Gap): Resolution {
  const { subscription } = assignment;
  const { account } = subscription;
  const terms = factAt(subscription.facts, at);
  const subject = { serviceId, account: account.id, subscription: subscription.id };
  if (terms?.terms.status !== 'ACTIVE') return refuseService.notActive(subject, at, terms?.terms.status);
  const holder = factAt(account.facts, at);
  if (holder?.terms.status !== 'ACTIVE') return refuseService.accountNotActive(subject, at, holder?.terms.status);
  assignment.answer = {
    found: true,
    account: account.id,
    subscription: subscription.id,
    serviceId,
    service: assignment.service,
    plan: terms.terms.plan,
    rateSchedule: terms.terms.rateSchedule,
    currency: holder.terms.currency,
    billingDay: holder.terms.billingDay,
    timeZone: holder.terms.timeZone,
    validFrom: Math.max(after, assignment.from, terms.effectiveFrom, holder.effectiveFrom),
    validTo: Math.min(
      before,
      assignment.to,
      nextChangeAfter(subscription.facts, at),
      nextChangeAfter(account.facts, at),
    ),
  };
  assignment.answeredAt = account.changes;
  return assignment.answer;
}
