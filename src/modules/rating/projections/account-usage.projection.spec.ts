import { gatherTables, projectTables } from '../../../../test/support/project-rows.js';
import { RATED_AGAIN, RATED_AND_MOVED, ratedCharges } from '../../../../test/support/rated-charges.js';
import { accountUsageProjection } from './account-usage.projection.js';

describe('account usage', () => {
  it('sums up per cycle, usage type and currency, and keeps balances', () => {
    const rows = projectTables(accountUsageProjection, ratedCharges(20), ratedCharges(21));
    expect(rows['usage-summaries']).toStrictEqual([
      expect.objectContaining({ usageType: 'VOICE', records: 4, quantity: '200', amount: '10', position: 21 }),
      expect.objectContaining({ usageType: 'TAX', records: 2, quantity: '2', amount: '0.2', position: 21 }),
    ]);
    expect(rows['balances']).toStrictEqual([
      expect.objectContaining({ kind: 'ALLOWANCE', resource: 'FREE', balance: '0', granted: '180' }),
      expect.objectContaining({ kind: 'ACCUMULATOR', resource: 'TOTAL', balance: '200', granted: '0' }),
    ]);
  });

  it.each([
    ['an event says that some row does', { elsewhere: true }],
    ['an event is from before it was said', {}],
  ])('keeps a balance where its row says: account, service id, cycles, carried over; %s', (_, said) => {
    const plain = ratedCharges(20);
    const [march, february] = [Date.parse('2026-03-01'), Date.parse('2026-02-01')];
    const year = [Date.parse('2026-01-01'), Date.parse('2027-01-01')] as const;
    const before = {
      accumulator: null,
      allowances: {},
      elsewhere: {
        'allowance/POOL': ['A1\n', year[0], year[1]],
        'accumulator/EVER': ['A1\nS1\n4915', 0, null],
      },
      carried: [['FREE', 1, february, null, [[0, '30']]]],
    } as const;
    const moved = [
      ['ALLOWANCE', 'FREE', '-30', null, null, 1],
      ['ALLOWANCE', 'FREE~1', '30', null, null, null],
      ['ALLOWANCE', 'FREE', '100', null, null, null],
      ['ALLOWANCE', 'FREE~1', '-12', '1', '-12', 0],
      ['ALLOWANCE', 'POOL', '500', null, null, null],
      ['ACCUMULATOR', 'EVER', '12', null, null, null],
    ] as const;
    const { columns } = plain.data as { readonly columns: Readonly<Record<string, readonly unknown[]>> };
    const only = { impacts: [moved], before: [before], cycle: [march] } as const;
    const one = Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values.slice(0, 1)]));
    const { head } = plain.data as { readonly head: object };
    const data = { head: { ...head, ...said }, columns: { ...one, ...only } };
    const event = { ...plain, data };
    const rows = projectTables(accountUsageProjection, event)['balances'] as readonly Record<string, unknown>[];
    const shown = rows.map(({ subscription, serviceId, cycle, periodEnd, resource, granted, carried, balance }) => {
      return [subscription, serviceId, cycle, periodEnd, resource, granted, carried, balance];
    });
    expect(shown.sort()).toStrictEqual(
      [
        ['S1', '', february, null, 'FREE', '0', '-30', '-30'],
        ['S1', '', march, null, 'FREE', '100', '30', '118'],
        ['', '', ...year, 'POOL', '500', '0', '500'],
        ['S1', '4915', 0, null, 'EVER', '0', '0', '12'],
      ].sort(),
    );
  });

  it('counts an event once, however often it is applied', () => {
    const once = projectTables(
      accountUsageProjection,
      ratedCharges(20),
      ratedCharges(21),
      ratedCharges(22, { account: 'A2' }),
    );
    const again = projectTables(
      accountUsageProjection,
      ratedCharges(20),
      ratedCharges(21),
      ratedCharges(20),
      ratedCharges(21),
      ratedCharges(22, { account: 'A2' }),
      ratedCharges(22, { account: 'A2' }),
    );
    expect(again).toStrictEqual(once);
  });

  it('comes to the same rows however the events are gathered, and refuses to count a part of them twice', () => {
    const acme = { ...ratedCharges(23), stream: 'rating-acme.3' };
    const events = [
      ratedCharges(20),
      ratedCharges(21, { account: 'A2' }),
      ratedCharges(22),
      acme,
      ratedCharges(24, { account: 'A2' }),
    ];
    const one = projectTables(accountUsageProjection, ...events);
    expect(gatherTables(accountUsageProjection, events)).toStrictEqual(one);
    expect(gatherTables(accountUsageProjection, events.slice(0, 2), events.slice(2))).toStrictEqual(one);
    expect(gatherTables(accountUsageProjection, events, events)).toStrictEqual(one);
    expect(() => gatherTables(accountUsageProjection, events.slice(0, 2), events)).toThrow('a part of the events');
  });
});

describe('usage that is rated again', () => {
  it('moves the sums and the balances by the difference, gathered or not', () => {
    const events = [ratedCharges(20), RATED_AGAIN, RATED_AND_MOVED];
    const rows = projectTables(accountUsageProjection, ...events);
    // VOICE: 5 + 0 of first ratings; 95 for 5; 7 for 95; 1 new; 0 withdrawn for 0.
    expect(rows['usage-summaries']).toStrictEqual([
      expect.objectContaining({ usageType: 'VOICE', records: 3, quantity: '200', amount: '8', position: 40 }),
      expect.objectContaining({ usageType: 'TAX', records: 1, amount: '0.1' }),
    ]);
    expect(rows['balances']).toStrictEqual([
      expect.objectContaining({ subscription: 'S1', resource: 'FREE', balance: '0', granted: '0' }),
      expect.objectContaining({ subscription: 'S1', resource: 'TOTAL', balance: '100' }),
      expect.objectContaining({ subscription: 'S2', resource: 'TOTAL', balance: '100' }),
    ]);
    expect(gatherTables(accountUsageProjection, events)).toStrictEqual(rows);
    expect(gatherTables(accountUsageProjection, events, events)).toStrictEqual(rows);
    expect(projectTables(accountUsageProjection, ...events, RATED_AGAIN, RATED_AND_MOVED)).toStrictEqual(rows);
  });
});
