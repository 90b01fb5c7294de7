import type { CollectionSpec } from '../../../shared/read-models/read-models.port.js';
import type { ActivityStatus, FeedKind } from '../domain/events.js';

/** The projection that keeps this collection; reads that wait for a log position wait for it. */
export const SYNC_ACTIVITIES_PROJECTION = 'sync-activities';

/** A message of a feed and what became of it; the message itself is read from the event that received it. */
export type SyncActivityRow = {
  readonly tenant: string;
  /** Log position of the event that received it, and its row there: together its activity id. */
  readonly position: number;
  readonly ordinal: number;
  readonly kind: FeedKind;
  /** Null, as the next three, where the message does not say one that can be read. */
  readonly messageId: string | null;
  readonly object: string | null;
  readonly action: string | null;
  readonly effectiveFrom: number | null;
  readonly status: ActivityStatus;
  readonly code: string | null;
  readonly reason: string | null;
  readonly receivedAt: number;
  /** Position of the event that said its status last; null while PENDING. */
  readonly appliedPosition: number | null;
  /** How often it was applied. */
  readonly attempts: number;
};

export const syncActivities: CollectionSpec<SyncActivityRow> = {
  name: 'sync-activities',
  fields: {
    tenant: 'text',
    position: 'integer',
    ordinal: 'integer',
    kind: 'text',
    messageId: 'text',
    object: 'text',
    action: 'text',
    effectiveFrom: 'instant',
    status: 'text',
    code: 'text',
    reason: 'text',
    receivedAt: 'instant',
    appliedPosition: 'integer',
    attempts: 'integer',
  },
  key: ['tenant', 'position', 'ordinal'],
  // What is rare has an index of its own; what is common is found quickly in the order of the key.
  indexes: [
    { fields: ['tenant', 'kind', 'position', 'ordinal'] },
    { fields: ['tenant', 'position', 'ordinal'], where: { status: 'ERROR' } },
    { fields: ['tenant', 'object', 'action'] },
  ],
};
