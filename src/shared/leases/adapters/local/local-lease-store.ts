import type { LeaseSeen, LeaseStore, Member, MemberSeen } from '../../lease-store.port.js';

/**
 * Members and leases of one process, in memory. With the embedded read models a data folder has one server (it is
 * locked), so its only member of a role is wanted everywhere and is granted everything at its first look.
 */
export class LocalLeaseStore implements LeaseStore {
  private readonly alive = new Map<string, MemberSeen>();
  private readonly known = new Map<string, LeaseSeen>();

  join(member: Member): Promise<void> {
    this.alive.set(member.id, { ...member, beat: 0, groups: [] });
    return Promise.resolve();
  }

  beat(id: string, groups: readonly string[]): Promise<boolean> {
    const member = this.alive.get(id);
    if (member === undefined) return Promise.resolve(false);
    this.alive.set(id, { ...member, beat: member.beat + 1, groups: [...groups] });
    return Promise.resolve(true);
  }

  bury(id: string, beat: number): Promise<boolean> {
    return Promise.resolve(this.alive.get(id)?.beat === beat && this.alive.delete(id));
  }

  leave(id: string): Promise<void> {
    this.alive.delete(id);
    return Promise.resolve();
  }

  members(): Promise<readonly MemberSeen[]> {
    return Promise.resolve([...this.alive.values()]);
  }

  leases(names: readonly string[]): Promise<readonly LeaseSeen[]> {
    return Promise.resolve(names.flatMap((name) => this.known.get(name) ?? []));
  }

  claim(name: string, seen: LeaseSeen | undefined, member: string): Promise<number | undefined> {
    const lease = this.known.get(name);
    if (lease?.epoch !== seen?.epoch || lease?.holder !== seen?.holder) return Promise.resolve(undefined);
    const epoch = (lease?.epoch ?? 0) + 1;
    this.known.set(name, { name, holder: member, epoch });
    return Promise.resolve(epoch);
  }

  ask(seen: LeaseSeen, member: string): Promise<void> {
    const lease = this.known.get(seen.name);
    if (lease?.epoch === seen.epoch && lease.holder === seen.holder) {
      this.known.set(seen.name, { ...lease, askedBy: member });
    }
    return Promise.resolve();
  }

  release(name: string, member: string, epoch: number): Promise<void> {
    const lease = this.known.get(name);
    if (lease?.holder === member && lease.epoch === epoch) this.known.set(name, { name, epoch });
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
