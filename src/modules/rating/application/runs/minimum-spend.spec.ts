import { brief, CycleBooks, FOREVER } from '../../../../../test/support/cycle-books.js';

describe('a minimum spend', () => {
  const MINIMUM = { spend: { minimum: '100' } };
  const CALL = { fixed: '0.1' };

  it('is trued up when its cycle is over, and follows what is spent in it afterwards', async () => {
    const books = new CycleBooks().price([CALL], FOREVER, MINIMUM).subscribed('2026-02-01').spent('2026-02-01', '60');
    expect(await books.run('2026-02-28')).toEqual([]);
    expect(brief(await books.run('2026-03-01'))).toEqual(['T  2026-02-01 0-28/28: 40']);
    expect(await books.run('2026-03-02')).toEqual([]);
    // A call comes late, and counts in its own cycle; then more than the minimum.
    books.spent('2026-02-01', '15');
    expect(brief(await books.run('2026-03-03'))).toEqual(['T  2026-02-01 0-28/28: -15!']);
    books.spent('2026-02-01', '50');
    expect(brief(await books.run('2026-04-01'))).toEqual(['T  2026-02-01 0-28/28: -25!', 'T  2026-03-01 0-31/31: 100']);
    expect(await books.run('2026-04-02')).toEqual([]);
  });

  it('is asked for the days of the subscription, at its start and at its end', async () => {
    const books = new CycleBooks().price([CALL], FOREVER, { spend: { minimum: '31' } }).subscribed('2026-03-11');
    books.subscribed('2026-03-21', { status: 'CANCELLED' }).spent('2026-03-01', '4');
    // 31 x 10/31 - 4
    expect(brief(await books.run('2026-04-01'))).toEqual(['T  2026-03-01 0-31/31: 6']);
  });

  it('is nothing when enough was spent', async () => {
    const books = new CycleBooks()
      .price([CALL], FOREVER, MINIMUM)
      .subscribed('2026-03-01')
      .spent('2026-03-01', '100.0000000001');
    expect(await books.run('2026-04-01')).toEqual([]);
  });

  it('of two plans for one service is the sum of their days, against what was spent under both', async () => {
    const books = new CycleBooks().offer('Q', 'PHONE').price([CALL], FOREVER, { spend: { minimum: '31' } });
    books.price([CALL], FOREVER, { spend: { minimum: '62' } }, 'Q');
    books.subscribed('2026-03-01').subscribed('2026-03-11', { plan: 'Q' }).spent('2026-03-01', '12');
    // 31 x 10/31 + 62 x 21/31 - 12
    expect(brief(await books.run('2026-04-01'))).toEqual(['T  2026-03-01 0-31/31: 40']);
  });
});
