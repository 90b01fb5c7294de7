import { streamName, type StreamName } from '../../../shared/kernel/stream-name.js';
import { FEED_KINDS, type FeedKind } from './events.js';

export const FEED_CATEGORY = 'feed';

/** One stream per feed of a tenant: its revision is the fence of the feed. */
export function feedStream(tenant: string, kind: FeedKind): StreamName {
  return streamName(FEED_CATEGORY, tenant, kind);
}

export function feedKindOf(id: string): FeedKind {
  const kind = FEED_KINDS.find((known) => known === id);
  if (kind === undefined) throw new Error(`There is no feed "${id}"`);
  return kind;
}
