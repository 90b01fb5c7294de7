import type { CompiledPrice, RecordPlace } from '../../../catalog/index.js';
import { accountHolder, serviceHolder } from '../../domain/balance-places.js';
import type { RecordFacts } from '../../domain/rated-batch.js';
import type { ReferenceData, Route } from '../rater/reference-data.js';

/**
 * What decides where a record's balances are that are kept otherwise than with its subscription in its billing cycle.
 * Undefined when the building blocks in force at its time keep none: then nothing of this is asked.
 */
export function recordPlaceFor(
  { resources }: CompiledPrice,
  { owner, holder }: Route,
  { at, serviceId }: RecordFacts,
  { accounts }: ReferenceData,
): RecordPlace | undefined {
  if (resources === undefined) return undefined;
  return {
    resources,
    at,
    account: accountHolder(owner.account),
    service: serviceHolder(holder, serviceId),
    since: (scope) =>
      scope === 'ACCOUNT'
        ? accounts.customerSince(owner.account, at)
        : accounts.subscribedSince(owner.account, owner.subscription, at),
  };
}
