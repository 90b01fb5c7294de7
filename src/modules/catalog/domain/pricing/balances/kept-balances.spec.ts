import { chargesOf, explanationOf, priceOf, unitsOf } from '../../../../../../test/support/priced-line.js';
import { billingCycleAt } from '../../../../../shared/kernel/period.js';
import type { BillingCalendar } from './keeping.js';
import type { AccumulatorRule, AllowanceRule } from '../compiled/price-units.js';
import { TrialBalances, type TrialBalance } from '../trial/trial-balances.js';

function calendarOf(billingDay: number, timeZone: string): BillingCalendar {
  return {
    startAt: (at) => billingCycleAt(at, billingDay, timeZone).start,
    endAt: (at) => billingCycleAt(at, billingDay, timeZone).end,
    timeZone,
  };
}

interface World {
  readonly charge?: object;
  readonly grants?: readonly object[];
  readonly allowances?: Readonly<Record<string, AllowanceRule>>;
  readonly accumulators?: Readonly<Record<string, AccumulatorRule>>;
  readonly sharedByDefault?: boolean;
  readonly billingDay?: number;
  readonly timeZone?: string;
  readonly tenantZone?: string;
  /** When the subscription began, if before its first record. */
  readonly since?: string;
}

/** One subscription: a second costs 1. Every charge is proved by charging it again from what it found. */
function subscription(world: World) {
  const { billingDay = 1, timeZone = 'UTC', tenantZone = 'UTC', sharedByDefault = false, charge = {} } = world;
  const units = unitsOf({
    allowances: world.allowances ?? {},
    accumulators: world.accumulators ?? {},
    elsewhere: { timeZone: tenantZone, sharedByDefault },
  });
  const tiers = { by: 'QUANTITY', steps: [{ price: '1' }] };
  const price = priceOf(
    {
      currency: 'EUR',
      ...(world.grants === undefined ? {} : { grants: world.grants }),
      charges: [{ name: 'c', measure: 'seconds', tiers, ...charge }],
    },
    units,
  );
  let balances: TrialBalances | undefined;
  let told: readonly string[] = [];
  return {
    /** @returns what the record costs. */
    use(at: string, quantity: string, serviceId = 'S'): string {
      const calendar = calendarOf(billingDay, timeZone);
      const instant = Date.parse(at);
      balances ??= new TrialBalances(calendar, Date.parse(world.since ?? at), { accumulators: {}, allowances: {} });
      const cycle = balances.begin(instant, serviceId, price.resources);
      const line = { at, serviceId, quantities: { seconds: quantity } };
      const charged = chargesOf(price, line, balances);
      if ('code' in charged) throw new Error(charged.reason);
      balances.commit();
      balances.note(cycle, charged);
      told = charged.flatMap((one) => explanationOf(price, line, one).steps);
      return charged.map(({ amountText }) => amountText).join();
    },
    /** Of the last record. */
    explained: (): readonly string[] => told,
    balances(resource: string): readonly TrialBalance[] {
      return (balances?.toList() ?? []).filter((balance) => balance.resource === resource);
    },
    left: (resource: string): readonly string[] =>
      (balances?.toList() ?? []).filter((one) => one.resource === resource).map(({ balance }) => balance),
  };
}

const free = (rule: Partial<AllowanceRule>): World => ({
  charge: { allowances: ['FREE'] },
  grants: [{ allowance: 'FREE', quantity: '100', unit: 'seconds' }],
  allowances: { FREE: { unit: 'seconds', priority: 100, ...rule } },
});
const counted = (rule: Partial<AccumulatorRule>, steps: readonly object[]): World => ({
  charge: { tiers: { by: 'BALANCE', accumulator: 'USED', steps }, accumulators: ['USED'] },
  accumulators: { USED: { accumulateQuantity: true, unit: 'seconds', reset: { type: 'CYCLE' }, ...rule } },
});
const AFTER_100 = [{ upTo: '100', price: '1' }, { price: '0.5' }];

describe('whose a balance is', () => {
  it.each([
    // 100 are free: 60 of one service id and 60 of the other are 120 together, or each for itself.
    ['SUBSCRIPTION', ['0', '20'], 1],
    ['ACCOUNT', ['0', '20'], 1],
    ['SERVICE_ID', ['0', '0'], 2],
  ] as const)('an allowance of the %s', (scope, amounts, balances) => {
    const one = subscription(free({ scope }));
    expect([one.use('2026-03-02T10:00:00Z', '60', 'X'), one.use('2026-03-02T11:00:00Z', '60', 'Y')]).toEqual(amounts);
    expect(one.balances('FREE').map((balance) => balance.scope)).toEqual(Array.from({ length: balances }, () => scope));
  });

  it('what says nothing is the account’s where the tenant shares by default; what says so stays the subscription’s', () => {
    const world = { ...free({}), sharedByDefault: true, ...counted({ scope: 'SUBSCRIPTION' }, AFTER_100) };
    const one = subscription({ ...world, charge: { ...world.charge, allowances: ['FREE'] } });
    one.use('2026-03-02T10:00:00Z', '60');
    expect(one.balances('FREE').map(({ scope }) => scope)).toEqual(['ACCOUNT']);
    expect(one.balances('USED').map(({ scope }) => scope)).toEqual(['SUBSCRIPTION']);
  });
});

describe('when an accumulator begins anew', () => {
  const quarters = ['2026-02-10', '2026-03-10', '2026-04-10', '2026-05-10'].map((day) => `${day}T10:00:00Z`);

  it.each([
    // 60 in each of four months, 100 at 1, then 0.5. CYCLE: always 60.
    ['CYCLE', ['60', '60', '60', '60'], ['60', '60', '60', '60']],
    // NEVER: 60; 40 + 20/2 = 50; 30; 30.
    ['NEVER', ['60', '50', '30', '30'], ['240']],
    // The first quarter has February and March: 60, then 50; the second begins anew.
    ['PERIOD', ['60', '50', '60', '50'], ['120', '120']],
  ] as const)('%s', (type, amounts, totals) => {
    const reset = type === 'PERIOD' ? { type, cycles: 3 } : { type };
    const one = subscription(counted({ reset }, AFTER_100));
    expect(quarters.map((at) => one.use(at, '60'))).toEqual(amounts);
    expect(one.left('USED')).toEqual(totals);
  });

  it('tiers by the stretch before: 240 of the first quarter choose the tier of the second', () => {
    const { charge, ...world } = counted({ reset: { type: 'PERIOD', cycles: 3 } }, AFTER_100);
    const tiers = { by: 'EARLIER_PERIOD', accumulator: 'USED', steps: AFTER_100 };
    const one = subscription({ ...world, charge: { ...charge, tiers } });
    expect([one.use('2026-01-31T23:59:59Z', '200'), one.use('2026-03-31T23:59:59Z', '40')]).toEqual(['200', '40']);
    expect(one.use('2026-04-01T00:00:00Z', '10')).toBe('5');
  });

  it('amounts, net of allowances: what was paid in a cycle chooses the tier of the next', () => {
    const one = subscription({
      ...free({}),
      charge: {
        allowances: ['FREE'],
        accumulators: ['PAID'],
        tiers: { by: 'EARLIER_PERIOD', accumulator: 'PAID', steps: [{ upTo: '49.99', price: '1' }, { price: '0.5' }] },
      },
      accumulators: { PAID: { accumulateQuantity: false, unit: 'EUR', reset: { type: 'CYCLE' } } },
    });
    // 150 less 100 free is 50 paid; 50 is above 49.99: 110 less 100 free is 10, at 0.5.
    expect([one.use('2026-01-10T00:00:00Z', '150'), one.use('2026-02-10T00:00:00Z', '110')]).toEqual(['50', '5']);
    expect(one.left('PAID')).toEqual(['50', '5']);
  });
});

describe('how long an allowance is valid', () => {
  it('FROM_GRANT by days: from midnight of its first use, through the change of the clocks', () => {
    const one = subscription({ ...free({ validity: { type: 'FROM_GRANT', days: 3 } }), timeZone: 'Europe/Berlin' });
    // Granted on 28 March (CET): the 28th, the 29th of 23 hours, the 30th; it ends at 31 March 00:00 CEST = 30th 22:00 UTC.
    expect(one.use('2026-03-28T20:00:00Z', '30')).toBe('0');
    expect(one.use('2026-03-30T21:59:59.999Z', '30')).toBe('0');
    expect(one.use('2026-03-30T22:00:00Z', '100')).toBe('0');
    expect(one.balances('FREE')).toMatchObject([
      { cycle: Date.parse('2026-03-27T23:00:00Z'), end: Date.parse('2026-03-30T22:00:00Z'), used: '60', balance: '40' },
      { cycle: Date.parse('2026-03-30T22:00:00Z'), end: Date.parse('2026-04-02T22:00:00Z'), used: '100', balance: '0' },
    ]);
  });

  it('FROM_GRANT by months: over the end of a cycle, and a month has its last day', () => {
    const one = subscription(free({ validity: { type: 'FROM_GRANT', months: 1 } }));
    const used = ['2026-01-31T12:00:00Z', '2026-02-27T23:59:59Z', '2026-02-28T00:00:00Z'].map((at) =>
      one.use(at, '60'),
    );
    // 60 of 100; 40 are left: 20 are paid; 31 January and a month is 28 February: granted anew.
    expect(used).toEqual(['0', '20', '0']);
  });

  it('FROM_GRANT: usage that comes late is granted its own, which ends where the next one begins', () => {
    const one = subscription(free({ validity: { type: 'FROM_GRANT', days: 30 } }));
    one.use('2026-03-20T12:00:00Z', '90');
    expect(one.use('2026-03-10T12:00:00Z', '100')).toBe('0');
    expect(one.use('2026-03-25T12:00:00Z', '20')).toBe('10');
    expect(one.left('FREE')).toEqual(['0', '0']);
  });

  it('DATES of the tenant’s calendar: not before, once within, not after', () => {
    const validity = { type: 'DATES', from: '2026-03-29', to: '2026-05-01' } as const;
    const one = subscription({ ...free({ validity }), tenantZone: 'Europe/Berlin' });
    expect(one.use('2026-03-28T22:59:59Z', '10')).toBe('10');
    // 29 March 00:00 CET is the 28th 23:00 UTC; 1 May 00:00 CEST is 30 April 22:00 UTC.
    expect(one.use('2026-03-28T23:00:00Z', '60')).toBe('0');
    expect(one.use('2026-04-30T21:59:59Z', '60')).toBe('20');
    expect(one.use('2026-04-30T22:00:00Z', '10')).toBe('10');
    expect(one.balances('FREE')).toMatchObject([{ granted: '100', used: '100', balance: '0' }]);
  });

  it('ANY_MATCHING: priority, then what ends first, whatever its kind; what is not valid is not looked at', () => {
    const rule = (more: Partial<AllowanceRule>): AllowanceRule => ({ unit: 'seconds', priority: 5, ...more });
    const names = ['DATED', 'SPAN', 'CYCLE', 'OVER', 'FIRST'];
    const one = subscription({
      charge: { allowances: 'ANY_MATCHING' },
      grants: names.map((allowance) => ({ allowance, quantity: '10', unit: 'seconds' })),
      allowances: {
        DATED: rule({ validity: { type: 'DATES', from: '2026-01-01', to: '2026-03-20' } }),
        SPAN: rule({ validity: { type: 'FROM_GRANT', days: 7 } }),
        CYCLE: rule({}),
        OVER: rule({ validity: { type: 'DATES', from: '2026-01-01', to: '2026-03-01' } }),
        FIRST: rule({ priority: 1, validity: { type: 'DATES', from: '2026-01-01', to: '2027-01-01' } }),
      },
    });
    // FIRST by its priority; SPAN ends on the 9th, DATED on the 20th, CYCLE on the 31st; OVER is over.
    const left = (): unknown => names.map((name) => one.left(name).join());
    expect(one.use('2026-03-02T10:00:00Z', '15')).toBe('0');
    expect(left()).toEqual(['10', '5', '10', '', '0']);
    expect(one.use('2026-03-02T11:00:00Z', '12')).toBe('0');
    expect(left()).toEqual(['3', '0', '10', '', '0']);
    expect(one.use('2026-03-02T12:00:00Z', '14')).toBe('1');
    expect(left()).toEqual(['0', '0', '0', '', '0']);
  });
});

describe('rollover', () => {
  it('one cycle: what is left is used before the new grant, and lost after it', () => {
    const one = subscription(free({ rollover: { cap: '1000', cycles: 1 } }));
    // January leaves 70. February has 70 + 100: 170 less 90 leaves 80, all of its own (the 70 went first): March has 180.
    const used = [
      one.use('2026-01-10T00:00:00Z', '30'),
      one.use('2026-02-10T00:00:00Z', '90'),
      one.use('2026-03-10T00:00:00Z', '200'),
    ];
    expect(used).toEqual(['0', '0', '20']);
    expect(one.balances('FREE')).toMatchObject([
      { granted: '100', carried: '-70', used: '30', balance: '0' },
      { granted: '100', carried: '-10', used: '90', balance: '0' },
      { granted: '100', carried: '80', used: '180', balance: '0' },
    ]);
  });

  it('says what was left of what was carried over, and grants for no cycle where the period is another', () => {
    const one = subscription(free({ rollover: { cap: '1000', cycles: 2 } }));
    one.use('2026-01-10T00:00:00Z', '30');
    one.use('2026-03-10T00:00:00Z', '20');
    one.use('2026-03-11T00:00:00Z', '60');
    expect(one.explained().filter((step) => step.endsWith(' left.'))).toEqual([
      'Allowance FREE~2 had 50 left.',
      'Allowance FREE~1 had 100 left.',
      'Allowance FREE had 100 left.',
    ]);
    const span = subscription(free({ validity: { type: 'FROM_GRANT', months: 2 } }));
    span.use('2026-01-10T00:00:00Z', '30');
    expect(span.explained()).toContain('Allowance FREE is granted, at its first use: 100 seconds.');
  });

  it('the carried part is not carried again: 70 of January unused in February are lost', () => {
    const one = subscription(free({ rollover: { cap: '1000', cycles: 1 } }));
    one.use('2026-01-10T00:00:00Z', '30');
    one.use('2026-02-10T00:00:00Z', '10');
    // February: 60 of January and 100 of its own are left; only the 100 go on: 200 for March.
    expect(one.use('2026-03-10T00:00:00Z', '201')).toBe('1');
    expect(one.balances('FREE').map(({ carried, balance }) => [carried, balance])).toEqual([
      ['-70', '0'],
      ['-30', '60'],
      ['100', '0'],
    ]);
  });

  it('the cap cuts the oldest', () => {
    const one = subscription(free({ rollover: { cap: '120', cycles: 2 } }));
    one.use('2026-01-10T00:00:00Z', '50');
    one.use('2026-02-10T00:00:00Z', '10');
    // February: 40 of January, 100 of its own; 120 go on: 20 of January are lost. March: 220; all but 30 used.
    expect(one.use('2026-03-10T00:00:00Z', '190')).toBe('0');
    expect(one.balances('FREE').map(({ carried, balance }) => [carried, balance])).toEqual([
      ['-50', '0'],
      ['-70', '20'],
      ['120', '30'],
    ]);
  });

  it('over cycles without any use: they were granted too, and nothing of them used', () => {
    const one = subscription(free({ rollover: { cap: '250', cycles: 2 } }));
    one.use('2026-01-10T00:00:00Z', '100');
    // February and March had no use: 200 come over into April, with its own 100.
    expect(one.use('2026-04-10T00:00:00Z', '301')).toBe('1');
    expect(one.balances('FREE').map(({ granted, carried }) => [granted, carried])).toEqual([
      ['100', '0'],
      ['100', '-100'],
      ['100', '-100'],
      ['100', '200'],
    ]);
    // What comes late for March finds it granted and carried on.
    expect(one.use('2026-03-20T00:00:00Z', '5')).toBe('5');
  });

  it.each([
    // The subscription began in February: of its cycles before April two were never used.
    ['2026-02-10T00:00:00Z', '1'],
    ['2026-04-01T00:00:00Z', '201'],
    ['2026-03-31T23:59:59Z', '101'],
  ])('cycles before the first use count since the subscription began: %s', (since, amount) => {
    const one = subscription({ ...free({ rollover: { cap: '1000', cycles: 3 } }), since });
    expect(one.use('2026-04-10T00:00:00Z', '301')).toBe(amount);
  });

  it('of an account, by whichever subscription comes first; with ANY_MATCHING the oldest first', () => {
    const world = free({ scope: 'ACCOUNT', rollover: { cap: '1000', cycles: 1 } });
    const one = subscription({ ...world, charge: { allowances: 'ANY_MATCHING' } });
    one.use('2026-01-10T00:00:00Z', '30', 'X');
    expect([one.use('2026-02-10T00:00:00Z', '60', 'Y'), one.use('2026-02-11T00:00:00Z', '111', 'X')]).toEqual([
      '0',
      '1',
    ]);
    expect(one.balances('FREE').map(({ scope, carried }) => [scope, carried])).toEqual([
      ['ACCOUNT', '-70'],
      ['ACCOUNT', '70'],
    ]);
  });
});

it('a commitment of 9500 as an allowance over a year: 8000, then 2000 more cost 500', () => {
  const one = subscription({
    charge: { allowances: ['COMMITMENT'] },
    grants: [{ allowance: 'COMMITMENT', quantity: '9500', unit: 'seconds' }],
    allowances: { COMMITMENT: { unit: 'seconds', priority: 1, validity: { type: 'FROM_GRANT', months: 12 } } },
  });
  expect([one.use('2026-01-15T00:00:00Z', '8000'), one.use('2026-11-15T00:00:00Z', '2000')]).toEqual(['0', '500']);
});

describe('what is granted in the billing cycle in which a subscription begins', () => {
  const grants = (proration?: string) => [
    {
      allowance: 'A',
      quantity: '600',
      unit: 'seconds',
      per: 'CYCLE',
      ...(proration === undefined ? {} : { proration }),
    },
  ];
  const since = '2026-04-11T10:00:00Z';

  it.each([
    // April has 30 days, the 11th to the 30th are 20 of them: 400 of 600 are free, 900 - 400.
    ['PRORATE', '500'],
    ['NO_CHARGE', '900'],
    ['FULL_CHARGE', '300'],
    [undefined, '300'],
  ])('%s', (proration, expected) => {
    const one = subscription({ grants: grants(proration), charge: { allowances: ['A'] }, since });
    expect(one.use('2026-04-12T10:00:00Z', '900')).toBe(expected);
    expect(one.use('2026-04-13T10:00:00Z', '1')).toBe('1');
    // From the next one on it is whole: 700 - 600.
    expect(one.use('2026-05-02T10:00:00Z', '700')).toBe('100');
  });

  it('is by days of the account, of which one may have an hour less', () => {
    // In Berlin it begins on March 29, when clocks go forward: 3 of 31 days, 30 of 310.
    const march = [{ ...grants('PRORATE')[0], quantity: '310' }];
    const world = { timeZone: 'Europe/Berlin', since: '2026-03-28T23:30:00Z', charge: { allowances: ['A'] } };
    expect(subscription({ ...world, grants: march }).use('2026-03-30T10:00:00Z', '100')).toBe('70');
  });

  it('is carried over as what it was', () => {
    const rollover = { cap: '1000', cycles: 1 };
    const allowances = { A: { unit: 'seconds', priority: 1, validity: { type: 'CYCLE' }, rollover } } as const;
    const one = subscription({ grants: grants('PRORATE'), allowances, charge: { allowances: 'ANY_MATCHING' }, since });
    // Nothing was used in April: its 400 come over, and 600 are granted in May.
    expect(one.use('2026-05-02T10:00:00Z', '1200')).toBe('200');
  });
});
