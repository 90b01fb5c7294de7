import type { EventMetadata } from '../../../shared/kernel/event.js';
import type { FeedMessage, FeedRefusal } from './feed-message.js';

/** One received batch or reprocess on its way to a module. */
export interface FeedBatch {
  readonly tenant: string;
  /** The feed stream, so that the ids of facts differ between feeds. */
  readonly stream: string;
  /** Log position of the event that received the batch or asked for the reprocess. */
  readonly position: number;
  /** What the facts' metadata say; the target adds each message's `causationId`. */
  readonly metadata: EventMetadata;
}

/** What the facts of a message name as their cause: the same at every attempt, and told apart from other batches. */
export function factCause(batch: FeedBatch, ordinal: number): string {
  return `${causePrefix(batch)}${ordinal}`;
}

export function causePrefix({ stream, position }: Pick<FeedBatch, 'stream' | 'position'>): string {
  return `${stream}/${position}-`;
}

export type FeedResult = { readonly applied: true } | FeedRefusal;

/** A batch being applied: every message is decided in order, then all facts are appended. */
export interface FeedSession {
  /** Decides one message on what stood before the batch and what its earlier messages made of it. */
  apply(message: FeedMessage, ordinal: number): FeedResult;
  /**
   * Appends the facts. @returns the log position of the last one; 0 when there are none.
   * @throws WrongExpectedRevision when somebody else applied something meanwhile: forget, and open anew.
   */
  commit(): Promise<number>;
}

/**
 * Where a feed's messages become facts: the catalog for one, the accounts for the other. Batches of one feed come one at
 * a time, in the order of their stream. A batch decided again decides the same: a session sees the log as it stood
 * before the batch, without the facts a cut-off attempt left, and makes those again under the same ids, which the log
 * recognises. So no fact is made twice, whoever finishes a batch.
 */
export interface FeedTarget {
  open(batch: FeedBatch): Promise<FeedSession>;
  /** What is remembered is out of date, or was never written: read the log anew. */
  forget(tenant: string): void;
}

export const CATALOG_FEED_TARGET = Symbol('CatalogFeedTarget');
export const ACCOUNT_FEED_TARGET = Symbol('AccountFeedTarget');
