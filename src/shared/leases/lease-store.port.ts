/** One context that runs role tasks, for one life: after a pause it joins again under a new id, never under an old one. */
export interface Member {
  /** Fresh per life. */
  readonly id: string;
  /** For people: which instance and thread this is. */
  readonly host: string;
}

export interface MemberSeen extends Member {
  /** Grows while the member lives; whoever sees it stand still for long enough may bury the member. */
  readonly beat: number;
  /** The groups this member would take leases of. */
  readonly groups: readonly string[];
}

export interface LeaseSeen {
  readonly name: string;
  /** Absent when released. A holder that is no member any more holds nothing. */
  readonly holder?: string;
  /** Grows with each claim, so that an old holder is told from a new one. */
  readonly epoch: number;
  /** The member that ought to have it and waits for the holder to park. */
  readonly askedBy?: string;
}

/**
 * Where members and leases stand, for all instances. Adapters: local (this process alone) and MongoDB; one contract
 * suite runs on both (`test/contracts/leases.contract.spec.ts`).
 *
 * A lease lives as long as its holder is a member, so a holder writes one beat, not one per lease. No time is stored
 * and none is compared: observers measure with their own monotonic clocks how long a beat has stood still.
 *
 * Every write is compared with what its writer saw; a promise that rejects has an unknown outcome.
 */
export interface LeaseStore {
  join(member: Member): Promise<void>;
  /** One more beat, and the groups as they are now. False when the member has been buried: its leases are no longer its. */
  beat(member: string, groups: readonly string[]): Promise<boolean>;
  /** Removes a member, unless its beat has moved on; false then. Its leases are free from then on. */
  bury(member: string, beat: number): Promise<boolean>;
  /** Removes a member that ends by itself. */
  leave(member: string): Promise<void>;
  members(): Promise<readonly MemberSeen[]>;
  /** Those of the names that have ever been claimed. */
  leases(names: readonly string[]): Promise<readonly LeaseSeen[]>;
  /**
   * Makes `member` the holder if holder and epoch are still as seen (`undefined`: never claimed).
   * @returns the new epoch; undefined when somebody else was quicker.
   */
  claim(name: string, seen: LeaseSeen | undefined, member: string): Promise<number | undefined>;
  /** Tells the holder that `member` waits for the lease; nothing happens when the holder has changed since. */
  ask(seen: LeaseSeen, member: string): Promise<void>;
  /** Nothing happens when it is not the holder any more. */
  release(name: string, member: string, epoch: number): Promise<void>;
  close(): Promise<void>;
}

/** Nest token. */
export const LEASE_STORE = Symbol('LeaseStore');
