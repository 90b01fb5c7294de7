import type { Readable } from 'node:stream';

/** Limits on what a received file may be, checked while its bytes come in and before anything is billable. */
export interface EvidenceLimits {
  /** Bytes as received. */
  readonly maxBytes: number;
  /** Bytes after decompression. */
  readonly maxContentBytes: number;
  /** Decompressed bytes per received byte. */
  readonly maxRatio: number;
}

export interface SealedEvidence {
  /** Hex SHA-256 of the bytes exactly as received; the evidence's name for ever. */
  readonly sha256: string;
  readonly bytes: number;
  readonly compression: 'NONE' | 'GZIP';
  /** Size of the content after decompression; equal to `bytes` when there is none. */
  readonly contentBytes: number;
}

/** The file cannot be evidence: truncated or damaged gzip, over a limit, empty, cut off while arriving. */
export class EvidenceRefused extends Error {
  override readonly name = 'EvidenceRefused';
  constructor(
    /** `evidence/truncated`, `evidence/damaged`, `evidence/too-large`, `evidence/ratio`, `evidence/empty`. */
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** The sealed bytes of every received file, by SHA-256, never changed. */
export interface EvidenceStore {
  /**
   * Takes the bytes in, verifies them whole (gzip is recognised by its magic, decompressed to the end, its checksum
   * and the limits checked) and seals them durably: file and folder synced before it resolves. The same bytes again
   * resolve to the same evidence.
   * @throws EvidenceRefused; then nothing is kept.
   */
  seal(source: Readable): Promise<SealedEvidence>;
  /** The content, decompressed, from a byte offset of the content. @throws when there is no such evidence. */
  openContent(sha256: string, fromOffset?: number): Promise<Readable>;
  /** The bytes exactly as received. */
  openReceived(sha256: string): Promise<Readable>;
  /** Reads `length` bytes of content at an offset: the exact line for an auditor. */
  readContent(sha256: string, offset: number, length: number): Promise<Uint8Array>;
}

export const EVIDENCE_STORE = Symbol('EvidenceStore');
