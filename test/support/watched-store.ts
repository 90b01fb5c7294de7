import type {
  Appended,
  Delivery,
  EventStore,
  EventToAppend,
  ExpectedRevision,
  ReadAllOptions,
  ReadStreamOptions,
  SubscribeOptions,
} from '../../src/shared/event-store/event-store.port.js';
import type { RecordedEvent } from '../../src/shared/kernel/event.js';
import type { StreamName } from '../../src/shared/kernel/stream-name.js';

interface Subscriber {
  readonly filter: SubscribeOptions['filter'];
  /** It has seen everything up to here… */
  position: number;
  /** …and asks for more: it is done with what it was given. */
  waiting: boolean;
}

/**
 * The log with somebody at the door: knows which subscribers are done with everything there is, so that a test can wait
 * for exactly that instead of for some time. Can also fail at a chosen append, as a crash would.
 */
export class WatchedStore implements EventStore {
  private readonly subscribers = new Set<Subscriber>();
  private busy = 0;
  private appends = 0;
  /** Called before each append with its number from 1; throwing fails the append. */
  beforeAppend: (count: number, stream: StreamName) => void = () => undefined;
  /** Called after each append that was written; throwing loses its answer, as a crash after the commit would. */
  afterAppend: (count: number, stream: StreamName) => void = () => undefined;

  constructor(private readonly store: EventStore) {}

  /** Every subscriber waits at the end of the log and nothing is being read or written. */
  async idle(): Promise<boolean> {
    const head = await this.store.head();
    if (this.busy > 0 || ![...this.subscribers].every(({ waiting }) => waiting)) return false;
    for (const subscriber of this.subscribers) if (!(await this.isThrough(subscriber, head))) return false;
    return true;
  }

  /** One that is told of some events only may be told late that the log has got longer without any of them. */
  private async isThrough({ position, filter }: Subscriber, head: number): Promise<boolean> {
    if (position >= head) return true;
    for await (const event of this.store.readAll({ after: position, ...(filter && { filter }) })) {
      return event.position > head;
    }
    return true;
  }

  async append(stream: StreamName, expected: ExpectedRevision, events: readonly EventToAppend[]): Promise<Appended> {
    const count = (this.appends += 1);
    this.beforeAppend(count, stream);
    this.busy += 1;
    try {
      const appended = await this.store.append(stream, expected, events);
      this.afterAppend(count, stream);
      return appended;
    } finally {
      this.busy -= 1;
    }
  }

  readStream(stream: StreamName, options?: ReadStreamOptions): AsyncIterable<RecordedEvent> {
    return this.whileReading(this.store.readStream(stream, options));
  }

  readAll(options?: ReadAllOptions): AsyncIterable<RecordedEvent> {
    return this.whileReading(this.store.readAll(options));
  }

  async *subscribe(options: SubscribeOptions): AsyncIterable<Delivery> {
    const subscriber: Subscriber = { filter: options.filter, position: options.after, waiting: false };
    this.subscribers.add(subscriber);
    try {
      subscriber.waiting = true;
      for await (const delivery of this.store.subscribe(options)) {
        subscriber.waiting = false;
        yield delivery;
        // The consumer asked for the next one, so it is done with this one.
        subscriber.position = delivery.kind === 'event' ? delivery.event.position : delivery.position;
        subscriber.waiting = true;
      }
    } finally {
      this.subscribers.delete(subscriber);
    }
  }

  head(): Promise<number> {
    return this.store.head();
  }

  close(): Promise<void> {
    return this.store.close();
  }

  private async *whileReading(events: AsyncIterable<RecordedEvent>): AsyncIterable<RecordedEvent> {
    this.busy += 1;
    try {
      yield* events;
    } finally {
      this.busy -= 1;
    }
  }
}
