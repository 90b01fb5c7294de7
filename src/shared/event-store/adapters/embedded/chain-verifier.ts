import { eventHash, FIRST_PREVIOUS_HASH } from '../../event-hash.js';
import type { LogReader, StoredEvent } from './log-reader.js';

/** What a verification found: all good, or the first revision that is not, and what is wrong with it. */
export type ChainVerdict =
  | { readonly intact: true; readonly events: number; readonly hash: string }
  | { readonly intact: false; readonly revision: number; readonly reason: string };

/**
 * Walks a stream from its first event and recomputes every hash from the one before.
 * @param breathe awaited between pages, so that a long stream does not hold up its thread.
 */
export async function verifyStream(
  reader: LogReader,
  stream: string,
  breathe: () => Promise<unknown>,
): Promise<ChainVerdict> {
  let revision = 0;
  let previousHash = FIRST_PREVIOUS_HASH;
  for (;;) {
    const page = reader.streamPage(stream, 'forward', revision, Number.MAX_SAFE_INTEGER);
    for (const stored of page.events) {
      const reason = faultOf(stored, revision, previousHash);
      if (reason !== undefined) return { intact: false, revision, reason };
      previousHash = stored.hash;
      revision += 1;
    }
    if (page.complete) break;
    await breathe();
  }
  return verdictAtEnd(reader, stream, revision, previousHash);
}

function faultOf(stored: StoredEvent, revision: number, previousHash: string): string | undefined {
  if (stored.revision !== revision) return 'the event is missing';
  if (stored.previousHash !== previousHash) return 'it does not follow the event before it';
  if (eventHash(stored) !== stored.hash) return 'its hash does not fit its bytes';
  return undefined;
}

/** The stream's own note of its last event tells of events cut off at its end. */
function verdictAtEnd(reader: LogReader, stream: string, events: number, hash: string): ChainVerdict {
  const end = reader.streamEnd(stream);
  if (end === undefined) return { intact: true, events: 0, hash: FIRST_PREVIOUS_HASH };
  if (end.revision >= events) return { intact: false, revision: events, reason: 'the event is missing' };
  if (end.revision < events - 1 || end.hash !== hash) {
    return { intact: false, revision: events - 1, reason: 'the stream notes another last event' };
  }
  return { intact: true, events, hash };
}
