import { eventId } from '../../../shared/event-store/event-id.js';
import type { EventStore, EventToAppend, ExpectedRevision } from '../../../shared/event-store/event-store.port.js';
import {
  causePrefix,
  factCause,
  isFeedRefusal,
  type FeedBatch,
  type FeedMessage,
  type FeedResult,
  type FeedSession,
  type FeedTarget,
} from '../../feeds/index.js';
import { decideAccountChange, isAccountRefusal } from '../domain/account-change.js';
import type { FeedDirectory } from '../domain/feed-directory.js';
import type { AccountEvent } from '../domain/events.js';
import { accountStream } from '../domain/streams.js';
import { AccountLog } from './account-log.js';
import type { AccountSnapshots } from './account-snapshots.js';
import { readAccountMessage } from './read-account-message.js';

/** Facts in one append: far below the limit of an append, however long their names. */
const MAX_FACTS = 400;

/** Where the account feed becomes facts: one stream per account, many appended side by side. */
export class AccountFeedTarget implements FeedTarget {
  private readonly log: AccountLog;

  constructor(
    private readonly store: EventStore,
    snapshots: AccountSnapshots,
  ) {
    this.log = new AccountLog(store, snapshots);
  }

  async open(batch: FeedBatch): Promise<FeedSession> {
    const accounts = await this.log.upToNow(batch.tenant);
    return new AccountSession(this.store, this.log, accounts, batch);
  }

  /** Of every tenant: a directory is read from the log as a whole, and this comes after a failed append only. */
  forget(): void {
    this.log.restart();
  }
}

class AccountSession implements FeedSession {
  /**
   * Appends of one wave go side by side; a wave begins when the one before is in the log. The order of facts of one
   * service id matters to every reader, so an account never takes one over in the wave in which another gave it up.
   */
  private readonly waves: Wave[] = [{ facts: new Map(), serviceIds: new Map() }];
  /** Of the stream of each account that gets facts: what it is before the next of them. */
  private readonly revisions = new Map<string, ExpectedRevision>();

  constructor(
    private readonly store: EventStore,
    private readonly log: AccountLog,
    private readonly accounts: FeedDirectory,
    private readonly batch: FeedBatch,
  ) {}

  apply(message: FeedMessage, ordinal: number): FeedResult {
    const change = readAccountMessage(message);
    if (isFeedRefusal(change)) return change;
    const decision = decideAccountChange(change, this.accounts);
    if (isAccountRefusal(decision)) return decision;
    const causationId = factCause(this.batch, ordinal);
    const metadata = { ...this.batch.metadata, causationId };
    if (this.revisions.size === 0) this.log.enters(this.batch.tenant, this.accounts, causePrefix(this.batch));
    decision.forEach((event, index) => {
      const { account } = event.data;
      if (!this.revisions.has(account)) this.revisions.set(account, this.accounts.revisionOf(account));
      this.accounts.apply(event);
      this.factsOf(event).push({ id: eventId(`${causationId}/${index}`), ...event, metadata });
    });
    return { applied: true };
  }

  async commit(): Promise<number> {
    let position = 0;
    for (const { facts } of this.waves) {
      const appends = [...facts].map(([account, events]) => this.append(account, events));
      // All of them: what is still on its way must not be overtaken by another attempt.
      for (const settled of await Promise.allSettled(appends)) {
        if (settled.status === 'rejected') throw settled.reason;
        position = Math.max(position, settled.value);
      }
    }
    return position;
  }

  private factsOf(event: AccountEvent): EventToAppend[] {
    const { account } = event.data;
    const serviceId = 'serviceId' in event.data ? event.data.serviceId : undefined;
    let wave = this.waves[this.waves.length - 1];
    const user = serviceId === undefined ? undefined : wave?.serviceIds.get(serviceId);
    if (wave === undefined || (user !== undefined && user !== account)) {
      wave = { facts: new Map(), serviceIds: new Map() };
      this.waves.push(wave);
    }
    if (serviceId !== undefined) wave.serviceIds.set(serviceId, account);
    let facts = wave.facts.get(account);
    if (facts === undefined) {
      facts = [];
      wave.facts.set(account, facts);
    }
    return facts;
  }

  private async append(account: string, events: readonly EventToAppend[]): Promise<number> {
    const { revisions } = this;
    const stream = accountStream(this.batch.tenant, account);
    let position = 0;
    for (let start = 0; start < events.length; start += MAX_FACTS) {
      const part = events.slice(start, start + MAX_FACTS);
      const appended = await this.store.append(stream, revisions.get(account) ?? 'no-stream', part);
      revisions.set(account, appended.revision);
      ({ position } = appended);
    }
    return position;
  }
}

interface Wave {
  readonly facts: Map<string, EventToAppend[]>;
  /** Which account spoke about a service id in this wave. */
  readonly serviceIds: Map<string, string>;
}
