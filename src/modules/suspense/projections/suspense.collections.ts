import type { CollectionSpec } from '../../../shared/read-models/read-models.port.js';
import type { SuspenseStatus } from '../domain/events.js';

/** The projection that keeps these collections; reads that wait for a log position wait for it. */
export const SUSPENSE_PROJECTION = 'suspense';

/** A usage record that was suspended at least once; it stays after it became money, as the record's history. */
export type SuspendedRecord = {
  readonly tenant: string;
  readonly fileId: string;
  readonly line: number;
  readonly status: SuspenseStatus;
  /** OPEN or REPROCESSING: the rows that the partial indexes hold. */
  readonly inSuspense: boolean;
  readonly code: string;
  /** For people: the ids involved and the remedy. */
  readonly message: string;
  readonly serviceId: string;
  /** Null when rating could not find one. */
  readonly account: string | null;
  readonly usageType: string;
  /** Usage time. */
  readonly at: number;
  readonly sourcePlatform: string;
  readonly serviceType: string;
  readonly usageRecordType: string;
  /** Where the record stands in the log: its mediated chunk, and its row in the chunk's columns. */
  readonly mediatedPosition: number;
  readonly ordinal: number;
  /** The rated event that spoke about it last. */
  readonly ratedPosition: number;
  /** When it was suspended first. */
  readonly suspendedAt: number;
  /** The latest reprocess it was part of. */
  readonly reprocessId: string | null;
  /** What the remedy must bring: `{ serviceId }`, `{ priceOfferId }`… */
  readonly facts: Readonly<Record<string, string>>;
};

export const suspendedRecords: CollectionSpec<SuspendedRecord> = {
  name: 'suspended-records',
  fields: {
    tenant: 'text',
    fileId: 'text',
    line: 'integer',
    status: 'text',
    inSuspense: 'boolean',
    code: 'text',
    message: 'text',
    serviceId: 'text',
    account: 'text',
    usageType: 'text',
    at: 'instant',
    sourcePlatform: 'text',
    serviceType: 'text',
    usageRecordType: 'text',
    mediatedPosition: 'integer',
    ordinal: 'integer',
    ratedPosition: 'integer',
    suspendedAt: 'instant',
    reprocessId: 'text',
    facts: 'json',
  },
  key: ['tenant', 'fileId', 'line'],
  indexes: [
    { fields: ['tenant', 'code'], where: { inSuspense: true } },
    { fields: ['tenant', 'account'], where: { inSuspense: true } },
    { fields: ['tenant', 'serviceId'], where: { inSuspense: true } },
    { fields: ['tenant', 'at'], where: { inSuspense: true } },
    { fields: ['tenant', 'reprocessId'] },
  ],
};

/** How many records of one code stand where. */
export interface CodeCounts {
  readonly open: number;
  readonly reprocessing: number;
  /** Became money, having had this code last. */
  readonly resolved: number;
  /** The message of the first record suspended with this code, as an example. */
  readonly message: string;
}

/** One row per received file, so that a suspended record finds its file's name; shown once it has suspended records. */
export type SuspenseFile = {
  readonly tenant: string;
  readonly fileId: string;
  readonly fileName: string;
  readonly sourcePlatform: string;
  readonly serviceType: string;
  readonly usageRecordType: string;
  readonly loadedAt: number;
  readonly inSuspense: boolean;
  readonly open: number;
  readonly reprocessing: number;
  readonly resolved: number;
  /** The codes of the records in suspense, sorted, separated by a space: what "error code contains" looks at. */
  readonly codes: string;
  readonly counts: Readonly<Record<string, CodeCounts>>;
  /** Position of the last event in it: applying that one again changes nothing. */
  readonly seen: number;
};

export const suspenseFiles: CollectionSpec<SuspenseFile> = {
  name: 'suspense-files',
  fields: {
    tenant: 'text',
    fileId: 'text',
    fileName: 'text',
    sourcePlatform: 'text',
    serviceType: 'text',
    usageRecordType: 'text',
    loadedAt: 'instant',
    inSuspense: 'boolean',
    open: 'integer',
    reprocessing: 'integer',
    resolved: 'integer',
    codes: 'text',
    counts: 'json',
    seen: 'integer',
  },
  key: ['tenant', 'fileId'],
  indexes: [
    { fields: ['tenant', 'loadedAt'], where: { inSuspense: true } },
    { fields: ['tenant', 'sourcePlatform'], where: { inSuspense: true } },
    { fields: ['tenant', 'fileName'], where: { inSuspense: true } },
  ],
};

export const REPROCESS_STATUSES = ['REQUESTED', 'RUNNING', 'COMPLETED'] as const;
export type ReprocessStatus = (typeof REPROCESS_STATUSES)[number];

/** One reprocess and how far it is. */
export type SuspenseReprocess = {
  readonly tenant: string;
  readonly reprocessId: string;
  readonly status: ReprocessStatus;
  readonly reason: string;
  readonly actor: string;
  readonly commandId: string | null;
  readonly requestedAt: number;
  /** Log position of its first request: the order of the list. */
  readonly position: number;
  /** Null until every file has its request. */
  readonly files: number | null;
  readonly selection: unknown;
  readonly records: number;
  readonly resolved: number;
  readonly suspended: number;
  /** Of the records asked for, by the code they had: how many became money; of the ones suspended again, by the new code. */
  readonly resolvedByCode: Readonly<Record<string, number>>;
  readonly suspendedByCode: Readonly<Record<string, number>>;
  readonly completedAt: number | null;
  /** Position of the last event in it: applying that one again changes nothing. */
  readonly seen: number;
};

export const suspenseReprocesses: CollectionSpec<SuspenseReprocess> = {
  name: 'suspense-reprocesses',
  fields: {
    tenant: 'text',
    reprocessId: 'text',
    status: 'text',
    reason: 'text',
    actor: 'text',
    commandId: 'text',
    requestedAt: 'instant',
    position: 'integer',
    files: 'integer',
    selection: 'json',
    records: 'integer',
    resolved: 'integer',
    suspended: 'integer',
    resolvedByCode: 'json',
    suspendedByCode: 'json',
    completedAt: 'instant',
    seen: 'integer',
  },
  key: ['tenant', 'reprocessId'],
  indexes: [{ fields: ['tenant', 'position'] }],
};
