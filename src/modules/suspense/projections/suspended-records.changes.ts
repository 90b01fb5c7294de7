import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { parseStreamName } from '../../../shared/kernel/stream-name.js';
import { put, update, type Change } from '../../../shared/read-models/projection.js';
import type { UsageBatchRated } from '../../rating/index.js';
import type { SuspenseReprocessAnswered, SuspenseReprocessRequested } from '../domain/events.js';
import { suspendedRecords, type SuspendedRecord } from './suspense.collections.js';

type Rated = RecordedEvent & UsageBatchRated;

/**
 * Rows of the suspended lines of a first rating. They are put, not updated: a record is rated for the first time once,
 * and whatever came later follows in the log.
 */
export function* suspendedRows(event: Rated): Iterable<Change> {
  const { tenant } = parseStreamName(event.stream);
  const suspendedAt = Date.parse(event.metadata.recordedAt);
  const { head, columns } = event.data;
  for (let row = 0; row < columns['s.line'].length; row += 1) {
    const source = head.sources[columns['s.source'][row] ?? -1];
    const line = columns['s.line'][row];
    if (source === undefined || line === undefined) throw new Error(`${event.id}: suspended row ${row} has no source`);
    yield put(suspendedRecords, {
      tenant,
      fileId: source.fileId,
      line,
      status: 'OPEN',
      inSuspense: true,
      code: columns['s.code'][row] ?? '',
      message: columns['s.message'][row] ?? '',
      serviceId: columns['s.serviceId'][row] ?? '',
      account: columns['s.account'][row] ?? null,
      usageType: columns['s.usageType'][row] ?? '',
      at: columns['s.at'][row] ?? 0,
      sourcePlatform: source.sourcePlatform,
      serviceType: source.serviceType,
      usageRecordType: source.usageRecordType,
      mediatedPosition: source.position,
      ordinal: columns['s.ordinal'][row] ?? 0,
      ratedPosition: event.position,
      suspendedAt,
      reprocessId: null,
      facts: columns['s.facts'][row] ?? {},
    });
  }
}

/**
 * A reprocess was rated. A record that became money is RESOLVED at once, without waiting for the answer in its
 * suspense stream; one suspended again shows its new reason, and is OPEN only once the stream has let it go.
 */
export function* reratedRows(event: Rated): Iterable<Change> {
  const { tenant } = parseStreamName(event.stream);
  const { head, columns } = event.data;
  const fileOf = (source: number | undefined): string => head.sources[source ?? -1]?.fileId ?? '';
  for (let row = 0; row < columns.line.length; row += 1) {
    // The charges of a line stand side by side: one of them is enough.
    if (columns.line[row] === columns.line[row - 1] && columns.source[row] === columns.source[row - 1]) continue;
    const account = columns.account[row] ?? null;
    yield changed(tenant, fileOf(columns.source[row]), columns.line[row], (before) =>
      before.ratedPosition >= event.position
        ? before
        : { ...before, status: 'RESOLVED', inSuspense: false, account, ratedPosition: event.position },
    );
  }
  for (let row = 0; row < columns['s.line'].length; row += 1) {
    const reason = {
      code: columns['s.code'][row] ?? '',
      message: columns['s.message'][row] ?? '',
      account: columns['s.account'][row] ?? null,
      facts: columns['s.facts'][row] ?? {},
      ratedPosition: event.position,
    };
    yield changed(tenant, fileOf(columns['s.source'][row]), columns['s.line'][row], (before) =>
      before.ratedPosition >= event.position ? before : { ...before, ...reason },
    );
  }
}

export function* requestedRows(event: RecordedEvent & SuspenseReprocessRequested): Iterable<Change> {
  const { tenant } = parseStreamName(event.stream);
  const { reprocessId, fileId } = event.data.head;
  for (const line of event.data.columns.line) {
    yield changed(tenant, fileId, line, (before) =>
      before.ratedPosition >= event.position ? before : { ...before, status: 'REPROCESSING', reprocessId },
    );
  }
}

export function* answeredRows(event: RecordedEvent & SuspenseReprocessAnswered): Iterable<Change> {
  const { tenant } = parseStreamName(event.stream);
  const { reprocessId, fileId } = event.data.head;
  const { line: lines, outcome, code } = event.data.columns;
  for (let row = 0; row < lines.length; row += 1) {
    const resolved = outcome[row] === 'MONETIZED';
    const newCode = code[row];
    yield changed(tenant, fileId, lines[row], (before) => {
      if (before.reprocessId !== reprocessId || before.status !== 'REPROCESSING') return before;
      return resolved
        ? { ...before, status: 'RESOLVED', inSuspense: false }
        : { ...before, status: 'OPEN', code: newCode ?? before.code };
    });
  }
}

/** A record that was never seen suspended is not made up by an answer. */
function changed(
  tenant: string,
  fileId: string,
  line: number | undefined,
  change: (before: SuspendedRecord) => SuspendedRecord,
): Change {
  return update(suspendedRecords, { tenant, fileId, line: line ?? 0 }, (before) =>
    before === undefined ? undefined : change(before),
  );
}
