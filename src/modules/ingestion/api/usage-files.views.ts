import { instantToString } from '../../../shared/kernel/clock.js';
import { recordId } from '../../../shared/kernel/record-id.js';
import type { RawExceptionRow, UsageFileRow } from '../projections/collections.js';
import type { FileExceptionDto, RejectionDto, UsageFileDto } from './usage-files.dto.js';

export function usageFileView(row: UsageFileRow): UsageFileDto {
  return {
    fileId: row.fileId,
    fileName: row.fileName,
    sourcePlatform: row.sourcePlatform,
    serviceType: row.serviceType,
    usageRecordType: row.usageRecordType,
    status: row.status,
    receivedAt: instantToString(row.receivedAt),
    ...(row.mediatedAt === null ? {} : { mediatedAt: instantToString(row.mediatedAt) }),
    via: row.via,
    actor: row.actor,
    ...(row.commandId === null ? {} : { commandId: row.commandId }),
    sha256: row.sha256,
    bytes: row.bytes,
    contentBytes: row.contentBytes,
    compression: row.compression,
    ...(row.sameNameAs === null ? {} : { sameNameAs: row.sameNameAs }),
    mapping: { name: row.mappingName, version: row.mappingVersion },
    phases: phasesOf(row),
    quantities: { ...row.quantities },
    money: { ...row.money },
    balance: balanceOf(row),
    ...(row.rejectedCode === null ? {} : { rejection: rejectionOf(row, row.rejectedCode) }),
    chunks: row.chunks,
    position: row.seenPosition,
  };
}

/** A phase's total is what the phase before processed. */
function phasesOf(row: UsageFileRow): UsageFileDto['phases'] {
  const parsed = row.total - row.error - row.duplicate;
  const { monetized, suspended, mediated } = row;
  return {
    parseAndLoad: { total: row.total, processed: parsed, error: row.error, duplicate: row.duplicate },
    mediation: { total: parsed, processed: mediated, ignored: row.ignored, error: 0 },
    rating: {
      total: mediated,
      processed: monetized,
      suspended,
      discarded: 0,
      pending: mediated - monetized - suspended,
    },
  };
}

function balanceOf(row: UsageFileRow): UsageFileDto['balance'] {
  const accountedFor = row.monetized + row.suspended + row.ignored + row.duplicate + row.error;
  const pending = row.mediated - row.monetized - row.suspended;
  const closed = row.declaredTotal === null || row.declaredTotal === row.total;
  return {
    linesRead: row.total,
    accountedFor,
    pending,
    balanced: closed && pending >= 0 && row.total === accountedFor + pending,
  };
}

function rejectionOf(row: UsageFileRow, code: string): RejectionDto {
  return {
    code,
    message: row.rejectedMessage ?? '',
    ...(row.rejectedLine === null ? {} : { line: row.rejectedLine }),
    ...(row.rejectedColumn === null ? {} : { column: row.rejectedColumn }),
  };
}

export function fileExceptionView(row: RawExceptionRow): FileExceptionDto {
  return {
    recordId: recordId(row.fileId, row.line),
    line: row.line,
    outcome: row.outcome,
    code: row.code,
    ...(row.column === null ? {} : { column: row.column }),
    detail: row.detail,
    offset: row.offset,
    length: row.length,
  };
}
