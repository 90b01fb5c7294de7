/** A cache of something the log can prove by replay: rating balances, the identity index, a reactor's position. */
export interface Snapshot {
  /** Everything up to this log position (or stream revision, as its owner says) is in it. */
  readonly position: number;
  readonly bytes: Uint8Array;
}

/**
 * Snapshots are caches: a missing, damaged or old one costs time, never truth. `load` answers undefined for a damaged
 * one (each carries its own checksum); `save` replaces atomically.
 */
export interface SnapshotStore {
  load(name: string): Promise<Snapshot | undefined>;
  save(name: string, snapshot: Snapshot): Promise<void>;
  remove(name: string): Promise<void>;
}

export const SNAPSHOT_STORE = Symbol('SnapshotStore');
