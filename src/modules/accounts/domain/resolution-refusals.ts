import { instantToString } from '../../../shared/kernel/clock.js';
import type { LifecycleStatus } from './events.js';

/** Why usage of a service id is nobody's at its usage time. The codes are suspense codes of the field. */
export interface Refusal {
  readonly found: false;
  readonly code: 'SERVICE_NOT_FOUND' | 'SERVICE_NOT_ACTIVE' | 'ACCOUNT_NOT_ACTIVE';
  /** The ids involved and the remedy. */
  readonly message: string;
  /** The account, when the service id led to one. */
  readonly account?: string;
  /** What the remedy must bring, for grouping by root cause. */
  readonly facts: Readonly<Record<string, string>>;
}

interface Subject {
  readonly serviceId: string;
  readonly account: string;
  readonly subscription: string;
}

const THEN = 'then reprocess.';

/** The refusals of `AccountBook.resolve`, in the order it checks them. */
export const refuseService = {
  unknown: (serviceId: string, at: number): Refusal => ({
    found: false,
    code: 'SERVICE_NOT_FOUND',
    message:
      `Service id ${serviceId} is in no subscription: send it through the account feed (SERVICE_ID, effective ` +
      `no later than ${instantToString(at)}), ${THEN}`,
    facts: { serviceId },
  }),

  unassigned: (serviceId: string, at: number, from: number, to: number): Refusal => ({
    found: false,
    code: 'SERVICE_NOT_FOUND',
    message:
      `Service id ${serviceId} is in no subscription at ${instantToString(at)}; its latest assignment is from ` +
      `${instantToString(from)}${to === Infinity ? ' on' : ` to ${instantToString(to)}`}: ` +
      `send an assignment for that time through the account feed, ${THEN}`,
    facts: { serviceId },
  }),

  notActive: (subject: Subject, at: number, status: LifecycleStatus | undefined): Refusal => ({
    found: false,
    code: 'SERVICE_NOT_ACTIVE',
    message:
      `Subscription ${subject.subscription} of account ${subject.account}, which holds service id ${subject.serviceId}, ` +
      `${stateOf(status)} at ${instantToString(at)}: correct it through the account feed (SUBSCRIPTION), ${THEN}`,
    account: subject.account,
    facts: { account: subject.account, subscription: subject.subscription },
  }),

  accountNotActive: (subject: Subject, at: number, status: LifecycleStatus | undefined): Refusal => ({
    found: false,
    code: 'ACCOUNT_NOT_ACTIVE',
    message:
      `Account ${subject.account}, which holds service id ${subject.serviceId}, ${stateOf(status)} at ` +
      `${instantToString(at)}: correct it through the account feed (ACCOUNT), ${THEN}`,
    account: subject.account,
    facts: { account: subject.account },
  }),
};

function stateOf(status: LifecycleStatus | undefined): string {
  return status === undefined ? 'does not exist yet' : `is ${status}`;
}
