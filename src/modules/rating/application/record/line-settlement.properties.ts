import fc from 'fast-check';
import { ledgerText } from '../../../../../test/support/ledger-balances.js';
import { BalanceLedger } from '../../domain/balance-ledger.js';
import type { RatedBefore } from '../../domain/events.js';
import { SettlingDraft, type LineTerms } from './line-settlement.js';
import { amountText, quantityOfAmount } from '../../domain/money-units.js';
import { quantityUnitsOf } from '../../domain/quantity-units.js';
import type { RatedCharge } from '../../domain/rated-batch.js';
import { counterKey, settleRow, topUpCounter } from '../../domain/settle-row.js';

const HOLDER = 'A\nS';
const CYCLES = {
  startAt: (at: number) => at - (at % 100),
  endAt: (at: number) => at - (at % 100) + 100,
  timeZone: 'UTC',
};
const EUR = 'EUR';

const units = fc.oneof(fc.bigInt({ min: 0n, max: 50n }), fc.bigInt({ min: 0n, max: 10n ** 13n }));
/** A line: when, and what its charges come to; now and then one is a credit. */
const line = fc.record({
  at: fc.constantFrom(10, 110),
  prepaid: fc.boolean(),
  amounts: fc.array(fc.oneof({ weight: 9, arbitrary: units }, { weight: 1, arbitrary: units.map((each) => -each) }), {
    minLength: 1,
    maxLength: 3,
  }),
});
const life: fc.Arbitrary<Life> = fc.record({
  topUps: fc.array(units, { maxLength: 4 }),
  commitments: fc.array(units, { maxLength: 2 }),
  lines: fc.array(line, { maxLength: 12 }),
});

interface Life {
  readonly topUps: readonly bigint[];
  readonly commitments: readonly bigint[];
  readonly lines: readonly { readonly at: number; readonly prepaid: boolean; readonly amounts: readonly bigint[] }[];
}

function charge(amount: bigint, index: number): RatedCharge {
  const text = amountText(amount);
  return {
    charge: { index, measure: 'records' },
    usageType: 'CALL',
    quantity: 1n,
    quantityText: '0.000000000001',
    amount,
    amountText: text,
    impacts: [['PRICE', EUR, '0', text, text, null]],
    before: null,
  };
}

interface Row {
  readonly cycle: number;
  readonly prepaid: boolean;
  readonly base: RatedCharge;
  readonly charge: RatedCharge;
}

/** Settles the lines one after the other, as rating does. */
function lived({ topUps, commitments, lines }: Life): {
  rows: Row[];
  ledger: BalanceLedger;
} {
  const ledger = new BalanceLedger();
  const draft = new SettlingDraft(ledger);
  const rows: Row[] = [];
  const terms: Omit<LineTerms, 'topUps'> = {
    commitments: commitments.map((each, index) => ({ allowance: `C${index}`, amount: amountText(each) })),
    granted: () => undefined,
  };
  const paid = topUps.map((each, index) => ({ reference: `T${index}`, resource: EUR, quantity: amountText(each) }));
  for (const { at, prepaid, amounts } of lines) {
    const cycle = CYCLES.startAt(at);
    draft.start(ledger, HOLDER, cycle, CYCLES);
    draft.settle({ ...terms, topUps: prepaid ? paid : undefined }, { ledger, holder: HOLDER, cycle, currency: EUR });
    const base = amounts.map(charge);
    const before = JSON.stringify(ledgerText(ledger));
    const settled = draft.settled(base);
    if ('missing' in settled) {
      expect(JSON.stringify(ledgerText(ledger))).toBe(before);
      expect(quantityUnitsOf(settled.missing)).toBeGreaterThan(0n);
      continue;
    }
    draft.commit();
    settled.forEach((each, index) => rows.push({ cycle, prepaid, base: base[index]!, charge: each }));
  }
  return { rows, ledger };
}

const sum = (values: readonly bigint[]) => values.reduce((all, each) => all + each, 0n);

describe('what an account’s own terms make of its lines', () => {
  it('is paid to the last digit, never out of more than was paid in, and folds and explains as it was made', () => {
    fc.assert(
      fc.property(life, (given) => {
        const { rows, ledger } = lived(given);
        const again = new BalanceLedger();
        for (const { cycle, base, charge: made } of rows) {
          again.foldImpacts('A', 'S', cycle, made.impacts, 'MADE', made.before);
          const { amount, impacts, missing } = settleRow(base, stored(made.before), EUR);
          expect([amount, impacts, missing]).toEqual([made.amount, made.impacts, 0n]);
          expect(amountText(sum(made.impacts.map(([, , , , each]) => unitsOf(each))))).toBe(made.amountText);
        }
        expect(ledgerText(again)).toEqual(ledgerText(ledger));
        const used = given.topUps.map((paid, index) => {
          const taken = ledger.get(HOLDER, 0, counterKey(topUpCounter(EUR, `T${index}`))) ?? 0n;
          expect(taken >= 0n && taken <= quantityOfAmount(paid)).toBe(true);
          return taken;
        });
        const credit = ledger.get(HOLDER, 0, counterKey(topUpCounter(EUR, ''))) ?? 0n;
        expect(credit <= 0n).toBe(true);
        const owed = rows.filter(({ prepaid }) => prepaid).map(({ charge: { amount } }) => quantityOfAmount(amount));
        expect(sum(used) + credit).toBe(sum(owed));
      }),
      { numRuns: 400 },
    );
  });

  it('takes off no more than a commitment gives in a cycle, and all of it before anything is owed', () => {
    fc.assert(
      fc.property(life, (given) => {
        const { rows } = lived(given);
        for (const cycle of [0, 100]) {
          const ofCycle = rows.filter((row) => row.cycle === cycle);
          const charged = sum(ofCycle.map(({ base }) => (base.amount > 0n ? base.amount : 0n)));
          const taken = sum(ofCycle.map(({ base, charge: { amount } }) => base.amount - amount));
          const given100 = sum(given.commitments);
          expect(taken).toBe(charged < given100 ? charged : given100);
        }
      }),
      { numRuns: 200 },
    );
  });
});

/** As it comes back from the log. */
function stored(before: RatedBefore | null): RatedBefore {
  return JSON.parse(JSON.stringify(before)) as RatedBefore;
}

function unitsOf(amount: string | null): bigint {
  return amount === null ? 0n : quantityUnitsOf(amount) / 100n;
}
