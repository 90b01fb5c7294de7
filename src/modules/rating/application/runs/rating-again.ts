import { findingsOf } from '../../../catalog/index.js';
import type { BalanceLedger } from '../../domain/balance-ledger.js';
import type { SuspendedReason } from '../../domain/rated-batch.js';
import type { CycleTotals, RatedAgain } from '../../domain/replay/account-replay.js';
import type { Finding, StandingRow } from '../../domain/replay/standing-record.js';
import { RecordRating } from '../record/record-rating.js';
import type { Route } from '../rater/reference-data.js';
import type { RunPlace } from './answer-run.js';
import type { PriceBook } from './price-book.js';
import type { KeptRecord } from './standing-account.js';

/** Rates standing records again, with the reference data of a run's place. */
export class RatingAgain {
  private readonly rating: RecordRating;

  constructor(
    private readonly place: Pick<RunPlace, 'reference' | 'partitions' | 'passed'>,
    private readonly prices: PriceBook,
  ) {
    this.rating = new RecordRating(place.reference);
  }

  rate(account: string, { usage }: KeptRecord, ledger: BalanceLedger, totals: CycleTotals | undefined): RatedAgain {
    const route = this.routeOf(usage);
    if (!('owner' in route)) {
      const { code, message, facts } = route;
      return kept({ code, message, account, facts });
    }
    if (route.owner.account !== account) return movedAway(account, usage.serviceId, route.owner.account);
    const outcome = this.rating.rate(route, usage, ledger, totals);
    return outcome.kind === 'SUSPENDED' ? kept(outcome.reason) : outcome;
  }

  /** Start of the billing cycle before one; where nobody owns the record, no cycle is before. */
  cycleBefore({ usage }: KeptRecord, cycle: number): number {
    const route = this.routeOf(usage);
    return 'owner' in route ? route.cycles.startAt(cycle - 1) : cycle - 1;
  }

  /** Whether its billing cycle had ended by the last second pass, also where that could not price anything of it. */
  isPassed({ usage }: KeptRecord): boolean {
    const { passed } = this.place;
    if (passed === null) return false;
    const route = this.routeOf(usage);
    return 'owner' in route && route.cycles.endAt(usage.at) <= passed.asOf;
  }

  /** What a row rests on, by the version of the price it names; a record that came with its price rests on nothing. */
  findings({ usage }: KeptRecord, { offer, charge, impacts, before }: StandingRow): readonly Finding[] {
    const price = this.prices.compiled(offer);
    return price === undefined ? [] : findingsOf(price, { charge, serviceId: usage.serviceId, impacts, before });
  }

  private routeOf({
    serviceId,
    at,
  }: KeptRecord['usage']): Route | Exclude<ReturnType<RunPlace['reference']['routeOf']>, Route> {
    return this.place.reference.routeOf(serviceId, at, this.place.partitions);
  }
}

/** It is not in suspense, where a reprocess would find it: it keeps what it has, and another run takes the remedy up. */
function kept(reason: SuspendedReason): RatedAgain {
  const message = reason.message.replace(
    /(then|mended,) reprocess\.$/,
    '$1 rate it again; until then it keeps what it was charged.',
  );
  return { kind: 'SUSPENDED', reason: { ...reason, message } };
}

/** What was rated for one account is not made another's: that would be two accounts in one run of one partition. */
function movedAway(account: string, serviceId: string, owner: string): RatedAgain {
  const message =
    `Service id ${serviceId} belonged to account ${owner} at the usage time, as is known now, and what was charged to one ` +
    `account is not moved to another: it stays with account ${account}. If it was ${account}'s, correct the account feed ` +
    `(SERVICE_ID), then rate it again.`;
  return { kind: 'SUSPENDED', reason: { code: 'SERVICE_NOT_FOUND', message, account, facts: { serviceId } } };
}
