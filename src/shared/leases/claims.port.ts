/** Names that are spread together over the members that watch the group. */
export interface ClaimGroup {
  readonly name: string;
  /**
   * Where the spread begins: lease i belongs to live member (place + i) mod n. Default: a hash of the name, so that
   * many small groups do not all begin at the same member.
   */
  readonly place?: number;
}

/** What may be worked on from now on. */
export interface Held {
  /** A name of the set before that is missing here is to be parked, then released. */
  readonly names: ReadonlySet<string>;
  /** The epoch of each name: higher than that of every holder before. */
  readonly epochs: ReadonlyMap<string, number>;
  /** Aborted when this member can no longer be sure to hold anything (paused, cut off): end at once; nothing is left to release. */
  readonly lost: AbortSignal;
}

/**
 * Which of the things that one at a time should work on are this context's. A claim saves waste, it is no fence: a
 * holder may be paused for as long as it likes between looking and writing. What keeps it from harm is the exact
 * revision of every append, so two holders at once cost work, never truth.
 */
export interface Claims {
  /**
   * Yields what is held now, first as soon as it is known (perhaps nothing) and then whenever it has changed; sets
   * that were not asked for in time are skipped, the newest counts. Ends with the signal.
   *
   * @param names full names, unique in the whole system (`rating/main/3`), in the same order everywhere; asked for
   *   again at every look (about a third of the lease's time), so they may change.
   */
  watch(group: ClaimGroup, names: () => readonly string[], signal: AbortSignal): AsyncIterable<Held>;
  /** After the work on a name has been parked; does nothing for a name that is not held. Never rejects. */
  release(name: string): Promise<void>;
  status(): ClaimsStatus;
}

export interface ClaimsStatus {
  readonly held: readonly string[];
  /** Live members of the whole system as this one sees them, itself included; 0 before it has joined. */
  readonly members: number;
}

/** Nest token. */
export const CLAIMS = Symbol('Claims');
