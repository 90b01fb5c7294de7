import { DAY, RatingWorld, START, TENANT } from '../../../../../test/support/rating-world.js';

/** 10 a day of March; a second costs 1. */
const POOL = {
  currency: 'EUR',
  grants: [{ allowance: 'POOL', quantity: '310', unit: 'seconds', proration: 'PRORATE' }],
  charges: [
    {
      name: 'calls',
      measure: 'seconds',
      allowances: ['POOL'],
      tiers: { by: 'QUANTITY', steps: [{ price: '1' }] },
    },
  ],
};
const pool = (more: object) => ({
  kind: 'ALLOWANCE',
  id: 'POOL',
  version: 1,
  effectiveFrom: 0,
  reason: 'test',
  definition: { name: 'Pool', unit: 'seconds', priority: 100, scope: 'ACCOUNT', validity: { type: 'CYCLE' }, ...more },
});
const on = (day: number, serviceId: string, seconds: string, month = START) => ({
  serviceId,
  at: month + (day - 1) * DAY,
  quantities: { seconds },
});
const APRIL = START + 31 * DAY;

let world: RatingWorld;
beforeEach(async () => {
  world = await RatingWorld.open();
  await world.catalog();
});
afterEach(() => world.close());

/** Account A1 with S1 and N1; then S2 and N2, which begin on a day of March. */
async function shared(more: { block?: object; account?: number; second: number }): Promise<void> {
  await world.append(`catalog-${TENANT}.catalog`, { type: 'BuildingBlockDefined.v1', data: pool(more.block ?? {}) });
  await world.price(POOL);
  const { account = 1 } = more;
  await world.account(1, { effectiveFrom: START + (account - 1) * DAY });
  const effectiveFrom = START + (more.second - 1) * DAY;
  const terms = { account: 'A1', subscription: 'S2', effectiveFrom };
  await world.append(
    `account-${TENANT}.A1`,
    {
      type: 'SubscriptionDefined.v1',
      data: { ...terms, plan: 'BASIC', rateSchedule: 'STD', status: 'ACTIVE' },
    },
    { type: 'ServiceIdAssigned.v1', data: { ...terms, serviceId: 'N2', service: 'CALLS' } },
  );
}

async function amounts(lines: Parameters<RatingWorld['usage']>[0]): Promise<readonly string[]> {
  await world.usage(lines);
  await world.rate();
  return (await world.rated()).flatMap(({ data }) => data.columns.amount);
}

it.each([
  ['the old one', ['N1', 'N2']],
  ['the new one', ['N2', 'N1']],
] as const)('a package of the account is whole, also when %s of its subscriptions uses it first', async (_, [a, b]) => {
  await shared({ second: 31 });
  expect(await amounts([on(31, a, '100'), on(31, b, '100')])).toEqual(['0', '0']);
});

it.each([
  ['the old one', ['N1', 'N2']],
  ['the new one', ['N2', 'N1']],
] as const)('it is prorated for an account that begins, whoever is first: %s', async (_, [a, b]) => {
  // From the 16th on: 160.
  await shared({ account: 16, second: 31 });
  expect(await amounts([on(31, a, '100'), on(31, b, '100')])).toEqual(['0', '40']);
});

it.each([
  ['the old one', ['N1', 'N2']],
  ['the new one', ['N2', 'N1']],
] as const)('what the account did not use is carried over, whoever is first: %s', async (_, [a, b]) => {
  await shared({ second: 31, block: { rollover: { cap: '1000', cycles: 1 } } });
  // Nothing of March was used: 310 of it and 310 of April.
  expect(await amounts([on(1, a, '320', APRIL), on(1, b, '310', APRIL)])).toEqual(['0', '10']);
});
