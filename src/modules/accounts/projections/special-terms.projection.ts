import { never } from '../../../shared/kernel/decider.js';
import { withFact } from '../../../shared/kernel/effective-dated.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { put, update, type Change, type Projection } from '../../../shared/read-models/projection.js';
import type { CommitmentDefined, CustomRatesDefined, SpecialEvent } from '../domain/events.js';
import {
  commitmentsCollection,
  customRatesCollection,
  SPECIAL_TERMS_PROJECTION,
  topUpsCollection,
  type CommitmentVersion,
  type RatesVersion,
} from './special-terms.collections.js';

const HANDLED: readonly SpecialEvent['type'][] = [
  'TopUpMade.v1',
  'CustomRatesDefined.v1',
  'CustomRatesEnded.v1',
  'CommitmentDefined.v1',
  'CommitmentEnded.v1',
];

/** What accounts have beside the catalog, as the account feed says. */
export const specialTermsProjection: Projection = {
  name: SPECIAL_TERMS_PROJECTION,
  version: 1,
  collections: [topUpsCollection, customRatesCollection, commitmentsCollection],
  handles: HANDLED,
  project(recorded: RecordedEvent): Iterable<Change> {
    const event = recorded as RecordedEvent & SpecialEvent;
    const { tenant } = recorded.metadata;
    switch (event.type) {
      case 'TopUpMade.v1': {
        const { expires = null, ...rest } = event.data;
        return [put(topUpsCollection, { tenant, ...rest, expires })];
      }
      case 'CustomRatesDefined.v1': {
        const { steps, effectiveFrom, effectiveTo = null } = event.data;
        return [customRates(tenant, event.data, { effectiveFrom, effectiveTo, steps })];
      }
      case 'CustomRatesEnded.v1': {
        const { effectiveFrom } = event.data;
        return [customRates(tenant, event.data, { effectiveFrom, effectiveTo: null, steps: null })];
      }
      case 'CommitmentDefined.v1': {
        const { amount, currency, effectiveFrom, effectiveTo = null } = event.data;
        return [commitment(tenant, event.data, { effectiveFrom, effectiveTo, amount, currency })];
      }
      case 'CommitmentEnded.v1': {
        const { effectiveFrom } = event.data;
        return [commitment(tenant, event.data, { effectiveFrom, effectiveTo: null, amount: null, currency: null })];
      }
      default:
        return never(event);
    }
  },
};

function customRates(
  tenant: string,
  data: Pick<CustomRatesDefined['data'], 'account' | 'subscription' | 'priceOfferId' | 'charge'>,
  version: RatesVersion,
): Change {
  const { account, subscription = '', priceOfferId, charge } = data;
  const key = { tenant, account, subscription, priceOfferId, charge };
  return update(customRatesCollection, key, (row) => ({ ...key, versions: withFact(row?.versions, version) }));
}

function commitment(
  tenant: string,
  data: Pick<CommitmentDefined['data'], 'account' | 'subscription' | 'allowance'>,
  version: CommitmentVersion,
): Change {
  const { account, subscription, allowance } = data;
  const key = { tenant, account, subscription, allowance };
  return update(commitmentsCollection, key, (row) => ({ ...key, versions: withFact(row?.versions, version) }));
}
