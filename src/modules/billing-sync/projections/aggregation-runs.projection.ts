import { never } from '../../../shared/kernel/decider.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { put, update, type Change, type Projection } from '../../../shared/read-models/projection.js';
import type { AggregationEvent } from '../domain/events.js';
import { aggregationRuns, aggregationWindows } from './collections.js';
import { AGGREGATION_RUNS_PROJECTION } from './projection-names.js';

const HANDLES: readonly AggregationEvent['type'][] = [
  'AggregationRequested.v1',
  'AggregationCompleted.v1',
  'AggregationFailed.v1',
];

/** Aggregation runs, and the windows of those that count. */
export const aggregationRunsProjection: Projection = {
  name: AGGREGATION_RUNS_PROJECTION,
  version: 1,
  collections: [aggregationRuns, aggregationWindows],
  handles: HANDLES,
  project: (event) => changesOf(event as RecordedEvent & AggregationEvent),
};

function* changesOf(event: RecordedEvent & AggregationEvent): Iterable<Change> {
  const { tenant, actor, recordedAt } = event.metadata;
  const at = Date.parse(recordedAt);
  const { runId } = event.data;
  switch (event.type) {
    case 'AggregationRequested.v1':
      yield put(aggregationRuns, {
        tenant,
        runId,
        status: 'RUNNING',
        reason: event.data.reason,
        actor,
        requestedAt: at,
        finishedAt: null,
        window: event.data.window,
        batches: 0,
        lines: 0,
        records: 0,
        totals: [],
        code: null,
        message: null,
        requestedPosition: event.position,
        finishedPosition: 0,
      });
      return;
    case 'AggregationCompleted.v1': {
      const { batches, lines, records, totals, window } = event.data;
      yield update(
        aggregationRuns,
        { tenant, runId },
        (row) =>
          row && {
            ...row,
            status: 'COMPLETED' as const,
            finishedAt: at,
            batches: batches.length,
            lines,
            records,
            totals,
            finishedPosition: event.position,
          },
      );
      for (const { partition, from, to } of window)
        yield put(aggregationWindows, { tenant, partition, to, from, runId });
      return;
    }
    case 'AggregationFailed.v1': {
      const { code, message } = event.data;
      yield update(
        aggregationRuns,
        { tenant, runId },
        (row) =>
          row && { ...row, status: 'FAILED' as const, finishedAt: at, code, message, finishedPosition: event.position },
      );
      return;
    }
    default:
      never(event);
  }
}
