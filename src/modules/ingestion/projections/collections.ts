import type { CollectionSpec } from '../../../shared/read-models/read-models.port.js';
import type { UsageRecordType } from '../domain/events.js';

/** RECEIVED: waiting. PROCESSING: being mediated or rated. COMPLETED: every line is accounted for. REJECTED: no line is billable. */
export const USAGE_FILE_STATUSES = ['RECEIVED', 'PROCESSING', 'COMPLETED', 'REJECTED'] as const;
export type UsageFileStatus = (typeof USAGE_FILE_STATUSES)[number];

/** One row per received file: its life, its counters by phase, its control totals. */
export type UsageFileRow = {
  readonly tenant: string;
  readonly fileId: string;
  readonly fileName: string;
  readonly sourcePlatform: string;
  readonly serviceType: string;
  readonly usageRecordType: UsageRecordType;
  readonly status: UsageFileStatus;
  readonly sha256: string;
  readonly bytes: number;
  readonly contentBytes: number;
  readonly compression: string;
  readonly via: string;
  readonly sameNameAs: string | null;
  readonly mappingName: string;
  readonly mappingVersion: number;
  readonly actor: string;
  readonly commandId: string | null;
  readonly receivedAt: number;
  readonly receivedPosition: number;
  readonly mediatedAt: number | null;
  /** Lines read so far, and what became of them; total = mediated + ignored + duplicate + error. */
  readonly total: number;
  readonly mediated: number;
  readonly ignored: number;
  readonly duplicate: number;
  readonly error: number;
  readonly chunks: number;
  readonly lastChunkPosition: number;
  /** Lines that became money and lines waiting in suspense; the rest of `mediated` is still to be rated. */
  readonly monetized: number;
  readonly suspended: number;
  /** Exact sums: of the mediated records by quantity name, of the monetized records by currency. */
  readonly quantities: Readonly<Record<string, string>>;
  readonly money: Readonly<Record<string, string>>;
  /** The totals `UsageFileMediated` declared; null before it. */
  readonly declaredTotal: number | null;
  readonly rejectedCode: string | null;
  readonly rejectedMessage: string | null;
  readonly rejectedLine: number | null;
  readonly rejectedColumn: string | null;
  /** Position of the last event in this row: what came before it is not applied again. */
  readonly seenPosition: number;
};

export const usageFiles: CollectionSpec<UsageFileRow> = {
  name: 'usage-files',
  fields: {
    tenant: 'text',
    fileId: 'text',
    fileName: 'text',
    sourcePlatform: 'text',
    serviceType: 'text',
    usageRecordType: 'text',
    status: 'text',
    sha256: 'text',
    bytes: 'integer',
    contentBytes: 'integer',
    compression: 'text',
    via: 'text',
    sameNameAs: 'text',
    mappingName: 'text',
    mappingVersion: 'integer',
    actor: 'text',
    commandId: 'text',
    receivedAt: 'instant',
    receivedPosition: 'integer',
    mediatedAt: 'instant',
    total: 'integer',
    mediated: 'integer',
    ignored: 'integer',
    duplicate: 'integer',
    error: 'integer',
    chunks: 'integer',
    lastChunkPosition: 'integer',
    monetized: 'integer',
    suspended: 'integer',
    quantities: 'json',
    money: 'json',
    declaredTotal: 'integer',
    rejectedCode: 'text',
    rejectedMessage: 'text',
    rejectedLine: 'integer',
    rejectedColumn: 'text',
    seenPosition: 'integer',
  },
  key: ['tenant', 'fileId'],
  indexes: [
    { fields: ['tenant', 'receivedPosition'] },
    { fields: ['tenant', 'sourcePlatform', 'serviceType', 'receivedPosition'] },
    { fields: ['tenant', 'status', 'receivedPosition'] },
    { fields: ['tenant', 'fileName'] },
  ],
};

/**
 * One row per mediated chunk: where to find a line, without a row per line. Clustered by (file, position of the chunk in
 * the log), which is the order of the file's lines. A chunk is answered when `ratedLines` = `mediated`.
 */
export type RawChunkRow = {
  readonly tenant: string;
  readonly fileId: string;
  /** Position of its UsageBatchMediated event. */
  readonly position: number;
  readonly stream: string;
  readonly revision: number;
  /** 0 for the file's first. */
  readonly chunk: number;
  readonly sourcePlatform: string;
  readonly serviceType: string;
  readonly usageRecordType: UsageRecordType;
  readonly firstLine: number;
  readonly lastLine: number;
  readonly startOffset: number;
  readonly endOffset: number;
  readonly usageFrom: number | null;
  readonly usageTo: number | null;
  readonly total: number;
  readonly mediated: number;
  readonly ratedLines: number;
  readonly seenPosition: number;
};

export const rawChunks: CollectionSpec<RawChunkRow> = {
  name: 'raw-chunks',
  fields: {
    tenant: 'text',
    fileId: 'text',
    position: 'integer',
    stream: 'text',
    revision: 'integer',
    chunk: 'integer',
    sourcePlatform: 'text',
    serviceType: 'text',
    usageRecordType: 'text',
    firstLine: 'integer',
    lastLine: 'integer',
    startOffset: 'integer',
    endOffset: 'integer',
    usageFrom: 'instant',
    usageTo: 'instant',
    total: 'integer',
    mediated: 'integer',
    ratedLines: 'integer',
    seenPosition: 'integer',
  },
  key: ['tenant', 'fileId', 'position'],
  indexes: [{ fields: ['tenant', 'sourcePlatform', 'serviceType', 'usageRecordType', 'position'] }],
};

/** One row per line that did not become canonical usage. */
export type RawExceptionRow = {
  readonly tenant: string;
  readonly fileId: string;
  readonly line: number;
  readonly position: number;
  readonly sourcePlatform: string;
  readonly serviceType: string;
  readonly usageRecordType: UsageRecordType;
  readonly outcome: 'IGNORED' | 'DUPLICATE' | 'ERROR';
  readonly code: string;
  /** Name of the column at fault, or null. */
  readonly column: string | null;
  readonly detail: string;
  readonly offset: number;
  readonly length: number;
};

export const rawExceptions: CollectionSpec<RawExceptionRow> = {
  name: 'raw-exceptions',
  fields: {
    tenant: 'text',
    fileId: 'text',
    line: 'integer',
    position: 'integer',
    sourcePlatform: 'text',
    serviceType: 'text',
    usageRecordType: 'text',
    outcome: 'text',
    code: 'text',
    column: 'text',
    detail: 'text',
    offset: 'integer',
    length: 'integer',
  },
  key: ['tenant', 'fileId', 'line'],
  indexes: [{ fields: ['tenant', 'sourcePlatform', 'serviceType', 'usageRecordType', 'outcome', 'position', 'line'] }],
};

/** Names of the projections, for `minPosition` reads. */
export const USAGE_FILES_PROJECTION = 'usage-files';
export const RAW_USAGE_PROJECTION = 'raw-usage';
