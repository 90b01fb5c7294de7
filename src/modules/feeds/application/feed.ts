import { eventId } from '../../../shared/event-store/event-id.js';
import {
  WrongExpectedRevision,
  type EventStore,
  type EventToAppend,
} from '../../../shared/event-store/event-store.port.js';
import type { EventMetadata, RecordedEvent } from '../../../shared/kernel/event.js';
import type { FeedEvent, FeedKind, FeedMessagesApplied } from '../domain/events.js';
import { FeedLedger, type PendingBatch } from '../domain/feed-ledger.js';
import type { FeedBatch, FeedTarget } from '../domain/feed-target.js';
import { feedStream } from '../domain/streams.js';
import { appliedColumns, type Incoming } from './applied-columns.js';
import { receivedMessages, requestedActivities } from './incoming-messages.js';

/** How often an append is tried again when somebody else was first. */
const MAX_ATTEMPTS = 5;

/** An event of the feed before it has its place; its batch makes its id. */
export type FeedRequest = Exclude<FeedEvent, FeedMessagesApplied>;

/**
 * One feed of one tenant: its batches are received, then applied in the order of the stream, one after the other.
 *
 *     receive: append (unless there) -> apply everything that waits -> the answer of this batch
 *
 * Whoever comes next finishes what a crash left: the same command, another batch, or the task of role `sync`. Several
 * processes may do it at once: they decide the same and append under the same ids.
 */
export class Feed {
  private ledger = new FeedLedger();
  private last: Promise<unknown> = Promise.resolve();
  readonly stream: string;

  constructor(
    private readonly store: EventStore,
    private readonly target: FeedTarget,
    readonly tenant: string,
    readonly kind: FeedKind,
  ) {
    this.stream = feedStream(tenant, kind);
  }

  /**
   * Puts the batches into the log unless the first of them is there already, applies all that waits, and answers what
   * became of them.
   * @param decide what to append, knowing which activities are in error: batches `<key>/0`, `<key>/1`…; may be none.
   */
  process(
    key: string,
    metadata: EventMetadata,
    decide: (inError: ReadonlyMap<string, string>) => readonly FeedRequest[],
  ): Promise<readonly AppliedBatch[]> {
    return this.exclusively(async () => {
      for (let attempt = 1; ; attempt += 1) {
        await this.applyPending();
        if (this.ledger.batch(`${key}/0`) !== undefined) break;
        const requests = decide(this.ledger.errors());
        if (requests.length === 0) return [];
        try {
          await this.append(requests.map((request) => ({ request, id: this.idOf(request.data.head.batch), metadata })));
        } catch (error) {
          if (!(error instanceof WrongExpectedRevision) || attempt >= MAX_ATTEMPTS) throw error;
        }
      }
      return this.answers(key);
    });
  }

  /** Applies what waits, if anything does. */
  finish(): Promise<void> {
    return this.exclusively(() => this.applyPending());
  }

  /** One piece of work at a time. */
  private exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    const next = this.last.then(work, work);
    this.last = next.catch(() => undefined);
    return next;
  }

  private async applyPending(): Promise<void> {
    await this.catchUp();
    for (let pending = this.ledger.firstPending(); pending !== undefined; pending = this.ledger.firstPending()) {
      await this.applyBatch(pending);
    }
  }

  private async applyBatch(pending: PendingBatch): Promise<void> {
    for (let attempt = 1; this.ledger.isPending(pending.position); attempt += 1) {
      try {
        await this.tryToApply(pending);
      } catch (error) {
        // What was decided may not be in the log: neither the target nor the ledger may go on from it.
        this.target.forget(this.tenant);
        this.ledger = new FeedLedger();
        if (!(error instanceof WrongExpectedRevision) || attempt >= MAX_ATTEMPTS) throw error;
        await this.catchUp();
      }
    }
  }

  private async tryToApply(pending: PendingBatch): Promise<void> {
    const { previousHash: _, hash: __, ...metadata } = pending.metadata;
    const batch: FeedBatch = { tenant: this.tenant, stream: this.stream, position: pending.position, metadata };
    const incoming = await this.messagesOf(pending);
    const session = await this.target.open(batch);
    // Still waiting, after the target was read: so nothing of a later batch can be in what the target read.
    await this.catchUp();
    if (!this.ledger.isPending(pending.position)) return;
    const columns = appliedColumns(incoming, this.ledger, session);
    const factsPosition = await session.commit();
    const count = (status: string) => columns.status.filter((each) => each === status).length;
    const { kind } = this;
    const applied: FeedMessagesApplied = {
      type: 'FeedMessagesApplied.v1',
      data: {
        head: {
          kind,
          batch: pending.data.head.batch,
          of: pending.position,
          complete: count('COMPLETE'),
          ignored: count('IGNORED'),
          error: count('ERROR'),
          factsPosition,
        },
        columns,
      },
    };
    await this.answer(pending, applied, metadata);
  }

  /** Others may receive batches meanwhile: the answer stands behind them. */
  private async answer(pending: PendingBatch, applied: FeedMessagesApplied, metadata: EventMetadata): Promise<void> {
    const id = eventId(`${this.stream}/${pending.position}/applied`);
    for (let attempt = 1; this.ledger.isPending(pending.position); attempt += 1) {
      try {
        await this.append([{ request: applied, id, metadata: { ...metadata, causationId: pending.id } }]);
      } catch (error) {
        if (!(error instanceof WrongExpectedRevision) || attempt >= MAX_ATTEMPTS) throw error;
      }
      await this.catchUp();
    }
  }

  private messagesOf(pending: PendingBatch): Promise<readonly Incoming[]> {
    return pending.type === 'FeedMessagesReceived.v1'
      ? Promise.resolve(receivedMessages(pending))
      : requestedActivities(this.store, this.stream, pending.data.columns.activity);
  }

  private async append(
    events: readonly { readonly request: FeedEvent; readonly id: string; readonly metadata: EventMetadata }[],
  ): Promise<void> {
    const toAppend: EventToAppend[] = events.map(({ request, id, metadata }) => ({ id, ...request, metadata }));
    await this.store.append(this.stream, this.ledger.revision, toAppend);
  }

  private async catchUp(): Promise<void> {
    const from = this.ledger.revision === 'no-stream' ? 0 : this.ledger.revision + 1;
    for await (const event of this.store.readStream(this.stream, { from })) {
      this.ledger.apply(event as RecordedEvent & FeedEvent);
    }
  }

  private async answers(key: string): Promise<readonly AppliedBatch[]> {
    const answers: AppliedBatch[] = [];
    for (let part = 0; ; part += 1) {
      const appliedAt = this.ledger.batch(`${key}/${part}`)?.appliedAt;
      if (appliedAt === undefined) return answers;
      for await (const event of this.store.readAll({ after: appliedAt - 1, limit: 1 })) {
        answers.push(event as AppliedBatch);
      }
    }
  }

  private idOf(batch: string): string {
    return eventId(`${this.stream}/${batch}`);
  }
}

export type AppliedBatch = RecordedEvent & FeedMessagesApplied;
