import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { never } from '../../../shared/kernel/decider.js';
import { withRoom } from '../../../shared/kernel/growing.js';
import { IdTable } from '../../../shared/kernel/id-table.js';
import type { FeedEvent, FeedMessagesApplied, FeedMessagesReceived, FeedReprocessRequested } from './events.js';
import type { FeedRefusal } from './feed-message.js';

/** A batch or a reprocess that has no answer yet. */
export type PendingBatch = RecordedEvent & (FeedMessagesReceived | FeedReprocessRequested);

/** What a feed remembers of a batch: where it stands, and where its answer does. */
export interface BatchRecord {
  readonly position: number;
  /** Position of its FeedMessagesApplied; undefined while it is pending. */
  readonly appliedAt?: number;
}

/** Where a message stands that has the id and the content of one seen before. */
export type Seen = 'NEW' | 'APPLIED' | 'REUSED';

/**
 * What one feed of one tenant remembers: which batches wait for their answer, which message ids were seen with which
 * content, which activities are in error. A fold of the feed's stream.
 */
export class FeedLedger {
  /** 'no-stream' or the revision of the last event in it. */
  revision: number | 'no-stream' = 'no-stream';
  private readonly batches = new Map<string, BatchRecord>();
  private readonly pending = new Map<number, PendingBatch>();
  private readonly messages = new MessageMemory();
  private readonly inError = new Map<string, string>();

  apply(event: RecordedEvent & FeedEvent): void {
    this.revision = event.revision;
    switch (event.type) {
      case 'FeedMessagesReceived.v1':
      case 'FeedReprocessRequested.v1':
        this.batches.set(event.data.head.batch, { position: event.position });
        this.pending.set(event.position, event);
        return;
      case 'FeedMessagesApplied.v1':
        this.answered(event.data, event.position);
        return;
      default:
        never(event);
    }
  }

  batch(batch: string): BatchRecord | undefined {
    return this.batches.get(batch);
  }

  /** The oldest batch without an answer. */
  firstPending(): PendingBatch | undefined {
    for (const batch of this.pending.values()) return batch;
    return undefined;
  }

  isPending(position: number): boolean {
    return this.pending.has(position);
  }

  seen(messageId: string, hash: string): Seen {
    const known = this.messages.get(messageId);
    if (known === undefined) return 'NEW';
    const content = contentOf(hash);
    if (Math.abs(known) !== content) return 'REUSED';
    return known > 0 ? 'APPLIED' : 'NEW';
  }

  /** Notes what became of a message; while a batch is decided also before its answer is in the log. */
  note(messageId: string | null, hash: string, outcome: 'COMPLETE' | 'ERROR'): void {
    if (messageId === null) return;
    const known = this.messages.get(messageId);
    const content = contentOf(hash);
    if (outcome === 'ERROR') {
      if (known === undefined) this.messages.set(messageId, -content);
    } else if (known === undefined || Math.abs(known) === content) {
      this.messages.set(messageId, content);
    }
  }

  /** Activities in error, with their codes, in the order in which they came to be. */
  errors(): ReadonlyMap<string, string> {
    return this.inError;
  }

  private answered({ head, columns }: FeedMessagesApplied['data'], position: number): void {
    this.pending.delete(head.of);
    this.batches.set(head.batch, { position: head.of, appliedAt: position });
    columns.activity.forEach((activity, index) => {
      const status = columns.status[index];
      if (status === 'ERROR') this.inError.set(activity, columns.code[index] ?? '');
      else this.inError.delete(activity);
      if (status === 'COMPLETE' || status === 'ERROR') {
        this.note(columns.messageId[index] ?? null, columns.hash[index] ?? '', status);
      }
    });
  }
}

/**
 * By message id, the content first seen under it: positive once it was applied, negative while it only failed. Millions
 * of messages are remembered, so it is a few bytes and one number each.
 */
class MessageMemory {
  private readonly ids = new IdTable();
  private contents = new Float64Array(0);

  get(messageId: string): number | undefined {
    const number = this.ids.find(messageId);
    return number < 0 ? undefined : this.contents[number];
  }

  set(messageId: string, content: number): void {
    const number = this.ids.add(messageId);
    this.contents = withRoom(this.contents, number + 1);
    this.contents[number] = content;
  }
}

/** 52 bits of the hash: two contents are compared under one id alone, so no more is needed. Never 0. */
function contentOf(hash: string): number {
  return Number.parseInt(hash.slice(0, 13), 16) + 1;
}

export function idReused(messageId: string): FeedRefusal {
  return {
    code: 'MESSAGE_ID_REUSED',
    reason: `messageId ${messageId} came before with another content: send this message under an id of its own`,
  };
}
