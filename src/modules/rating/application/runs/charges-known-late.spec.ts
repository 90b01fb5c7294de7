import { ARREARS, brief, CycleBooks, FORWARD } from '../../../../../test/support/cycle-books.js';

describe('what becomes known late', () => {
  it('is caught up: a subscription of closed cycles, a price for them', async () => {
    const books = new CycleBooks().price([ARREARS]);
    expect(await books.run('2026-03-01')).toEqual([]);
    books.subscribed('2026-01-01');
    expect(brief(await books.run('2026-03-02'))).toEqual([
      'A c0 2026-01-01 0-31/31: 31',
      'A c0 2026-02-01 0-28/28: 31',
    ]);
    books.price([ARREARS, { on: 'CYCLE_END', fixed: '28' }], '2026-02-01');
    expect(brief(await books.run('2026-03-03'))).toEqual(['A c1 2026-02-01 0-28/28: 28']);
  });

  it('does not touch what was made at another version of the price', async () => {
    const books = new CycleBooks().price([ARREARS]).subscribed('2026-02-01');
    await books.run('2026-03-01');
    books.price([{ on: 'CYCLE_END', fixed: '99' }], '2026-01-01');
    expect(await books.run('2026-03-02')).toEqual([]);
  });

  it('takes back a subscription that began later than it was said to', async () => {
    const books = new CycleBooks().price([FORWARD]).subscribed('2026-02-01');
    await books.run('2026-02-01');
    books.subscribed('2026-02-01', { status: 'CANCELLED' }).subscribed('2026-03-01');
    expect(brief(await books.run('2026-03-01'))).toEqual([
      'F c0 2026-03-01 0-31/31: 31',
      'F c0 2026-02-01 0-28/28: -31!',
    ]);
  });

  it('moves with the anniversary day, to the day', async () => {
    const books = new CycleBooks().price([FORWARD]).subscribed('2026-03-01');
    await books.run('2026-03-01');
    books.account('2026-03-10', { billingDay: 15 });
    // 9 of the 31 days; 5 of the 28 from 15 February; all from 15 March; and the cycle paid for comes back.
    const rows = await books.run('2026-03-20');
    expect(brief(rows)).toEqual([
      'F c0 2026-03-01 0-9/31: 9',
      'F c0 2026-03-01 0-31/31: -31!',
      'F c0 2026-02-15 23-28/28: 5.5357142857',
      'F c0 2026-03-15 0-31/31: 31',
    ]);
  });
});
