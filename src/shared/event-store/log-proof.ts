import type { EventStore } from './event-store.port.js';
import type { RecordedEvent } from '../kernel/event.js';

/** Where an event stood and the hash of its stream up to it: whoever finds it there again has the same log up to it. */
export interface EventProof {
  readonly stream: string;
  readonly revision: number;
  readonly position: number;
  readonly hash: string;
}

export function proofOf({ stream, revision, position, metadata }: RecordedEvent): EventProof {
  return { stream, revision, position, hash: metadata.hash };
}

/** Whether the log still says so: it may have been restored from an older copy, and have gone another way since. */
export async function standsInLog(store: EventStore, proof: EventProof): Promise<boolean> {
  for await (const event of store.readStream(proof.stream, { from: proof.revision, limit: 1 })) {
    return event.position === proof.position && event.metadata.hash === proof.hash;
  }
  return false;
}
