import { eventId } from '../../../../shared/event-store/event-id.js';
import { WrongExpectedRevision, type EventStore } from '../../../../shared/event-store/event-store.port.js';
import type { EventMetadata, RecordedEvent } from '../../../../shared/kernel/event.js';
import type { RatingPartitioned } from '../../domain/events.js';
import { ratingSettingsStream } from '../../domain/streams.js';

/** How many partitions a tenant has: as recorded; recorded now, for ever, when it is not. */
export async function partitionCount(
  store: EventStore,
  tenant: string,
  ifNone: { readonly partitions: number; readonly metadata: EventMetadata },
): Promise<number> {
  const recorded = await recordedPartitions(store, tenant);
  if (recorded !== undefined) return recorded;
  const stream = ratingSettingsStream(tenant);
  const made: RatingPartitioned = { type: 'RatingPartitioned.v1', data: { partitions: ifNone.partitions } };
  try {
    const id = eventId(`rate/${stream}/partitioned`);
    await store.append(stream, 'no-stream', [{ id, ...made, metadata: ifNone.metadata }]);
  } catch (error) {
    if (!(error instanceof WrongExpectedRevision)) throw error;
  }
  // Another process may have recorded another number in the same moment: what stands in the log is what counts.
  const settled = await recordedPartitions(store, tenant);
  if (settled === undefined) throw new Error(`The number of partitions in ${stream} was appended and is not there`);
  return settled;
}

async function recordedPartitions(store: EventStore, tenant: string): Promise<number | undefined> {
  for await (const event of store.readStream(ratingSettingsStream(tenant), { limit: 1 })) {
    return (event as RecordedEvent & RatingPartitioned).data.partitions;
  }
  return undefined;
}
