import { isTenantName, parseStreamName, type StreamName } from '../kernel/stream-name.js';
import { encodeEventData } from './event-codec.js';
import { canonicalMetadata } from './event-hash.js';
import type { EventRegistry } from './event-registry.js';
import { AppendTooLarge, MAX_APPEND_BYTES, type EventToAppend, type ExpectedRevision } from './event-store.port.js';

/** An append ready to be stored: checked and encoded where it was made, so that whoever writes it only writes. */
export interface EncodedAppend {
  readonly stream: StreamName;
  readonly expected: ExpectedRevision;
  readonly events: readonly EncodedEvent[];
}

export interface EncodedEvent {
  readonly id: string;
  readonly type: string;
  /** Canonical JSON of the metadata. */
  readonly metadata: string;
  readonly data: Uint8Array;
}

/**
 * Checks an append and makes its bytes, before anything is sent anywhere; the same for every adapter.
 * @throws AppendTooLarge, UnknownEventType, NotJson, and an Error that says what is wrong with a name, an id or a tenant.
 */
export function encodeAppend(
  registry: EventRegistry,
  stream: StreamName,
  expected: ExpectedRevision,
  events: readonly EventToAppend[],
): EncodedAppend {
  const { tenant, id } = parseStreamName(stream);
  if (!isTenantName(tenant) || id === '') throw new Error(`"${stream}" is not a stream name <category>-<tenant>.<id>`);
  if (events.length === 0) throw new Error(`An append to ${stream} needs at least one event`);
  if (new Set(events.map((event) => event.id)).size !== events.length) {
    throw new Error(`An append to ${stream} has two events with one id: make the ids from what caused each event`);
  }
  const encoded = events.map((event): EncodedEvent => {
    if (event.metadata.tenant !== tenant) {
      throw new Error(`An event of tenant ${event.metadata.tenant} cannot be appended to ${stream}`);
    }
    const metadata = canonicalMetadata(event.metadata);
    return { id: event.id, type: event.type, metadata, data: encodeEventData(registry, event.type, event.data) };
  });
  const bytes = encodedBytes(encoded);
  if (bytes > MAX_APPEND_BYTES) throw new AppendTooLarge(stream, bytes);
  return { stream, expected, events: encoded };
}

export function encodedBytes(events: readonly EncodedEvent[]): number {
  let bytes = 0;
  for (const event of events) bytes += event.data.byteLength;
  return bytes;
}
