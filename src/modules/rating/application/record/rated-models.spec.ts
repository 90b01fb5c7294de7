import { compilePricing, explainCharge, parsePricing } from '../../../catalog/index.js';
import { DAY, RatingWorld, START, TENANT, type UsageLine } from '../../../../../test/support/rating-world.js';
import { ChunkUsage } from '../rater/chunk-usage.js';
import { LogEvents } from '../rater/log-events.js';

const CATALOG = `catalog-${TENANT}.catalog`;
const block = (kind: string, id: string, definition: unknown) => ({
  type: 'BuildingBlockDefined.v1',
  data: { kind, id, version: 1, effectiveFrom: 0, reason: 'test', definition },
});
const flat = (price: string, per = '1') => ({ by: 'QUANTITY', steps: [{ price, per }] });

/** A price with as many of the language's models as fit into one. */
const pricing = {
  currency: 'EUR',
  zoneUnit: 'NUMBERS',
  timeUnit: 'WEEK',
  spend: { maximum: '30' },
  grants: [{ allowance: 'BONUS', quantity: '40', unit: 'seconds' }],
  charges: [
    { name: 'connect', part: 'connect', when: { usageType: 'VOICE' }, fixed: '0.05', freeEvents: 1 },
    {
      name: 'peak',
      when: { usageType: 'VOICE', zone: 'DE', time: 'PEAK' },
      measure: 'seconds',
      tiers: flat('0.12', '60'),
      allowances: 'ANY_MATCHING',
      accumulators: ['TALK'],
    },
    {
      name: 'off-peak',
      when: { usageType: 'VOICE', zone: 'DE' },
      measure: 'seconds',
      tiers: flat('0.06', '60'),
      allowances: 'ANY_MATCHING',
      accumulators: ['TALK'],
    },
    {
      name: 'loyalty',
      part: 'loyalty',
      when: { usageType: 'VOICE' },
      percent: { value: '10', of: ['peak', 'off-peak'] },
    },
    { name: 'energy', when: { usageType: 'POWER' }, measure: 'KWH', tiers: flat('0.30'), accumulators: ['ENERGY'] },
    { name: 'data', when: { usageType: 'DATA' }, measure: 'GB', tiers: flat('2') },
    {
      name: 'texts',
      when: { usageType: 'SMS' },
      measure: 'records',
      tiers: {
        by: 'EARLIER_PERIOD',
        accumulator: 'TEXTS',
        steps: [{ upTo: '2', price: '0.10' }, { price: '0.05' }],
      },
      accumulators: ['TEXTS'],
    },
  ],
};

let world: RatingWorld;
beforeEach(async () => {
  world = await RatingWorld.open();
  await world.catalog(['VOICE', 'POWER', 'DATA', 'SMS']);
  await world.append(
    CATALOG,
    block('TIME_UNIT', 'WEEK', {
      name: 'Week',
      zone: 'UTC',
      rows: [{ name: 'PEAK', days: ['WEEKDAY'], from: '08:00', to: '20:00' }],
      holidays: [],
      otherwise: 'OFFPEAK',
    }),
    block('RATE_UNIT', 'KWH', { name: 'kWh', kind: 'METER_DIFFERENCE', reading: 'meter', unit: 'kWh' }),
    block('RATE_UNIT', 'GB', { name: 'GB', kind: 'EXPRESSION', expression: 'bytes / 1000000000', unit: 'GB' }),
    block('ALLOWANCE', 'EXTRA', { name: 'Extra', unit: 'seconds', validity: { type: 'CYCLE' }, priority: 1 }),
    {
      type: 'ZonePrefixesDefined.v1',
      data: {
        head: { id: 'NUMBERS', version: 1, effectiveFrom: 0, name: 'Numbers', attribute: 'to', reason: 'test' },
        columns: { prefix: ['33*', '49*'], zone: ['FR', 'DE'] },
      },
    },
  );
  const parsed = parsePricing(pricing);
  if ('errors' in parsed) throw new Error(JSON.stringify(parsed.errors));
  await world.price(parsed.pricing);
  await world.account(0);
});
afterEach(() => world.close());

const MONDAY = START + DAY;
const HOUR = 3_600_000;
const call = (at: number, seconds: string, to = '4930'): UsageLine => ({
  serviceId: 'N0',
  at,
  quantities: { seconds },
  attributes: { to },
});
const other = (usageType: string, at: number, quantities: Record<string, string> = {}): UsageLine => ({
  serviceId: 'N0',
  usageType,
  at,
  quantities,
});

/** Every row of the one partition that has any: charge, quantity, amount. */
async function rows(): Promise<(string | undefined)[][]> {
  const found: (string | undefined)[][] = [];
  for (const { data } of await world.rated()) {
    data.columns.charge.forEach((charge, row) => {
      found.push([pricing.charges[charge]?.name, data.columns.quantity[row], data.columns.amount[row]]);
    });
  }
  return found;
}

it('charges real records by every model, and each row explains itself', async () => {
  const position = await world.usage([
    call(MONDAY + 8 * HOUR - 30_000, '60'),
    call(MONDAY + 9 * HOUR, '60'),
    call(MONDAY + 9 * HOUR, '60', '3310'),
    other('POWER', MONDAY, { meter: '1000' }),
    other('POWER', MONDAY + DAY, { meter: '1050' }),
    other('POWER', MONDAY + DAY, { meter: '1049' }),
    other('DATA', MONDAY, { bytes: '2500000000' }),
    other('SMS', MONDAY),
    other('SMS', MONDAY),
    other('SMS', MONDAY),
    other('SMS', MONDAY + 31 * DAY),
    other('POWER', MONDAY + 31 * DAY, { meter: '1060' }),
    other('DATA', MONDAY, { bytes: '9000000000' }),
  ]);
  await world.rate();
  expect(await rows()).toStrictEqual([
    ['connect', '0', '0'],
    ['off-peak', '30', '0'],
    ['peak', '30', '0.04'],
    ['loyalty', '1', '0.004'],
    ['connect', '1', '0.05'],
    ['peak', '60', '0.12'],
    ['loyalty', '1', '0.012'],
    ['energy', '0', '0'],
    ['energy', '50', '15'],
    ['data', '2.5', '5'],
    ['texts', '1', '0.1'],
    ['texts', '1', '0.1'],
    ['texts', '1', '0.1'],
    ['texts', '1', '0.05'],
    ['energy', '10', '3'],
    // 20.526 was spent in March; the cycle costs at most 30.
    ['data', '9', '9.474'],
  ]);
  const events = await world.rated();
  expect(events.flatMap(({ data }) => data.columns['s.code'])).toStrictEqual([
    'NO_MATCHING_RATE',
    'QUANTITY_NOT_DERIVABLE',
  ]);

  const parsed = parsePricing(pricing);
  if ('errors' in parsed) throw new Error('unreadable');
  const usage = new ChunkUsage(position, (await new LogEvents(world.store, 1).mediatedAt(position)).data);
  for (const { data } of events) {
    const { columns } = data;
    columns.charge.forEach((charge, row) => {
      usage.ordinal = columns.ordinal[row]!;
      const { charged } = explainCharge(
        compilePricing(parsed.pricing, undefined, 'CALLS'),
        charge,
        usage,
        columns.before[row]!,
      );
      expect([charged.quantityText, charged.amountText, charged.impacts]).toStrictEqual([
        columns.quantity[row],
        columns.amount[row],
        columns.impacts[row],
      ]);
    });
  }
});

it('goes on from the log as if it had never stopped', async () => {
  const usage = [
    [call(MONDAY + 8 * HOUR - 30_000, '60'), other('POWER', MONDAY, { meter: '1000' }), other('SMS', MONDAY)],
    [call(MONDAY + 9 * HOUR, '60'), other('POWER', MONDAY + DAY, { meter: '1050' }), other('SMS', MONDAY + 31 * DAY)],
  ];
  for (const lines of usage) {
    await world.usage(lines);
    await world.rate();
    world.snapshots.saved.clear();
  }
  expect(await rows()).toStrictEqual([
    ['connect', '0', '0'],
    ['off-peak', '30', '0'],
    ['peak', '30', '0.04'],
    ['loyalty', '1', '0.004'],
    ['energy', '0', '0'],
    ['texts', '1', '0.1'],
    ['connect', '1', '0.05'],
    ['peak', '60', '0.12'],
    ['loyalty', '1', '0.012'],
    ['energy', '50', '15'],
    ['texts', '1', '0.1'],
  ]);
});

it('prices with the building blocks in force at usage time', async () => {
  const peakAllDay = {
    name: 'Week',
    zone: 'UTC',
    rows: [{ name: 'PEAK', days: ['ANYDAY'], from: '00:00', to: '24:00' }],
    holidays: [],
  };
  const { data } = block('TIME_UNIT', 'WEEK', peakAllDay);
  await world.append(CATALOG, {
    type: 'BuildingBlockDefined.v1',
    data: { ...data, version: 2, effectiveFrom: MONDAY + DAY },
  });
  const night = call(MONDAY + 22 * HOUR, '600');
  await world.usage([night, { ...night, at: night.at! + DAY }, night]);
  await world.rate();
  expect((await rows()).filter(([name]) => name?.endsWith('peak') === true)).toStrictEqual([
    ['off-peak', '600', '0.56'],
    ['peak', '600', '1.2'],
    ['off-peak', '600', '0.6'],
  ]);
});
