import { fold } from '../../../shared/kernel/decider.js';
import type { Clock } from '../../../shared/kernel/clock.js';
import type { Decimal } from '../../../shared/kernel/decimal.js';
import type { EventMetadata, RecordedEvent } from '../../../shared/kernel/event.js';
import { eventId } from '../../../shared/event-store/event-id.js';
import { WrongExpectedRevision, type EventStore } from '../../../shared/event-store/event-store.port.js';
import { runCommand } from '../../../shared/event-store/run-command.js';
import { aggregationRunsDecider, type AggregationCommand } from '../domain/aggregation-runs.decider.js';
import type { AggregationEvent, AggregationRequested, BillingBatchSealed, RevisionRange } from '../domain/events.js';
import { GateClosed, RunTotals, sealBatches } from '../domain/seal-batches.js';
import { UsageGroups } from '../domain/usage-groups.js';
import { aggregationStream, billingBatchStream } from './billing-streams.js';
import type { RatingLog } from './rating-log.js';
import { sealedBatch, type ResidualBook } from './residual-book.js';

interface Progress {
  readonly totals: RunTotals;
  readonly monetized: Map<string, Decimal>;
  readonly batches: string[];
  readonly partitions: { readonly partition: number; readonly batches: number }[];
}

/**
 * Carries out one aggregation run: partition by partition, groups -> lines -> sealed batches. Everything is derived
 * from the run's window and the runs before it, so after a crash the same batches come out and are found in the log.
 */
export class Aggregator {
  constructor(
    private readonly store: EventStore,
    private readonly ratingLog: RatingLog,
    private readonly residuals: ResidualBook,
    private readonly clock: Clock,
  ) {}

  /** Finishes the run of a tenant that is under way, if there is one. Stops between batches when `signal` says so. */
  async finish(tenant: string, signal: AbortSignal): Promise<void> {
    const requested = await this.underWay(tenant);
    if (requested === undefined) return;
    const run = requested.data;
    const metadata = this.metadataFrom(requested);
    const progress: Progress = { totals: new RunTotals(), monetized: new Map(), batches: [], partitions: [] };
    try {
      for (const range of run.window) {
        if (signal.aborted) return;
        await this.sealPartition(tenant, run, range, metadata, progress);
      }
      const totals = progress.totals.close(progress.monetized);
      const { runId, window } = run;
      const { batches, partitions } = progress;
      const { lines, records } = progress.totals;
      const data = { runId, batches, partitions, window, lines, records, totals };
      await this.record(tenant, { kind: 'COMPLETE', data }, metadata, run.runId);
    } catch (error) {
      if (!(error instanceof GateClosed)) throw error;
      const data = { runId: run.runId, code: 'OUT_OF_BALANCE', message: error.message, batches: progress.batches };
      await this.record(tenant, { kind: 'FAIL', data }, metadata, run.runId);
    }
  }

  private async sealPartition(
    tenant: string,
    run: AggregationRequested['data'],
    range: RevisionRange,
    metadata: EventMetadata,
    progress: Progress,
  ): Promise<void> {
    const groups = new UsageGroups();
    for await (const event of this.ratingLog.rated(tenant, range)) {
      if (event.type === 'UsageRerated.v1') groups.correct(event.data);
      else groups.add(event.data);
    }
    for (const { currency, heads, rows } of groups.money()) {
      if (!heads.equals(rows)) {
        throw new GateClosed(
          `Partition ${range.partition}, revisions ${range.from} to ${range.to}: the rated events' heads say ${heads.toString()} ${currency}, their records add up to ${rows.toString()}`,
        );
      }
      progress.monetized.set(currency, progress.monetized.get(currency)?.plus(heads) ?? heads);
    }
    const { partition } = range;
    const { runId, batchSize, currencies = [] } = run;
    const plan = { runId, partition, firstBatch: progress.batches.length + 1, batchSize, currencies };
    const sealed = sealBatches(plan, groups.sorted(), await this.residuals.load(tenant, partition));
    for (const batch of sealed) {
      progress.totals.add(batch.data);
      progress.batches.push(batch.data.head.batchId);
      await this.seal(tenant, batch, metadata);
    }
    progress.partitions.push({ partition, batches: sealed.length });
  }

  /** Appends a batch, or finds it where an earlier attempt at this run left it. */
  private async seal(tenant: string, batch: BillingBatchSealed, metadata: EventMetadata): Promise<void> {
    const { batchId } = batch.data.head;
    const stream = billingBatchStream(tenant, batchId);
    try {
      await this.store.append(stream, 'no-stream', [
        { id: eventId(`${stream}/sealed`), type: batch.type, data: batch.data, metadata },
      ]);
    } catch (error) {
      if (!(error instanceof WrongExpectedRevision)) throw error;
      const { head } = await sealedBatch(this.store, tenant, batchId);
      const { head: ours } = batch.data;
      if (head.lines !== ours.lines || JSON.stringify(head.money) !== JSON.stringify(ours.money)) {
        throw new GateClosed(`Batch ${batchId} is in the log with other lines than this run makes`);
      }
    }
  }

  private async underWay(tenant: string): Promise<(RecordedEvent & AggregationRequested) | undefined> {
    const events: (RecordedEvent & AggregationEvent)[] = [];
    for await (const event of this.store.readStream(aggregationStream(tenant))) {
      events.push(event as RecordedEvent & AggregationEvent);
    }
    const { running } = fold(aggregationRunsDecider, events);
    return events.find(
      (event): event is RecordedEvent & AggregationRequested =>
        event.type === 'AggregationRequested.v1' && event.data.runId === running?.runId,
    );
  }

  private async record(
    tenant: string,
    command: AggregationCommand,
    metadata: EventMetadata,
    runId: string,
  ): Promise<void> {
    await runCommand(this.store, {
      stream: aggregationStream(tenant),
      decider: aggregationRunsDecider,
      command,
      metadata,
      cause: `${runId}/end`,
    });
  }

  private metadataFrom(event: RecordedEvent): EventMetadata {
    const { tenant, correlationId, commandId } = event.metadata;
    return {
      tenant,
      actor: 'role:sync',
      correlationId,
      causationId: event.id,
      ...(commandId === undefined ? {} : { commandId }),
      recordedAt: new Date(this.clock.now()).toISOString(),
    };
  }
}
