import type { DomainEvent } from '../../../shared/kernel/event.js';

/** What a usage record is to us: `POSTPAID` is rated here, `PRERATED` arrives with a price, `PREPAID` debits a balance. */
export const USAGE_RECORD_TYPES = ['POSTPAID', 'PRERATED', 'PREPAID'] as const;
export type UsageRecordType = (typeof USAGE_RECORD_TYPES)[number];

/** The three mandatory coordinates of usage; together they name a `usage` stream and one shape of record. */
export interface UsageStreamKey {
  readonly sourcePlatform: string;
  readonly serviceType: string;
  readonly usageRecordType: UsageRecordType;
}

export const RAW_OUTCOMES = ['MONETIZED', 'SUSPENDED', 'DISCARDED', 'IGNORED', 'DUPLICATE', 'ERROR'] as const;
export type RawOutcome = (typeof RAW_OUTCOMES)[number];

/** Lines of a file, counted by what became of them. total = mediated + ignored + duplicate + error, always. */
export interface MediationCounts {
  readonly total: number;
  readonly mediated: number;
  readonly ignored: number;
  readonly duplicate: number;
  readonly error: number;
}

/** Stream `usageFile-<tenant>.<fileId>`. The bytes are sealed in the evidence store before this is appended. */
export type UsageFileReceived = DomainEvent<
  'UsageFileReceived.v1',
  UsageStreamKey & {
    readonly fileId: string;
    readonly fileName: string;
    readonly sha256: string;
    readonly bytes: number;
    readonly contentBytes: number;
    readonly compression: 'NONE' | 'GZIP';
    readonly via: 'UPLOAD' | 'FOLDER';
    /** An earlier file of the same name but other bytes, for the operator to see. */
    readonly sameNameAs?: string;
    /** The mapping the file is parsed with: pinned here, so that a later version changes nothing under way. */
    readonly mapping: { readonly name: string; readonly version: number };
  }
>;

/** The whole file was read and mediated: its control totals, to be equal to the sums of its chunks. */
export type UsageFileMediated = DomainEvent<
  'UsageFileMediated.v1',
  {
    readonly fileId: string;
    readonly chunks: number;
    readonly counts: MediationCounts;
    /** Exact sums over the mediated records, by quantity name: `{ "seconds": "205759" }`. */
    readonly quantities: Readonly<Record<string, string>>;
    /** Position of the file's last chunk in the log; 0 when it has none. */
    readonly lastChunkPosition: number;
  }
>;

/** The file as a whole cannot be used (wrong delimiter, missing column, invalid encoding…): no line of it is billable. */
export type UsageFileRejected = DomainEvent<
  'UsageFileRejected.v1',
  {
    readonly fileId: string;
    readonly code: string;
    /** What is wrong and what to do, naming line and column. */
    readonly message: string;
    readonly line?: number;
    readonly column?: string;
  }
>;

/** One chunk of a file, mediated: the unit of commitment, and the claim on its records' identities. */
export interface UsageBatchMediatedHead extends UsageStreamKey {
  readonly fileId: string;
  readonly mapping: { readonly name: string; readonly version: number };
  /** 0 for the file's first chunk. */
  readonly chunk: number;
  readonly firstLine: number;
  readonly lastLine: number;
  /** Content bytes [startOffset, endOffset): the next chunk starts at endOffset, line lastLine + 1. */
  readonly startOffset: number;
  readonly endOffset: number;
  readonly counts: MediationCounts;
  readonly quantities: Readonly<Record<string, string>>;
  /** Earliest and latest usage time of its mediated records (epoch ms); absent when it has none. */
  readonly usageFrom?: number;
  readonly usageTo?: number;
  /** The canonical fields that make a record's identity, in order: `a.recordId`, `serviceId`, `at`, `q.seconds`, `$file`, `$line`. */
  readonly identity: readonly string[];
}

/**
 * Columns of mediated records (equal length, in line order) and of exceptions (group `x.`). Quantities and attributes
 * are one column each, `q.<name>` (decimal strings) and `a.<name>` (text; null = absent).
 */
export interface UsageBatchMediatedColumns {
  readonly [column: string]: readonly unknown[];
  /** Line number in the content, from 1; a record that spans lines has its first. */
  readonly line: readonly number[];
  /** Byte offset of the record in the content, and its length in bytes without the line end. */
  readonly offset: readonly number[];
  readonly length: readonly number[];
  readonly serviceId: readonly string[];
  readonly usageType: readonly string[];
  /** Usage time: epoch milliseconds UTC. */
  readonly at: readonly number[];
  readonly 'x.line': readonly number[];
  readonly 'x.offset': readonly number[];
  readonly 'x.length': readonly number[];
  readonly 'x.outcome': readonly ('IGNORED' | 'DUPLICATE' | 'ERROR')[];
  /** `MALFORMED_LINE`, `MISSING_VALUE`, `BAD_NUMBER`, `BAD_TIME`, `IDENTITY_CONFLICT`, `DUPLICATE_RECORD`, `FILTERED`, `MEDIATION_DEFECT`… */
  readonly 'x.code': readonly string[];
  /** Name of the column at fault, or null. */
  readonly 'x.column': readonly (string | null)[];
  /** For people: what stands there and what would be right; for a duplicate, the record id of the first. */
  readonly 'x.detail': readonly string[];
}

/** Stream `usage-<tenant>.<sourcePlatform>.<serviceType>.<usageRecordType>`; a chunk event. */
export type UsageBatchMediated = DomainEvent<
  'UsageBatchMediated.v1',
  { readonly head: UsageBatchMediatedHead; readonly columns: UsageBatchMediatedColumns }
>;

export type UsageFileEvent = UsageFileReceived | UsageFileMediated | UsageFileRejected;
