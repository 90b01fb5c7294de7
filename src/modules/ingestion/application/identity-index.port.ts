import type { IdentityClaims } from '../domain/identity/identity-claims.js';
import type { StreamName } from '../../../shared/kernel/stream-name.js';

/**
 * The exact answer to "was this record seen before?" for one usage stream. The stream's chunks are the claims; the index is
 * a cache of them that says up to which revision it knows them. Lost or damaged, it is built again by replay.
 */
export interface IdentityIndex extends IdentityClaims {
  /** Every chunk up to this revision of the stream is in what was kept on disk; -1 when nothing is. */
  readonly revision: number;
  /** Identities in the index. */
  readonly size: number;
  /** Whether the part in memory has grown enough to be written: call `keep` as soon as no append is under way. */
  readonly wantsKeeping: boolean;
  /** Writes what is in memory durably: everything claimed so far belongs to chunks up to `revision`. */
  keep(revision: number): void;
  /** Lets go of memory and files; what was not kept is replayed next time. */
  close(): void;
}

export interface IdentityIndexes {
  /** What is kept of a stream's index: empty (revision -1) when there is nothing, or nothing that can be trusted. */
  open(stream: StreamName): IdentityIndex;
  /** Forgets a damaged index. */
  discard(stream: StreamName): void;
}

/** A part of the index on disk is not what was written: discard it and replay. */
export class IdentityIndexDamaged extends Error {
  override readonly name = 'IdentityIndexDamaged';
}

export const IDENTITY_INDEXES = Symbol('IdentityIndexes');
