import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { parseStreamName } from '../../../shared/kernel/stream-name.js';
import { put, type Change, type Projection } from '../../../shared/read-models/projection.js';
import type { UsageBatchRated } from '../domain/events.js';
import { ratedSources } from './collections.js';

export const RATED_SOURCES_PROJECTION = 'rated-sources';

/** From the heads of rated events alone: their columns are never opened here. */
export const ratedSourcesProjection: Projection = {
  name: RATED_SOURCES_PROJECTION,
  version: 1,
  collections: [ratedSources],
  handles: ['UsageBatchRated.v1'],
  project: (event) => rowsOf(event as RecordedEvent & UsageBatchRated),
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
    });
  }
}
