import type { RecordedEvent } from '../kernel/event.js';
import type { ReplayMode, ReplayRequested } from './events.js';
import { put, type Projection } from './projection.js';
import type { CollectionSpec } from './read-models.port.js';

/** The latest request for each read model, for `GET /v1/replays`: who, when, why. */
export type ReplayRow = {
  readonly tenant: string;
  readonly readModel: string;
  readonly mode: ReplayMode;
  readonly reason: string | null;
  readonly actor: string;
  readonly commandId: string | null;
  readonly requestedAt: number;
  /** Log position of the request. */
  readonly position: number;
};

export const replayRows: CollectionSpec<ReplayRow> = {
  name: 'replays',
  fields: {
    tenant: 'text',
    readModel: 'text',
    mode: 'text',
    reason: 'text',
    actor: 'text',
    commandId: 'text',
    requestedAt: 'instant',
    position: 'integer',
  },
  key: ['tenant', 'readModel'],
  indexes: [],
};

export const REPLAYS_PROJECTION = 'replays';

export const replaysProjection: Projection = {
  name: REPLAYS_PROJECTION,
  version: 1,
  collections: [replayRows],
  handles: ['ReplayRequested.v1'],
  *project(event) {
    const { data, metadata, position } = event as RecordedEvent & ReplayRequested;
    yield put(replayRows, {
      tenant: metadata.tenant,
      readModel: data.readModel,
      mode: data.mode,
      reason: data.reason,
      actor: metadata.actor,
      commandId: metadata.commandId ?? null,
      requestedAt: Date.parse(metadata.recordedAt),
      position,
    });
  },
};
