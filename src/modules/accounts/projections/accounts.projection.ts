import { never } from '../../../shared/kernel/decider.js';
import { withFact } from '../../../shared/kernel/effective-dated.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { put, update, type Change, type Projection } from '../../../shared/read-models/projection.js';
import type { AccountDefined, AccountEvent, SpecialEvent, SubscriptionDefined } from '../domain/events.js';
import {
  ACCOUNTS_PROJECTION,
  accountsCollection,
  serviceIdsCollection,
  subscriptionsCollection,
} from './accounts.collections.js';

/** The others are those of `specialTermsProjection`. */
type HandledEvent = Exclude<AccountEvent, SpecialEvent>;
const HANDLED: readonly HandledEvent['type'][] = [
  'AccountDefined.v1',
  'SubscriptionDefined.v1',
  'ServiceIdAssigned.v1',
  'ServiceIdEnded.v1',
];

/** Who buys what is sold, as the account feed says. */
export const accountsProjection: Projection = {
  name: ACCOUNTS_PROJECTION,
  version: 1,
  collections: [accountsCollection, subscriptionsCollection, serviceIdsCollection],
  handles: HANDLED,
  project(recorded: RecordedEvent): Iterable<Change> {
    const event = recorded as RecordedEvent & HandledEvent;
    const { tenant } = recorded.metadata;
    switch (event.type) {
      case 'AccountDefined.v1':
        return [accountDefined(tenant, event.data)];
      case 'SubscriptionDefined.v1':
        return [subscriptionDefined(tenant, event.data)];
      case 'ServiceIdAssigned.v1': {
        const { effectiveTo = null, ...rest } = event.data;
        return [put(serviceIdsCollection, { tenant, ...rest, effectiveTo })];
      }
      case 'ServiceIdEnded.v1': {
        const { effectiveTo, ...key } = event.data;
        return [
          update(serviceIdsCollection, { tenant, ...key }, (row) =>
            row === undefined ? row : { ...row, effectiveTo },
          ),
        ];
      }
      default:
        return never(event);
    }
  },
};

function accountDefined(tenant: string, { account, ...version }: AccountDefined['data']): Change {
  return update(accountsCollection, { tenant, account }, (row) => {
    const versions = withFact(row?.versions, version);
    return { tenant, account, ...(versions.at(-1) ?? version), versions };
  });
}

function subscriptionDefined(
  tenant: string,
  { account, subscription, ...version }: SubscriptionDefined['data'],
): Change {
  return update(subscriptionsCollection, { tenant, account, subscription }, (row) => {
    const versions = withFact(row?.versions, version);
    const { plan, rateSchedule, status, effectiveFrom } = versions.at(-1) ?? version;
    return { tenant, account, subscription, plan, rateSchedule, status, effectiveFrom, versions };
  });
}
