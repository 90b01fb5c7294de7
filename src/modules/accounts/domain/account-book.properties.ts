import fc from 'fast-check';
import { PlainAccountBook } from '../../../../test/support/plain-account-book.js';
import { AccountBook, type AccountBookState } from './account-book.js';
import { decideAccountChange, isAccountRefusal, type AccountChange } from './account-change.js';
import type { AccountEvent, LifecycleStatus } from './events.js';
import { FeedDirectory } from './feed-directory.js';

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
  const directory = new FeedDirectory();
  const events: AccountEvent[] = [];
  for (const message of messages) {
    const decision = decideAccountChange(message, directory);
    if (isAccountRefusal(decision)) continue;
    for (const event of decision) {
      directory.apply(event);
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

/** Any facts in any order, also such as no decider would make: late ones, periods that overlap, ids of every kind. */
const IDS = ['a', 'b', 'ab', '', '\u0000', 'é', '漢字', '\ud800', 'x'.repeat(90), 'A0000001', 'A0000010'];
const ANY_ID = fc.constantFrom(...IDS);
const ANY_TIME = fc.oneof(time, fc.constantFrom(-5, 0.5, Date.UTC(2026, 0, 1), 8.64e15, -8.64e15));
const anyEvent: fc.Arbitrary<AccountEvent> = fc
  .record({ account: ANY_ID, subscription: ANY_ID, serviceId: ANY_ID, name: ANY_ID, effectiveFrom: ANY_TIME })
  .chain(({ name, ...data }) =>
    fc.oneof(
      fc
        .record({ status, billingDay: fc.integer({ min: 1, max: 31 }), currency: fc.constantFrom('EUR', 'JPY') })
        .map(({ status, ...terms }): AccountEvent => ({
          type: 'AccountDefined.v1',
          data: { ...data, name, status, timeZone: name, ...terms },
        })),
      fc.record({ status, plan: ANY_ID }).map((terms): AccountEvent => ({
        type: 'SubscriptionDefined.v1',
        data: { ...data, rateSchedule: name, ...terms },
      })),
      fc.option(ANY_TIME, { nil: undefined }).map((effectiveTo): AccountEvent => ({
        type: 'ServiceIdAssigned.v1',
        data: { ...data, service: name, ...(effectiveTo === undefined ? {} : { effectiveTo }) },
      })),
      ANY_TIME.map((effectiveTo): AccountEvent => ({ type: 'ServiceIdEnded.v1', data: { ...data, effectiveTo } })),
    ),
  );
const EVERY_ID = [...IDS, 'nobody'];
const EVERY_TIME = [...TIMES, 25, 0.4, 0.5, Date.UTC(2026, 5, 1), 8.64e15, -8.64e15];

/** A book and the plain one, which must agree on what may not be said too. */
function both(events: readonly AccountEvent[], book: AccountBook, plain: PlainAccountBook): void {
  for (const event of events) {
    const refused = [book, plain].map((each) => {
      try {
        each.apply(event);
        return false;
      } catch {
        return true;
      }
    });
    expect(refused[0]).toBe(refused[1]);
  }
}

function expectTheSame(book: AccountBook, plain: PlainAccountBook): void {
  expect(everythingSaidBy(book)).toEqual(everythingSaidBy(plain));
}

function everythingSaidBy(book: AccountBook | PlainAccountBook) {
  const directory = book instanceof AccountBook ? book.directory : book;
  return EVERY_ID.map((first) => ({
    known: directory.hasAccount(first),
    with: EVERY_ID.filter((second) => directory.hasSubscription(first, second)),
    used: directory.assignmentsOf(first),
    by: EVERY_TIME.map((at) => book.resolve(first, at)),
  }));
}

describe('AccountBook, whatever the log says', () => {
  it('answers word for word as plain lists do, before and after every snapshot', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 60 }), fc.array(anyEvent, { maxLength: 30 }), (first, second) => {
        const plain = new PlainAccountBook();
        const book = new AccountBook();
        both(first, book, plain);
        expectTheSame(book, plain);
        const again = AccountBook.fromJSON(JSON.parse(JSON.stringify(book)) as AccountBookState);
        expectTheSame(again, plain);
        expect(JSON.stringify(again)).toBe(JSON.stringify(book));
        both(second, again, plain);
        expectTheSame(again, plain);
      }),
      { numRuns: 150 },
    );
  }, 60_000);
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
