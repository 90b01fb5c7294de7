import type {
  Appended,
  Delivery,
  EventStore,
  ReadAllOptions,
  ReadStreamOptions,
  SubscribeOptions,
} from '../../shared/event-store/event-store.port.js';
import type { RecordedEvent } from '../../shared/kernel/event.js';
import type { StreamName } from '../../shared/kernel/stream-name.js';

/** The log as it stood at a position, to be read only: what a read model at that position was made from. */
export class LogAsOf implements EventStore {
  constructor(
    private readonly store: EventStore,
    /** May be moved on, never back. */
    public position: number,
  ) {}

  append(): Promise<Appended> {
    return Promise.reject(new Error('A log as of a position takes nothing'));
  }

  readStream(stream: StreamName, options?: ReadStreamOptions): AsyncIterable<RecordedEvent> {
    return this.upToPosition(this.store.readStream(stream, options));
  }

  readAll(options: ReadAllOptions = {}): AsyncIterable<RecordedEvent> {
    return this.upToPosition(this.store.readAll(options));
  }

  subscribe(options: SubscribeOptions): AsyncIterable<Delivery> {
    return this.store.subscribe(options);
  }

  async head(): Promise<number> {
    return Math.min(this.position, await this.store.head());
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private async *upToPosition(events: AsyncIterable<RecordedEvent>): AsyncIterable<RecordedEvent> {
    for await (const event of events) {
      if (event.position > this.position) return;
      yield event;
    }
  }
}
