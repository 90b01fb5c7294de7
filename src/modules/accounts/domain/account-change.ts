import { instantToString } from '../../../shared/kernel/clock.js';
import { never } from '../../../shared/kernel/decider.js';
import type { ServiceIdPeriod } from './account-directory.js';
import type { FeedDirectory } from './feed-directory.js';
import type { AccountDefined, AccountEvent, SubscriptionDefined } from './events.js';
import { decideSpecialChange, type SpecialChange } from './special-change.js';

/** What the account feed can say about an object, read and checked. */
export type AccountChange =
  | { readonly object: 'ACCOUNT'; readonly action: Define; readonly data: AccountDefined['data'] }
  | { readonly object: 'SUBSCRIPTION'; readonly action: Define; readonly data: SubscriptionDefined['data'] }
  | { readonly object: 'SERVICE_ID'; readonly action: Define; readonly data: ServiceIdUse }
  | { readonly object: 'SERVICE_ID'; readonly action: 'END'; readonly data: ServiceIdEnd }
  | SpecialChange;

type Define = 'CREATE' | 'UPDATE';

export interface ServiceIdUse {
  readonly account: string;
  readonly subscription: string;
  readonly serviceId: string;
  readonly service: string;
  /** Epoch ms, as all of these; [effectiveFrom, effectiveTo). */
  readonly effectiveFrom: number;
  readonly effectiveTo?: number;
}

export interface ServiceIdEnd {
  readonly account: string;
  readonly subscription: string;
  readonly serviceId: string;
  /** Usage from here on finds nobody. */
  readonly at: number;
}

/** A message that cannot be applied as things stand; the reason says what must come first. */
export interface AccountRefusal {
  readonly code: string;
  readonly reason: string;
}

export function isAccountRefusal(decision: readonly AccountEvent[] | AccountRefusal): decision is AccountRefusal {
  return 'code' in decision;
}

/** One message of the account feed against what the accounts say so far. All its facts are of one account. */
export function decideAccountChange(
  change: AccountChange,
  directory: FeedDirectory,
): readonly AccountEvent[] | AccountRefusal {
  const { account } = change.data;
  switch (change.object) {
    case 'ACCOUNT':
      return (
        wrongAction(change.action, directory.hasAccount(account), 'ACCOUNT', account) ?? [
          { type: 'AccountDefined.v1', data: change.data },
        ]
      );
    case 'SUBSCRIPTION': {
      const { subscription } = change.data;
      if (!directory.hasAccount(account)) return mustComeFirst('ACCOUNT', account);
      return (
        wrongAction(
          change.action,
          directory.hasSubscription(account, subscription),
          'SUBSCRIPTION',
          `${subscription} of account ${account}`,
        ) ?? [{ type: 'SubscriptionDefined.v1', data: change.data }]
      );
    }
    case 'SERVICE_ID': {
      const { subscription } = change.data;
      if (!directory.hasAccount(account)) return mustComeFirst('ACCOUNT', account);
      if (!directory.hasSubscription(account, subscription)) {
        return mustComeFirst('SUBSCRIPTION', `${subscription} of account ${account}`);
      }
      if (change.action === 'END') return endOf(change.data, directory);
      return change.action === 'CREATE' ? created(change.data, directory) : updated(change.data, directory);
    }
    case 'TOP_UP':
    case 'CUSTOM_RATES':
    case 'COMMITMENT': {
      const { subscription } = change.data;
      if (!directory.hasAccount(account)) return mustComeFirst('ACCOUNT', account);
      if (subscription !== undefined && !directory.hasSubscription(account, subscription)) {
        return mustComeFirst('SUBSCRIPTION', `${subscription} of account ${account}`);
      }
      return decideSpecialChange(change, directory);
    }
    default:
      return never(change);
  }
}

/** A service id is in one subscription at a time: the new period must be free of every other. */
function created(use: ServiceIdUse, directory: FeedDirectory): readonly AccountEvent[] | AccountRefusal {
  const taken = overlapping(use, directory)[0];
  if (taken === undefined) return [{ type: 'ServiceIdAssigned.v1', data: use }];
  if (!isOf(taken, use)) return inUse(use.serviceId, taken);
  return {
    code: 'ALREADY_EXISTS',
    reason: `SERVICE_ID ${use.serviceId} is in subscription ${use.subscription} already, ${span(taken)}: send an UPDATE to change it, or an END first`,
  };
}

/**
 * The period that holds the start of the change goes on under the new terms from there.
 *
 *     before   [---------- A ----------)
 *     UPDATE             ^ service B
 *     after    [--- A ---[---- B ------)
 */
function updated(use: ServiceIdUse, directory: FeedDirectory): readonly AccountEvent[] | AccountRefusal {
  const { effectiveFrom: at, serviceId } = use;
  const current = directory.assignmentsOf(serviceId).find((item) => isOf(item, use) && item.from <= at && at < item.to);
  if (current === undefined) return notAssigned(use, at);
  const effectiveTo = use.effectiveTo ?? (current.to === Infinity ? undefined : current.to);
  const { effectiveTo: _, ...rest } = use;
  const changed: ServiceIdUse = effectiveTo === undefined ? rest : { ...rest, effectiveTo };
  const taken = overlapping(changed, directory).find((item) => item.from !== current.from);
  if (taken !== undefined) return inUse(serviceId, taken);
  const assigned: AccountEvent = { type: 'ServiceIdAssigned.v1', data: changed };
  if (current.from === at) return [assigned];
  const { account, subscription } = use;
  const ended = { account, subscription, serviceId, effectiveFrom: current.from, effectiveTo: at };
  return [{ type: 'ServiceIdEnded.v1', data: ended }, assigned];
}

function endOf(end: ServiceIdEnd, directory: FeedDirectory): readonly AccountEvent[] | AccountRefusal {
  const { account, subscription, serviceId, at } = end;
  const current = directory
    .assignmentsOf(serviceId)
    .find((item) => isOf(item, end) && item.from <= at && at <= item.to);
  if (current === undefined) return notAssigned(end, at);
  if (current.to === at) return [];
  const data = { account, subscription, serviceId, effectiveFrom: current.from, effectiveTo: at };
  return [{ type: 'ServiceIdEnded.v1', data }];
}

function overlapping(use: ServiceIdUse, directory: FeedDirectory): ServiceIdPeriod[] {
  const to = use.effectiveTo ?? Infinity;
  return directory
    .assignmentsOf(use.serviceId)
    .filter((item) => item.from < item.to && item.from < to && use.effectiveFrom < item.to);
}

function isOf(period: ServiceIdPeriod, use: { readonly account: string; readonly subscription: string }): boolean {
  return period.account === use.account && period.subscription === use.subscription;
}

function inUse(serviceId: string, taken: ServiceIdPeriod): AccountRefusal {
  return {
    code: 'SERVICE_ID_IN_USE',
    reason: `SERVICE_ID ${serviceId} is in subscription ${taken.subscription} of account ${taken.account}, ${span(taken)}: its END there must come first; reprocess this message afterwards`,
  };
}

function notAssigned(use: { readonly serviceId: string; readonly subscription: string }, at: number): AccountRefusal {
  return {
    code: 'SERVICE_ID_NOT_FOUND',
    reason: `SERVICE_ID ${use.serviceId} is not in subscription ${use.subscription} at ${instantToString(at)}: its CREATE must come first; reprocess this message afterwards`,
  };
}

function span({ from, to }: ServiceIdPeriod): string {
  return `from ${instantToString(from)}${to === Infinity ? ' on' : ` to ${instantToString(to)}`}`;
}

function wrongAction(action: Define, exists: boolean, object: string, id: string): AccountRefusal | undefined {
  if (action === 'CREATE' && exists) {
    return { code: 'ALREADY_EXISTS', reason: `${object} ${id} exists already: send an UPDATE to change it` };
  }
  if (action === 'UPDATE' && !exists) return mustComeFirst(object, id);
  return undefined;
}

function mustComeFirst(object: string, id: string): AccountRefusal {
  return {
    code: `${object}_NOT_FOUND`,
    reason: `${object} ${id} is not known: its CREATE must come first; reprocess this message afterwards`,
  };
}
