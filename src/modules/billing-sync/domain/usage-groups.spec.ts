import { UsageGroups, type CorrectedUsage, type RatedUsage } from './usage-groups.js';

const SOURCES = [{ usageRecordType: 'POSTPAID' }, { usageRecordType: 'PREPAID' }, { usageRecordType: 'PRERATED' }];
const HEAD = { sources: SOURCES, offers: [{ priceOfferId: 'P.STD.S.EUR' }, { priceOfferId: 'PRERATED' }] };

/** One record of each source, of one account and usage type. */
function rated(amounts: readonly [string, string, string], head: string): RatedUsage {
  return {
    head: { ...HEAD, money: { EUR: head } },
    columns: {
      source: [0, 1, 2],
      account: ['a', 'a', 'a'],
      subscription: ['s', 's', 's'],
      usageType: ['CALL', 'CALL', 'CALL'],
      at: [1, 2, 3],
      offer: [0, 0, 1],
      currency: ['EUR', 'EUR', 'EUR'],
      quantity: ['10', '20', '1'],
      amount: amounts,
    },
  };
}

function linesOf(groups: UsageGroups): unknown[] {
  return groups
    .sorted()
    .map(({ rateSchedule, records, quantity, amount }) => [
      rateSchedule,
      records,
      quantity.toString(),
      amount.toString(),
    ]);
}
const moneyOf = (groups: UsageGroups) =>
  groups.money().map(({ heads, rows }) => [heads.toString(), rows.toString(), heads.equals(rows)]);

describe('what is paid in advance', () => {
  it('makes no line, and what came with its price makes one of its own', () => {
    const groups = new UsageGroups();
    groups.add(rated(['1', '2', '0.5'], '3.5'));
    expect(linesOf(groups)).toEqual([
      ['', 1, '1', '0.5'],
      ['STD', 1, '10', '1'],
    ]);
    expect(moneyOf(groups)).toEqual([['1.5', '1.5', true]]);
  });

  it('is part of what heads and rows are compared by all the same', () => {
    const groups = new UsageGroups();
    groups.add(rated(['1', '2', '0.5'], '3.4'));
    expect(moneyOf(groups)).toEqual([['1.4', '1.5', false]]);
  });

  it('is not billed when it is rated again, for more or for less', () => {
    const groups = new UsageGroups();
    const { columns } = rated(['1.5', '1', '0.5'], '0');
    const corrected: CorrectedUsage = {
      head: { ...HEAD, money: { EUR: '-0.5' } },
      columns: {
        ...columns,
        'old.revision': [1, 1, null],
        'old.subscription': columns.subscription,
        'old.usageType': columns.usageType,
        'old.offer': columns.offer,
        'old.currency': columns.currency,
        'old.quantity': columns.quantity,
        // 0.5 more, 1.5 less (prepaid), and 0.5 for the first time.
        'old.amount': ['1', '2.5', '0'],
      },
    };
    groups.correct(corrected);
    expect(linesOf(groups)).toEqual([
      ['', 1, '1', '0.5'],
      ['STD', 1, '0', '0.5'],
    ]);
    expect(moneyOf(groups)).toEqual([['1', '1', true]]);
  });
});
