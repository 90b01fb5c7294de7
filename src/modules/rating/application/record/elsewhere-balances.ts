import { ElsewhereDraft, type CompiledPrice } from '../../../catalog/index.js';
import { accountHolder, serviceHolder, type BalanceLedger } from '../../domain/balance-ledger.js';
import type { RecordFacts } from '../../domain/rated-batch.js';
import type { ReferenceData, Route } from '../rater/reference-data.js';

/**
 * The balances a record sees that are kept otherwise than with its subscription in its billing cycle. Undefined when the
 * building blocks in force at its time keep none: then nothing of this is asked.
 * @param cycle start of the record's billing cycle.
 */
export function elsewhereFor(
  { resources }: CompiledPrice,
  { owner, holder, cycles }: Route,
  { at, serviceId }: RecordFacts,
  {
    ledger,
    cycle,
    reference,
  }: { readonly ledger: BalanceLedger; readonly cycle: number; readonly reference: ReferenceData },
): ElsewhereDraft | undefined {
  if (resources === undefined) return undefined;
  return new ElsewhereDraft(ledger, {
    resources,
    at,
    holder,
    account: accountHolder(owner.account),
    service: serviceHolder(holder, serviceId),
    since: () => reference.accounts.subscribedSince(owner.account, owner.subscription, at),
    cycle,
    calendar: cycles,
  });
}
