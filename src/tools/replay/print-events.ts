import type { EventStore } from '../../shared/event-store/event-store.port.js';
import type { RecordedEvent } from '../../shared/kernel/event.js';

export interface EventSelection {
  readonly stream?: string;
  /** First position, inclusive; or first revision, when a stream is given. */
  readonly from?: number;
  readonly limit?: number;
}

/** Every selected event as one line of JSON, chunks unpacked. */
export async function printEvents(
  store: EventStore,
  { stream, from, limit }: EventSelection,
  print: (line: string) => void,
): Promise<void> {
  const bounds = limit === undefined ? {} : { limit };
  const events: AsyncIterable<RecordedEvent> =
    stream === undefined
      ? store.readAll({ after: Math.max(0, (from ?? 1) - 1), ...bounds })
      : store.readStream(stream, { from: from ?? 0, ...bounds });
  for await (const event of events) print(JSON.stringify(event));
}
