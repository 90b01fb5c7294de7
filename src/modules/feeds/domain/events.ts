import type { DomainEvent } from '../../../shared/kernel/event.js';
import type { EventDefinition } from '../../../shared/kernel/event-definition.js';
import type { FieldError } from '../../../shared/kernel/refusal.js';

/** The two feeds of the billing system. */
export const FEED_KINDS = ['catalog', 'account'] as const;
export type FeedKind = (typeof FEED_KINDS)[number];

/**
 * What became of a message. PENDING: received, not applied yet. IGNORED: applied before, nothing to do. INCOMPLETE is the
 * field's word for a message applied in part; ours are applied whole or not at all, so it does not occur.
 */
export const ACTIVITY_STATUSES = ['PENDING', 'COMPLETE', 'ERROR', 'IGNORED'] as const;
export type ActivityStatus = (typeof ACTIVITY_STATUSES)[number];

/**
 * Stream `feed-<tenant>.<kind>`: one per feed, so that its revision is the fence of the feed. Messages are stored raw
 * before anything is done with them; their place is their activity id, `<position>-<ordinal>`.
 *
 *     received 17   received 18   applied (of 17)   applied (of 18)   reprocess 21   applied (of 21)
 */
export type FeedMessagesReceived = DomainEvent<
  'FeedMessagesReceived.v1',
  {
    readonly head: {
      readonly kind: FeedKind;
      /** `<commandId>/<part>`: a batch is received once, whoever asks again. */
      readonly batch: string;
      readonly messages: number;
    };
    readonly columns: {
      readonly [column: string]: readonly unknown[];
      /** null where the message does not say one that can be read; as are object, action and effectiveFrom. */
      readonly messageId: readonly (string | null)[];
      readonly object: readonly (string | null)[];
      readonly action: readonly (string | null)[];
      readonly effectiveFrom: readonly (number | null)[];
      /** The message as it came, as JSON values. */
      readonly raw: readonly unknown[];
      /** Hash of the message without its id, members in order: 32 hex digits of its SHA-256. */
      readonly hash: readonly string[];
    };
  }
>;

/** Messages that ended in ERROR are to be applied again, in the order in which they came. */
export type FeedReprocessRequested = DomainEvent<
  'FeedReprocessRequested.v1',
  {
    readonly head: {
      readonly kind: FeedKind;
      readonly batch: string;
      readonly reason: string;
      readonly messages: number;
    };
    readonly columns: {
      readonly [column: string]: readonly unknown[];
      readonly activity: readonly string[];
    };
  }
>;

/** What became of each message of one received batch or reprocess, in its order. */
export type FeedMessagesApplied = DomainEvent<
  'FeedMessagesApplied.v1',
  {
    readonly head: {
      readonly kind: FeedKind;
      readonly batch: string;
      /** Position of the received or requested event this answers. */
      readonly of: number;
      readonly complete: number;
      readonly ignored: number;
      readonly error: number;
      /** Log position of the last fact that the messages made; 0 when they made none. */
      readonly factsPosition: number;
    };
    readonly columns: {
      readonly [column: string]: readonly unknown[];
      readonly activity: readonly string[];
      readonly messageId: readonly (string | null)[];
      readonly hash: readonly string[];
      readonly status: readonly ('COMPLETE' | 'ERROR' | 'IGNORED')[];
      readonly code: readonly (string | null)[];
      readonly reason: readonly (string | null)[];
      /** For an invalid message: every field error with its path. */
      readonly errors: readonly (readonly FieldError[] | null)[];
    };
  }
>;

export type FeedEvent = FeedMessagesReceived | FeedReprocessRequested | FeedMessagesApplied;

/** Every event type and version of this module, for the registry at the composition root. */
export const feedsEvents: readonly EventDefinition[] = [
  { type: 'FeedMessagesReceived.v1', encoding: 'chunk' },
  { type: 'FeedReprocessRequested.v1', encoding: 'chunk' },
  { type: 'FeedMessagesApplied.v1', encoding: 'chunk' },
];
