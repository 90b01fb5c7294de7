import fc from 'fast-check';
import { AccountBook, type AccountBookState } from './account-book.js';
import { decideAccountChange, isAccountRefusal, type AccountChange } from './account-change.js';
import type { AccountEvent, LifecycleStatus } from './events.js';

const STATUSES: readonly LifecycleStatus[] = ['ACTIVE', 'SUSPENDED', 'CANCELLED'];
const TIMES = Array.from({ length: 9 }, (_, index) => index * 10);
const id = fc.constantFrom('a', 'b', 'c');
const time = fc.constantFrom(...TIMES);
const status = fc.constantFrom(...STATUSES, 'ACTIVE' as const, 'ACTIVE' as const);
const define = fc.constantFrom('CREATE', 'UPDATE');

const change: fc.Arbitrary<AccountChange> = fc.oneof(
  fc
    .record({ account: id, status, at: time, action: define, day: fc.integer({ min: 1, max: 3 }) })
    .map(({ account, at, action, day, ...rest }): AccountChange => ({
      object: 'ACCOUNT',
      action,
      data: { account, name: account, currency: 'EUR', billingDay: day, timeZone: 'UTC', effectiveFrom: at, ...rest },
    })),
  fc
    .record({ account: id, status, at: time, action: define, plan: fc.constantFrom('P', 'Q') })
    .map(({ account, at, action, ...rest }): AccountChange => ({
      object: 'SUBSCRIPTION',
      action,
      data: { account, subscription: `S${account}`, rateSchedule: 'R', effectiveFrom: at, ...rest },
    })),
  fc
    .record({
      account: id,
      serviceId: fc.constantFrom('1', '2'),
      from: time,
      length: fc.option(fc.constantFrom(10, 20, 30), { nil: undefined }),
      action: define,
      service: fc.constantFrom('X', 'Y'),
    })
    .map(({ account, serviceId, from, length, action, service }): AccountChange => ({
      object: 'SERVICE_ID',
      action,
      data: {
        account,
        subscription: `S${account}`,
        serviceId,
        service,
        effectiveFrom: from,
        ...(length === undefined ? {} : { effectiveTo: from + length }),
      },
    })),
  fc
    .record({ account: id, serviceId: fc.constantFrom('1', '2'), at: time })
    .map(({ account, ...rest }): AccountChange => ({
      object: 'SERVICE_ID',
      action: 'END',
      data: { account, subscription: `S${account}`, ...rest },
    })),
);
const changes = fc.array(change, { maxLength: 40 });

/** Three accounts that are there, then whatever the messages lead to. */
function lived(messages: readonly AccountChange[]): { events: AccountEvent[]; book: AccountBook } {
  const book = new AccountBook();
  const events: AccountEvent[] = [];
  for (const message of messages) {
    const decision = decideAccountChange(message, book);
    if (isAccountRefusal(decision)) continue;
    for (const event of decision) {
      book.apply(event);
      events.push(event);
    }
  }
  return { events, book };
}

/** Another way to the same answer: looks through all events, keeps nothing. */
function resolvedSlowly(events: readonly AccountEvent[], serviceId: string, at: number): string {
  const periods = new Map<string, { account: string; from: number; to: number; service: string }>();
  for (const { type, data } of events) {
    if (!('serviceId' in data) || data.serviceId !== serviceId) continue;
    const key = String(data.effectiveFrom);
    if (type === 'ServiceIdAssigned.v1') {
      const { account, effectiveFrom: from, effectiveTo: to = Infinity, service } = data;
      periods.set(key, { account, from, to, service });
    } else if (type === 'ServiceIdEnded.v1') {
      const period = periods.get(key);
      if (period !== undefined) period.to = data.effectiveTo;
    }
  }
  const users = [...periods.values()].filter(({ from, to }) => from <= at && at < to);
  if (users.length > 1) throw new Error(`${serviceId} is in ${users.length} subscriptions at ${at}`);
  const [user] = users;
  if (user === undefined) return 'SERVICE_NOT_FOUND';
  const said = events.filter(({ data }) => data.account === user.account && data.effectiveFrom <= at);
  const terms = latest(said.filter(({ type }) => type === 'SubscriptionDefined.v1'));
  if (terms === undefined || !('plan' in terms) || terms.status !== 'ACTIVE') return 'SERVICE_NOT_ACTIVE';
  const holder = latest(said.filter(({ type }) => type === 'AccountDefined.v1'));
  if (holder === undefined || !('billingDay' in holder) || holder.status !== 'ACTIVE') return 'ACCOUNT_NOT_ACTIVE';
  return [user.account, user.service, terms.plan, holder.billingDay].join('/');
}

/** The latest start counts; of equal ones the one said last. */
function latest(events: readonly AccountEvent[]): AccountEvent['data'] | undefined {
  let found: AccountEvent['data'] | undefined;
  for (const { data } of events) if (found === undefined || data.effectiveFrom >= found.effectiveFrom) found = data;
  return found;
}

function resolved(book: AccountBook, serviceId: string, at: number): string {
  const answer = book.resolve(serviceId, at);
  return answer.found ? [answer.account, answer.service, answer.plan, answer.billingDay].join('/') : answer.code;
}

const QUESTIONS = ['1', '2'].flatMap((serviceId) =>
  TIMES.flatMap((at) => [at, at + 5].map((each) => [serviceId, each] as const)),
);

describe('AccountBook, whatever the feed sends', () => {
  it('answers as a look through all events does, and a service id is in one subscription at a time', () => {
    fc.assert(
      fc.property(changes, (messages) => {
        const { events, book } = lived([...BEGINNING, ...messages]);
        for (const [serviceId, at] of QUESTIONS) {
          expect(resolved(book, serviceId, at)).toBe(resolvedSlowly(events, serviceId, at));
        }
      }),
      { numRuns: 400 },
    );
  });

  it('answers the same whenever it was asked before: nothing kept is out of date', () => {
    fc.assert(
      fc.property(changes, (messages) => {
        const { events } = lived([...BEGINNING, ...messages]);
        const book = new AccountBook();
        events.forEach((event, index) => {
          book.apply(event);
          for (const [serviceId, at] of QUESTIONS) {
            expect(resolved(book, serviceId, at)).toBe(resolvedSlowly(events.slice(0, index + 1), serviceId, at));
          }
        });
      }),
      { numRuns: 40 },
    );
  });

  it('comes back from its snapshot, and goes on from there', () => {
    fc.assert(
      fc.property(changes, fc.nat(), (messages, cut) => {
        const { events, book } = lived([...BEGINNING, ...messages]);
        const half = new AccountBook();
        const at = cut % (events.length + 1);
        for (const event of events.slice(0, at)) half.apply(event);
        const again = AccountBook.fromJSON(JSON.parse(JSON.stringify(half)) as AccountBookState);
        for (const event of events.slice(at)) again.apply(event);
        for (const [serviceId, when] of QUESTIONS) {
          expect(again.resolve(serviceId, when)).toEqual(book.resolve(serviceId, when));
        }
      }),
      { numRuns: 200 },
    );
  });
});

const BEGINNING: readonly AccountChange[] = ['a', 'b', 'c'].flatMap((account): AccountChange[] => [
  {
    object: 'ACCOUNT',
    action: 'CREATE',
    data: {
      account,
      name: account,
      status: 'ACTIVE',
      currency: 'EUR',
      billingDay: 1,
      timeZone: 'UTC',
      effectiveFrom: 0,
    },
  },
  {
    object: 'SUBSCRIPTION',
    action: 'CREATE',
    data: { account, subscription: `S${account}`, plan: 'P', rateSchedule: 'R', status: 'ACTIVE', effectiveFrom: 0 },
  },
]);
