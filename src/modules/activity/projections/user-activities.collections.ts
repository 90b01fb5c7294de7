import type { CollectionSpec } from '../../../shared/read-models/read-models.port.js';
import type { Action } from '../domain/configuration-change.js';

/** The projection that keeps this collection; reads that wait for a log position wait for it. */
export const ACTIVITIES_PROJECTION = 'user-activities';

/** That somebody changed something. What it was and became is read from the log, by the event's place. */
export type UserActivityRow = {
  readonly tenant: string;
  /** Of its event; also the activity's id. */
  readonly position: number;
  readonly object: string;
  readonly id: string;
  readonly action: Action;
  readonly actor: string;
  readonly commandId: string | null;
  readonly reason: string | null;
  readonly at: number;
  readonly stream: string;
  readonly revision: number;
};

export const userActivities: CollectionSpec<UserActivityRow> = {
  name: 'user-activities',
  fields: {
    tenant: 'text',
    position: 'integer',
    object: 'text',
    id: 'text',
    action: 'text',
    actor: 'text',
    commandId: 'text',
    reason: 'text',
    at: 'instant',
    stream: 'text',
    revision: 'integer',
  },
  key: ['tenant', 'position'],
  indexes: [{ fields: ['tenant', 'object'] }, { fields: ['tenant', 'actor'] }],
};
