import type {
  Appended,
  Delivery,
  EventStore,
  EventToAppend,
  ExpectedRevision,
  ReadAllOptions,
  ReadStreamOptions,
  SubscribeOptions,
} from '../event-store/event-store.port.js';
import type { RecordedEvent } from '../kernel/event.js';
import type { StreamName } from '../kernel/stream-name.js';
import type { Metrics } from './metrics.js';

/**
 * The log as its users see it, measured where every stage passes: what was appended, by type, how many records stood in
 * it, and how long it took until it was durable. So no stage has to count for itself.
 */
export class MeasuredEventStore implements EventStore {
  constructor(
    private readonly store: EventStore,
    private readonly metrics: Metrics,
  ) {}

  async append(stream: StreamName, expected: ExpectedRevision, events: readonly EventToAppend[]): Promise<Appended> {
    const started = performance.now();
    const appended = await this.store.append(stream, expected, events);
    const seconds = (performance.now() - started) / 1000;
    this.metrics.observeSeconds('retally_log_append_seconds', 'Time until an append was durable.', {}, seconds);
    for (const { type, data } of events) {
      this.metrics.count('retally_log_events_appended_total', 'Events appended, by type.', { type });
      const records = recordsIn(data);
      if (records > 0) {
        const help = 'Records in the chunk events appended, by type: what each stage got done.';
        this.metrics.count('retally_log_records_appended_total', help, { type }, records);
      }
    }
    return appended;
  }

  readStream(stream: StreamName, options?: ReadStreamOptions): AsyncIterable<RecordedEvent> {
    return this.store.readStream(stream, options);
  }

  readAll(options?: ReadAllOptions): AsyncIterable<RecordedEvent> {
    return this.store.readAll(options);
  }

  subscribe(options: SubscribeOptions): AsyncIterable<Delivery> {
    return this.store.subscribe(options);
  }

  head(): Promise<number> {
    return this.store.head();
  }

  close(): Promise<void> {
    return this.store.close();
  }
}

/** A chunk has a line for each record it holds, and for each record that was suspended. */
function recordsIn(data: unknown): number {
  const columns = (data as { columns?: Readonly<Record<string, unknown>> } | null)?.columns;
  return lengthOf(columns?.['line']) + lengthOf(columns?.['s.line']);
}

function lengthOf(column: unknown): number {
  return Array.isArray(column) ? column.length : 0;
}
