import { recordId } from '../../../shared/kernel/record-id.js';
import type { SuspenseStatus } from '../domain/events.js';
import { meaningOf } from '../domain/remedies.js';
import type { SuspendedRecord, SuspenseFile, SuspenseReprocess } from '../projections/suspense.collections.js';
import type { SuspendedRecordDto, SuspenseErrorDto, SuspenseFileDto } from './suspense-list.dto.js';
import type { ReprocessDto } from './suspense-reprocess.dto.js';

const instant = (ms: number): string => new Date(ms).toISOString();

export function fileView(file: SuspenseFile): SuspenseFileDto {
  return {
    fileId: file.fileId,
    fileName: file.fileName,
    sourcePlatform: file.sourcePlatform,
    serviceType: file.serviceType,
    usageRecordType: file.usageRecordType,
    loadedAt: instant(file.loadedAt),
    open: file.open,
    reprocessing: file.reprocessing,
    resolved: file.resolved,
    errorCodes: file.codes === '' ? [] : file.codes.split(' '),
  };
}

/** One line per code and status that has records: what is open first, then by code. */
export function errorViews(file: SuspenseFile, only: SuspenseStatus | undefined): SuspenseErrorDto[] {
  const views: SuspenseErrorDto[] = [];
  for (const code of Object.keys(file.counts).sort()) {
    const counts = file.counts[code];
    if (counts === undefined) continue;
    const lines: readonly (readonly [SuspenseStatus, number])[] = [
      ['OPEN', counts.open],
      ['REPROCESSING', counts.reprocessing],
      ['RESOLVED', counts.resolved],
    ];
    for (const [status, count] of lines) {
      if (count === 0 || (only !== undefined && only !== status)) continue;
      views.push({ status, code, count, ...meaningOf(code), example: counts.message });
    }
  }
  const rank: Readonly<Record<SuspenseStatus, number>> = { OPEN: 0, REPROCESSING: 1, RESOLVED: 2 };
  return views.sort((a, b) => rank[a.status] - rank[b.status]);
}

export function recordView(row: SuspendedRecord): SuspendedRecordDto {
  return {
    recordId: recordId(row.fileId, row.line),
    fileId: row.fileId,
    line: row.line,
    status: row.status,
    code: row.code,
    message: row.message,
    facts: row.facts,
    serviceId: row.serviceId,
    account: row.account,
    usageType: row.usageType,
    at: instant(row.at),
    sourcePlatform: row.sourcePlatform,
    serviceType: row.serviceType,
    usageRecordType: row.usageRecordType,
    suspendedAt: instant(row.suspendedAt),
    reprocessId: row.reprocessId,
  };
}

export function reprocessView(row: SuspenseReprocess): ReprocessDto {
  return {
    reprocessId: row.reprocessId,
    status: row.status,
    reason: row.reason,
    actor: row.actor,
    commandId: row.commandId,
    requestedAt: instant(row.requestedAt),
    completedAt: row.completedAt === null ? null : instant(row.completedAt),
    selection: row.selection,
    files: row.files,
    records: row.records,
    resolved: row.resolved,
    suspended: row.suspended,
    resolvedByCode: row.resolvedByCode,
    suspendedByCode: row.suspendedByCode,
  };
}
