import type { EventStore } from '../../../../shared/event-store/event-store.port.js';
import type { UsageBatchMediated } from '../../domain/events.js';
import { RecordHash } from '../../domain/identity/record-hash.js';
import type { IdentityIndex } from '../identity-index.port.js';

/**
 * Whether the stream still says what it said when the index was kept: the log may have been restored from an older copy,
 * and have gone another way since.
 */
export async function fitsStream(store: EventStore, stream: string, index: IdentityIndex): Promise<boolean> {
  return index.revision < 0 || (await hashAt(store, stream, index.revision)) === index.hash;
}

/** Hash of the stream's event at a revision, which is that of everything up to it; undefined when it has none. */
export async function hashAt(store: EventStore, stream: string, revision: number): Promise<string | undefined> {
  for await (const event of store.readStream(stream, { from: revision, limit: 1 })) return event.metadata.hash;
  return undefined;
}

/** Claims in the index what the stream's chunks after its revision hold. Answers the stream's last revision, or -1. */
export async function replayIdentities(store: EventStore, stream: string, index: IdentityIndex): Promise<number> {
  let revision = index.revision;
  for await (const event of store.readStream(stream, { from: index.revision + 1 })) {
    if (event.type === 'UsageBatchMediated.v1') {
      const { head, columns } = event.data as UsageBatchMediated['data'];
      const hash = new RecordHash(columns, head.identity, head.fileId, index.seed);
      for (let row = 0; row < columns.line.length; row += 1) {
        hash.ofRow(row);
        index.claim(hash, head.fileId, columns.line[row] ?? 0);
      }
    }
    revision = event.revision;
    if (index.wantsKeeping) index.keep(revision, event.metadata.hash);
  }
  return revision;
}
