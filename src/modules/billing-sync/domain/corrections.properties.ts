import fc from 'fast-check';
import { Decimal } from '../../../shared/kernel/decimal.js';
import { Residuals } from './residuals.js';
import { RunTotals, sealBatches } from './seal-batches.js';
import { UsageGroups, type CorrectedUsage } from './usage-groups.js';

interface Rated {
  readonly currency: string;
  readonly subscription: string;
  readonly usageType: string;
  readonly offer: number;
  readonly quantity: string;
  readonly amount: string;
}

const SCHEDULES = ['STD', 'GOLD'];
const exact = fc
  .bigInt({ min: -1_000_000_000_000n, max: 10_000_000_000_000n })
  .map((units) => Decimal.fromUnits(units, 10).toString());
/** Few different keys, so that corrections meet each other in one group, and move between them. */
const rated: fc.Arbitrary<Rated> = fc.record({
  currency: fc.constantFrom('EUR', 'JPY'),
  subscription: fc.constantFrom('s1', 's2'),
  usageType: fc.constantFrom('VOICE', 'SMS'),
  offer: fc.constantFrom(0, 1),
  quantity: fc.constantFrom('0', '1', '60.5'),
  amount: fc.oneof(fc.constant('0'), exact),
});
/** Record n, of account a or b, is rated for the first time or again; null = withdrawn; or an aggregation runs. */
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ record: fc.nat({ max: 6 }), now: fc.option(rated, { freq: 5 }) }) },
  { weight: 1, arbitrary: fc.constant('RUN' as const) },
);

const accountOf = (record: number): string => (record % 2 === 0 ? 'a' : 'b');
const keyOf = (record: number, { currency, subscription, usageType, offer }: Rated): string =>
  [accountOf(record), currency, subscription, usageType, SCHEDULES[offer]].join('/');

function correction(record: number, now: Rated, old: Rated | undefined): CorrectedUsage {
  const before = old ?? now;
  const money: Record<string, string> = { [now.currency]: now.amount };
  if (old !== undefined) {
    money[old.currency] = Decimal.parse(money[old.currency] ?? '0')
      .minus(Decimal.parse(old.amount))
      .toString();
  }
  return {
    head: {
      sources: [{ usageRecordType: 'POSTPAID' }],
      offers: SCHEDULES.map((schedule) => ({ priceOfferId: `P.${schedule}.S.EUR` })),
      money,
    },
    columns: {
      source: [0],
      account: [accountOf(record)],
      at: [record],
      subscription: [now.subscription],
      usageType: [now.usageType],
      offer: [now.offer],
      currency: [now.currency],
      quantity: [now.quantity],
      amount: [now.amount],
      'old.revision': [old === undefined ? null : 7],
      'old.subscription': [before.subscription],
      'old.usageType': [before.usageType],
      'old.offer': [before.offer],
      'old.currency': [before.currency],
      'old.quantity': [before.quantity],
      'old.amount': [before.amount],
    },
  };
}

describe('usage rated again and again, between any runs', () => {
  it('is billed at what it is in the end: money by account, quantities and exact amounts by group', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const standing = new Map<number, Rated>();
        const residuals = new Residuals();
        const sent = new Map<string, Decimal>();
        const billed = new Map<string, { quantity: Decimal; exact: Decimal }>();
        let groups = new UsageGroups();
        for (const [index, one] of [...steps, 'RUN' as const].entries()) {
          if (one !== 'RUN') {
            const old = standing.get(one.record);
            const now = one.now ?? (old && { ...old, quantity: '0', amount: '0' });
            if (now === undefined) continue;
            groups.correct(correction(one.record, now, old));
            standing.set(one.record, now);
            continue;
          }
          const totals = new RunTotals();
          const heads = new Map<string, Decimal>();
          for (const money of groups.money()) {
            expect(money.heads.equals(money.rows)).toBe(true);
            heads.set(money.currency, money.heads);
          }
          const plan = { runId: `r${index}`, partition: 0, firstBatch: 1, batchSize: 3 };
          for (const { data } of sealBatches(plan, groups.sorted(), residuals)) {
            totals.add(data);
            const { columns } = data;
            columns.lineId.forEach((_, line) => {
              const { account, currency, subscription, usageType, rateSchedule } = columns;
              const key = [account, currency, subscription, usageType, rateSchedule]
                .map((each) => each[line])
                .join('/');
              const before = billed.get(key) ?? { quantity: Decimal.ZERO, exact: Decimal.ZERO };
              billed.set(key, {
                quantity: before.quantity.plus(Decimal.parse(columns.quantity[line]!)),
                exact: before.exact.plus(Decimal.parse(columns.exact[line]!)),
              });
              const purse = `${account[line]!}/${currency[line]!}`;
              sent.set(purse, (sent.get(purse) ?? Decimal.ZERO).plus(Decimal.parse(columns.amount[line]!)));
            });
          }
          totals.close(heads);
          groups = new UsageGroups();
        }
        const wanted = new Map<string, { quantity: Decimal; exact: Decimal }>();
        const owed = new Map<string, Decimal>();
        for (const [record, now] of standing) {
          const key = keyOf(record, now);
          const before = wanted.get(key) ?? { quantity: Decimal.ZERO, exact: Decimal.ZERO };
          wanted.set(key, {
            quantity: before.quantity.plus(Decimal.parse(now.quantity)),
            exact: before.exact.plus(Decimal.parse(now.amount)),
          });
          const purse = `${accountOf(record)}/${now.currency}`;
          owed.set(purse, (owed.get(purse) ?? Decimal.ZERO).plus(Decimal.parse(now.amount)));
        }
        for (const key of new Set([...wanted.keys(), ...billed.keys()])) {
          expect([key, billed.get(key)?.quantity.toString() ?? '0', billed.get(key)?.exact.toString() ?? '0']).toEqual([
            key,
            wanted.get(key)?.quantity.toString() ?? '0',
            wanted.get(key)?.exact.toString() ?? '0',
          ]);
        }
        for (const purse of new Set([...owed.keys(), ...sent.keys()])) {
          const [account = '', currency = ''] = purse.split('/');
          const total = (sent.get(purse) ?? Decimal.ZERO).plus(residuals.of(account, currency));
          expect(total.toString()).toBe((owed.get(purse) ?? Decimal.ZERO).toString());
        }
      }),
      { numRuns: 500 },
    );
  });
});
