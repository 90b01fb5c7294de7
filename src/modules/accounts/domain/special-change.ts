import type { FeedDirectory } from './feed-directory.js';
import type { CommitmentDefined, CustomRatesDefined, SpecialEvent, TopUpMade } from './events.js';
import { specialKey } from './special-key.js';

type CustomRatesKey = Omit<CustomRatesDefined['data'], 'steps' | 'effectiveTo'>;
type CommitmentKey = Omit<CommitmentDefined['data'], 'amount' | 'currency' | 'per' | 'effectiveTo'>;

/** What the account feed can say about what an account has beside the catalog, read and checked. */
export type SpecialChange =
  | { readonly object: 'TOP_UP'; readonly action: 'CREATE'; readonly data: TopUpMade['data'] }
  | {
      readonly object: 'CUSTOM_RATES';
      readonly action: 'CREATE' | 'UPDATE';
      readonly data: CustomRatesDefined['data'];
    }
  | { readonly object: 'CUSTOM_RATES'; readonly action: 'END'; readonly data: CustomRatesKey }
  | { readonly object: 'COMMITMENT'; readonly action: 'CREATE' | 'UPDATE'; readonly data: CommitmentDefined['data'] }
  | { readonly object: 'COMMITMENT'; readonly action: 'END'; readonly data: CommitmentKey };

interface SpecialRefusal {
  readonly code: string;
  readonly reason: string;
}

/** Of an account and subscription that are there. */
export function decideSpecialChange(
  change: SpecialChange,
  directory: FeedDirectory,
): readonly SpecialEvent[] | SpecialRefusal {
  const event = eventOf(change);
  const spokenOf = directory.spokenOfBy(specialKey(event));
  if (change.object === 'TOP_UP') return spokenOf === undefined ? [event] : countedAlready(change.data, spokenOf);
  const what = nameOf(change);
  if (change.action === 'CREATE' && spokenOf !== undefined) {
    return { code: 'ALREADY_EXISTS', reason: `${what} exist already: send an UPDATE to change them` };
  }
  if (change.action !== 'CREATE' && spokenOf === undefined) {
    return {
      code: `${change.object}_NOT_FOUND`,
      reason: `${what} are not known: their CREATE must come first; reprocess this message afterwards`,
    };
  }
  return [event];
}

function eventOf(change: SpecialChange): SpecialEvent {
  switch (change.object) {
    case 'TOP_UP':
      return { type: 'TopUpMade.v1', data: change.data };
    case 'CUSTOM_RATES':
      return change.action === 'END'
        ? { type: 'CustomRatesEnded.v1', data: change.data }
        : { type: 'CustomRatesDefined.v1', data: change.data };
    case 'COMMITMENT':
      return change.action === 'END'
        ? { type: 'CommitmentEnded.v1', data: change.data }
        : { type: 'CommitmentDefined.v1', data: change.data };
  }
}

function countedAlready({ reference }: TopUpMade['data'], account: string): SpecialRefusal {
  return {
    code: 'DUPLICATE_TOP_UP',
    reason: `TOP_UP ${reference} was counted already, for account ${account}, and is not counted again: another payment has another reference`,
  };
}

function nameOf({ object, data }: Exclude<SpecialChange, { object: 'TOP_UP' }>): string {
  if (object === 'COMMITMENT') return `Terms of COMMITMENT ${data.allowance} of subscription ${data.subscription}`;
  const { charge, priceOfferId, account, subscription } = data;
  const whose = subscription === undefined ? `account ${account}` : `subscription ${subscription}`;
  return `CUSTOM_RATES of charge "${charge}" of ${priceOfferId} for ${whose}`;
}
