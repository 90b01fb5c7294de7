import { createHash } from 'node:crypto';
import type { EventStore } from '../../../shared/event-store/event-store.port.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import type { FeedKind, FeedMessagesReceived } from '../domain/events.js';
import { activityId, canonicalMessage, envelopeOf, parseActivityId } from '../domain/feed-message.js';
import type { Incoming } from './applied-columns.js';

/** A batch as it is stored before anything is done with it. */
export function receivedData(kind: FeedKind, batch: string, raw: readonly unknown[]): FeedMessagesReceived['data'] {
  const envelopes = raw.map(envelopeOf);
  return {
    head: { kind, batch, messages: raw.length },
    columns: {
      messageId: envelopes.map(({ messageId }) => messageId),
      object: envelopes.map(({ object }) => object),
      action: envelopes.map(({ action }) => action),
      effectiveFrom: envelopes.map(({ effectiveFrom }) => effectiveFrom),
      raw,
      hash: raw.map((message) => createHash('sha256').update(canonicalMessage(message)).digest('hex').slice(0, 32)),
    },
  };
}

export function receivedMessages({ position, data }: RecordedEvent & FeedMessagesReceived): readonly Incoming[] {
  const { raw, messageId, hash } = data.columns;
  return raw.map((message, ordinal) => ({
    activity: activityId(position, ordinal),
    messageId: messageId[ordinal] ?? null,
    raw: message,
    hash: hash[ordinal] ?? '',
  }));
}

/** The messages of activities, from the events that received them. */
export async function requestedActivities(
  store: EventStore,
  stream: string,
  activities: readonly string[],
): Promise<readonly Incoming[]> {
  const incoming: Incoming[] = [];
  let at = 0;
  let received: readonly Incoming[] = [];
  for (const activity of activities) {
    const place = parseActivityId(activity);
    if (place !== undefined && place.position !== at) {
      at = place.position;
      received = await messagesAt(store, stream, at);
    }
    const message = place === undefined ? undefined : received[place.ordinal];
    if (message === undefined) throw new Error(`The log of ${stream} has no activity ${activity}`);
    incoming.push(message);
  }
  return incoming;
}

async function messagesAt(store: EventStore, stream: string, position: number): Promise<readonly Incoming[]> {
  const event = await receivedAt(store, stream, position);
  return event === undefined ? [] : receivedMessages(event);
}

/** The event of a feed that received messages at a position; undefined when something else stands there. */
export async function receivedAt(
  store: EventStore,
  stream: string,
  position: number,
): Promise<(RecordedEvent & FeedMessagesReceived) | undefined> {
  for await (const event of store.readAll({ after: position - 1, limit: 1 })) {
    const isIt = event.position === position && event.stream === stream && event.type === 'FeedMessagesReceived.v1';
    return isIt ? (event as RecordedEvent & FeedMessagesReceived) : undefined;
  }
  return undefined;
}
