import type { RecordAddress } from '../../../../shared/kernel/record-id.js';
import type { RecordHash } from './record-hash.js';

/** What became of a claim. CONFLICT: the identity is taken by a record with another payload. */
export type Claim = 'NEW' | 'DUPLICATE' | 'CONFLICT';

/** Every record identity ever seen in one usage stream. */
export interface IdentityClaims {
  /** Hashes of this index are made with it. */
  readonly seed: number;
  /** Claims the hashed identity for a record, or finds it taken; `first` then says by which record. */
  claim(hash: RecordHash, fileId: string, line: number): Claim;
  /** The record that holds the identity of the last claim that was not NEW. */
  readonly first: RecordAddress;
}
