import { MemoryBalances } from '../support/memory-balances.js';
import { amountsOf, priceOf } from '../support/priced-line.js';
import { paymentPriceLists } from './payment-price-lists.js';
import type { PriceList, PricedRecord } from './price-list.js';
import { softwarePriceLists } from './software-price-lists.js';
import { telecomPriceLists } from './telecom-price-lists.js';
import { utilityPriceLists } from './utility-price-lists.js';

const lists: readonly PriceList[] = [
  ...softwarePriceLists,
  ...telecomPriceLists,
  ...utilityPriceLists,
  ...paymentPriceLists,
];
const expected = ([, amounts]: PricedRecord): readonly string[] => (typeof amounts === 'string' ? [amounts] : amounts);

/** Prices as others publish them: to the last digit, with no tolerance; each charge is explained and computed again too. */
describe.each(lists.map((list) => [list.source, list] as const))('%s', (_, list) => {
  const price = priceOf(list.pricing, list.units);
  const alone = (list.records ?? []).map((record) => [record]);
  const sequences = [...alone, ...(list.cycles ?? [])];

  it.each(sequences.map((sequence) => [JSON.stringify(sequence.map(([record]) => record)), sequence] as const))(
    '%s',
    (__, sequence) => {
      const balances = new MemoryBalances();
      expect(sequence.map(([record]) => amountsOf(price, record, balances))).toStrictEqual(sequence.map(expected));
    },
  );
});

it('there are enough of them to be believed', () => {
  const cases = lists.flatMap(({ records = [], cycles = [] }) => [...records, ...cycles.flat()]);
  expect(cases.length).toBeGreaterThanOrEqual(200);
});
