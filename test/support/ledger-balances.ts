import type { BalanceLedger } from '../../src/modules/rating/domain/balance-ledger.js';

export interface HeldBalance {
  readonly holder: string;
  readonly cycle: number;
  readonly key: string;
  readonly value: bigint;
}

/** Every balance that a ledger would keep in a snapshot, but those that came back to nothing. */
export function heldBalances(ledger: BalanceLedger): readonly HeldBalance[] {
  const { shapes, holders } = ledger.toJSON();
  return holders
    .flatMap(([holder, cycles]) =>
      cycles.flatMap(([cycle, shape, values]) =>
        (shapes[shape] ?? []).map((key, index) => ({ holder, cycle, key, value: BigInt(values[index] ?? '0') })),
      ),
    )
    .filter(({ value }) => value !== 0n);
}

/** Equal for ledgers that hold the same, whatever the order in which they were filled. */
export function ledgerText(ledger: BalanceLedger): readonly string[] {
  return heldBalances(ledger)
    .map(({ holder, cycle, key, value }) => `${JSON.stringify(holder)} ${cycle} ${key} ${value}`)
    .sort();
}
