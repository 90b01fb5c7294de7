import { createHash } from 'node:crypto';
import { eventId } from '../event-store/event-id.js';
import type { EventStore, EventToAppend } from '../event-store/event-store.port.js';
import { canonicalJson } from '../kernel/canonical-json.js';
import type { EventMetadata, RecordedEvent } from '../kernel/event.js';
import { isRefused } from '../kernel/refusal.js';
import { streamName, type StreamName } from '../kernel/stream-name.js';
import type { CommandAccepted, CommandCompleted, CommandEvent } from './events.js';
import type { CommandContext, Outcome } from './recorded-command.js';

/** What the log knows of a command. */
export interface CommandRecord {
  readonly accepted: CommandAccepted['data'];
  /** As it was accepted; every later run gets this one again. */
  readonly context: CommandContext;
  /** Absent while it runs, and for ever when a crash came in between. */
  readonly outcome?: Outcome<unknown>;
}

export function commandStream(tenant: string, commandId: string): StreamName {
  return streamName('command', tenant, commandId);
}

/** A request is told from another by its name and payload, whatever the order of its fields. */
export function payloadHash(name: string, payload: unknown): string {
  return createHash('sha256').update(canonicalJson({ name, payload })).digest('hex');
}

/** Reads a command's stream; undefined when nobody asked for it yet. */
export async function readRecord(store: EventStore, stream: StreamName): Promise<CommandRecord | undefined> {
  let record: CommandRecord | undefined;
  for await (const recorded of store.readStream(stream)) {
    const event = recorded as RecordedEvent & CommandEvent;
    switch (event.type) {
      case 'CommandAccepted.v1':
        record = { accepted: event.data, context: contextOf(event.data, recorded.metadata) };
        break;
      case 'CommandCompleted.v1':
        if (record !== undefined) record = { ...record, outcome: doneOf(event.data) };
        break;
      case 'CommandRefused.v1':
        if (record !== undefined) record = { ...record, outcome: { refused: event.data.refusal } };
        break;
    }
  }
  return record;
}

function doneOf({ answer, position }: CommandCompleted['data']): Outcome<unknown> {
  return { answer, position };
}

function contextOf(accepted: CommandAccepted['data'], metadata: EventMetadata): CommandContext {
  return {
    tenant: metadata.tenant,
    actor: metadata.actor,
    commandId: accepted.commandId,
    correlationId: metadata.correlationId,
    ...(metadata.traceparent === undefined ? {} : { traceparent: metadata.traceparent }),
    now: accepted.acceptedAt,
  };
}

/** One id for one key: of several that race, the log keeps the first, and who reads it back sees whose it is. */
export function acceptedEvent(accepted: CommandAccepted['data'], metadata: EventMetadata): EventToAppend {
  const id = eventId(`command/${metadata.tenant}/${accepted.commandId}/accepted`);
  return { id, type: 'CommandAccepted.v1', data: accepted, metadata };
}

/** The id holds the outcome: of two processes that ran one command to different ends, the log takes the first. */
export function closingEvent(commandId: string, outcome: Outcome<unknown>, metadata: EventMetadata): EventToAppend {
  const digest = createHash('sha256').update(canonicalJson(outcome)).digest('hex');
  const id = eventId(`command/${metadata.tenant}/${commandId}/closed/${digest}`);
  return isRefused(outcome)
    ? { id, type: 'CommandRefused.v1', data: { commandId, refusal: outcome.refused }, metadata }
    : { id, type: 'CommandCompleted.v1', data: { commandId, ...outcome }, metadata };
}
