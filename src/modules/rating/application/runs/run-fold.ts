import type { RecordedEvent } from '../../../../shared/kernel/event.js';
import { holderOf, type BalanceLedger } from '../../domain/balance-ledger.js';
import { keyOfImpact, placeOfImpact } from '../../domain/balance-places.js';
import type { RatedBefore, RatedImpact } from '../../domain/events.js';
import type { NonUsageRated } from '../../domain/runs/non-usage-events.js';
import type { UsageRerated } from '../../domain/runs/rerated-events.js';

interface Row {
  readonly account: string;
  readonly subscription: string;
  readonly cycle: number;
  readonly impacts: readonly RatedImpact[];
  readonly before: RatedBefore | null;
}

interface Balance {
  readonly holder: string;
  readonly period: number;
  readonly key: string;
}

/**
 * Moves the balances by what a partition answered to a run, as a whole. A balance that was only taken back, and is
 * nothing now, is not there any more: an allowance that nobody was granted is not one that is used up.
 */
export class RunFold {
  private readonly takenBack = new Map<string, Balance>();
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
      this.takeBack({
        account,
        subscription: columns['old.subscription'][row] ?? '',
        cycle: columns['old.cycle'][row] ?? 0,
        impacts: columns['old.impacts'][row] ?? [],
        before: columns['old.before'][row] ?? null,
      });
      this.make({
        account,
        subscription: columns.subscription[row] ?? '',
        cycle: columns.cycle[row] ?? 0,
        impacts: columns.impacts[row] ?? [],
        before: columns.before[row] ?? null,
      });
    }
  }

  private addNonUsage({ account, subscription, cycle, impacts }: NonUsageRated['data']['columns']): void {
    for (let row = 0; row < impacts.length; row += 1) {
      this.make({
        account: account[row] ?? '',
        subscription: subscription[row] ?? '',
        cycle: cycle[row] ?? 0,
        impacts: impacts[row] ?? [],
        before: null,
      });
    }
  }

  private takeBack(row: Row): void {
    const { account, subscription, cycle, impacts, before } = row;
    this.ledger.foldImpacts(account, subscription, cycle, impacts, 'REVERSED', before);
    for (const balance of balancesOf(row)) this.takenBack.set(nameOf(balance), balance);
  }

  private make(row: Row): void {
    const { account, subscription, cycle, impacts, before } = row;
    this.ledger.foldImpacts(account, subscription, cycle, impacts, 'MADE', before);
    for (const balance of balancesOf(row)) this.made.add(nameOf(balance));
  }
}

function* balancesOf({ account, subscription, cycle, impacts, before }: Row): Iterable<Balance> {
  const own = holderOf(account, subscription);
  for (const impact of impacts) {
    const key = keyOfImpact(impact);
    if (key === undefined) continue;
    const [holder = own, period] = placeOfImpact(impact, key, before) ?? [own, cycle];
    yield { holder, period, key };
  }
}

function nameOf({ holder, period, key }: Balance): string {
  return `${holder}\n${period}\n${key}`;
}
