import { deserialize, serialize } from 'node:v8';
import type { EventStore } from '../../../shared/event-store/event-store.port.js';
import type { SnapshotStore } from '../../../shared/event-store/snapshot-store.port.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import type { AggregationCompleted, AggregationEvent, BillingBatchSealed } from '../domain/events.js';
import { Residuals } from '../domain/residuals.js';
import { aggregationStream, billingBatchStream } from './billing-streams.js';

/**
 * The residuals of one partition after all completed runs. The sealed lines are the truth; the snapshot only saves
 * reading the lines of earlier runs again.
 */
export class ResidualBook {
  constructor(
    private readonly store: EventStore,
    private readonly snapshots: SnapshotStore,
  ) {}

  async load(tenant: string, partition: number): Promise<Residuals> {
    const name = `billing-residuals-${tenant}.${partition}`;
    const snapshot = await this.snapshots.load(name);
    const residuals = new Residuals(snapshot === undefined ? [] : (deserialize(snapshot.bytes) as [string, string][]));
    // A snapshot's position is the number of events of the aggregation stream that it has seen.
    const seen = snapshot?.position ?? 0;
    let through = seen;
    for await (const event of this.store.readStream(aggregationStream(tenant), { from: seen })) {
      through = event.revision + 1;
      const known = event as RecordedEvent & AggregationEvent;
      if (known.type !== 'AggregationCompleted.v1') continue;
      for (const batchId of batchesOf(known.data, partition)) {
        residuals.apply((await sealedBatch(this.store, tenant, batchId)).columns);
      }
    }
    if (through > seen) {
      await this.snapshots.save(name, { position: through, bytes: serialize(residuals.entries()) });
    }
    return residuals;
  }
}

/** The batches of a run that belong to a partition: they stand in the list one partition after the other. */
export function batchesOf(run: AggregationCompleted['data'], partition: number): readonly string[] {
  let start = 0;
  for (const part of run.partitions) {
    if (part.partition === partition) return run.batches.slice(start, start + part.batches);
    start += part.batches;
  }
  return [];
}

/** The lines of a batch, from its own first event. */
export async function sealedBatch(
  store: EventStore,
  tenant: string,
  batchId: string,
): Promise<BillingBatchSealed['data']> {
  for await (const event of store.readStream(billingBatchStream(tenant, batchId), { limit: 1 })) {
    return (event as RecordedEvent & BillingBatchSealed).data;
  }
  throw new Error(`Billing batch ${batchId} of ${tenant} is named by its run but not in the log`);
}
