import { accountHolder, holderOf, serviceHolder } from '../domain/balance-places.js';
import type { RatedBefore, RatedImpact } from '../domain/events.js';
import type { UsageReratedColumns } from '../domain/runs/rerated-events.js';
import { accountSums, withSums } from './run-account-sums.js';

const MARCH = Date.UTC(2026, 2, 1);

/** Rows of one account that use so many of an allowance more than before, wherever its balance is. */
function columns(rows: readonly { readonly used: number; readonly holder?: string }[]): UsageReratedColumns {
  const all = <Value>(value: Value): Value[] => rows.map(() => value);
  const use = (quantity: string): RatedImpact[] => [['ALLOWANCE', 'FREE', quantity, null, '0', null]];
  const before = rows.map(({ holder }): RatedBefore => {
    const found = { accumulator: null, allowances: { FREE: '100' } };
    return holder === undefined ? found : { ...found, elsewhere: { 'allowance/FREE': [holder, MARCH] } };
  });
  const now = {
    subscription: all('S1'),
    usageType: all('VOICE'),
    cycle: all(MARCH),
    offer: all(0),
    currency: all('EUR'),
    quantity: all('1'),
  };
  return {
    ...now,
    source: all(0),
    line: rows.map((_, index) => index + 1),
    ordinal: rows.map((_, index) => index),
    charge: all(0),
    version: all(2),
    withdrawn: all(false),
    account: all('A1'),
    serviceId: all('N1'),
    at: all(MARCH),
    amount: all('0.25'),
    impacts: rows.map(({ used }) => use(String(-used - 1))),
    before,
    'old.revision': all(0),
    'old.row': all(0),
    'old.subscription': now.subscription,
    'old.usageType': now.usageType,
    'old.cycle': now.cycle,
    'old.offer': now.offer,
    'old.currency': now.currency,
    'old.quantity': now.quantity,
    'old.amount': all('0.2'),
    'old.impacts': all(use('-1')),
    'old.before': before,
  };
}

describe('what a run makes of an account', () => {
  const own = holderOf('A1', 'S1');
  const ofService = (serviceId: string, used: number) => ({ used, holder: serviceHolder(own, serviceId) });

  it("says whose balances it moves: the account's, a subscription's, a service id's", () => {
    const [sums] = accountSums(
      columns([{ used: 10 }, { used: 20, holder: accountHolder('A1') }, ofService('N1', 30), ofService('N2', 40)]),
    );
    const of = { period: MARCH, kind: 'ALLOWANCE', resource: 'FREE' };
    expect(sums).toStrictEqual({
      account: 'A1',
      changes: 4,
      money: [{ currency: 'EUR', before: '0.8', after: '1' }],
      balances: [
        { subscription: '', serviceId: '', ...of, by: '-20' },
        { subscription: 'S1', serviceId: '', ...of, by: '-10' },
        { subscription: 'S1', serviceId: 'N1', ...of, by: '-30' },
        { subscription: 'S1', serviceId: 'N2', ...of, by: '-40' },
      ],
    });
  });

  it('adds up what several events say, service id by service id, and leaves out what comes to nothing', () => {
    const [first] = accountSums(columns([ofService('N1', 30), ofService('N2', 40)]));
    const [second] = accountSums(columns([ofService('N1', 5), ofService('N2', -40)]));
    const { balances, ...others } = withSums(first, second!);
    expect(balances.map(({ serviceId, by }) => [serviceId, by])).toStrictEqual([['N1', '-35']]);
    expect(others).toStrictEqual({ changes: 4, money: [{ currency: 'EUR', before: '0.8', after: '1' }] });
  });
});
