import { priceOf, unitsOf } from '../../../../../../test/support/priced-line.js';

const seconds = (more: object): object => ({ unit: 'seconds', priority: 1, ...more });
const counts = (more: object): object => ({
  accumulateQuantity: true,
  unit: 'seconds',
  reset: { type: 'CYCLE' },
  ...more,
});
const steps = [{ upTo: '100', price: '1' }, { price: '0.5' }];

describe('whether a price looks for balances that are kept otherwise', () => {
  /** A tenant that keeps some otherwise. */
  const units = (sharedByDefault = false) =>
    unitsOf({
      allowances: {
        USUAL: seconds({ scope: 'SUBSCRIPTION' }),
        SHARED: seconds({ scope: 'ACCOUNT' }),
        DATED: seconds({ validity: { type: 'DATES', from: '2026-01-01', to: '2026-02-01' } }),
        ROLLED: seconds({ rollover: { cap: '10', cycles: 1 } }),
      },
      accumulators: { PLAIN: counts({}), LONG: counts({ reset: { type: 'NEVER' } }) },
      elsewhere: { timeZone: 'UTC', sharedByDefault },
    } as Parameters<typeof unitsOf>[0]);
  const looks = (charge: object, more: object = {}, sharedByDefault?: boolean): boolean =>
    priceOf(
      {
        currency: 'EUR',
        charges: [{ name: 'c', measure: 'seconds', tiers: { by: 'QUANTITY', steps }, ...charge }],
        ...more,
      },
      units(sharedByDefault),
    ).looksElsewhere;

  it.each([
    ['names nothing', {}, {}],
    ['names what is kept as usual', { allowances: ['USUAL'], accumulators: ['PLAIN'] }, {}],
    ['names what nobody defined', { allowances: ['UNKNOWN'] }, {}],
    ['counts for itself', { freeEvents: 3 }, { spend: { minimum: '5', maximum: '9' } }],
    ['is by a total as usual', { tiers: { by: 'BALANCE', accumulator: 'PLAIN', steps }, accumulators: ['PLAIN'] }, {}],
  ])('no: it %s', (_, charge, more) => {
    expect(looks(charge, more)).toBe(false);
  });

  it.each([
    ['draws on what the account shares', { allowances: ['SHARED'] }, {}],
    ['draws on what is valid on dates', { allowances: ['USUAL', 'DATED'] }, {}],
    ['draws on what is carried over', { allowances: ['ROLLED'] }, {}],
    ['draws on whatever there is', { allowances: 'ANY_MATCHING' }, {}],
    ['counts for longer than a cycle', { accumulators: ['LONG'] }, {}],
    [
      'is by what is counted for longer',
      { tiers: { by: 'BALANCE', accumulator: 'LONG', steps }, accumulators: ['LONG'] },
      {},
    ],
    [
      'is by what another charge counts for longer',
      { tiers: { by: 'EARLIER_PERIOD', accumulator: 'LONG', steps } },
      {},
    ],
    [
      'grants a part of a cycle',
      { allowances: ['USUAL'] },
      { grants: [{ allowance: 'USUAL', quantity: '9', unit: 'seconds', proration: 'PRORATE' }] },
    ],
  ])('yes: it %s', (_, charge, more) => {
    expect(looks(charge, more)).toBe(true);
  });

  it('where the tenant shares by default: what says nothing of itself', () => {
    expect(looks({ accumulators: ['PLAIN'] }, {}, true)).toBe(true);
    expect(looks({ allowances: ['UNKNOWN'] }, {}, true)).toBe(true);
    expect(looks({ allowances: ['USUAL'] }, {}, true)).toBe(false);
    expect(looks({}, {}, true)).toBe(false);
  });
});
