import type { EventMetadata, RecordedEvent } from '../kernel/event.js';
import { decodeEventData } from './event-codec.js';
import { eventHash } from './event-hash.js';
import type { EventRegistry } from './event-registry.js';

/** An event as it is stored, not decoded; the same in every adapter. */
export interface StoredEvent {
  readonly position: number;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly id: string;
  readonly previousHash: string;
  readonly hash: string;
  /** Canonical JSON of the EventMetadata. */
  readonly metadata: string;
  readonly data: Uint8Array;
}

/** The bytes of an event are not what was appended: nothing may be made of them. */
export class DamagedEvent extends Error {
  override readonly name = 'DamagedEvent';
  constructor(
    readonly stream: string,
    readonly revision: number,
    readonly position: number,
  ) {
    super(
      `Event ${revision} of stream ${stream} (position ${position}) is damaged: its hash does not fit its bytes. ` +
        'Restore the log from a copy; verifyChain says whether other events of the stream are good.',
    );
  }
}

/**
 * A stored event as the port hands it out. Its hash is recomputed on every read (some 20 microseconds for a chunk), so
 * that a flipped bit stops the reader instead of becoming money.
 */
export function recordedEvent(registry: EventRegistry, stored: StoredEvent): RecordedEvent {
  if (eventHash(stored) !== stored.hash) throw new DamagedEvent(stored.stream, stored.revision, stored.position);
  const { type, data } = decodeEventData(registry, stored.type, stored.data);
  const metadata = JSON.parse(stored.metadata) as EventMetadata;
  return {
    id: stored.id,
    stream: stored.stream,
    revision: stored.revision,
    position: stored.position,
    type,
    data,
    metadata: { ...metadata, previousHash: stored.previousHash, hash: stored.hash },
  };
}
