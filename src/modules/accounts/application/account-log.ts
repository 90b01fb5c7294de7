import type { EventStore } from '../../../shared/event-store/event-store.port.js';
import { proofOf, type EventProof } from '../../../shared/event-store/log-proof.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { parseStreamName } from '../../../shared/kernel/stream-name.js';
import { causePrefix, type FeedMessagesApplied } from '../../feeds/index.js';
import { FeedDirectory } from '../domain/feed-directory.js';
import { accountsEvents, type AccountEvent } from '../domain/events.js';
import type { AccountSnapshots } from './account-snapshots.js';

const TYPES = [...accountsEvents.map(({ type }) => type), 'FeedMessagesApplied.v1'];

/**
 * The accounts of every tenant as the log tells them, read forward. Facts of a feed batch enter a directory only
 * with the event that says the batch is applied: until then it is as it stood before the batch, whatever a cut-off attempt
 * left in the log.
 *
 *     log     received 17   fact   fact   fact   applied (of 17)
 *     directory                                  ^ the three facts
 */
export class AccountLog {
  private tenants = new Map<string, FeedDirectory>();
  private held = new Map<string, RecordedEvent[]>();
  private readonly entered = new Set<string>();
  /** The last event read; undefined before the first. */
  private last: EventProof | undefined;
  /** Facts that entered since the beginning of the log, and how many of them are in the last snapshot. */
  private facts = 0;
  private kept = 0;
  /** Counts the restarts: what is being read when one comes belongs to the directories before it. */
  private restarts = 0;
  private reading: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: EventStore,
    private readonly snapshots: AccountSnapshots,
  ) {}

  /** The accounts of a tenant as of now; the object stays the same until `restart`. */
  async upToNow(tenant: string): Promise<FeedDirectory> {
    const next = this.reading.then(() => this.read());
    this.reading = next.catch(() => undefined);
    await next;
    return this.accountsOf(tenant);
  }

  /**
   * Whoever decides a batch puts its facts into the directory at once: they are not to enter it again from the log. To
   * be said before the first of them.
   */
  enters(tenant: string, accounts: FeedDirectory, prefix: string): void {
    if (this.tenants.get(tenant) === accounts) this.entered.add(prefix);
  }

  /** Something entered a directory that is not in the log: begin anew. */
  restart(): void {
    this.tenants = new Map();
    this.held = new Map();
    this.entered.clear();
    this.last = undefined;
    this.facts = 0;
    this.restarts += 1;
  }

  private async read(): Promise<void> {
    const { restarts } = this;
    if (this.last === undefined) {
      const kept = await this.snapshots.load();
      if (restarts !== this.restarts) return this.read();
      if (kept !== undefined) ({ seen: this.last, facts: this.facts, tenants: this.tenants } = kept);
      this.kept = this.facts;
    }
    for await (const event of this.store.readAll({ after: this.last?.position ?? 0, filter: { types: TYPES } })) {
      if (restarts !== this.restarts) return this.read();
      if (event.type === 'FeedMessagesApplied.v1') this.release(event);
      else this.take(event);
      this.last = proofOf(event);
    }
    await this.keepWhenWorth();
  }

  /** Only what is in the log, and in it for good: no batch may be under way. */
  private async keepWhenWorth(): Promise<void> {
    const { last, facts, kept, tenants } = this;
    if (last === undefined || this.entered.size > 0 || this.held.size > 0) return;
    if (!this.snapshots.isWorth(facts, kept)) return;
    this.kept = facts;
    await this.snapshots.save({ seen: last, facts, tenants });
  }

  private take(event: RecordedEvent): void {
    const { tenant, causationId = '' } = event.metadata;
    const dash = causationId.lastIndexOf('-');
    if (!causationId.startsWith(`feed-${tenant}.account/`) || dash < 0) {
      this.enter(event);
      return;
    }
    const prefix = causationId.slice(0, dash + 1);
    if (this.entered.has(prefix)) return;
    const facts = this.held.get(prefix);
    if (facts === undefined) this.held.set(prefix, [event]);
    else facts.push(event);
  }

  private release({ stream, data }: RecordedEvent): void {
    const { head } = data as FeedMessagesApplied['data'];
    if (head.kind !== 'account') return;
    const prefix = causePrefix({ stream, position: head.of });
    if (this.entered.delete(prefix)) this.facts += head.complete;
    else for (const fact of this.held.get(prefix) ?? []) this.enter(fact);
    this.held.delete(prefix);
  }

  private enter(event: RecordedEvent): void {
    const { tenant } = parseStreamName(event.stream);
    this.accountsOf(tenant).apply(event as RecordedEvent & AccountEvent);
    this.facts += 1;
  }

  private accountsOf(tenant: string): FeedDirectory {
    let accounts = this.tenants.get(tenant);
    if (accounts === undefined) {
      accounts = new FeedDirectory();
      this.tenants.set(tenant, accounts);
    }
    return accounts;
  }
}
