import fc from 'fast-check';
import { Decimal } from '../../../shared/kernel/decimal.js';
import { currencyOf } from '../../../shared/kernel/money.js';
import { ROUNDING_METHODS } from '../../../shared/kernel/rounding.js';
import { Residuals } from './residuals.js';
import { RunTotals, sealBatches } from './seal-batches.js';
import { UsageGroups, type RatedUsage } from './usage-groups.js';

const CURRENCIES = ['EUR', 'JPY', 'KWD'];

interface Rated {
  readonly account: string;
  readonly currency: string;
  readonly usageType: string;
  readonly amount: string;
}

/** Amounts at the rating scale of ten decimals, credits among them. */
const amount = fc
  .bigInt({ min: -1_000_000_000_000n, max: 10_000_000_000_000n })
  .map((units) => Decimal.fromUnits(units, 10).toString());
const record = fc.record({
  account: fc.constantFrom('a', 'b', 'c'),
  currency: fc.constantFrom(...CURRENCIES),
  usageType: fc.constantFrom('VOICE', 'SMS'),
  amount,
});
const run = fc.array(record, { maxLength: 40 });

function rated(records: readonly Rated[]): RatedUsage {
  const money: Record<string, string> = {};
  for (const { currency, amount } of records) {
    money[currency] = Decimal.parse(money[currency] ?? '0')
      .plus(Decimal.parse(amount))
      .toString();
  }
  return {
    head: { sources: [{ usageRecordType: 'POSTPAID' }], offers: [{ priceOfferId: 'P.STD.S.EUR' }], money },
    columns: {
      source: records.map(() => 0),
      account: records.map((one) => one.account),
      subscription: records.map((one) => `s-${one.account}`),
      usageType: records.map((one) => one.usageType),
      at: records.map((_, index) => index),
      offer: records.map(() => 0),
      currency: records.map((one) => one.currency),
      quantity: records.map(() => '1.5'),
      amount: records.map((one) => one.amount),
    },
  };
}

function sumBy(records: readonly Rated[]): Map<string, Decimal> {
  const sums = new Map<string, Decimal>();
  for (const { currency, amount } of records) {
    sums.set(currency, (sums.get(currency) ?? Decimal.ZERO).plus(Decimal.parse(amount)));
  }
  return sums;
}

describe('records + residual = lines, exactly', () => {
  it('over many runs, for every account and currency, whatever the batch size', () => {
    fc.assert(
      fc.property(fc.array(run, { maxLength: 8 }), fc.integer({ min: 1, max: 5 }), (runs, batchSize) => {
        let residuals = new Residuals();
        const exact = new Map<string, Decimal>();
        const sent = new Map<string, Decimal>();
        for (const [index, records] of runs.entries()) {
          const groups = new UsageGroups();
          groups.add(rated(records));
          // Each run starts from what the snapshot would hold.
          residuals = new Residuals(residuals.entries());
          const plan = { runId: `r${index}`, partition: 0, firstBatch: 1, batchSize };
          const totals = new RunTotals();
          for (const batch of sealBatches(plan, groups.sorted(), residuals)) {
            expect(batch.data.head.lines).toBeLessThanOrEqual(batchSize);
            totals.add(batch.data);
            batch.data.columns.account.forEach((account, line) => {
              const currency = batch.data.columns.currency[line]!;
              const amount = Decimal.parse(batch.data.columns.amount[line]!);
              expect(amount.fits(currencyOf(currency).minorUnit)).toBe(true);
              const key = `${account}/${currency}`;
              sent.set(key, (sent.get(key) ?? Decimal.ZERO).plus(amount));
            });
          }
          totals.close(sumBy(records));
          expect(totals.records).toBe(records.length);
          for (const { account, currency, amount } of records) {
            const key = `${account}/${currency}`;
            exact.set(key, (exact.get(key) ?? Decimal.ZERO).plus(Decimal.parse(amount)));
          }
        }
        for (const [key, total] of exact) {
          const [account = '', currency = ''] = key.split('/');
          const carried = residuals.of(account, currency);
          expect((sent.get(key) ?? Decimal.ZERO).plus(carried).toString()).toBe(total.toString());
          // Never more than half a minor unit is carried.
          const half = Decimal.fromUnits(5n, currencyOf(currency).minorUnit + 1);
          expect(carried.absolute().compare(half)).toBeLessThanOrEqual(0);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('by whatever method and to whatever unit the catalog says, and less than a unit is carried', () => {
    const currency = fc.record({
      code: fc.constantFrom('EUR', 'JPY', 'KWD'),
      minorUnit: fc.integer({ min: 0, max: 4 }),
      rounding: fc.constantFrom(...ROUNDING_METHODS),
    });
    fc.assert(
      fc.property(run, currency, (records, configured) => {
        const groups = new UsageGroups();
        groups.add(rated(records));
        const residuals = new Residuals();
        const plan = { runId: 'r', partition: 0, firstBatch: 1, batchSize: 7, currencies: [configured] };
        const totals = new RunTotals();
        for (const { data } of sealBatches(plan, groups.sorted(), residuals)) {
          totals.add({ head: data.head, columns: data.columns });
          data.columns.currency.forEach((code, line) => {
            const { minorUnit } = code === configured.code ? configured : currencyOf(code);
            const [exact, before, amount] = [data.columns.exact, data.columns.residualBefore, data.columns.amount].map(
              (column) => Decimal.parse(column[line]!),
            );
            const { rounding } = code === configured.code ? configured : currencyOf(code);
            expect(amount?.equals(exact!.plus(before!).rounded(minorUnit, rounding))).toBe(true);
            const carried = residuals.of(data.columns.account[line]!, code).absolute();
            expect(carried.lessThan(Decimal.fromUnits(1n, minorUnit))).toBe(true);
          });
        }
        totals.close(sumBy(records));
      }),
      { numRuns: 300 },
    );
  });

  it('the same records in any order and any split of events make the same lines', () => {
    fc.assert(
      fc.property(run, fc.array(fc.nat({ max: 40 }), { maxLength: 4 }), fc.nat(), (records, cuts, turn) => {
        const lines = (parts: readonly (readonly Rated[])[]): unknown => {
          const groups = new UsageGroups();
          for (const part of parts) groups.add(rated(part));
          const plan = { runId: 'r', partition: 0, firstBatch: 1, batchSize: 1000 };
          const [batch] = sealBatches(plan, groups.sorted(), new Residuals());
          const { columns } = batch?.data ?? { columns: undefined };
          return columns && { ...columns, firstAt: [], lastAt: [] };
        };
        const turned = [
          ...records.slice(turn % (records.length + 1)),
          ...records.slice(0, turn % (records.length + 1)),
        ];
        const edges = [0, ...[...cuts].sort((a, b) => a - b), turned.length];
        const parts = edges.slice(1).map((end, index) => turned.slice(edges[index], end));
        expect(lines(parts)).toEqual(lines([records]));
      }),
      { numRuns: 300 },
    );
  });

  it('a gate that is told another sum closes', () => {
    const groups = new UsageGroups();
    groups.add(rated([{ account: 'a', currency: 'EUR', usageType: 'VOICE', amount: '1' }]));
    const plan = { runId: 'r', partition: 0, firstBatch: 1, batchSize: 10 };
    const totals = new RunTotals();
    for (const batch of sealBatches(plan, groups.sorted(), new Residuals())) totals.add(batch.data);
    expect(() => totals.close(new Map([['EUR', Decimal.parse('1.0000000001')]]))).toThrow(
      'EUR: monetized 1.0000000001',
    );
    expect(() => totals.close(new Map())).toThrow('monetized 0');
  });
});
