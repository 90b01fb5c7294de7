import { Inject, Injectable } from '@nestjs/common';
import { EVENT_STORE, type EventStore } from '../../../shared/event-store/event-store.port.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { READ_MODELS, type ReadModels } from '../../../shared/read-models/read-models.port.js';
import { aggregationRunsDecider } from '../domain/aggregation-runs.decider.js';
import type { BillingLineage, LineOfRecord, RecordGroup, WindowOfLine } from '../domain/billing-lineage.js';
import type { AggregationEvent } from '../domain/events.js';
import { parseLineId } from '../domain/line-id.js';
import { aggregatedLines, aggregationRuns, aggregationWindows } from '../projections/collections.js';
import { BILLING_BATCHES_PROJECTION } from '../projections/projection-names.js';
import { aggregationStream } from './billing-streams.js';

/** The look-ups between records and lines, over the read models. */
@Injectable()
export class BillingLineageFacade implements BillingLineage {
  constructor(
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
    @Inject(EVENT_STORE) private readonly store: EventStore,
  ) {}

  async lineOfRecord(record: RecordGroup): Promise<LineOfRecord> {
    const { tenant, partition, revision } = record;
    if (record.prepaid) return { state: 'PREPAID' };
    const { items } = await this.readModels.find(aggregationWindows, {
      tenant,
      where: [
        { field: 'partition', op: 'eq', value: partition },
        { field: 'to', op: 'gte', value: revision },
      ],
      sort: [{ field: 'to', direction: 'asc' }],
      limit: 1,
    });
    const [window] = items;
    if (window === undefined || window.from > revision) return this.underWay(tenant, partition, revision);
    const { runId } = window;
    const complete = await this.hasAllLines(tenant, runId);
    const line = await this.lineIn(runId, record);
    if (line === undefined) return { state: complete ? 'NOTHING' : 'UNDER_WAY', runId };
    return { state: 'AGGREGATED', runId: line.runId, batchId: line.batchId, lineNo: line.lineNo, lineId: line.lineId };
  }

  async windowOfLine(tenant: string, lineId: string): Promise<WindowOfLine | undefined> {
    const address = parseLineId(lineId);
    if (address === undefined) return undefined;
    const { batchId, lineNo } = address;
    const line = await this.readModels.get(aggregatedLines, { tenant, batchId, lineNo });
    if (line === undefined) return undefined;
    const { items } = await this.readModels.find(aggregationWindows, {
      tenant,
      where: [
        { field: 'runId', op: 'eq', value: line.runId },
        { field: 'partition', op: 'eq', value: line.partition },
      ],
      limit: 1,
    });
    const [window] = items;
    if (window === undefined) return undefined;
    const { runId, partition, account, subscription, usageType, currency, rateSchedule } = line;
    const { from, to } = window;
    return { lineId, runId, batchId, partition, from, to, account, subscription, usageType, currency, rateSchedule };
  }

  /** The lines stand in the log before the end of their run: whether the read model has come that far. */
  private async hasAllLines(tenant: string, runId: string): Promise<boolean> {
    const run = await this.readModels.get(aggregationRuns, { tenant, runId });
    if (run?.status !== 'COMPLETED') return false;
    return (await this.readModels.position(BILLING_BATCHES_PROJECTION)) >= run.finishedPosition;
  }

  /** The lines of one account in one run are few: one per group of the key. */
  private async lineIn(runId: string, record: RecordGroup) {
    const { items } = await this.readModels.find(aggregatedLines, {
      tenant: record.tenant,
      where: [
        { field: 'account', op: 'eq', value: record.account },
        { field: 'runId', op: 'eq', value: runId },
        { field: 'subscription', op: 'eq', value: record.subscription },
        { field: 'usageType', op: 'eq', value: record.usageType },
        { field: 'currency', op: 'eq', value: record.currency },
        { field: 'rateSchedule', op: 'eq', value: record.rateSchedule },
      ],
      limit: 1,
    });
    return items[0];
  }

  private async underWay(tenant: string, partition: number, revision: number): Promise<LineOfRecord> {
    let state = aggregationRunsDecider.initialState;
    for await (const event of this.store.readStream(aggregationStream(tenant))) {
      state = aggregationRunsDecider.evolve(state, event as RecordedEvent & AggregationEvent);
    }
    const { running } = state;
    const holds = running?.window.some((range) => range.partition === partition && range.to >= revision) === true;
    if (running !== undefined && holds) return { state: 'UNDER_WAY', runId: running.runId };
    // Completed, and only the read model has not seen it yet.
    const done = (state.highWater[partition] ?? -1) >= revision;
    return done && state.lastRunId !== undefined
      ? { state: 'UNDER_WAY', runId: state.lastRunId }
      : { state: 'NOT_AGGREGATED' };
  }
}
