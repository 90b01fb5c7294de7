import { randomUUID } from 'node:crypto';
import type { Logger } from '../telemetry/logger.js';
import { ClaimWatch } from './claim-watch.js';
import type { ClaimGroup, Claims, ClaimsStatus, Held } from './claims.port.js';
import type { LeaseSeen, LeaseStore, MemberSeen } from './lease-store.port.js';
import { Membership } from './membership.js';
import { Neighbours } from './neighbours.js';
import { wantedHolders } from './spread.js';
import { monotonicTiming, type Timing } from './timing.js';

export interface LeasedClaimsOptions {
  readonly store: LeaseStore;
  /** For people: which instance and thread this is. */
  readonly host: string;
  readonly logger: Logger;
  /** How long a beat may stand still before its member is taken for dead. Infinity: nobody else is there. */
  readonly ttlMs: number;
  readonly timing?: Timing;
}

/** Beats, and looks at members and leases, so often within a lease's time. */
const LOOKS_PER_TTL = 3;
/** Where nobody else is there, a look only finds new names. */
const ALONE_MS = 1000;
/** A lease nobody wants (members see different things for a while) is anybody's after so many looks. */
const UNWANTED_LOOKS = 2;

/** The claims of one context, by leases. It joins with its first watch, and leaves by `close`. */
export class LeasedClaims implements Claims {
  private readonly watches = new Set<ClaimWatch>();
  private readonly neighbours: Neighbours;
  private readonly timing: Timing;
  private readonly everyMs: number;
  private readonly freeSince = new Map<string, number>();
  private membership: Membership | undefined;
  private membersSeen = 0;
  /** Looks and releases follow each other: each goes out from what the one before has settled. */
  private last: Promise<void> = Promise.resolve();
  private lookQueued = false;
  private cancelLook: () => void = () => undefined;
  private cancelLimit: () => void = () => undefined;
  private closed = false;
  private failing = false;
  private shown = '';
  /** Called whenever the status has changed. */
  changed: () => void = () => undefined;

  constructor(private readonly options: LeasedClaimsOptions) {
    this.timing = options.timing ?? monotonicTiming;
    this.neighbours = new Neighbours(options.ttlMs);
    this.everyMs = Number.isFinite(options.ttlMs) ? options.ttlMs / LOOKS_PER_TTL : ALONE_MS;
  }

  async *watch(group: ClaimGroup, names: () => readonly string[], signal: AbortSignal): AsyncGenerator<Held, void> {
    const watch = new ClaimWatch(group, names);
    this.watches.add(watch);
    this.lookNow();
    try {
      yield* watch.sets(signal);
    } finally {
      this.watches.delete(watch);
      // So that nobody waits for this member to take what it no longer watches.
      this.lookNow();
    }
  }

  release(name: string): Promise<void> {
    const { membership } = this;
    return this.inTurn(async () => {
      const lease = membership?.held.get(name);
      if (membership === undefined || lease === undefined) return;
      membership.held.delete(name);
      membership.releasing.set(name, lease.epoch);
      await this.releaseParked(membership);
    });
  }

  status(): ClaimsStatus {
    return { held: [...(this.membership?.held.keys() ?? [])].sort(), members: this.membersSeen };
  }

  /** Leaves: what is still held is free at once. To be called when every watcher has ended. */
  async close(): Promise<void> {
    this.closed = true;
    this.cancelLook();
    await this.inTurn(async () => {
      this.cancelLimit();
      const { membership } = this;
      this.membership = undefined;
      membership?.end();
      if (membership !== undefined) await this.options.store.leave(membership.id);
    });
  }

  private showStatus(): void {
    const status = JSON.stringify(this.status());
    if (status === this.shown) return;
    this.shown = status;
    this.changed();
  }

  private lookNow(): void {
    if (this.lookQueued || this.closed) return;
    this.lookQueued = true;
    this.cancelLook();
    void this.inTurn(async () => {
      this.lookQueued = false;
      try {
        if (!this.closed) await this.look();
      } finally {
        this.showStatus();
        if (!this.closed) this.cancelLook = this.timing.after(this.everyMs, () => this.lookNow());
      }
    });
  }

  /** One after the other; a failure is told once until something succeeds again. */
  private inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.last.then(work).then(
      () => void (this.failing = false),
      (error: unknown) => {
        if (!this.failing) this.options.logger.warn({ err: error }, 'Leases cannot be read or written; trying again');
        this.failing = true;
      },
    );
    this.last = turn;
    return turn;
  }

  private async look(): Promise<void> {
    const { store } = this.options;
    const membership = await this.stayAlive();
    await this.releaseParked(membership);
    const names = new Map([...this.watches].map((watch) => [watch, watch.names()]));
    const all = new Set([...membership.held.keys(), ...[...names.values()].flat()]);
    // Leases first: whoever holds one has joined before, so it is among the members read after it, or has ended.
    const leases = new Map((await store.leases([...all])).map((lease) => [lease.name, lease]));
    const live = await this.liveMembers();
    if (this.membership !== membership) return;
    this.dropLost(membership, leases);
    for (const [watch, wanted] of names) await this.settle(membership, { watch, names: wanted, leases, live });
    if (this.membership !== membership) return;
    for (const watch of names.keys()) watch.show(membership);
  }

  /** Joins, or beats; joins anew when it has been buried. */
  private async stayAlive(): Promise<Membership> {
    const { store, host, logger } = this.options;
    const groups = [...new Set([...this.watches].map((watch) => watch.group.name))].sort();
    let { membership } = this;
    let sentAt = this.timing.now();
    if (membership !== undefined) {
      const alive = await store.beat(membership.id, groups);
      if (alive && this.membership === membership) return this.confirmed(membership, sentAt);
      if (!alive) this.lapse(membership, 'Taken for dead by another member');
    }
    sentAt = this.timing.now();
    membership = new Membership(randomUUID(), sentAt);
    await store.join({ id: membership.id, host });
    if (!(await store.beat(membership.id, groups))) throw new Error('Buried while joining');
    this.membership = membership;
    logger.debug({ member: membership.id, host }, 'Joined the members that share the work');
    return this.confirmed(membership, sentAt);
  }

  private confirmed(membership: Membership, sentAt: number): Membership {
    membership.confirmedAt = sentAt;
    this.cancelLimit();
    const { ttlMs } = this.options;
    if (Number.isFinite(ttlMs)) {
      const left = sentAt + ttlMs - this.timing.now();
      if (left <= 0) this.lapse(membership, 'A beat took longer than the lease lasts');
      else this.cancelLimit = this.timing.after(left, () => this.lapse(membership, 'No beat within the lease’s time'));
    }
    return membership;
  }

  /** From here on others may hold what this life held: its work ends at once. The next look begins a new life. */
  private lapse(membership: Membership, reason: string): void {
    if (this.membership !== membership) return;
    const { logger, store } = this.options;
    if (membership.held.size > 0) {
      logger.warn({ member: membership.id, leases: [...membership.held.keys()], reason }, 'Leases lost: work ends');
    }
    this.membership = undefined;
    this.cancelLimit();
    membership.end();
    for (const watch of this.watches) watch.show(undefined);
    void this.inTurn(() => store.leave(membership.id));
    this.lookNow();
  }

  private async liveMembers(): Promise<ReadonlyMap<string, MemberSeen>> {
    const { store, logger, ttlMs } = this.options;
    const askedAt = this.timing.now();
    const members = await store.members();
    const live = new Map(members.map((member) => [member.id, member]));
    for (const { id, host, beat } of this.neighbours.silent(members, askedAt, this.timing.now())) {
      if (!(await store.bury(id, beat))) continue;
      live.delete(id);
      logger.warn({ member: id, host, ttlMs }, 'A member has been silent for too long: its leases are free');
    }
    this.membersSeen = live.size;
    return live;
  }

  private dropLost(membership: Membership, leases: ReadonlyMap<string, LeaseSeen>): void {
    for (const [name, { epoch }] of membership.held) {
      const lease = leases.get(name);
      if (lease?.holder === membership.id && lease.epoch === epoch) continue;
      membership.held.delete(name);
      this.options.logger.warn({ lease: name, epoch, now: lease }, 'A lease has another holder: its work ends');
    }
  }

  private async releaseParked(membership: Membership): Promise<void> {
    for (const [name, epoch] of membership.releasing) {
      await this.options.store.release(name, membership.id, epoch);
      membership.releasing.delete(name);
    }
  }

  private async settle(membership: Membership, seen: Seen): Promise<void> {
    const { watch, names, live } = seen;
    const group = watch.group.name;
    const watching = [...live.values()].filter(({ groups }) => groups.includes(group)).map(({ id }) => id);
    const wanted = wantedHolders(watch.group, names, watching);
    for (const [name, lease] of membership.held) {
      if (lease.group === group && !names.includes(name)) membership.held.set(name, { ...lease, leaving: true });
    }
    await Promise.all(
      names.map((name) => this.settleOne(membership, seen, { name, isWanted: wanted.get(name) === membership.id })),
    );
  }

  private async settleOne(
    membership: Membership,
    { watch, leases, live }: Seen,
    { name, isWanted }: { readonly name: string; readonly isWanted: boolean },
  ): Promise<void> {
    const { store } = this.options;
    const lease = leases.get(name);
    const held = membership.held.get(name);
    const isLive = (member: string | undefined) => member !== undefined && live.has(member);
    if (held !== undefined) {
      const askedByOther = lease?.askedBy !== membership.id && isLive(lease?.askedBy);
      if (!isWanted && askedByOther) membership.held.set(name, { ...held, leaving: true });
    } else if (membership.releasing.has(name)) {
      return;
    } else if (lease?.holder === membership.id) {
      // A claim whose answer was lost.
      membership.held.set(name, { group: watch.group.name, epoch: lease.epoch, leaving: false });
    } else if (lease !== undefined && isLive(lease.holder)) {
      this.freeSince.delete(name);
      if (isWanted && lease.askedBy !== membership.id) await store.ask(lease, membership.id);
    } else if (isWanted || this.isLeftOver(name)) {
      await this.claim(membership, watch, { name, lease });
    }
  }

  private isLeftOver(name: string): boolean {
    const now = this.timing.now();
    const since = this.freeSince.get(name) ?? now;
    this.freeSince.set(name, since);
    return now - since >= UNWANTED_LOOKS * this.everyMs;
  }

  private async claim(
    membership: Membership,
    watch: ClaimWatch,
    { name, lease }: { readonly name: string; readonly lease: LeaseSeen | undefined },
  ): Promise<void> {
    const epoch = await this.options.store.claim(name, lease, membership.id);
    this.freeSince.delete(name);
    if (epoch === undefined || this.membership !== membership) return;
    membership.held.set(name, { group: watch.group.name, epoch, leaving: false });
    if (lease?.holder === undefined) return;
    this.options.logger.info({ lease: name, epoch, from: lease.holder }, 'A lease is taken over from a dead member');
  }
}

interface Seen {
  readonly watch: ClaimWatch;
  readonly names: readonly string[];
  readonly leases: ReadonlyMap<string, LeaseSeen>;
  readonly live: ReadonlyMap<string, MemberSeen>;
}
