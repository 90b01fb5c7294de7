import { ARREARS, at, brief, CycleBooks, FOREVER, FORWARD, sum } from '../../../../../test/support/cycle-books.js';
import { holderOf } from '../../domain/balance-places.js';

describe('the end of a billing cycle', () => {
  it('charges the activation once, the cycle that begins, and the one that ended', async () => {
    const books = new CycleBooks()
      .price([{ on: 'ACTIVATION', fixed: '25' }, FORWARD, ARREARS])
      .subscribed('2026-01-11');
    expect(brief(await books.run('2026-02-01'))).toEqual([
      // Day 11 of 31 on: 21/31 of 31 EUR.
      'O c0 2026-01-01 0-0/0: 25',
      'F c1 2026-01-01 10-31/31: 21',
      'A c2 2026-01-01 10-31/31: 21',
      'F c1 2026-02-01 0-28/28: 31',
    ]);
    expect(books.said).toMatchObject({
      closedTo: at('2026-02-01'),
      counts: { accounts: 1, records: 4, changed: 0, problems: 0, stale: 0 },
      money: [{ currency: 'EUR', before: '0', after: '98' }],
    });
    expect(await books.run('2026-02-01')).toEqual([]);
    expect(await books.run('2026-02-27')).toEqual([]);
    expect(brief(await books.run('2026-03-01'))).toEqual([
      'A c2 2026-02-01 0-28/28: 31',
      'F c1 2026-03-01 0-31/31: 31',
    ]);
  });

  it('never goes back: an earlier date makes nothing and takes nothing back', async () => {
    const books = new CycleBooks().price([FORWARD, ARREARS]).subscribed('2026-01-01');
    expect(sum(await books.run('2026-03-01'))).toBe('155');
    expect(await books.run('2026-01-15')).toEqual([]);
    expect(books.said?.closedTo).toBe(at('2026-03-01'));
  });

  it.each([
    ['PRORATE', '2026-03-16', '16', 'F c0 2026-03-01 15-31/31: 16'],
    ['FULL_CHARGE', '2026-03-16', '31', 'F c0 2026-03-01 0-31/31: 31'],
    ['NO_CHARGE', '2026-03-16', '0', 'F c0 2026-03-01 15-15/31: 0'],
    ['NO_CHARGE', '2026-03-01', '31', 'F c0 2026-03-01 0-31/31: 31'],
  ])('by %s, subscribed on %s, costs %s', async (proration, from, amount, row) => {
    const books = new CycleBooks().price([{ ...FORWARD, proration }]).subscribed(from);
    const rows = await books.run('2026-03-20');
    expect([sum(rows), ...brief(rows)]).toEqual([amount, row]);
    expect(await books.run('2026-03-21')).toEqual([]);
  });

  it('takes back what was paid ahead of a cancellation, and charges the days until then', async () => {
    const books = new CycleBooks().price([FORWARD]).subscribed('2026-03-01');
    await books.run('2026-03-01');
    books.subscribed('2026-03-11', { status: 'CANCELLED' });
    // 10 of 31 days.
    expect(brief(await books.run('2026-03-12'))).toEqual([
      'F c0 2026-03-01 0-10/31: 10',
      'F c0 2026-03-01 0-31/31: -31!',
    ]);
    expect(books.said?.counts).toMatchObject({ records: 2, changed: 1 });
    expect(await books.run('2026-04-01')).toEqual([]);
    // The cancellation is withdrawn: the whole cycle is due again, and the next one too.
    books.subscribed('2026-03-11');
    expect(brief(await books.run('2026-04-01'))).toEqual([
      'F c0 2026-03-01 0-31/31: 31',
      'F c0 2026-03-01 0-10/31: -10!',
      'F c0 2026-04-01 0-30/30: 31',
    ]);
  });

  it('does not charge a suspension, and what was paid ahead of it comes back', async () => {
    const books = new CycleBooks().price([FORWARD, { ...ARREARS, proration: 'FULL_CHARGE' }]).subscribed('2026-03-01');
    await books.run('2026-03-01');
    books.subscribed('2026-03-11', { status: 'SUSPENDED' }).subscribed('2026-03-16');
    expect(brief(await books.run('2026-04-01'))).toEqual([
      'F c0 2026-03-01 0-10/31: 10',
      'F c0 2026-03-01 15-31/31: 16',
      // The whole cycle, in two stretches that tile it.
      'A c1 2026-03-01 0-15/31: 15',
      'A c1 2026-03-01 15-31/31: 16',
      'F c0 2026-03-01 0-31/31: -31!',
      'F c0 2026-04-01 0-30/30: 31',
    ]);
  });

  it('counts the units of each stretch, tier by tier', async () => {
    const tiers = { by: 'QUANTITY', steps: [{ upTo: '5', price: '31' }, { price: '15.5' }] };
    const books = new CycleBooks()
      .price([{ on: 'CYCLE_END', measure: 'units', tiers }])
      .subscribed('2026-03-01', { units: '5' })
      .subscribed('2026-03-11', { units: '7' });
    // 5 x 31 x 10/31 = 50; (5 x 31 + 2 x 15.5) x 21/31 = 186 x 21/31 = 126.
    expect(brief(await books.run('2026-04-01'))).toEqual([
      'A c0 2026-03-01 0-10/31: 50',
      'A c0 2026-03-01 10-31/31: 126',
    ]);
  });

  it('charges each plan for its days', async () => {
    const books = new CycleBooks().offer('Q', 'PHONE').price([ARREARS]);
    books.price([{ on: 'CYCLE_END', fixed: '62' }], FOREVER, {}, 'Q');
    books.subscribed('2026-03-01').subscribed('2026-03-11', { plan: 'Q' });
    // 31 x 10/31 + 62 x 21/31
    expect(sum(await books.run('2026-04-01'))).toBe('52');
  });

  it('takes the price in force on the day a stretch begins; a later one counts from the next cycle', async () => {
    const books = new CycleBooks().price([FORWARD]).price([{ on: 'CYCLE_START', fixed: '62' }], '2026-03-15');
    books.subscribed('2026-02-01');
    expect(brief(await books.run('2026-04-01'))).toEqual([
      'F c0 2026-02-01 0-28/28: 31',
      'F c0 2026-03-01 0-31/31: 31',
      'F c0 2026-04-01 0-30/30: 62',
    ]);
  });

  it('reads a price that begins at midnight in UTC as of that day, also where the day began before', async () => {
    const books = new CycleBooks().account(FOREVER, { timeZone: 'Europe/Berlin' }).price([FORWARD], '2026-03-01');
    books.subscribed('2026-03-01');
    expect(brief(await books.run('2026-03-05'))).toEqual(['F c0 2026-02-28 0-31/31: 31']);
  });

  it('keeps in the ledger what it made', async () => {
    const books = new CycleBooks().price([FORWARD]).subscribed('2026-03-01');
    await books.run('2026-03-01');
    const [balances] = [...books.ledger.periodsOf(holderOf('A', 'S'))];
    expect(balances?.keys).toEqual([
      'accumulator/$due ["FORWARD_RECURRING","P.R.PHONE.EUR","P.R.PHONE.EUR",1,"c0","1",31]',
    ]);
    expect(balances?.values).toEqual([31n * 10n ** 12n]);
  });
});

describe('what cannot be charged', () => {
  it('is a problem with its remedy, and is caught up once it is mended', async () => {
    const books = new CycleBooks().account('2026-03-01', { currency: 'USD' }).price([ARREARS]).subscribed('2026-03-01');
    expect(await books.run('2026-04-01')).toEqual([]);
    expect(books.said?.counts.problems).toBe(1);
    expect(books.said?.problems).toEqual([
      {
        account: 'A',
        code: 'CURRENCY_MISMATCH',
        message:
          'Subscription S of account A: The account is billed in USD, but price offer P.R.PHONE.EUR is in EUR: move the ' +
          'subscription to a rate schedule in USD, or correct the account; the next run catches up.',
      },
    ]);
    books.account('2026-03-01', { currency: 'EUR' });
    expect(brief(await books.run('2026-04-02'))).toEqual(['A c0 2026-03-01 0-31/31: 31']);
  });

  it('does not make what was charged undue', async () => {
    const books = new CycleBooks().price([FORWARD]).subscribed('2026-03-01');
    await books.run('2026-03-01');
    books.catalog(
      'PricingPut.v1',
      { priceOfferId: 'P.R.PHONE.EUR', version: 2, pricing: { currency: 'EUR', charges: 'none' }, reason: 'broken' },
      '2026-02-01',
    );
    expect(await books.run('2026-03-02')).toEqual([]);
    expect(books.said?.problems?.[0]).toMatchObject({ code: 'PRICING_NOT_READABLE' });
  });
});
