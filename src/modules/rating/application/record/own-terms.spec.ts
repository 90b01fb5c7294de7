import {
  flatPrice,
  RatingWorld,
  START,
  DAY,
  type RatedEvent,
  type UsageLine,
} from '../../../../../test/support/rating-world.js';
import type { RatedBefore, RatedImpact } from '../../domain/events.js';

const OFFER = 'BASIC.STD.CALLS.EUR';
const A1 = { account: 'A1', subscription: 'S1' };
/** 0.1 EUR a second. */
const TENTH = flatPrice('6');

interface Row {
  readonly amount: string;
  readonly quantity: string;
  readonly impacts: readonly RatedImpact[];
  readonly before: RatedBefore | null;
}
interface Suspended {
  readonly code: string;
  readonly message: string;
  readonly facts: Readonly<Record<string, string>>;
}

let world: RatingWorld;
beforeEach(async () => {
  world = await RatingWorld.open();
  await world.catalog();
  await world.account(1);
});
afterEach(() => world.close());

const said = (type: string, data: object) => world.append('account-main.A1', { type, data });
const topUp = (reference: string, quantity: string, more: object = {}) =>
  said('TopUpMade.v1', { ...A1, reference, resource: 'EUR', quantity, effectiveFrom: START, ...more });
const commitment = (amount: string, more: object = {}) =>
  said('CommitmentDefined.v1', {
    ...A1,
    allowance: 'COMMITTED',
    amount,
    currency: 'EUR',
    per: 'CYCLE',
    effectiveFrom: START,
    ...more,
  });
const seconds = (quantity: string, at = START + DAY): UsageLine => ({
  serviceId: 'N1',
  at,
  quantities: { seconds: quantity },
});

function rowsOf(events: readonly RatedEvent[]): Row[] {
  return events.flatMap(({ data: { columns } }) =>
    columns.line.map((_, row) => ({
      amount: columns.amount[row] ?? '',
      quantity: columns.quantity[row] ?? '',
      impacts: columns.impacts[row] ?? [],
      before: columns.before[row] ?? null,
    })),
  );
}

function suspendedOf(events: readonly RatedEvent[]): Suspended[] {
  return events.flatMap(({ data: { columns } }) =>
    columns['s.line'].map((_, row) => ({
      code: columns['s.code'][row] ?? '',
      message: columns['s.message'][row] ?? '',
      facts: columns['s.facts'][row] ?? {},
    })),
  );
}

async function rated(
  lines: readonly UsageLine[],
  recordType: string,
): Promise<{ rows: Row[]; suspended: Suspended[] }> {
  const before = (await world.rated()).length;
  await world.usage(lines, 'f1', recordType);
  await world.rate();
  const events = (await world.rated()).slice(before);
  return { rows: rowsOf(events), suspended: suspendedOf(events) };
}
const amounts = (rows: readonly Row[]) => rows.map(({ amount }) => amount);
const own = (rows: readonly Row[]) => rows.map(({ impacts }) => impacts.slice(1));

describe('a record that came with its price', () => {
  const priced = (amount: string | undefined, more: object = {}, currency?: string): UsageLine => ({
    serviceId: 'N1',
    quantities: { ...(amount === undefined ? {} : { amount }), ...more },
    ...(currency === undefined ? {} : { attributes: { currency } }),
  });

  it('keeps it, needs no price, and moves nothing', async () => {
    const { rows, suspended } = await rated([priced('1.25'), priced('-0.5', { units: '3' }, 'EUR')], 'PRERATED');
    expect(suspended).toEqual([]);
    expect(rows).toEqual([
      { amount: '1.25', quantity: '1', impacts: [['PRICE', 'EUR', '0', '1.25', '1.25', null]], before: null },
      { amount: '-0.5', quantity: '3', impacts: [['PRICE', 'EUR', '0', '-0.5', '-0.5', null]], before: null },
    ]);
    const [event] = await world.rated();
    expect(event?.data.head).toMatchObject({
      offers: [{ priceOfferId: 'PRERATED', version: 0 }],
      money: { EUR: '0.75' },
      sources: [{ usageRecordType: 'PRERATED', quantities: { records: '1', units: '3' } }],
    });
  });

  it.each([
    [
      'no price',
      priced(undefined),
      'QUANTITY_NOT_DERIVABLE',
      'has no quantity "amount": let the mapping read its price',
    ],
    ['a price finer than amounts are', priced('0.00000000001'), 'QUANTITY_NOT_DERIVABLE', 'at most 10 decimals'],
    ['units that are none', priced('1', { units: 'x' }), 'QUANTITY_NOT_DERIVABLE', 'has "x" as quantity "units"'],
    ['another currency', priced('1', {}, 'USD'), 'CURRENCY_MISMATCH', 'A1 is billed in EUR, but .* in USD'],
    ['an unknown usage type', { ...priced('1'), usageType: 'Z' }, 'USAGE_TYPE_NOT_FOUND', 'Usage type Z'],
  ])('with %s is suspended', async (_, line, code, message) => {
    const { rows, suspended } = await rated([line], 'PRERATED');
    expect(rows).toEqual([]);
    expect(suspended).toEqual([expect.objectContaining({ code, message: expect.stringMatching(message) as string })]);
  });
});

describe('prepaid usage', () => {
  it('is priced by the offer and debits top-ups, what expires first before the rest', async () => {
    await world.price(TENTH);
    await topUp('LATE', '10');
    await topUp('SOON', '2', { expires: START + 9 * DAY });
    const { rows } = await rated([seconds('15'), seconds('20')], 'PREPAID');
    // 1.50 out of SOON; 2.00: the 0.50 that are left of SOON, and 1.50 out of LATE.
    expect(amounts(rows)).toEqual(['1.5', '2']);
    expect(own(rows)).toEqual([
      [['ACCUMULATOR', '$topUp SOON', '1.5', null, null, null]],
      [
        ['ACCUMULATOR', '$topUp SOON', '0.5', null, null, null],
        ['ACCUMULATOR', '$topUp LATE', '1.5', null, null, null],
      ],
    ]);
    expect(rows[1]?.before).toMatchObject({
      balances: { 'accumulator/$topUp SOON': '1.5', 'accumulator/$topUp LATE': '0' },
      elsewhere: { 'accumulator/$topUp SOON': ['A1\nS1', 0], 'accumulator/$topUp LATE': ['A1\nS1', 0] },
      prepaid: {
        EUR: {
          topUps: [
            ['SOON', '2'],
            ['LATE', '10'],
          ],
        },
      },
    });
  });

  it('that does not fit is suspended with what is missing, moves nothing, and fits after a top-up', async () => {
    await world.price(TENTH);
    await topUp('1', '3');
    const { rows, suspended } = await rated([seconds('20'), seconds('20'), seconds('10')], 'PREPAID');
    expect(amounts(rows)).toEqual(['2', '1']);
    expect(suspended).toEqual([
      {
        code: 'BALANCE_EXHAUSTED',
        message: expect.stringMatching('has 1 EUR left, which is 1 EUR too little: send a TOP_UP') as string,
        facts: { account: 'A1', subscription: 'S1', resource: 'EUR' },
      },
    ]);
    await topUp('2', '2');
    const [event] = await world.rated();
    const source = event?.data.head.sources[0];
    await world.reprocess('r1', [{ position: source?.position ?? 0, ordinal: 1, line: 2 }]);
    await world.rate();
    const again = (await world.rated()).slice(1);
    expect(amounts(rowsOf(again))).toEqual(['2']);
    expect(own(rowsOf(again))).toEqual([[['ACCUMULATOR', '$topUp 2', '2', null, null, null]]]);
  });

  it('uses no top-up outside its time, and goes on with the balances of its stream after a restart', async () => {
    await world.price(TENTH);
    await topUp('NEXT', '5', { effectiveFrom: START + 2 * DAY });
    await topUp('MONTHS', '1');
    const early = await rated([seconds('20', START + DAY)], 'PREPAID');
    expect(early.suspended).toMatchObject([{ code: 'BALANCE_EXHAUSTED' }]);
    const later = await rated([seconds('20', START + 40 * DAY), seconds('35', START + 80 * DAY)], 'PREPAID');
    expect(amounts(later.rows)).toEqual(['2', '3.5']);
    world.snapshots.saved.clear();
    const last = await rated([seconds('6', START + 90 * DAY), seconds('5', START + 90 * DAY)], 'PREPAID');
    expect(last.suspended).toMatchObject([{ message: expect.stringMatching('has 0.5 EUR left, which is 0.1 EUR') }]);
    expect(amounts(last.rows)).toEqual(['0.5']);
  });

  it('draws on a topped-up allowance first, then pays money; what the cycle grants comes before top-ups', async () => {
    await world.price({
      ...(flatPrice('6', { allowances: ['SECONDS'] }) as object),
      grants: [{ allowance: 'SECONDS', quantity: '10', unit: 'seconds', per: 'CYCLE' }],
    });
    await topUp('S', '25', { resource: 'SECONDS' });
    await topUp('M', '1');
    const { rows, suspended } = await rated([seconds('4'), seconds('20'), seconds('15'), seconds('9')], 'PREPAID');
    // 10 granted and 25 paid in: 4; 20 = 6 granted + 14 paid in; 15 = 11 paid in + 4 at 0.1; then 0.6 are left for 0.9.
    expect(amounts(rows)).toEqual(['0', '0', '0.4']);
    expect(rows[1]?.impacts).toEqual([
      ['PRICE', 'EUR', '20', '6', '2', 0],
      ['ALLOWANCE', 'SECONDS', '-20', '6', '-2', 0],
      ['ALLOWANCE', 'SECONDS', '14', null, null, null],
      ['ACCUMULATOR', '$topUp S', '14', null, null, null],
    ]);
    expect(rows[0]?.impacts.slice(2)).toEqual([['ALLOWANCE', 'SECONDS', '10', null, null, null]]);
    expect(own(rows.slice(2))[0]?.slice(-1)).toEqual([['ACCUMULATOR', '$topUp M', '0.4', null, null, null]]);
    expect(suspended).toMatchObject([{ message: expect.stringMatching('has 0.6 EUR left, which is 0.3 EUR') }]);
  });

  const allowance = (id: string, more: object) =>
    world.append('catalog-main.catalog', {
      type: 'BuildingBlockDefined.v1',
      data: {
        kind: 'ALLOWANCE',
        id,
        version: 1,
        effectiveFrom: 0,
        reason: 'test',
        definition: {
          name: id,
          unit: 'seconds',
          priority: 1,
          scope: 'SUBSCRIPTION',
          validity: { type: 'CYCLE' },
          ...more,
        },
      },
    });

  it('says what the account had of a topped-up allowance, also where its price does not name it', async () => {
    await allowance('POOL', { scope: 'ACCOUNT' });
    await world.price({
      ...(flatPrice('6', { allowances: ['POOL'] }) as object),
      grants: [{ allowance: 'POOL', quantity: '30', unit: 'seconds', per: 'CYCLE' }],
    });
    expect(amounts((await rated([seconds('10')], 'POSTPAID')).rows)).toEqual(['0']);
    await world.price(TENTH, 2, START + 5 * DAY);
    await topUp('P', '25', { resource: 'POOL' });
    await topUp('M', '5');
    const { rows } = await rated([seconds('10', START + 6 * DAY)], 'PREPAID');
    expect(rows).toMatchObject([{ amount: '1', before: { prepaid: { POOL: { own: '20', topUps: [['P', '25']] } } } }]);
  });

  it('leaves what is carried over to its price: the line that is granted it draws on no top-up of it', async () => {
    await allowance('ROLLED', { rollover: { cap: '100', cycles: 1 } });
    await world.price({
      ...(flatPrice('6', { allowances: ['ROLLED'] }) as object),
      grants: [{ allowance: 'ROLLED', quantity: '30', unit: 'seconds', per: 'CYCLE' }],
    });
    await rated([seconds('10')], 'POSTPAID');
    await topUp('P', '25', { resource: 'ROLLED' });
    await topUp('M', '50');
    const { rows } = await rated([seconds('60', START + 35 * DAY), seconds('60', START + 36 * DAY)], 'PREPAID');
    // 20 carried over and 30 granted: 10 at 0.1. Then 25 paid in: 35 at 0.1.
    expect(amounts(rows)).toEqual(['1', '3.5']);
  });

  it('of nothing is free without any top-up, and postpaid usage touches none', async () => {
    await world.price(TENTH);
    expect((await rated([seconds('0')], 'PREPAID')).rows).toMatchObject([{ amount: '0', before: { prepaid: {} } }]);
    await topUp('1', '3');
    expect((await rated([seconds('20')], 'POSTPAID')).rows).toMatchObject([{ amount: '2', before: null }]);
  });
});

describe('a commitment', () => {
  it('of 9500 pays 8000, then 1500 of 2000 more: 500 are over', async () => {
    await world.price(flatPrice('60'));
    await commitment('9500');
    const { rows } = await rated([seconds('8000'), seconds('2000')], 'POSTPAID');
    expect(amounts(rows)).toEqual(['0', '500']);
    expect(own(rows)).toEqual([
      [
        ['ALLOWANCE', 'COMMITTED', '9500', null, null, null],
        ['ALLOWANCE', 'COMMITTED', '-8000', null, '-8000', null],
      ],
      [['ALLOWANCE', 'COMMITTED', '-1500', null, '-1500', null]],
    ]);
    expect(rows[1]?.before).toMatchObject({ allowances: { COMMITTED: '1500' }, commitments: { COMMITTED: '9500' } });
  });

  it('counts money, whatever a unit costs, and begins anew with each billing cycle', async () => {
    await world.price(TENTH);
    await commitment('95');
    const april = START + 35 * DAY;
    const { rows } = await rated([seconds('800'), seconds('200'), seconds('960', april)], 'POSTPAID');
    expect(amounts(rows)).toEqual(['0', '5', '1']);
  });

  it('pays before the top-ups of prepaid usage do', async () => {
    await world.price(TENTH);
    await commitment('1');
    await topUp('1', '0.5');
    const { rows } = await rated([seconds('14')], 'PREPAID');
    expect(amounts(rows)).toEqual(['0.4']);
    expect(own(rows)[0]?.slice(-1)).toEqual([['ACCUMULATOR', '$topUp 1', '0.4', null, null, null]]);
  });

  it('pays nothing outside its time, nor after its end', async () => {
    await world.price(TENTH);
    await commitment('5', { effectiveFrom: START + 2 * DAY });
    await said('CommitmentEnded.v1', { ...A1, allowance: 'COMMITTED', effectiveFrom: START + 4 * DAY });
    const days = [1, 2, 4].map((day) => seconds('10', START + day * DAY));
    expect(amounts((await rated(days, 'POSTPAID')).rows)).toEqual(['1', '0', '1']);
  });

  it('in another currency, or of a name that the price counts quantities under, is not guessed', async () => {
    await world.price(flatPrice('6', { allowances: ['COMMITTED'] }));
    await commitment('5');
    expect((await rated([seconds('10')], 'POSTPAID')).suspended).toMatchObject([
      { code: 'PRICING_NOT_CONFIGURED', facts: { allowance: 'COMMITTED' } },
    ]);
    await commitment('5', { currency: 'USD', effectiveFrom: START + 1 });
    expect((await rated([seconds('10')], 'POSTPAID')).suspended).toMatchObject([{ code: 'CURRENCY_MISMATCH' }]);
  });
});

describe('rates agreed with an account', () => {
  const turn = (value: boolean) =>
    world.append('catalog-main.catalog', {
      type: 'BuildingBlockDefined.v1',
      data: {
        kind: 'SYSTEM_PROPERTY',
        id: 'customRatesFromBilling',
        version: 1,
        effectiveFrom: START,
        definition: { name: 'customRatesFromBilling', category: 'RATING', value },
        reason: 'test',
      },
    });
  const rates = (steps: unknown, more: object = {}) =>
    said('CustomRatesDefined.v1', {
      account: 'A1',
      priceOfferId: OFFER,
      charge: 'calls',
      steps,
      effectiveFrom: START,
      ...more,
    });
  const CHEAPER = [
    { upTo: '10', price: '3', per: '60' },
    { price: '1.2', per: '60' },
  ];

  it('win over the steps of the offer, and the row names the fact that says them', async () => {
    await world.price(TENTH);
    await turn(true);
    await rates(CHEAPER);
    // 10 at 0.05 and 10 at 0.02.
    const { rows } = await rated([seconds('20')], 'POSTPAID');
    expect(rows).toMatchObject([{ amount: '0.7', before: { custom: [3] } }]);
  });

  it('are left alone where the property is off, and outside their time', async () => {
    await world.price(TENTH);
    await rates(CHEAPER, { effectiveTo: START + 2 * DAY });
    expect((await rated([seconds('20')], 'POSTPAID')).rows).toMatchObject([{ amount: '2', before: null }]);
    await turn(true);
    const days = [1, 2].map((day) => seconds('20', START + day * DAY));
    expect(amounts((await rated(days, 'POSTPAID')).rows)).toEqual(['0.7', '2']);
  });

  it('that do not fit the price suspend the record', async () => {
    await world.price(TENTH);
    await turn(true);
    await rates(CHEAPER, { charge: 'data' });
    const { suspended } = await rated([seconds('20')], 'POSTPAID');
    expect(suspended).toMatchObject([
      {
        code: 'PRICING_NOT_CONFIGURED',
        message: expect.stringMatching('charges\\["data"\\] is no charge of the price'),
      },
    ]);
  });
});
