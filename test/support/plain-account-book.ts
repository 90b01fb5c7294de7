import { refuseService } from '../../src/modules/accounts/domain/resolution-refusals.js';
import type { Resolution } from '../../src/modules/accounts/domain/account-book.js';
import type { ServiceIdPeriod } from '../../src/modules/accounts/domain/account-directory.js';
import type { AccountDefined, AccountEvent, SubscriptionDefined } from '../../src/modules/accounts/domain/events.js';
import { addFact, factAt, nextChangeAfter } from '../../src/shared/kernel/effective-dated.js';

interface Period {
  readonly from: number;
  to: number;
  readonly service: string;
  readonly subscription: string;
  readonly account: string;
}

/**
 * What an account book must answer, the plain way: objects, lists and Maps, nothing kept and nothing packed. It is what
 * the book was before it held its facts in columns; tests hold the two against each other.
 */
export class PlainAccountBook {
  private readonly accounts = new Map<string, AccountDefined['data'][]>();
  private readonly subscriptions = new Map<string, Map<string, SubscriptionDefined['data'][]>>();
  private readonly periods = new Map<string, Period[]>();

  apply({ type, data }: AccountEvent): void {
    const facts = this.accounts.get(data.account) ?? [];
    this.accounts.set(data.account, facts);
    switch (type) {
      case 'AccountDefined.v1':
        addFact(facts, data);
        return;
      case 'SubscriptionDefined.v1':
        addFact(this.subscription(data.account, data.subscription), data);
        return;
      case 'ServiceIdAssigned.v1': {
        const { account, subscription, serviceId, service, effectiveFrom: from, effectiveTo: to = Infinity } = data;
        this.subscription(account, subscription);
        const others = (this.periods.get(serviceId) ?? []).filter((period) => period.from !== from);
        const all = [...others, { from, to, service, subscription, account }];
        this.periods.set(
          serviceId,
          all.sort((a, b) => b.from - a.from),
        );
        return;
      }
      case 'ServiceIdEnded.v1': {
        const { account, subscription, serviceId, effectiveFrom, effectiveTo } = data;
        const period = this.periods
          .get(serviceId)
          ?.find(
            (item) => item.from === effectiveFrom && item.subscription === subscription && item.account === account,
          );
        if (period === undefined) throw new Error(`${serviceId} was never assigned`);
        period.to = effectiveTo;
        return;
      }
      case 'TopUpMade.v1':
      case 'CustomRatesDefined.v1':
      case 'CustomRatesEnded.v1':
      case 'CommitmentDefined.v1':
      case 'CommitmentEnded.v1':
        // What few accounts have beside the catalog has nothing to do with who owns a service id.
        return;
    }
  }

  hasAccount(account: string): boolean {
    return this.accounts.has(account);
  }

  hasSubscription(account: string, subscription: string): boolean {
    return this.subscriptions.get(account)?.has(subscription) ?? false;
  }

  assignmentsOf(serviceId: string): readonly ServiceIdPeriod[] {
    return this.periods.get(serviceId) ?? [];
  }

  resolve(serviceId: string, at: number): Resolution {
    const periods = this.periods.get(serviceId);
    const latest = periods?.[0];
    if (periods === undefined || latest === undefined) return refuseService.unknown(serviceId, at);
    const index = periods.findIndex(({ from, to }) => from <= at && at < to);
    const period = periods[index];
    if (period === undefined) return refuseService.unassigned(serviceId, at, latest.from, latest.to);
    const { account, subscription, service } = period;
    const subject = { serviceId, account, subscription };
    const subscriptionFacts = this.subscription(account, subscription);
    const terms = factAt(subscriptionFacts, at);
    if (terms?.status !== 'ACTIVE') return refuseService.notActive(subject, at, terms?.status);
    const accountFacts = this.accounts.get(account) ?? [];
    const holder = factAt(accountFacts, at);
    if (holder?.status !== 'ACTIVE') return refuseService.accountNotActive(subject, at, holder?.status);
    // Periods with a later start come first: before this one answers again, they must be over; and it, until they begin.
    const above = periods.slice(0, index);
    const over = above.filter(({ to, from }) => from <= at && to <= at).map(({ to }) => to);
    const coming = above.filter(({ from }) => from > at).map(({ from }) => from);
    const changes = [nextChangeAfter(subscriptionFacts, at), nextChangeAfter(accountFacts, at)];
    return {
      found: true,
      ...subject,
      service,
      plan: terms.plan,
      rateSchedule: terms.rateSchedule,
      currency: holder.currency,
      billingDay: holder.billingDay,
      timeZone: holder.timeZone,
      validFrom: Math.max(period.from, terms.effectiveFrom, holder.effectiveFrom, ...over),
      validTo: Math.min(period.to, ...changes, ...coming),
    };
  }

  private subscription(account: string, subscription: string): SubscriptionDefined['data'][] {
    const known = this.subscriptions.get(account) ?? new Map<string, SubscriptionDefined['data'][]>();
    this.subscriptions.set(account, known);
    const facts = known.get(subscription) ?? [];
    known.set(subscription, facts);
    return facts;
  }
}
