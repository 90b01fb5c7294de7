import { chargeLine } from '../../src/modules/catalog/domain/pricing/charging/charge-line.js';
import { compilePricing } from '../../src/modules/catalog/domain/pricing/compiled/compile-pricing.js';
import { explainCharge } from '../../src/modules/catalog/domain/pricing/explaining/explain-charge.js';
import { parsePricing } from '../../src/modules/catalog/domain/pricing/language/parse-pricing.js';
import type { PricedUsage } from '../../src/modules/catalog/domain/pricing/charging/priced-usage.js';
import type { Pricing } from '../../src/modules/catalog/domain/pricing/language/pricing.js';
import { TrialBalances } from '../../src/modules/catalog/domain/pricing/trial/trial-balances.js';
import { billingCycleAt } from '../../src/shared/kernel/period.js';
import { PriceOracle } from '../support/price-oracle.js';
import { Dice, ORACLE_UNITS, randomPricing, randomRecord, type OracleRecord } from '../support/random-prices.js';

const RUNS = Number(process.env.RETALLY_FAULT_RUNS ?? '1');
const SEED = Number(process.env.RETALLY_FAULT_SEED ?? '20260301');
/** A few thousand with every test; a million in the runs for faults. */
const RECORDS = RUNS === 1 ? 4_000 : 40_000;
const RECORDS_PER_PRICE = 100;
const CYCLES = {
  startAt: (at: number) => billingCycleAt(at, 1, 'UTC').start,
  endAt: (at: number) => billingCycleAt(at, 1, 'UTC').end,
  timeZone: 'UTC',
};

function usageOf({ usageType, at, quantities, attributes }: OracleRecord): PricedUsage {
  return { usageType, at, serviceId: '', quantity: (name) => quantities[name], attribute: (name) => attributes[name] };
}

/** A generated price that can be read: now and then two of its charges say the same, which is refused. */
function readable(dice: Dice): Pricing {
  for (;;) {
    const parsed = parsePricing(JSON.parse(JSON.stringify(randomPricing(dice))));
    if ('pricing' in parsed) return parsed.pricing;
    const unexpected = parsed.errors.filter(({ message }) => !/^is never used/.test(message));
    expect(unexpected).toStrictEqual([]);
  }
}

/** Prices as generated and records as they come, charged by the language and by hand; answers how many records cost something. */
function compare(seed: number): number {
  const dice = new Dice(seed);
  const pricing = readable(dice);
  const price = compilePricing(pricing, ORACLE_UNITS);
  const explaining = compilePricing(pricing);
  const oracle = new PriceOracle(pricing);
  const records = Array.from({ length: RECORDS_PER_PRICE }, () => randomRecord(dice));
  const balances = new TrialBalances(CYCLES, records[0]!.at, { accumulators: {}, allowances: {} });
  let charged = 0;
  for (const record of records) {
    const usage = usageOf(record);
    balances.begin(record.at);
    const found = chargeLine(price, usage, balances);
    const expected = oracle.charge(record)?.map(({ charge, amount }) => `${charge} ${amount.toFixed()}`);
    const rows = 'code' in found ? undefined : found.map(({ charge, amountText }) => `${charge.name} ${amountText}`);
    if (rows?.join() !== expected?.join()) {
      throw new Error(`seed ${seed}: ${JSON.stringify({ record, rows, expected, pricing })}`);
    }
    if ('code' in found) continue;
    balances.commit();
    charged += 1;
    if (charged % 20 !== 0) continue;
    for (const one of found) {
      const { charged: again } = explainCharge(explaining, one.charge.index, usage, one.before);
      expect([again.amountText, again.impacts]).toStrictEqual([one.amountText, one.impacts]);
    }
  }
  const kept = balances
    .toList()
    .map((each) => [each.cycle, `${each.kind.toLowerCase()}/${each.resource}`, each.balance]);
  const byHand = [...oracle.cycles].flatMap(([cycle, of]) =>
    [...of].map(([key, value]) => [cycle, key, value.toFixed()]),
  );
  expect(kept.sort()).toStrictEqual(byHand.sort());
  return charged;
}

it(
  `charges ${RUNS * RECORDS} records of ${(RUNS * RECORDS) / RECORDS_PER_PRICE} generated prices as they are charged by hand, seed ${SEED}`,
  () => {
    let charged = 0;
    for (let run = 0; run < (RUNS * RECORDS) / RECORDS_PER_PRICE; run += 1) charged += compare(SEED + run);
    expect(charged).toBeGreaterThan((RUNS * RECORDS) / 2);
  },
  60_000 + RUNS * 60_000,
);
