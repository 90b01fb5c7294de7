import { setImmediate as laterOn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { BalanceLedger, type CycleBalances } from './balance-ledger.js';
import { counterKey, topUpCounter } from './settle-row.js';

const keyOf = (reference: string): string => counterKey(topUpCounter('EUR', reference));

function keysOf(ledger: BalanceLedger, holder: string): CycleBalances['keys'] {
  return ledger.cycleOf(holder, 0)?.keys ?? [];
}

async function stillHeld(lists: readonly WeakRef<object>[]): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // What a reference was made of in a turn stays until its end.
  await laterOn();
  collect();
  return lists.filter((list) => list.deref() !== undefined).length;
}

describe('the lists of keys of a ledger', () => {
  it('with a top-up are their holder’s own: those on the way to them are gone', async () => {
    const ledger = new BalanceLedger();
    const lists: WeakRef<object>[] = [];
    for (let topUp = 0; topUp < 50; topUp += 1) {
      ledger.add('A\nS', 0, keyOf(`T${topUp}`), 1n);
      ledger.add('A\nS', 0, 'accumulator/EVER', 1n);
      lists.push(new WeakRef(keysOf(ledger, 'A\nS')));
    }
    expect(await stillHeld(lists)).toBe(1);
    expect(keysOf(ledger, 'A\nS')).toHaveLength(51);
  });

  it('without one are shared, in whatever period, also after a snapshot or when a key is dropped', () => {
    const ledger = new BalanceLedger();
    for (const holder of ['A\nS', 'B\nS']) {
      for (const key of ['accumulator/X', 'allowance/Y']) ledger.add(holder, 0, key, 1n);
    }
    ledger.add('C\nS', 0, 'accumulator/X', 1n);
    ledger.add('C\nS', 0, 'accumulator/Z', 1n);
    ledger.add('C\nS', 0, 'allowance/Y', 1n);
    ledger.drop('C\nS', 0, 'accumulator/Z');
    const again = BalanceLedger.fromJSON(ledger.toJSON());
    again.add('D\nS', 0, 'accumulator/X', 1n);
    again.add('D\nS', 0, 'allowance/Y', 1n);
    for (const holder of ['B\nS', 'C\nS']) expect(keysOf(ledger, holder)).toBe(keysOf(ledger, 'A\nS'));
    for (const holder of ['B\nS', 'C\nS', 'D\nS']) expect(keysOf(again, holder)).toBe(keysOf(again, 'A\nS'));
    expect(ledger.toJSON().shapes).toEqual([['accumulator/X', 'allowance/Y']]);
  });
});
