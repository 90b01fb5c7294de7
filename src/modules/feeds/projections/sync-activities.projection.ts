import { never } from '../../../shared/kernel/decider.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { put, update, type Change, type Projection } from '../../../shared/read-models/projection.js';
import { feedsEvents, type FeedEvent, type FeedMessagesApplied, type FeedMessagesReceived } from '../domain/events.js';
import { parseActivityId } from '../domain/feed-message.js';
import { SYNC_ACTIVITIES_PROJECTION, syncActivities } from './sync-activities.collection.js';

/** Every message of the feeds and what became of it. */
export const syncActivitiesProjection: Projection = {
  name: SYNC_ACTIVITIES_PROJECTION,
  version: 1,
  collections: [syncActivities],
  handles: feedsEvents.map(({ type }) => type),
  project(recorded: RecordedEvent): Iterable<Change> {
    const event = recorded as RecordedEvent & FeedEvent;
    switch (event.type) {
      case 'FeedMessagesReceived.v1':
        return received(recorded, event.data);
      case 'FeedMessagesApplied.v1':
        return applied(recorded, event.data);
      case 'FeedReprocessRequested.v1':
        // What it asks for is seen when it is answered.
        return [];
      default:
        return never(event);
    }
  },
};

function received({ position, metadata }: RecordedEvent, { head, columns }: FeedMessagesReceived['data']): Change[] {
  const { tenant } = metadata;
  const receivedAt = Date.parse(metadata.recordedAt);
  return columns.messageId.map((messageId, ordinal) =>
    put(syncActivities, {
      tenant,
      position,
      ordinal,
      kind: head.kind,
      messageId,
      object: columns.object[ordinal] ?? null,
      action: columns.action[ordinal] ?? null,
      effectiveFrom: columns.effectiveFrom[ordinal] ?? null,
      status: 'PENDING',
      code: null,
      reason: null,
      receivedAt,
      appliedPosition: null,
      attempts: 0,
    }),
  );
}

function applied({ position, metadata }: RecordedEvent, { columns }: FeedMessagesApplied['data']): Change[] {
  const { tenant } = metadata;
  return columns.activity.flatMap((activity, index) => {
    const place = parseActivityId(activity);
    if (place === undefined) return [];
    return update(syncActivities, { tenant, ...place }, (row) =>
      row === undefined || (row.appliedPosition ?? 0) >= position
        ? row
        : {
            ...row,
            status: columns.status[index] ?? 'ERROR',
            code: columns.code[index] ?? null,
            reason: columns.reason[index] ?? null,
            appliedPosition: position,
            attempts: row.attempts + 1,
          },
    );
  });
}
