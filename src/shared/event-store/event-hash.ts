import { createHash } from 'node:crypto';
import { canonicalJson } from '../kernel/canonical-json.js';
import type { EventMetadata } from '../kernel/event.js';

/** What stands before the first event of a stream. */
export const FIRST_PREVIOUS_HASH = '0'.repeat(64);

export interface HashedEvent {
  /** Hex, of the event before it in the stream. */
  readonly previousHash: string;
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  /** As stored: canonical JSON of the EventMetadata. */
  readonly metadata: string;
  /** As stored. */
  readonly data: Uint8Array;
}

/**
 * The hash of an event, over its canonical bytes. Anybody can recompute it with a JSON and a SHA-256 tool:
 *
 *     SHA-256( UTF-8( '["<previousHash>","<stream>",<revision>,"<id>","<type>",' ) + metadata + ']' + LF + data )
 *
 * The stream and the revision are in it, so an event cannot be moved; the previous hash is in it, so none can be
 * changed, inserted or taken out without changing every later hash of its stream.
 */
export function eventHash(event: HashedEvent): string {
  const place = JSON.stringify([event.previousHash, event.stream, event.revision, event.id, event.type]);
  return createHash('sha256')
    .update(`${place.slice(0, -1)},${event.metadata}]\n`, 'utf8')
    .update(event.data)
    .digest('hex');
}

/** The metadata as they are stored and hashed: known fields only, in one order. */
export function canonicalMetadata(metadata: EventMetadata): string {
  const { tenant, actor, commandId, correlationId, causationId, traceparent, recordedAt } = metadata;
  return canonicalJson({ tenant, actor, commandId, correlationId, causationId, traceparent, recordedAt });
}
