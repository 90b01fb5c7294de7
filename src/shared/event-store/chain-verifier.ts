import { eventHash, FIRST_PREVIOUS_HASH } from './event-hash.js';
import type { StoredEvent } from './recorded-event.js';

/** What a verification found: all good, or the first revision that is not, and what is wrong with it. */
export type ChainVerdict =
  | { readonly intact: true; readonly events: number; readonly hash: string }
  | { readonly intact: false; readonly revision: number; readonly reason: string };

/** Last revision and hash of a stream as its writer noted them beside the events. */
export interface StreamEnd {
  readonly revision: number;
  readonly hash: string;
}

/**
 * Walks a stream from its first event and recomputes every hash from the one before.
 * @param events all of the stream, in order.
 * @param noted what the store notes of the stream's end, asked for after the last event was read; absent where a store
 *   keeps no such note, and events cut off at the end then show only beside a note kept elsewhere.
 */
export async function verifyStream(
  events: AsyncIterable<StoredEvent>,
  noted?: () => StreamEnd | undefined,
): Promise<ChainVerdict> {
  let revision = 0;
  let previousHash = FIRST_PREVIOUS_HASH;
  for await (const stored of events) {
    const reason = faultOf(stored, revision, previousHash);
    if (reason !== undefined) return { intact: false, revision, reason };
    previousHash = stored.hash;
    revision += 1;
  }
  return verdictAtEnd(noted?.(), revision, previousHash);
}

function faultOf(stored: StoredEvent, revision: number, previousHash: string): string | undefined {
  if (stored.revision !== revision) return 'the event is missing';
  if (stored.previousHash !== previousHash) return 'it does not follow the event before it';
  if (eventHash(stored) !== stored.hash) return 'its hash does not fit its bytes';
  return undefined;
}

/** The stream's own note of its last event tells of events cut off at its end. */
function verdictAtEnd(end: StreamEnd | undefined, events: number, hash: string): ChainVerdict {
  if (end === undefined) return { intact: true, events, hash };
  if (end.revision >= events) return { intact: false, revision: events, reason: 'the event is missing' };
  if (end.revision < events - 1 || end.hash !== hash) {
    return { intact: false, revision: events - 1, reason: 'the stream notes another last event' };
  }
  return { intact: true, events, hash };
}
