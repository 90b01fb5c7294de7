import { RecordedCommand } from '../../../shared/command-log/recorded-command.js';
import type { FeedKind } from '../domain/events.js';

/** What became of one message, as the sender sees it. */
export interface MessageOutcome {
  /** Its activity: GET /v1/sync-activities/{activityId}. */
  readonly activityId: string;
  /** null when the message has none that can be read. */
  readonly messageId: string | null;
  readonly status: 'COMPLETE' | 'ERROR' | 'IGNORED';
  readonly code: string | null;
  readonly reason: string | null;
}

export interface FeedAnswer {
  readonly complete: number;
  readonly ignored: number;
  readonly error: number;
  /** In the order of the request. */
  readonly messages: readonly MessageOutcome[];
}

/** Messages of one of the billing system's feeds: stored as they came, then applied. */
export class ReceiveFeedMessages extends RecordedCommand<FeedAnswer> {
  readonly name = 'ReceiveFeedMessages';

  constructor(readonly payload: { readonly kind: FeedKind; readonly messages: readonly unknown[] }) {
    super();
  }
}

/** Members narrow each other; none: everything in error. */
export interface ActivitySelection {
  readonly kind?: FeedKind;
  readonly activityIds?: readonly string[];
  readonly errorCode?: string;
}

export interface FeedReprocessAnswer {
  /** How many were applied again. */
  readonly activities: number;
  readonly complete: number;
  readonly ignored: number;
  readonly error: number;
}

/** Apply messages that ended in ERROR again, as the catalog and the accounts stand now. */
export class ReprocessSyncActivities extends RecordedCommand<FeedReprocessAnswer> {
  readonly name = 'ReprocessSyncActivities';

  constructor(readonly payload: { readonly selection: ActivitySelection; readonly reason: string }) {
    super();
  }
}
