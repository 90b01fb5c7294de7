import type { RecordedEvent } from '../../../../shared/kernel/event.js';
import type { BalanceLedger } from '../../domain/balance-ledger.js';
import type { NonUsageRated } from '../../domain/runs/non-usage-events.js';
import type { UsageRerated } from '../../domain/runs/rerated-events.js';

/** Moves the balances by what a partition answered to a run. */
export function foldAnswer(ledger: BalanceLedger, event: RecordedEvent): void {
  if (event.type === 'UsageRerated.v1') foldRerated(ledger, (event as RecordedEvent & UsageRerated).data.columns);
  else if (event.type === 'NonUsageRated.v1')
    foldNonUsage(ledger, (event as RecordedEvent & NonUsageRated).data.columns);
}

/** What was is taken back, what is now holds. */
function foldRerated(ledger: BalanceLedger, columns: UsageRerated['data']['columns']): void {
  const { account, subscription, cycle, impacts } = columns;
  const old = {
    subscription: columns['old.subscription'],
    cycle: columns['old.cycle'],
    impacts: columns['old.impacts'],
  };
  for (let row = 0; row < impacts.length; row += 1) {
    const owner = account[row] ?? '';
    ledger.foldImpacts(owner, old.subscription[row] ?? '', old.cycle[row] ?? 0, old.impacts[row] ?? [], 'REVERSED');
    ledger.foldImpacts(owner, subscription[row] ?? '', cycle[row] ?? 0, impacts[row] ?? []);
  }
}

function foldNonUsage(ledger: BalanceLedger, columns: NonUsageRated['data']['columns']): void {
  const { account, subscription, cycle, impacts } = columns;
  for (let row = 0; row < impacts.length; row += 1) {
    ledger.foldImpacts(account[row] ?? '', subscription[row] ?? '', cycle[row] ?? 0, impacts[row] ?? []);
  }
}
