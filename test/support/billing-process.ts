import { CoreBillingAdapter } from '../../src/modules/billing-sync/adapters/core-billing/core-billing.adapter.js';
import { Aggregator } from '../../src/modules/billing-sync/application/aggregator.js';
import { BatchSettler } from '../../src/modules/billing-sync/application/batch-settler.js';
import { BillingQueue } from '../../src/modules/billing-sync/application/billing-queue.js';
import { BillingSender } from '../../src/modules/billing-sync/application/billing-sender.js';
import {
  aggregationStream,
  billingBatchStream,
  billingWorkStream,
} from '../../src/modules/billing-sync/application/billing-streams.js';
import { RatingLog } from '../../src/modules/billing-sync/application/rating-log.js';
import { ResidualBook } from '../../src/modules/billing-sync/application/residual-book.js';
import { aggregationRunsDecider } from '../../src/modules/billing-sync/domain/aggregation-runs.decider.js';
import { billingWorkDecider } from '../../src/modules/billing-sync/domain/billing-work.decider.js';
import type {
  AggregationCompleted,
  BillingBatchSealed,
  BillingSendCompleted,
} from '../../src/modules/billing-sync/domain/events.js';
import type { EventStore } from '../../src/shared/event-store/event-store.port.js';
import { runCommand } from '../../src/shared/event-store/run-command.js';
import { ManualClock } from '../../src/shared/kernel/clock.js';
import { Decimal } from '../../src/shared/kernel/decimal.js';
import { isRefused } from '../../src/shared/kernel/refusal.js';
import type { Sandbox } from '../../src/sandbox/sandbox-server.js';
import { events, MemorySnapshots, metadata, NOW, rate, TENANT, type RatedRecord } from './billing-fixture.js';

/** A signal that never comes. */
export const never = new AbortController().signal;
/** How long the billing system remembers a receipt. */
export const RECEIPT_WINDOW_MS = 24 * 3_600_000;

/** The billing system at an address, asked as the server asks it, with shorter waits between its tries. */
export function coreBilling(url: string, timeoutMs = 2000): CoreBillingAdapter {
  return new CoreBillingAdapter({
    url,
    clientNo: '1001',
    authKey: 'sandbox',
    timeoutMs,
    windowMs: RECEIPT_WINDOW_MS,
    maxAnswerBytes: 1024 * 1024,
    retries: 3,
    baseDelayMs: 1,
    maxDelayMs: 2000,
  });
}

/** What one process does from its start: finish the run, then the send, whatever state it finds. */
export class BillingProcess {
  readonly snapshots = new MemorySnapshots();
  private readonly aggregator: Aggregator;
  private readonly sender: BillingSender;

  constructor(
    readonly store: EventStore,
    url: string,
    timeoutMs?: number,
    clock = new ManualClock(NOW),
  ) {
    this.aggregator = new Aggregator(store, new RatingLog(store), new ResidualBook(store, this.snapshots), clock);
    this.sender = new BillingSender(new BatchSettler(store, coreBilling(url, timeoutMs), clock, 1), 2);
  }

  async aggregate(runId: string, batchSize = 3): Promise<void> {
    const standing = await new RatingLog(this.store).standing(TENANT);
    const command = { kind: 'REQUEST', runId, reason: 'test', standing, batchSize } as const;
    const stream = aggregationStream(TENANT);
    const run = { stream, decider: aggregationRunsDecider, command, metadata: metadata(), cause: runId };
    const decided = await runCommand(this.store, run);
    if (isRefused(decided)) throw new Error(decided.refused.message);
    await this.aggregator.finish(TENANT, never);
  }

  async send(
    sendId: string,
    errored?: { batches: readonly string[]; errorCode?: string },
  ): Promise<BillingSendCompleted['data']> {
    const context = { tenant: TENANT, actor: 'key:k1', commandId: sendId, correlationId: sendId, now: NOW };
    await new BillingQueue(this.store).send(context, sendId, 'test', {
      fresh: errored === undefined,
      ...(errored === undefined ? {} : { errored }),
    });
    let state = billingWorkDecider.initialState;
    const stream = billingWorkStream(TENANT);
    for (const event of await events(this.store, stream)) state = billingWorkDecider.evolve(state, event as never);
    const work = state.open.find((open) => open.kind === 'SEND' && open.data.sendId === sendId);
    if (work?.kind !== 'SEND') {
      const done = (await events(this.store, stream)).find(
        (event) => (event.data as { sendId?: string }).sendId === sendId && event.type === 'BillingSendCompleted.v1',
      );
      return done!.data as BillingSendCompleted['data'];
    }
    const data = await this.sender.send(work.data, metadata('role:sync'), never);
    const command = { kind: 'SENT', data: data! } as const;
    await runCommand(this.store, {
      stream,
      decider: billingWorkDecider,
      command,
      metadata: metadata('role:sync'),
      cause: `${sendId}/done`,
    });
    return data!;
  }
}

/** The ends of the runs that completed, in order. */
export async function completedRuns(store: EventStore): Promise<AggregationCompleted['data'][]> {
  return (await events(store, aggregationStream(TENANT)))
    .filter((event) => event.type === 'AggregationCompleted.v1')
    .map((event) => event.data as AggregationCompleted['data']);
}

/** The lines of all completed runs, by line id. */
export async function billedLines(
  store: EventStore,
): Promise<Map<string, { amount: string; currency: string; exact: string }>> {
  const lines = new Map<string, { amount: string; currency: string; exact: string }>();
  for (const run of await completedRuns(store)) {
    for (const batchId of run.batches) {
      const [first] = await events(store, billingBatchStream(TENANT, batchId));
      const { columns } = (first as unknown as BillingBatchSealed).data;
      columns.lineId.forEach((id, index) =>
        lines.set(id, {
          amount: columns.amount[index]!,
          currency: columns.currency[index]!,
          exact: columns.exact[index]!,
        }),
      );
    }
  }
  return lines;
}

/** The judge: the billing system's own ledger holds every line once, with our amount. */
export async function expectLedgerEqual(sandbox: Sandbox, store: EventStore): Promise<void> {
  const lines = await billedLines(store);
  expect(sandbox.ledger.duplicates()).toEqual([]);
  expect(sandbox.ledger.records.map((record) => record.clientRecordId).sort()).toEqual([...lines.keys()].sort());
  for (const record of sandbox.ledger.records) {
    expect(Decimal.parse(record.amount).toString()).toBe(lines.get(record.clientRecordId!)?.amount);
  }
}

/** Of four accounts in two currencies, one of them of nothing. */
export const FIVE_RECORDS: readonly RatedRecord[] = [
  { account: 'a', amount: '0.004' },
  { account: 'a', amount: '0.003', usageType: 'SMS' },
  { account: 'b', amount: '1.115', rateSchedule: 'GOLD' },
  { account: 'c', amount: '0', quantity: '60' },
  { account: 'd', amount: '12.3456789012', currency: 'USD' },
];

/** Seven lines to bill, of three events in two partitions. */
export async function twoPartitions(store: EventStore): Promise<void> {
  await rate(store, 0, FIVE_RECORDS);
  await rate(store, 0, [{ account: 'a', amount: '0.5' }]);
  await rate(store, 2, [
    { account: 'x', amount: '3.333' },
    { account: 'y', amount: '-0.005' },
  ]);
}
