import { PLANS } from './sample-catalog.js';
import { SAMPLE_START, type FeedMessage } from './sample-feed.js';

export type SampleKind = 'MOBILE' | 'AI' | 'UNPRICED' | 'CANCELLED';

/** What the account with this number is: mostly mobile, some AI customers, and two kinds whose usage must be suspended. */
export function sampleKind(account: number): SampleKind {
  if (account % 50 === 0) return 'UNPRICED';
  if (account % 50 === 1) return 'CANCELLED';
  return account % 5 === 2 ? 'AI' : 'MOBILE';
}

export function sampleAccountId(account: number): string {
  return `A${account.toString().padStart(7, '0')}`;
}

/** The number or the API key of an account. */
export function sampleServiceId(account: number): string {
  return sampleKind(account) === 'AI'
    ? `sk-${account.toString(36).padStart(8, '0')}`
    : `4915${(10_000_000 + account).toString()}`;
}

const PLAN_OF: Readonly<Record<SampleKind, keyof typeof PLANS>> = {
  MOBILE: 'MOBILE_M',
  CANCELLED: 'MOBILE_M',
  UNPRICED: 'MOBILE_NEW',
  AI: 'AI_API',
};

/** Three messages per account, in the order they must come: account, subscription, service id. */
export function* sampleAccounts(accounts: number): Generator<FeedMessage> {
  for (let account = 0; account < accounts; account += 1) yield* messagesOf(account);
}

function* messagesOf(number: number): Generator<FeedMessage> {
  const account = sampleAccountId(number);
  const kind = sampleKind(number);
  const plan = PLANS[PLAN_OF[kind]];
  const message = (object: string, payload: FeedMessage['payload']): FeedMessage => ({
    messageId: `${object.toLowerCase()}-${account}`,
    object,
    action: 'CREATE',
    effectiveFrom: SAMPLE_START,
    payload,
  });
  yield message('ACCOUNT', {
    account,
    name: `Customer ${number}`,
    status: kind === 'CANCELLED' ? 'CANCELLED' : 'ACTIVE',
    currency: plan.currency,
    billingDay: 1 + (number % 31),
    timeZone: 'Europe/Berlin',
  });
  yield message('SUBSCRIPTION', {
    account,
    subscription: `S${account.slice(1)}`,
    plan: PLAN_OF[kind],
    rateSchedule: plan.rateSchedule,
    status: 'ACTIVE',
  });
  yield message('SERVICE_ID', {
    account,
    subscription: `S${account.slice(1)}`,
    serviceId: sampleServiceId(number),
    service: plan.service,
  });
}

/** What the account feed would send to heal the unknown service ids of the sample: they belong to two new customers. */
export function missingCustomers(numbers: readonly string[], apiKeys: readonly string[]): FeedMessage[] {
  return [...lateCustomer('A9000000', 'MOBILE_M', numbers), ...lateCustomer('A9000001', 'AI_API', apiKeys)];
}

function lateCustomer(account: string, plan: keyof typeof PLANS, serviceIds: readonly string[]): FeedMessage[] {
  const { rateSchedule, service, currency } = PLANS[plan];
  const subscription = `S${account.slice(1)}`;
  const message = (object: string, id: string, payload: FeedMessage['payload']): FeedMessage => ({
    messageId: `${object.toLowerCase()}-${id}`,
    object,
    action: 'CREATE',
    effectiveFrom: SAMPLE_START,
    payload,
  });
  return [
    message('ACCOUNT', account, {
      account,
      name: 'A late customer',
      status: 'ACTIVE',
      currency,
      billingDay: 1,
      timeZone: 'Europe/Berlin',
    }),
    message('SUBSCRIPTION', account, { account, subscription, plan, rateSchedule, status: 'ACTIVE' }),
    ...serviceIds.map((serviceId) => message('SERVICE_ID', serviceId, { account, subscription, serviceId, service })),
  ];
}
