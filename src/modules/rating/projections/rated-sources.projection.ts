import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { parseStreamName } from '../../../shared/kernel/stream-name.js';
import { put, type Change, type Projection } from '../../../shared/read-models/projection.js';
import type { UsageBatchRated } from '../domain/events.js';
import type { UsageRerated } from '../domain/runs/rerated-events.js';
import { ratedSources } from './collections.js';

export const RATED_SOURCES_PROJECTION = 'rated-sources';

/** From the heads of rated events alone: their columns are opened only for what a run rated again. */
export const ratedSourcesProjection: Projection = {
  name: RATED_SOURCES_PROJECTION,
  version: 2,
  collections: [ratedSources],
  handles: ['UsageBatchRated.v1', 'UsageRerated.v1'],
  project: (event) =>
    event.type === 'UsageRerated.v1'
      ? reratedRows(event as RecordedEvent & UsageRerated)
      : rowsOf(event as RecordedEvent & UsageBatchRated),
};

function* rowsOf(event: RecordedEvent & UsageBatchRated): Iterable<Change> {
  const { tenant } = parseStreamName(event.stream);
  const { partition, cause, sources } = event.data.head;
  for (const source of sources) {
    yield put(ratedSources, {
      tenant,
      mediatedPosition: source.position,
      partition,
      ratedPosition: event.position,
      ratedRevision: event.revision,
      fileId: source.fileId,
      firstLine: source.firstLine,
      lastLine: source.lastLine,
      serviceType: source.serviceType,
      monetizedLines: source.monetizedLines,
      suspendedLines: source.suspendedLines,
      reprocessId: cause.kind === 'REPROCESS' ? cause.reprocessId : null,
      runId: null,
    });
  }
}

function* reratedRows(event: RecordedEvent & UsageRerated): Iterable<Change> {
  const { tenant } = parseStreamName(event.stream);
  const { head, columns } = event.data;
  const lines = head.sources.map(() => new Set<number>());
  columns.line.forEach((line, row) => lines[columns.source[row] ?? -1]?.add(line));
  for (const [index, source] of head.sources.entries()) {
    yield put(ratedSources, {
      tenant,
      mediatedPosition: source.position,
      partition: head.partition,
      ratedPosition: event.position,
      ratedRevision: event.revision,
      fileId: source.fileId,
      firstLine: null,
      lastLine: null,
      serviceType: source.serviceType,
      monetizedLines: lines[index]?.size ?? 0,
      suspendedLines: 0,
      reprocessId: null,
      runId: head.runId,
    });
  }
}
