import type { RecordedEvent } from '../../../../shared/kernel/event.js';
import type { BalanceLedger } from '../../domain/balance-ledger.js';
import { movesOf, type BalanceId, type MovingRow } from '../../domain/balance-places.js';
import type { NonUsageRated } from '../../domain/runs/non-usage-events.js';
import type { UsageRerated } from '../../domain/runs/rerated-events.js';

/**
 * Moves the balances by what a partition answered to a run, as a whole. A balance that was only taken back, and is
 * nothing now, is not there any more: an allowance that nobody was granted is not one that is used up.
 */
export class RunFold {
  /** Of what was rated again, by name. What is due without usage takes no row back and counts by itself. */
  private readonly takenBack = new Map<string, BalanceId>();
  private readonly made = new Set<string>();

  constructor(private readonly ledger: BalanceLedger) {}

  add(event: RecordedEvent): void {
    if (event.type === 'UsageRerated.v1') this.addRerated((event as RecordedEvent & UsageRerated).data.columns);
    if (event.type === 'NonUsageRated.v1') this.addNonUsage((event as RecordedEvent & NonUsageRated).data.columns);
  }

  finish(): void {
    for (const [name, { holder, period, key }] of this.takenBack) {
      if (this.made.has(name) || this.ledger.get(holder, period, key) !== 0n) continue;
      this.ledger.drop(holder, period, key);
    }
  }

  private addRerated(columns: UsageRerated['data']['columns']): void {
    for (let row = 0; row < columns.impacts.length; row += 1) {
      const account = columns.account[row] ?? '';
      const old: MovingRow = {
        subscription: columns['old.subscription'][row] ?? '',
        cycle: columns['old.cycle'][row] ?? 0,
        impacts: columns['old.impacts'][row] ?? [],
        before: columns['old.before'][row] ?? null,
      };
      for (const { holder, period, key, change } of movesOf(account, old)) {
        this.ledger.add(holder, period, key, -change);
        this.takenBack.set(nameOf({ holder, period, key }), { holder, period, key });
      }
      const now: MovingRow = {
        subscription: columns.subscription[row] ?? '',
        cycle: columns.cycle[row] ?? 0,
        impacts: columns.impacts[row] ?? [],
        before: columns.before[row] ?? null,
      };
      for (const move of movesOf(account, now)) {
        this.ledger.add(move.holder, move.period, move.key, move.change);
        this.made.add(nameOf(move));
      }
    }
  }

  private addNonUsage({ account, subscription, cycle, impacts }: NonUsageRated['data']['columns']): void {
    for (let row = 0; row < impacts.length; row += 1) {
      this.ledger.foldImpacts(account[row] ?? '', subscription[row] ?? '', cycle[row] ?? 0, impacts[row] ?? []);
    }
  }
}

function nameOf({ holder, period, key }: BalanceId): string {
  return `${holder}\n${period}\n${key}`;
}
