import type { RecordedEvent } from '../../../../shared/kernel/event.js';
import { BalanceLedger } from '../../domain/balance-ledger.js';
import { holderOf } from '../../domain/balance-places.js';
import type { RatedBefore, RatedImpact } from '../../domain/events.js';
import { RunFold } from './run-fold.js';

const HOLDER = holderOf('A', 'S');
const ELSEWHERE = holderOf('A', '');
const grant: RatedImpact = ['ALLOWANCE', 'DATA', '5', null, null, null];
const use: RatedImpact = ['ALLOWANCE', 'DATA', '-5', '0.1', '-0.5', null];
const money: RatedImpact = ['PRICE', 'EUR', '5', '0.1', '0.5', 0];
const elsewhere: RatedBefore = {
  accumulator: null,
  allowances: {},
  elsewhere: { 'allowance/DATA': [ELSEWHERE, 7] },
};

interface Side {
  readonly cycle?: number;
  readonly impacts: readonly RatedImpact[];
  readonly before?: RatedBefore;
}

/** Rows of subscription S of account A: as they were, and as they are now. */
function rerated(rows: readonly { readonly old: Side; readonly now: Side }[]): RecordedEvent {
  const columns = {
    account: rows.map(() => 'A'),
    ...columnsOf(
      '',
      rows.map(({ now }) => now),
    ),
    ...columnsOf(
      'old.',
      rows.map(({ old }) => old),
    ),
  };
  return { type: 'UsageRerated.v1', data: { head: {}, columns } } as unknown as RecordedEvent;
}

function columnsOf(group: string, sides: readonly Side[]): Record<string, readonly unknown[]> {
  return {
    [`${group}subscription`]: sides.map(() => 'S'),
    [`${group}cycle`]: sides.map(({ cycle = 100 }) => cycle),
    [`${group}impacts`]: sides.map(({ impacts }) => impacts),
    [`${group}before`]: sides.map(({ before = null }) => before),
  };
}

function nonUsage(impacts: readonly RatedImpact[]): RecordedEvent {
  const columns = { account: ['A'], subscription: ['S'], cycle: [100], impacts: [impacts] };
  return { type: 'NonUsageRated.v1', data: { head: {}, columns } } as unknown as RecordedEvent;
}

function folded(ledger: BalanceLedger, ...events: readonly RecordedEvent[]): BalanceLedger {
  const fold = new RunFold(ledger);
  for (const event of events) fold.add(event);
  fold.finish();
  return ledger;
}

function having(impacts: readonly RatedImpact[], before: RatedBefore | null = null): BalanceLedger {
  const ledger = new BalanceLedger();
  ledger.foldImpacts('A', 'S', 100, impacts, 'MADE', before);
  return ledger;
}

const NOTHING: Side = { impacts: [] };

describe('the balances after a run', () => {
  it('have no allowance any more that was granted to a row which is no more', () => {
    const ledger = folded(having([grant, use]), rerated([{ old: { impacts: [grant, use] }, now: NOTHING }]));
    expect(ledger.get(HOLDER, 100, 'allowance/DATA')).toBeUndefined();
  });

  it('keep one that is used up, whether it was made before or after it was taken back', () => {
    const takenBack = { old: { impacts: [grant, use] }, now: NOTHING };
    const made = { old: NOTHING, now: { impacts: [grant, use] } };
    for (const rows of [
      [takenBack, made],
      [made, takenBack],
    ]) {
      const inOne = folded(having([grant, use]), rerated(rows));
      const inTwo = folded(having([grant, use]), ...rows.map((row) => rerated([row])));
      for (const ledger of [inOne, inTwo]) expect(ledger.get(HOLDER, 100, 'allowance/DATA')).toBe(0n);
    }
  });

  it('are moved where a row says that they are, and to another cycle with it', () => {
    const ledger = folded(
      having([grant, use], elsewhere),
      rerated([{ old: { impacts: [grant, use, money], before: elsewhere }, now: { cycle: 200, impacts: [grant] } }]),
    );
    expect(ledger.get(ELSEWHERE, 7, 'allowance/DATA')).toBeUndefined();
    expect(ledger.get(HOLDER, 100, 'allowance/DATA')).toBeUndefined();
    expect(ledger.get(HOLDER, 200, 'allowance/DATA')).toBe(5_000_000_000_000n);
  });

  it('know a charge without usage by its counter, also one that was taken back', () => {
    const fee = (amount: string): RatedImpact => ['ACCUMULATOR', '$due FEE', amount, null, null, null];
    const ledger = folded(having([fee('9.99')]), nonUsage([fee('-9.99')]));
    expect(ledger.get(HOLDER, 100, 'accumulator/$due FEE')).toBe(0n);
  });
});
