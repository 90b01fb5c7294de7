import { AccountBook } from './account-book.js';
import type { AccountEvent, LifecycleStatus } from './events.js';

const JAN = Date.UTC(2026, 0, 1);
const FEB = Date.UTC(2026, 1, 1);
const MAR = Date.UTC(2026, 2, 1);

const account = (effectiveFrom = JAN, status: LifecycleStatus = 'ACTIVE', billingDay = 1): AccountEvent => ({
  type: 'AccountDefined.v1',
  data: { account: 'a', name: 'A', status, currency: 'EUR', billingDay, timeZone: 'Europe/Berlin', effectiveFrom },
});
const subscription = (effectiveFrom = JAN, status: LifecycleStatus = 'ACTIVE', plan = 'P'): AccountEvent => ({
  type: 'SubscriptionDefined.v1',
  data: { account: 'a', subscription: 's', plan, rateSchedule: 'R', status, effectiveFrom },
});
const assigned = (effectiveFrom = JAN, effectiveTo?: number, service = 'X'): AccountEvent => ({
  type: 'ServiceIdAssigned.v1',
  data: {
    account: 'a',
    subscription: 's',
    serviceId: '49',
    service,
    effectiveFrom,
    ...(effectiveTo === undefined ? {} : { effectiveTo }),
  },
});
const ended = (effectiveFrom: number, effectiveTo: number): AccountEvent => ({
  type: 'ServiceIdEnded.v1',
  data: { account: 'a', subscription: 's', serviceId: '49', effectiveFrom, effectiveTo },
});

function bookOf(...events: readonly AccountEvent[]): AccountBook {
  const book = new AccountBook();
  for (const event of events) book.apply(event);
  return book;
}

describe('AccountBook', () => {
  it('finds whose usage it is, and on which terms', () => {
    const book = bookOf(account(), subscription(), assigned());
    expect(book.resolve('49', FEB)).toEqual({
      found: true,
      account: 'a',
      subscription: 's',
      serviceId: '49',
      service: 'X',
      plan: 'P',
      rateSchedule: 'R',
      currency: 'EUR',
      billingDay: 1,
      timeZone: 'Europe/Berlin',
      validFrom: JAN,
      validTo: Infinity,
    });
  });

  it('gives the same object again while nothing changes, and another after the account did', () => {
    const book = bookOf(account(), subscription(), assigned());
    const first = book.resolve('49', FEB);
    expect(book.resolve('49', MAR)).toBe(first);
    book.apply(account(JAN, 'ACTIVE', 15));
    expect(book.resolve('49', FEB)).toMatchObject({ found: true, billingDay: 15 });
    expect(first).toMatchObject({ billingDay: 1 });
  });

  it('answers with the terms at the usage time, whichever was asked before', () => {
    const book = bookOf(
      account(),
      subscription(),
      assigned(),
      subscription(FEB, 'ACTIVE', 'Q'),
      account(MAR, 'ACTIVE', 9),
    );
    expect(book.resolve('49', MAR)).toMatchObject({ plan: 'Q', billingDay: 9, validFrom: MAR, validTo: Infinity });
    expect(book.resolve('49', FEB)).toMatchObject({ plan: 'Q', billingDay: 1, validFrom: FEB, validTo: MAR });
    expect(book.resolve('49', FEB - 1)).toMatchObject({ plan: 'P', billingDay: 1, validFrom: JAN, validTo: FEB });
  });

  it('refuses what is nobody’s, with the remedy', () => {
    const book = bookOf(account(), subscription(), assigned(JAN, FEB));
    expect(book.resolve('50', JAN)).toMatchObject({
      found: false,
      code: 'SERVICE_NOT_FOUND',
      facts: { serviceId: '50' },
    });
    expect(book.resolve('49', FEB)).toMatchObject({ found: false, code: 'SERVICE_NOT_FOUND' });
    expect(book.resolve('49', JAN - 1)).toMatchObject({ found: false, code: 'SERVICE_NOT_FOUND' });
    expect(book.resolve('49', FEB - 1).found).toBe(true);
    const { message } = book.resolve('49', FEB) as { message: string };
    expect(message).toContain('2026-01-01T00:00:00.000Z to 2026-02-01T00:00:00.000Z');
  });

  it('refuses subscriptions and accounts that are not active at that time', () => {
    const book = bookOf(
      account(),
      subscription(),
      assigned(),
      subscription(FEB, 'SUSPENDED'),
      account(MAR, 'CANCELLED'),
    );
    expect(book.resolve('49', FEB)).toMatchObject({ code: 'SERVICE_NOT_ACTIVE', account: 'a' });
    book.apply(subscription(FEB, 'ACTIVE'));
    expect(book.resolve('49', FEB).found).toBe(true);
    expect(book.resolve('49', MAR)).toMatchObject({ code: 'ACCOUNT_NOT_ACTIVE', facts: { account: 'a' } });
    const early = bookOf(account(FEB), subscription(), assigned());
    expect(early.resolve('49', JAN)).toMatchObject({ code: 'ACCOUNT_NOT_ACTIVE' });
  });

  it('goes from one period to the next and forgets none', () => {
    const book = bookOf(
      account(),
      subscription(),
      assigned(JAN, undefined, 'OLD'),
      ended(JAN, FEB),
      assigned(MAR, undefined, 'NEW'),
    );
    expect(book.resolve('49', JAN)).toMatchObject({ service: 'OLD', validTo: FEB });
    expect(book.resolve('49', FEB)).toMatchObject({ code: 'SERVICE_NOT_FOUND' });
    expect(book.resolve('49', MAR)).toMatchObject({ service: 'NEW', validFrom: MAR });
    expect(book.directory.assignmentsOf('49').map(({ from, to }) => [from, to])).toEqual([
      [MAR, Infinity],
      [JAN, FEB],
    ]);
  });

  /**
   *      JAN        FEB        MAR
   *      |  X ------------------------------
   *      |          | Y ------|
   *      |    X     |    Y    |     X
   */
  it('says how long an answer holds, also where one period lies inside another', () => {
    const book = bookOf(account(), subscription(), assigned());
    expect(book.resolve('49', JAN)).toMatchObject({ service: 'X', validFrom: JAN, validTo: Infinity });
    book.apply(assigned(FEB, MAR, 'Y'));
    expect(book.resolve('49', JAN)).toMatchObject({ service: 'X', validFrom: JAN, validTo: FEB });
    expect(book.resolve('49', FEB)).toMatchObject({ service: 'Y', validFrom: FEB, validTo: MAR });
    expect(book.resolve('49', MAR)).toMatchObject({ service: 'X', validFrom: MAR, validTo: Infinity });
    book.apply(ended(FEB, FEB + 1));
    expect(book.resolve('49', FEB + 1)).toMatchObject({ service: 'X', validFrom: FEB + 1, validTo: Infinity });
  });

  it('knows every subscription of an account that has many', () => {
    const book = bookOf(account());
    for (let index = 0; index < 40; index += 1) {
      const { type, data } = subscription() as Extract<AccountEvent, { type: 'SubscriptionDefined.v1' }>;
      book.apply({ type, data: { ...data, subscription: `s${index}` } });
      expect(book.directory.hasSubscription('a', `s${index}`)).toBe(true);
      expect(book.directory.hasSubscription('a', `s${index + 1}`)).toBe(false);
    }
    expect(['s0', 's16', 's17', 's39'].every((id) => book.directory.hasSubscription('a', id))).toBe(true);
  });

  it('comes back from its snapshot, and says so when that is not whole', () => {
    const book = bookOf(account(), subscription(), assigned(JAN, FEB), account(FEB, 'SUSPENDED'));
    const state = book.toJSON();
    expect(AccountBook.fromJSON(state).resolve('49', JAN)).toEqual(book.resolve('49', JAN));
    const { columns } = state;
    expect(() => AccountBook.fromJSON({ columns: columns.slice(0, columns.length / 2) })).toThrow(RangeError);
    const longer = Buffer.concat([Buffer.from(columns, 'base64'), Buffer.alloc(1)]).toString('base64');
    expect(() => AccountBook.fromJSON({ columns: longer })).toThrow('left over');
  });

  it('gives right answers when more service ids are asked than answers are kept', () => {
    const many = 2 ** 17 + 2;
    const book = bookOf(account(), subscription());
    const { type, data } = assigned() as Extract<AccountEvent, { type: 'ServiceIdAssigned.v1' }>;
    for (let index = 0; index < many; index += 1) {
      book.apply({ type, data: { ...data, serviceId: `n${index}`, service: `X${index % 3}` } });
    }
    for (const index of [0, many - 2, 1, many - 1, 0, 1]) {
      expect(book.resolve(`n${index}`, FEB)).toMatchObject({ serviceId: `n${index}`, service: `X${index % 3}` });
    }
  });

  it('refuses to end what was never assigned: the log would be wrong', () => {
    const book = bookOf(account(), subscription());
    expect(() => book.apply(ended(JAN, FEB))).toThrow('which no event assigned');
  });
});

describe('the subscriptions of an account book', () => {
  const everything = (book: AccountBook) => [...book.subscriptions(() => true)];
  const withUnits = (effectiveFrom: number, units: string): AccountEvent => ({
    type: 'SubscriptionDefined.v1',
    data: {
      account: 'a',
      subscription: 's',
      plan: 'P',
      rateSchedule: 'R',
      status: 'ACTIVE',
      units,
      effectiveFrom,
    },
  });

  it('come with all that was said of them and of their account, also from a snapshot', () => {
    const book = bookOf(account(), withUnits(FEB, '5'), subscription(), account(MAR, 'SUSPENDED', 15));
    const P = { status: 'ACTIVE', plan: 'P', rateSchedule: 'R' };
    const A = { status: 'ACTIVE', currency: 'EUR', billingDay: 1, timeZone: 'Europe/Berlin' };
    const expected = [
      {
        account: 'a',
        subscription: 's',
        accountTerms: [
          { from: JAN, to: MAR, terms: A },
          { from: MAR, to: Infinity, terms: { ...A, status: 'SUSPENDED', billingDay: 15 } },
        ],
        terms: [
          { from: JAN, to: FEB, terms: P },
          { from: FEB, to: Infinity, terms: { ...P, units: '5' } },
        ],
      },
    ];
    expect(everything(book)).toStrictEqual(expected);
    expect(everything(AccountBook.fromJSON(book.toJSON()))).toStrictEqual(expected);
  });

  it('are those of the accounts that are asked for, once they have terms', () => {
    expect([...bookOf(account(), subscription()).subscriptions((id) => id !== 'a')]).toStrictEqual([]);
    expect(everything(bookOf(account(), assigned()))).toStrictEqual([]);
  });

  it('of equal terms have one object: what is said again changes nothing', () => {
    const [life] = everything(bookOf(account(), withUnits(JAN, '5'), withUnits(FEB, '5')));
    expect(life?.terms[1]?.terms).toBe(life?.terms[0]?.terms);
  });
});
