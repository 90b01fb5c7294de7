import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { parseStreamName } from '../../../shared/kernel/stream-name.js';
import { update, type Change } from '../../../shared/read-models/projection.js';
import type {
  SuspenseReprocessAnswered,
  SuspenseReprocessPlaced,
  SuspenseReprocessRequested,
} from '../domain/events.js';
import { suspenseReprocesses, type SuspenseReprocess } from './suspense.collections.js';

export function requestedReprocess(event: RecordedEvent & SuspenseReprocessRequested): Change {
  const { reprocessId, reason, records } = event.data.head;
  return changed(event, reprocessId, reason, (before) => ({ ...before, records: before.records + records }));
}

export function answeredReprocess(event: RecordedEvent & SuspenseReprocessAnswered): Change {
  const { reprocessId, resolved, suspended } = event.data.head;
  const { was, code } = event.data.columns;
  return changed(event, reprocessId, '', (before) => {
    const resolvedByCode = { ...before.resolvedByCode };
    const suspendedByCode = { ...before.suspendedByCode };
    was.forEach((old, row) => {
      const next = code[row] ?? null;
      if (next === null) resolvedByCode[old] = (resolvedByCode[old] ?? 0) + 1;
      else suspendedByCode[next] = (suspendedByCode[next] ?? 0) + 1;
    });
    return {
      ...before,
      resolved: before.resolved + resolved,
      suspended: before.suspended + suspended,
      resolvedByCode,
      suspendedByCode,
    };
  });
}

export function placedReprocess(event: RecordedEvent & SuspenseReprocessPlaced): Change {
  const { reprocessId, reason, files, selection } = event.data;
  return changed(event, reprocessId, reason, (before) => ({ ...before, files, selection }));
}

function changed(
  event: RecordedEvent,
  reprocessId: string,
  reason: string,
  change: (before: SuspenseReprocess) => SuspenseReprocess,
): Change {
  const { tenant } = parseStreamName(event.stream);
  return update(suspenseReprocesses, { tenant, reprocessId }, (before) => {
    if (before !== undefined && before.seen >= event.position) return before;
    return withStatus(change(before ?? begun(event, tenant, reprocessId, reason)), event);
  });
}

/** Complete = every file has its request, and every record of it its answer. */
function withStatus(reprocess: SuspenseReprocess, event: RecordedEvent): SuspenseReprocess {
  const answered = reprocess.resolved + reprocess.suspended;
  const complete = reprocess.files !== null && answered >= reprocess.records;
  return {
    ...reprocess,
    seen: event.position,
    status: complete ? 'COMPLETED' : answered > 0 ? 'RUNNING' : 'REQUESTED',
    completedAt: complete ? (reprocess.completedAt ?? Date.parse(event.metadata.recordedAt)) : null,
  };
}

function begun(event: RecordedEvent, tenant: string, reprocessId: string, reason: string): SuspenseReprocess {
  return {
    tenant,
    reprocessId,
    status: 'REQUESTED',
    reason,
    actor: event.metadata.actor,
    commandId: event.metadata.commandId ?? null,
    requestedAt: Date.parse(event.metadata.recordedAt),
    position: event.position,
    files: null,
    selection: null,
    records: 0,
    resolved: 0,
    suspended: 0,
    resolvedByCode: {},
    suspendedByCode: {},
    completedAt: null,
    seen: 0,
  };
}
