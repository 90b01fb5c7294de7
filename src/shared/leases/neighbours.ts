import type { MemberSeen } from './lease-store.port.js';

interface Observed {
  readonly beat: number;
  /** When this beat was first seen, by the observer's clock. */
  readonly since: number;
}

/**
 * Who of the members is silent, as one observer sees it by its own clock.
 *
 *     member     beat 7 sent      ......... its own limit: ttl after it sent its last beat
 *     observer            seen 7 | ttl .................. | still 7 in a read begun here: silent
 *
 * The observer's span begins after the member's and both last ttl, so a member has given up before anybody may bury
 * it, whatever their wall clocks say.
 */
export class Neighbours {
  private observed = new Map<string, Observed>();

  constructor(private readonly ttlMs: number) {}

  /**
   * @param askedAt when the read of the members began.
   * @param answeredAt when it was answered.
   * @returns those whose beat has stood still for the whole of ttl.
   */
  silent(members: readonly MemberSeen[], askedAt: number, answeredAt: number): readonly MemberSeen[] {
    const next = new Map<string, Observed>();
    const silent: MemberSeen[] = [];
    for (const member of members) {
      const before = this.observed.get(member.id);
      const same = before?.beat === member.beat;
      next.set(member.id, same ? before : { beat: member.beat, since: answeredAt });
      if (same && askedAt - before.since >= this.ttlMs) silent.push(member);
    }
    this.observed = next;
    return silent;
  }
}
