import { never } from '../../../shared/kernel/decider.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { parseStreamName } from '../../../shared/kernel/stream-name.js';
import { update, type Change, type Projection } from '../../../shared/read-models/projection.js';
import type { UsageFileReceived } from '../../ingestion/index.js';
import type { UsageBatchRated } from '../../rating/index.js';
import type {
  SuspenseReprocessAnswered,
  SuspenseReprocessPlaced,
  SuspenseReprocessRequested,
} from '../domain/events.js';
import { answeredRows, requestedRows, reratedRows, suspendedRows } from './suspended-records.changes.js';
import { CountChanges } from './suspense-counts.js';
import { answeredReprocess, placedReprocess, requestedReprocess } from './suspense-reprocesses.changes.js';
import {
  SUSPENSE_PROJECTION,
  suspendedRecords,
  suspenseFiles,
  suspenseReprocesses,
  type SuspenseFile,
} from './suspense.collections.js';

type Handled =
  | UsageFileReceived
  | UsageBatchRated
  | SuspenseReprocessRequested
  | SuspenseReprocessAnswered
  | SuspenseReprocessPlaced;

const HANDLES: readonly Handled['type'][] = [
  'UsageFileReceived.v1',
  'UsageBatchRated.v1',
  'SuspenseReprocessRequested.v1',
  'SuspenseReprocessAnswered.v1',
  'SuspenseReprocessPlaced.v1',
];

/** Everything suspense shows. A rated event without a suspended line costs a look at its head and nothing more. */
export const suspenseProjection: Projection = {
  name: SUSPENSE_PROJECTION,
  version: 1,
  collections: [suspendedRecords, suspenseFiles, suspenseReprocesses],
  handles: HANDLES,
  project: (event) => changesOf(event as RecordedEvent & Handled),
};

function* changesOf(event: RecordedEvent & Handled): Iterable<Change> {
  switch (event.type) {
    case 'UsageFileReceived.v1':
      yield received(event);
      return;
    case 'UsageBatchRated.v1':
      if (event.data.head.cause.kind === 'REPROCESS') yield* rerated(event);
      else if (event.data.head.sources.some((source) => source.suspendedLines > 0)) yield* suspended(event);
      return;
    case 'SuspenseReprocessRequested.v1':
      yield* requestedRows(event);
      yield counted(event, event.data.head.fileId, (changes) => {
        for (const code of event.data.columns.code) changes.requested(code);
      });
      yield requestedReprocess(event);
      return;
    case 'SuspenseReprocessAnswered.v1':
      yield* answeredRows(event);
      yield counted(event, event.data.head.fileId, (changes) => {
        const { was, code } = event.data.columns;
        was.forEach((before, row) => changes.answered(before, code[row] ?? null));
      });
      yield answeredReprocess(event);
      return;
    case 'SuspenseReprocessPlaced.v1':
      yield placedReprocess(event);
      return;
    default:
      never(event);
  }
}

function received(event: RecordedEvent & UsageFileReceived): Change {
  const { tenant } = parseStreamName(event.stream);
  const { fileId, fileName, sourcePlatform, serviceType, usageRecordType } = event.data;
  return update(suspenseFiles, { tenant, fileId }, (before) => ({
    ...(before ?? emptyFile(tenant, fileId)),
    fileName,
    sourcePlatform,
    serviceType,
    usageRecordType,
    loadedAt: Date.parse(event.metadata.recordedAt),
  }));
}

function* suspended(event: RecordedEvent & UsageBatchRated): Iterable<Change> {
  yield* suspendedRows(event);
  const { columns } = event.data;
  yield* countedByFile(event, (changes, row) => {
    const code = columns['s.code'][row] ?? '';
    changes.opened(code);
    changes.example(code, columns['s.message'][row] ?? '');
  });
}

/** The counts move with the answer in the suspense stream; the reason of a new code is only known here. */
function* rerated(event: RecordedEvent & UsageBatchRated): Iterable<Change> {
  yield* reratedRows(event);
  const { columns } = event.data;
  yield* countedByFile(event, (changes, row) => {
    changes.example(columns['s.code'][row] ?? '', columns['s.message'][row] ?? '');
  });
}

function* countedByFile(
  event: RecordedEvent & UsageBatchRated,
  count: (changes: CountChanges, row: number) => void,
): Iterable<Change> {
  const { head, columns } = event.data;
  const files = new Map<string, CountChanges>();
  for (let row = 0; row < columns['s.line'].length; row += 1) {
    const fileId = head.sources[columns['s.source'][row] ?? -1]?.fileId ?? '';
    let changes = files.get(fileId);
    if (changes === undefined) files.set(fileId, (changes = new CountChanges()));
    count(changes, row);
  }
  for (const [fileId, changes] of files) yield applied(event, fileId, changes);
}

function counted(event: RecordedEvent, fileId: string, count: (changes: CountChanges) => void): Change {
  const changes = new CountChanges();
  count(changes);
  return applied(event, fileId, changes);
}

function applied(event: RecordedEvent, fileId: string, changes: CountChanges): Change {
  const { tenant } = parseStreamName(event.stream);
  return update(suspenseFiles, { tenant, fileId }, (before) => {
    const file = before ?? emptyFile(tenant, fileId);
    return file.seen >= event.position ? file : changes.applyTo(file, event.position);
  });
}

function emptyFile(tenant: string, fileId: string): SuspenseFile {
  return {
    tenant,
    fileId,
    fileName: '',
    sourcePlatform: '',
    serviceType: '',
    usageRecordType: '',
    loadedAt: 0,
    inSuspense: false,
    open: 0,
    reprocessing: 0,
    resolved: 0,
    codes: '',
    counts: {},
    seen: 0,
  };
}
