export {
  ACTIVITY_STATUSES,
  FEED_KINDS,
  feedsEvents,
  type ActivityStatus,
  type FeedEvent,
  type FeedKind,
  type FeedMessagesApplied,
  type FeedMessagesReceived,
  type FeedReprocessRequested,
} from './domain/events.js';
export {
  activityId,
  FEED_ACTIONS,
  invalidMessage,
  isFeedRefusal,
  parseActivityId,
  type FeedAction,
  type FeedMessage,
  type FeedRefusal,
} from './domain/feed-message.js';
export {
  ACCOUNT_FEED_TARGET,
  CATALOG_FEED_TARGET,
  causePrefix,
  factCause,
  type FeedBatch,
  type FeedResult,
  type FeedSession,
  type FeedTarget,
} from './domain/feed-target.js';
