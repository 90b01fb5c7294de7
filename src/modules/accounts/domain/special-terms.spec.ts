import { AccountBook, type AccountBookState } from './account-book.js';
import { decideAccountChange, isAccountRefusal, type AccountChange } from './account-change.js';
import { FeedDirectory } from './feed-directory.js';
import type { AccountEvent, CommitmentDefined, SpecialEvent } from './events.js';
import type { SpecialChange } from './special-change.js';
import { commitmentsAt, customRatesAt, topUpsAt, type SpecialTerms } from './special-terms.js';

const OFFER = 'P.R.X.EUR';
const STEPS = [{ price: '0.1', per: '1' }];
const A = { account: 'a', subscription: 's' };

const BEGINNING: readonly AccountEvent[] = [
  {
    type: 'AccountDefined.v1',
    data: {
      account: 'a',
      name: 'A',
      status: 'ACTIVE',
      currency: 'EUR',
      billingDay: 1,
      timeZone: 'UTC',
      effectiveFrom: 0,
    },
  },
  {
    type: 'SubscriptionDefined.v1',
    data: { ...A, plan: 'P', rateSchedule: 'R', status: 'ACTIVE', effectiveFrom: 0 },
  },
  {
    type: 'SubscriptionDefined.v1',
    data: { ...A, subscription: 't', plan: 'P', rateSchedule: 'R', status: 'ACTIVE', effectiveFrom: 0 },
  },
  { type: 'ServiceIdAssigned.v1', data: { ...A, serviceId: '49', service: 'X', effectiveFrom: 0 } },
  { type: 'ServiceIdAssigned.v1', data: { ...A, subscription: 't', serviceId: '50', service: 'X', effectiveFrom: 0 } },
];

const topUp = (reference: string, effectiveFrom: number, expires?: number, subscription = 's'): SpecialEvent => ({
  type: 'TopUpMade.v1',
  data: {
    ...A,
    subscription,
    reference,
    resource: 'EUR',
    quantity: '10',
    effectiveFrom,
    ...(expires === undefined ? {} : { expires }),
  },
});
const rates = (price: string, effectiveFrom: number, more: { subscription?: string; effectiveTo?: number } = {}) =>
  ({
    type: 'CustomRatesDefined.v1',
    data: { account: 'a', priceOfferId: OFFER, charge: 'calls', steps: [{ price, per: '1' }], effectiveFrom, ...more },
  }) satisfies SpecialEvent;
const commitment = (amount: string, effectiveFrom: number, effectiveTo?: number): SpecialEvent => ({
  type: 'CommitmentDefined.v1',
  data: {
    ...A,
    allowance: 'COMMITTED',
    amount,
    currency: 'EUR',
    per: 'CYCLE',
    effectiveFrom,
    ...(effectiveTo === undefined ? {} : { effectiveTo }),
  },
});

function bookOf(...events: readonly SpecialEvent[]): AccountBook {
  const book = new AccountBook();
  for (const event of [...BEGINNING, ...events]) book.apply(event);
  return book;
}

function specialOf(book: AccountBook, serviceId = '49', at = 100): SpecialTerms {
  const found = book.resolve(serviceId, at);
  return (found.found ? found.special : undefined) ?? { topUps: [], customRates: [], commitments: [] };
}

describe('what an account has beside the catalog', () => {
  it('is not there for those who have nothing', () => {
    const book = bookOf(topUp('1', 0));
    expect(book.resolve('49', 100)).toHaveProperty('special');
    expect(book.resolve('50', 100)).not.toHaveProperty('special');
  });

  it('is found at once after it was said, whatever was asked before', () => {
    const book = bookOf();
    expect(book.resolve('49', 100)).not.toHaveProperty('special');
    book.apply(topUp('1', 0));
    expect(specialOf(book).topUps).toHaveLength(1);
  });

  it('uses first what expires first, then what came first, and nothing out of its time', () => {
    const special = specialOf(
      bookOf(topUp('late', 50), topUp('early', 10), topUp('soon', 40, 120), topUp('gone', 0, 100), topUp('next', 101)),
    );
    expect(topUpsAt(special, 100).map(({ reference }) => reference)).toEqual(['soon', 'early', 'late']);
    expect(topUpsAt(special, 99).map(({ reference }) => reference)).toEqual(['gone', 'soon', 'early', 'late']);
    expect(topUpsAt(special, 120).map(({ reference }) => reference)).toEqual(['early', 'late', 'next']);
  });

  const priceAt = (special: SpecialTerms, at: number) =>
    customRatesAt(special, OFFER, at).map(({ steps, revision }) => [(steps?.[0] as { price: string }).price, revision]);

  it('has rates of a subscription before those of its account, the latest start before earlier ones', () => {
    const book = bookOf(
      rates('1', 10),
      rates('2', 20, { effectiveTo: 40 }),
      rates('3', 30, { subscription: 's', effectiveTo: 35 }),
      { type: 'CustomRatesEnded.v1', data: { account: 'a', priceOfferId: OFFER, charge: 'calls', effectiveFrom: 60 } },
    );
    const special = specialOf(book);
    const told = [5, 10, 20, 30, 35, 40, 60].map((at) => priceAt(special, at));
    expect(told).toEqual([[], [['1', 5]], [['2', 6]], [['3', 7]], [['2', 6]], [['1', 5]], []]);
    expect(priceAt(specialOf(book, '50'), 30)).toEqual([['2', 6]]);
    expect(customRatesAt(special, 'P.R.Y.EUR', 30)).toEqual([]);
  });

  it('takes what was said last of equal starts', () => {
    expect(priceAt(specialOf(bookOf(rates('1', 10), rates('2', 10))), 10)).toEqual([['2', 6]]);
  });

  it('has the commitment in force', () => {
    const special = specialOf(
      bookOf(commitment('100', 10), commitment('200', 20, 30), {
        type: 'CommitmentEnded.v1',
        data: { ...A, allowance: 'COMMITTED', effectiveFrom: 50 },
      }),
    );
    const told = [9, 10, 20, 30, 50].map((at) => commitmentsAt(special, at).map(({ granted }) => granted?.amount));
    expect(told).toEqual([[], ['100'], ['200'], ['100'], []]);
  });

  it('knows nothing any more of what was said before of the same start: also where that ends', () => {
    const ended: SpecialEvent = {
      type: 'CustomRatesEnded.v1',
      data: { account: 'a', priceOfferId: OFFER, charge: 'calls', effectiveFrom: 10 },
    };
    const cut = specialOf(bookOf(rates('1', 5), rates('2', 10), rates('3', 10, { effectiveTo: 40 })));
    expect([10, 39, 40].map((at) => priceAt(cut, at))).toEqual([[['3', 7]], [['3', 7]], [['1', 5]]]);
    expect(priceAt(specialOf(bookOf(rates('1', 10), rates('2', 10, { effectiveTo: 40 }))), 40)).toEqual([]);
    expect(priceAt(specialOf(bookOf(rates('1', 10), ended)), 10)).toEqual([]);
    expect(priceAt(specialOf(bookOf(ended, rates('1', 10))), 10)).toEqual([['1', 6]]);
    expect(
      priceAt(specialOf(bookOf(rates('1', 10), rates('2', 10, { subscription: 's', effectiveTo: 40 }))), 40),
    ).toEqual([['1', 5]]);

    const committed = specialOf(bookOf(commitment('100', 10), commitment('100', 10, 40)));
    expect([10, 40].map((at) => commitmentsAt(committed, at).length)).toEqual([1, 0]);
    const another = commitment('7', 10, 40) as CommitmentDefined;
    const apart = { ...another, data: { ...another.data, allowance: 'OTHER' } };
    expect(commitmentsAt(specialOf(bookOf(commitment('100', 10), apart)), 10)).toHaveLength(2);
  });

  it('comes back from a snapshot, and takes nothing in it when there is none', () => {
    expect(JSON.parse(JSON.stringify(bookOf()))).not.toHaveProperty('special');
    const book = bookOf(topUp('1', 0), rates('1', 10), commitment('100', 10), rates('1', 10, { effectiveTo: 200 }));
    const again = AccountBook.fromJSON(JSON.parse(JSON.stringify(book)) as AccountBookState);
    expect(again.resolve('49', 100)).toEqual(book.resolve('49', 100));
    again.apply(rates('2', 20));
    book.apply(rates('2', 20));
    expect(again.resolve('49', 100)).toEqual(book.resolve('49', 100));
    expect(priceAt(specialOf(again), 100)).toEqual([['2', 9]]);
  });
});

describe('a message about it', () => {
  const CREATED: readonly AccountChange[] = BEGINNING.slice(0, 2).map((event) =>
    event.type === 'AccountDefined.v1'
      ? { object: 'ACCOUNT', action: 'CREATE', data: event.data }
      : { object: 'SUBSCRIPTION', action: 'CREATE', data: event.data as never },
  );
  const top = (reference: string, account = 'a'): SpecialChange => ({
    object: 'TOP_UP',
    action: 'CREATE',
    data: { ...A, account, reference, resource: 'EUR', quantity: '5', effectiveFrom: 0 },
  });
  const custom = (action: 'CREATE' | 'UPDATE' | 'END', subscription = 's'): SpecialChange => {
    const key = { account: 'a', subscription, priceOfferId: OFFER, charge: 'calls', effectiveFrom: 0 };
    return action === 'END'
      ? { object: 'CUSTOM_RATES', action, data: key }
      : { object: 'CUSTOM_RATES', action, data: { ...key, steps: STEPS } };
  };

  function last(...changes: readonly AccountChange[]): string {
    const directory = new FeedDirectory();
    let said = '';
    for (const change of [...CREATED, ...changes]) {
      const decision = decideAccountChange(change, directory);
      if (isAccountRefusal(decision)) said = `${decision.code}: ${decision.reason}`;
      else {
        said = decision.map(({ type }) => type).join(' ');
        for (const event of decision) directory.apply(event);
      }
    }
    return said;
  }

  it.each<[string, readonly AccountChange[], string]>([
    ['a top-up', [top('1')], 'TopUpMade.v1'],
    ['a top-up with the reference of another', [top('1'), top('1')], 'DUPLICATE_TOP_UP: TOP_UP 1 was counted already'],
    ['a top-up of an unknown account', [top('1', 'z')], 'ACCOUNT_NOT_FOUND'],
    ['rates of an unknown subscription', [custom('CREATE', 'z')], 'SUBSCRIPTION_NOT_FOUND'],
    ['rates', [custom('CREATE')], 'CustomRatesDefined.v1'],
    ['rates that are there', [custom('CREATE'), custom('CREATE')], 'ALREADY_EXISTS'],
    ['a change of rates that are there', [custom('CREATE'), custom('UPDATE')], 'CustomRatesDefined.v1'],
    ['a change of rates that are not there', [custom('UPDATE')], 'CUSTOM_RATES_NOT_FOUND'],
    ['an end of rates that are there', [custom('CREATE'), custom('END')], 'CustomRatesEnded.v1'],
    [
      'an end of a commitment nobody made',
      [{ object: 'COMMITMENT', action: 'END', data: { ...A, allowance: 'X', effectiveFrom: 0 } }],
      'COMMITMENT_NOT_FOUND',
    ],
  ])('%s', (_, changes, expected) => {
    expect(last(...changes)).toMatch(expected);
  });
});
