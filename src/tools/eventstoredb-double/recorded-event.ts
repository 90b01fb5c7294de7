import { shared, streams } from './protocol.js';
import type { StoredEvent } from './stored-event.js';

/** `created` travels in .NET ticks since 1970: 100 nanoseconds each. */
const TICKS_PER_MILLISECOND = 10_000n;

/** An event as reads and subscriptions answer it. */
export function eventResponse(event: StoredEvent): streams.ReadResp {
  const position = String(event.position);
  const recorded = new streams.ReadResp.ReadEvent.RecordedEvent()
    .setId(new shared.UUID().setString(event.id))
    .setStreamIdentifier(new shared.StreamIdentifier().setStreamName(Buffer.from(event.stream, 'utf8')))
    .setStreamRevision(String(event.revision))
    .setCommitPosition(position)
    .setPreparePosition(position)
    .setData(event.data)
    .setCustomMetadata(event.metadata);
  const metadata = recorded.getMetadataMap();
  metadata.set('type', event.type);
  metadata.set('created', String(BigInt(event.created) * TICKS_PER_MILLISECOND));
  metadata.set('content-type', event.isJson ? 'application/json' : 'application/octet-stream');
  const readEvent = new streams.ReadResp.ReadEvent().setEvent(recorded).setCommitPosition(position);
  return new streams.ReadResp().setEvent(readEvent);
}
