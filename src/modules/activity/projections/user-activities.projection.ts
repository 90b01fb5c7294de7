import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { put, type Change, type Projection } from '../../../shared/read-models/projection.js';
import { CONFIGURATION_EVENTS, readChange, type ConfigurationEvent } from './read-change.js';
import { ACTIVITIES_PROJECTION, userActivities } from './user-activities.collections.js';

/** Who changed what of the configuration, and when: a row per event. */
export const userActivitiesProjection: Projection = {
  name: ACTIVITIES_PROJECTION,
  version: 1,
  collections: [userActivities],
  handles: CONFIGURATION_EVENTS,
  project(recorded: RecordedEvent): Iterable<Change> {
    const { object, id, action, reason } = readChange(recorded as RecordedEvent & ConfigurationEvent);
    const { stream, revision, position, metadata } = recorded;
    const { tenant, actor, commandId = null, recordedAt } = metadata;
    const at = Date.parse(recordedAt);
    return [
      put(userActivities, { tenant, position, object, id, action, actor, commandId, reason, at, stream, revision }),
    ];
  },
};
