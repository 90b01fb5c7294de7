import type { RecordedEvent } from '../kernel/event.js';
import { put, update, type Change, type Projection } from '../read-models/projection.js';
import type { CollectionSpec } from '../read-models/read-models.port.js';
import type { CommandEvent } from './events.js';

/** A command as `GET /v1/commands` shows it. */
export interface CommandRow {
  readonly [field: string]: unknown;
  readonly tenant: string;
  readonly commandId: string;
  readonly name: string;
  /** ACCEPTED: it runs, or a crash came before its end and the same request again will finish it. */
  readonly status: 'ACCEPTED' | 'COMPLETED' | 'REFUSED';
  readonly actor: string;
  readonly roles: readonly string[];
  readonly correlationId: string;
  readonly payload: unknown;
  readonly acceptedAt: number;
  readonly acceptedPosition: number;
  /** Null until it is closed. */
  readonly closedAt: number | null;
  /** Of a completed one. */
  readonly answer: unknown;
  /** Log position of the last event a completed one led to. */
  readonly position: number | null;
  /** Of a refused one. */
  readonly refusalCode: string | null;
  readonly refusal: unknown;
}

export const commandsCollection: CollectionSpec<CommandRow> = {
  name: 'commands',
  fields: {
    tenant: 'text',
    commandId: 'text',
    name: 'text',
    status: 'text',
    actor: 'text',
    roles: 'json',
    correlationId: 'text',
    payload: 'json',
    acceptedAt: 'instant',
    acceptedPosition: 'integer',
    closedAt: 'instant',
    answer: 'json',
    position: 'integer',
    refusalCode: 'text',
    refusal: 'json',
  },
  key: ['tenant', 'commandId'],
  indexes: [
    { fields: ['tenant', 'acceptedAt'] },
    { fields: ['tenant', 'name', 'acceptedAt'] },
    { fields: ['tenant', 'status', 'acceptedAt'] },
    { fields: ['tenant', 'actor', 'acceptedAt'] },
    { fields: ['tenant', 'correlationId'] },
  ],
};

/** Who asked for what, when, and what came of it. */
export const commandsProjection: Projection = {
  name: 'commands',
  version: 1,
  collections: [commandsCollection],
  handles: ['CommandAccepted.v1', 'CommandCompleted.v1', 'CommandRefused.v1'],
  project(recorded: RecordedEvent): Iterable<Change> {
    const event = recorded as RecordedEvent & CommandEvent;
    const { tenant } = recorded.metadata;
    switch (event.type) {
      case 'CommandAccepted.v1':
        return [put(commandsCollection, acceptedRow(event.data, recorded))];
      case 'CommandCompleted.v1': {
        const { commandId, answer, position } = event.data;
        return [close(tenant, commandId, recorded, { status: 'COMPLETED', answer, position })];
      }
      case 'CommandRefused.v1': {
        const { commandId, refusal } = event.data;
        return [close(tenant, commandId, recorded, { status: 'REFUSED', refusalCode: refusal.code, refusal })];
      }
    }
  },
};

function acceptedRow(
  { commandId, name, payload, roles, acceptedAt }: Extract<CommandEvent, { type: 'CommandAccepted.v1' }>['data'],
  recorded: RecordedEvent,
): CommandRow {
  const { tenant, actor, correlationId } = recorded.metadata;
  return {
    tenant,
    commandId,
    name,
    status: 'ACCEPTED',
    actor,
    roles,
    correlationId,
    payload,
    acceptedAt,
    acceptedPosition: recorded.position,
    closedAt: null,
    answer: null,
    position: null,
    refusalCode: null,
    refusal: null,
  };
}

function close(tenant: string, commandId: string, recorded: RecordedEvent, outcome: Partial<CommandRow>): Change {
  const closedAt = Date.parse(recorded.metadata.recordedAt);
  return update(commandsCollection, { tenant, commandId }, (row) =>
    row === undefined ? undefined : { ...row, ...outcome, closedAt },
  );
}
