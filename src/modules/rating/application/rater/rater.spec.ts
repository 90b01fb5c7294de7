import { ALLOWANCE_PRICE, calls, people } from '../../../../../test/support/people-calling.js';
import { DAY, flatPrice, RatingWorld, START } from '../../../../../test/support/rating-world.js';

let world: RatingWorld;
beforeEach(async () => {
  world = await RatingWorld.open();
});
afterEach(() => world.close());

describe('the rater', () => {
  it('charges the first worked example exactly', async () => {
    await people(world, 1);
    await world.usage([{ serviceId: 'N0', quantities: { seconds: '100' } }]);
    await world.rate();
    const [event] = await world.rated();
    expect(event?.data.columns.impacts).toStrictEqual([
      [
        ['ALLOWANCE', 'FREE', '90', null, null, null],
        ['PRICE', 'EUR', '40', '1', '40', 0],
        ['ALLOWANCE', 'FREE', '-40', '1', '-40', 0],
        ['PRICE', 'EUR', '60', '0.5', '30', 1],
        ['ALLOWANCE', 'FREE', '-50', '0.5', '-25', 1],
        ['ACCUMULATOR', 'TOTAL', '100', null, null, null],
      ],
    ]);
    expect(event?.data.columns.amount).toStrictEqual(['5']);
    expect(event?.data.head.money).toStrictEqual({ EUR: '5' });
    expect(event?.data.head.sources).toStrictEqual([
      {
        position: 7,
        fileId: 'f1',
        sourcePlatform: 'switch',
        serviceType: 'VOICE',
        usageRecordType: 'POSTPAID',
        firstLine: 1,
        lastLine: 1,
        monetizedLines: 1,
        suspendedLines: 0,
        money: { EUR: '5' },
        quantities: { seconds: '100' },
      },
    ]);
  });

  it('carries balances from record to record, per billing cycle of the usage time', async () => {
    await people(world, 1);
    const march = { serviceId: 'N0', quantities: { seconds: '80' } };
    await world.usage([march, march, { ...march, at: START + 40 * DAY }, { ...march, at: START + 2 * DAY }]);
    await world.rate();
    const [event] = await world.rated();
    // 80: all free. 80: 10 free, 70 at 0.50. April: a new allowance, all free. March again: nothing left, 80 at 0.50.
    expect(event?.data.columns.amount).toStrictEqual(['0', '35', '0', '40']);
    expect(event?.data.columns.before.map((before) => before?.allowances)).toStrictEqual([
      {},
      { FREE: '10' },
      {},
      { FREE: '0' },
    ]);
    expect(event?.data.columns.cycle).toStrictEqual([START, START, START + 31 * DAY, START]);
  });

  it('prices a record with what stood in the log before it, and by its usage time', async () => {
    await world.catalog();
    await world.account(0);
    const call = { serviceId: 'N0', quantities: { seconds: '60' } };
    await world.usage([call]);
    await world.price(flatPrice('0.12'));
    await world.usage([call]);
    await world.price(flatPrice('0.30'), 2, START + 10 * DAY);
    await world.usage([call, { ...call, at: START + 10 * DAY }]);
    await world.rate();
    const events = await world.rated();
    const amounts = events.flatMap(({ data }) => data.columns.amount);
    expect(amounts).toStrictEqual(['0.12', '0.12', '0.3']);
    expect(events.flatMap(({ data }) => data.columns['s.code'])).toStrictEqual(['PRICING_NOT_CONFIGURED']);
    expect(events[0]?.data.head.offers).toStrictEqual([
      { priceOfferId: 'BASIC.STD.CALLS.EUR', version: 1 },
      { priceOfferId: 'BASIC.STD.CALLS.EUR', version: 2 },
    ]);
  });

  it('suspends with the code, the ids and the remedy, and goes on', async () => {
    await world.catalog(['VOICE', 'NOISE']);
    await world.price(flatPrice('0.12', { when: { usageType: 'VOICE', attributes: { quality: 'HD' } } }));
    await world.offer('MAIL');
    await world.account(1);
    await world.account(2, { status: 'CANCELLED' });
    await world.account(3, {}, 'MAIL');
    await world.account(4, {}, 'FAX');
    await world.account(5, { currency: 'USD' });
    const hd = { attributes: { quality: 'HD' } };
    const one = { quantities: { seconds: '60' }, ...hd };
    await world.usage([
      { serviceId: 'N9', ...one },
      { serviceId: 'N2', ...one },
      { serviceId: 'N1', usageType: 'FAX', ...one },
      { serviceId: 'N4', ...one },
      { serviceId: 'N3', ...one },
      { serviceId: 'N5', ...one },
      { serviceId: 'N1', quantities: { seconds: '60' } },
      { serviceId: 'N1', usageType: 'NOISE', ...one },
      { serviceId: 'N1', ...hd },
      { serviceId: 'N1', quantities: { seconds: '-5' }, ...hd },
      { serviceId: 'N1', ...one },
    ]);
    await world.rate();
    const events = await world.rated();
    const suspended = events
      .flatMap(({ data: { columns } }) =>
        columns['s.line'].map((line, row) => ({
          line,
          code: columns['s.code'][row],
          account: columns['s.account'][row],
          message: columns['s.message'][row],
        })),
      )
      .sort((a, b) => a.line - b.line);
    expect(suspended.map(({ code, account }) => [code, account])).toStrictEqual([
      ['SERVICE_NOT_FOUND', null],
      ['ACCOUNT_NOT_ACTIVE', 'A2'],
      ['USAGE_TYPE_NOT_FOUND', 'A1'],
      ['PRICE_OFFER_NOT_FOUND', 'A4'],
      ['PRICING_NOT_CONFIGURED', 'A3'],
      ['CURRENCY_MISMATCH', 'A5'],
      ['NO_MATCHING_RATE', 'A1'],
      ['NO_MATCHING_RATE', 'A1'],
      ['QUANTITY_NOT_DERIVABLE', 'A1'],
      ['QUANTITY_NOT_DERIVABLE', 'A1'],
    ]);
    expect(suspended.every(({ message }) => message!.includes('reprocess'))).toBe(true);
    expect(suspended[4]?.message).toContain('PUT /v1/price-offers/BASIC.STD.MAIL.EUR/pricing');
    expect(suspended[6]?.message).toContain('quality = ""');
    expect(events.flatMap(({ data }) => data.columns.line)).toStrictEqual([11]);
  });

  it('makes an exception while rating one record that record’s suspense, and its balances untouched', async () => {
    await world.catalog();
    // A price no parser would take: it reached the log all the same.
    await world.price({ currency: 'EUR', charges: [{ name: 'broken', measure: 'seconds', tiers: 'free for all' }] });
    await world.account(0);
    await world.usage([{ serviceId: 'N0', quantities: { seconds: '60' } }]);
    await world.price(ALLOWANCE_PRICE, 2, START + 10 * DAY);
    await world.usage([{ serviceId: 'N0', at: START + 11 * DAY, quantities: { seconds: '60' } }]);
    await world.rate();
    const events = await world.rated();
    expect(events.flatMap(({ data }) => data.columns['s.code'])).toStrictEqual(['RATING_DEFECT']);
    expect(events[0]?.data.columns['s.message'][0]).toContain('charges[0].tiers');
    expect(events.flatMap(({ data }) => data.columns.before)).toStrictEqual([{ accumulator: '0', allowances: {} }]);
  });

  it('charges a line of several parts whole or not at all', async () => {
    await world.catalog(['TOKENS', 'TOKENS_IN', 'TOKENS_OUT']);
    const per1000 = (price: string) => ({ by: 'QUANTITY', steps: [{ price, per: '1000' }] });
    await world.price({
      currency: 'EUR',
      charges: [
        {
          name: 'in',
          usageType: 'TOKENS_IN',
          measure: 'input',
          tiers: { ...per1000('0.003'), by: 'BALANCE', accumulator: 'IN' },
          accumulators: ['IN'],
        },
        { name: 'out', usageType: 'TOKENS_OUT', measure: 'output', tiers: per1000('0.015') },
      ],
    });
    await world.account(0);
    const line = { serviceId: 'N0', usageType: 'TOKENS' };
    await world.usage([
      { ...line, quantities: { input: '2000', output: '100' } },
      { ...line, quantities: { input: '2000' } },
      { ...line, quantities: { input: '1', output: '0' } },
    ]);
    await world.rate();
    const [event] = await world.rated();
    const { columns } = event!.data;
    expect(columns.usageType).toStrictEqual(['TOKENS_IN', 'TOKENS_OUT', 'TOKENS_IN', 'TOKENS_OUT']);
    expect(columns.amount).toStrictEqual(['0.006', '0.0015', '0.000003', '0']);
    expect(columns['s.code']).toStrictEqual(['QUANTITY_NOT_DERIVABLE']);
    expect(columns.before.map((before) => before?.accumulator)).toStrictEqual(['0', undefined, '2000', undefined]);
    expect(event!.data.head.sources[0]).toMatchObject({
      monetizedLines: 2,
      suspendedLines: 1,
      quantities: { input: '2001', output: '100' },
      money: { EUR: '0.007503' },
    });
  });

  it('rates a reprocess with what the log says at its request, in events of its own', async () => {
    await world.catalog();
    await world.price(flatPrice('0.12'));
    await world.account(0);
    const position = await world.usage([
      { serviceId: 'N0', quantities: { seconds: '60' } },
      { serviceId: 'N7', quantities: { seconds: '120' } },
      { serviceId: 'N8', quantities: { seconds: '120' } },
    ]);
    await world.account(7);
    const request = await world.reprocess('r1', [
      { position, ordinal: 1, line: 2 },
      { position, ordinal: 2, line: 3 },
    ]);
    await world.account(8);
    await world.usage([{ serviceId: 'N0', quantities: { seconds: '60' } }]);
    await world.rate();
    const events = await world.rated();
    const again = events.filter(({ data }) => data.head.cause.kind === 'REPROCESS');
    expect(again.map(({ data }) => data.head.cause)).toStrictEqual(
      again.map(() => ({ kind: 'REPROCESS', reprocessId: 'r1', position: request })),
    );
    expect(again.every(({ data }) => data.head.through === request)).toBe(true);
    expect(again.flatMap(({ data }) => data.columns.line)).toStrictEqual([2]);
    expect(again.flatMap(({ data }) => data.columns['s.line'])).toStrictEqual([3]);
    expect(again.flatMap(({ data }) => data.head.sources.map((source) => source.position))).toStrictEqual(
      again.map(() => position),
    );
    const all = events.flatMap(({ data }) => [...data.columns.line, ...data.columns['s.line']]);
    expect(all.sort()).toStrictEqual([1, 2, 2, 3, 3, 4]);
  });

  it('keeps the number of partitions that was recorded first', async () => {
    await people(world, 3);
    await world.usage(calls(0, 20, 3));
    await world.rate({ partitions: 2 });
    await world.usage(calls(1, 20, 3));
    await world.rate({ partitions: 7 });
    const streams = new Set((await world.rated()).map(({ stream }) => stream));
    expect([...streams].sort()).toStrictEqual(['rating-main.0', 'rating-main.1']);
  });

  it('cuts a long input into events below the limit, and says how far each answers', async () => {
    await world.catalog();
    await world.price(flatPrice('0.12'));
    await world.account(0);
    const position = await world.usage(
      Array.from({ length: 4000 }, (_, index) => ({ serviceId: 'N0', quantities: { seconds: String(index) } })),
    );
    await world.rate();
    const heads = (await world.rated()).map(({ data }) => data.head);
    expect(heads.map(({ through, partial }) => [through, partial])).toStrictEqual([
      [0, { position, records: 1500 }],
      [0, { position, records: 3000 }],
      [position, undefined],
    ]);
  });
});
