import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { put, update, type Change, type Projection } from '../../../shared/read-models/projection.js';
import type { UsageBatchRated } from '../../rating/index.js';
import type { UsageBatchMediated } from '../domain/events.js';
import { RAW_USAGE_PROJECTION, rawChunks, rawExceptions, type RawChunkRow } from './collections.js';

/** A row per chunk and a row per exceptional line: a record that went well has none, its chunk has it. */
export const rawUsageProjection: Projection = {
  name: RAW_USAGE_PROJECTION,
  version: 1,
  collections: [rawChunks, rawExceptions],
  handles: ['UsageBatchMediated.v1', 'UsageBatchRated.v1'],
  *project(event): Iterable<Change> {
    if (event.type === 'UsageBatchMediated.v1') {
      yield update(rawChunks, keyOf(event), (row) => row ?? chunkRow(event));
      yield* exceptionRows(event);
    } else {
      yield* ratedLines(event);
    }
  },
};

function keyOf(event: RecordedEvent) {
  const { fileId } = (event.data as UsageBatchMediated['data']).head;
  return { tenant: event.metadata.tenant, fileId, position: event.position };
}

function chunkRow(event: RecordedEvent): RawChunkRow {
  const { head } = event.data as UsageBatchMediated['data'];
  return {
    ...keyOf(event),
    stream: event.stream,
    revision: event.revision,
    chunk: head.chunk,
    sourcePlatform: head.sourcePlatform,
    serviceType: head.serviceType,
    usageRecordType: head.usageRecordType,
    firstLine: head.firstLine,
    lastLine: head.lastLine,
    startOffset: head.startOffset,
    endOffset: head.endOffset,
    usageFrom: head.usageFrom ?? null,
    usageTo: head.usageTo ?? null,
    total: head.counts.total,
    mediated: head.counts.mediated,
    ratedLines: 0,
    seenPosition: event.position,
  };
}

function* exceptionRows(event: RecordedEvent): Iterable<Change> {
  const data = event.data as UsageBatchMediated['data'];
  const { head } = data;
  if (head.counts.total === head.counts.mediated) return;
  const { columns } = data;
  for (const [index, line] of columns['x.line'].entries()) {
    yield put(rawExceptions, {
      ...keyOf(event),
      line,
      sourcePlatform: head.sourcePlatform,
      serviceType: head.serviceType,
      usageRecordType: head.usageRecordType,
      outcome: columns['x.outcome'][index] ?? 'ERROR',
      code: columns['x.code'][index] ?? '',
      column: columns['x.column'][index] ?? null,
      detail: columns['x.detail'][index] ?? '',
      offset: columns['x.offset'][index] ?? 0,
      length: columns['x.length'][index] ?? 0,
    });
  }
}

/** Counts the lines of each chunk that rating has answered for the first time; a reprocess answers them again. */
function* ratedLines(event: RecordedEvent): Iterable<Change> {
  const { head } = event.data as { head: UsageBatchRated['data']['head'] };
  if (head.cause.kind !== 'MEDIATED') return;
  for (const source of head.sources) {
    const key = { tenant: event.metadata.tenant, fileId: source.fileId, position: source.position };
    const lines = source.monetizedLines + source.suspendedLines;
    yield update(rawChunks, key, (row) => {
      if (row === undefined || row.seenPosition >= event.position) return row;
      return { ...row, ratedLines: row.ratedLines + lines, seenPosition: event.position };
    });
  }
}
