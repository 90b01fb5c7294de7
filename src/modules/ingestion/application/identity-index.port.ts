import type { IdentityClaims } from '../domain/identity/identity-claims.js';
import type { StreamName } from '../../../shared/kernel/stream-name.js';

/**
 * The exact answer to "was this record seen before?" for one usage stream. The stream's chunks are the claims; the index is
 * a cache of them that says up to which revision it knows them. Lost or damaged, it is built again by replay.
 */
export interface IdentityIndex extends IdentityClaims {
  /** Every chunk up to this revision of the stream is in what was kept on disk; -1 when nothing is. */
  readonly revision: number;
  /** Hash of the stream's event at that revision, as it was when it was kept; empty when nothing was. */
  readonly hash: string;
  /** Identities in the index. */
  readonly size: number;
  /** Whether the part in memory has grown enough to be written: call `keep` as soon as no append is under way. */
  readonly wantsKeeping: boolean;
  /**
   * Writes what is in memory durably: everything claimed so far belongs to chunks up to `revision`.
   * @throws IdentityIndexMoved when a later holder has taken over what this one was built on.
   */
  keep(revision: number, hash: string): void;
  /** Lets go of memory and files; what was not kept is replayed next time. */
  close(): void;
  /** Closes it, and forgets what it was opened from: that is damaged, or belongs to another log. */
  discard(): void;
}

/**
 * Where indexes are kept, for one holder after the other, on whichever instance. Two at once (one of them was paused and
 * does not know better) leave each other's files whole: each writes its own, and what either writes is true.
 */
export interface IdentityIndexes {
  /**
   * The newest that is kept of a stream's index: empty (revision -1) when there is nothing, or nothing that can be read.
   * @param epoch of the holder; files of holders with a lower or the same one may be removed.
   */
  open(stream: StreamName, epoch: number): IdentityIndex;
}

/** Nothing is wrong with the index, but it is not this holder's any more: open it again. */
export class IdentityIndexMoved extends Error {
  override readonly name = 'IdentityIndexMoved';
}

/** A part of the index on disk is not what was written: discard it and replay. */
export class IdentityIndexDamaged extends Error {
  override readonly name = 'IdentityIndexDamaged';
}

export const IDENTITY_INDEXES = Symbol('IdentityIndexes');
