import { setMaxListeners } from 'node:events';
import type { RecordedEvent } from '../../../kernel/event.js';
import type { StreamName } from '../../../kernel/stream-name.js';
import { silentLogger, type Logger } from '../../../telemetry/logger.js';
import { verifyStream, type ChainVerdict } from '../../chain-verifier.js';
import { encodeAppend } from '../../encoded-append.js';
import type { EventRegistry } from '../../event-registry.js';
import {
  LogUnavailable,
  type Appended,
  type Delivery,
  type EventStore,
  type EventToAppend,
  type ExpectedRevision,
  type ReadAllOptions,
  type ReadStreamOptions,
  type SubscribeOptions,
} from '../../event-store.port.js';
import { recordedEvent, type StoredEvent } from '../../recorded-event.js';
import { parseEventStoreAddress, type EventStoreAddress } from './address.js';
import { AppendWriter } from './append-writer.js';
import { waitForServer } from './boot.js';
import { LogConnection } from './connection.js';
import { LogPages, type PageSize, type Patience } from './log-pages.js';
import { LogWatch } from './log-watch.js';
import { Reachability } from './retry.js';
import { splitFilter } from './server-filter.js';
import { SharedHead } from './shared-head.js';
import { StreamNames } from './stream-names.js';
import { StreamTips } from './stream-tips.js';
import { deliveries } from './subscription.js';
import { DEFAULT_TIMINGS, type Timings } from './timings.js';

export interface EventStoreDbOptions {
  /** `esdb://`, `esdb+discover://`, `kurrentdb://` or `kurrentdb+discover://`; see `parseEventStoreAddress`. */
  readonly connectionString: string;
  readonly registry: EventRegistry;
  /** In front of every stream's name on a server that others use too: a word and a dot (`billing.`). Default none. */
  readonly streamPrefix?: string;
  readonly logger?: Logger;
  readonly timings?: Partial<Timings>;
  readonly pageSize?: PageSize;
}

/** Longer than any poll: a subscription looks by itself also when the store's watch has died. */
const LOOK_ANYWAY = 5;

/**
 * The log on an EventStoreDB or KurrentDB server, 22.10 or newer. One connection for everything; the server keeps the
 * order, the revisions and the durability, this store the bytes, the chain of hashes, and the patience.
 */
export class EventStoreDbEventStore implements EventStore {
  private readonly ending = new AbortController();
  private readonly underWay = new Set<Promise<unknown>>();
  private readonly reachability: Reachability;
  private readonly pages: LogPages;
  private readonly tips = new StreamTips();
  private readonly writer: AppendWriter;
  private readonly end: SharedHead;
  private readonly watch: LogWatch;
  private readonly timings: Timings;
  private readonly registry: EventRegistry;
  private readonly names: StreamNames;

  private constructor(
    private readonly address: EventStoreAddress,
    private readonly connection: LogConnection,
    options: EventStoreDbOptions,
  ) {
    const logger = options.logger ?? silentLogger;
    // Every call under way listens for the end of the store: many at once are no leak.
    setMaxListeners(0, this.ending.signal);
    this.registry = options.registry;
    this.timings = { ...DEFAULT_TIMINGS, ...options.timings };
    this.reachability = new Reachability(address.shown, logger);
    this.names = new StreamNames(options.streamPrefix ?? '');
    this.pages = new LogPages(connection, this.reachability, this.timings, this.names, options.pageSize);
    this.writer = new AppendWriter(
      connection,
      this.pages,
      this.tips,
      this.registry,
      this.names,
      this.reachability,
      this.timings,
    );
    this.end = new SharedHead(() => this.pages.head({ signal: this.ending.signal, endless: true }));
    this.watch = new LogWatch(connection, (signal) => this.pages.head({ signal }), this.timings.poll, logger);
  }

  /**
   * Connects and waits until the server is ready, so that servers may start in any order.
   * @throws InvalidEventStoreAddress, EventStoreRefused (down, old, wrong credentials, TLS: each with what to do).
   */
  static async open(options: EventStoreDbOptions): Promise<EventStoreDbEventStore> {
    const address = parseEventStoreAddress(options.connectionString);
    const connection = new LogConnection(address);
    const store = new EventStoreDbEventStore(address, connection, options);
    try {
      const logger = options.logger ?? silentLogger;
      await waitForServer(connection, address, store.timings.boot, logger);
      return store;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  async append(stream: StreamName, expected: ExpectedRevision, events: readonly EventToAppend[]): Promise<Appended> {
    const encoded = encodeAppend(this.registry, stream, expected, events);
    this.assertOpen();
    const appending = this.writer.append(encoded, this.ending.signal);
    this.underWay.add(appending);
    try {
      const appended = await appending;
      this.watch.signal.notify();
      return appended;
    } finally {
      this.underWay.delete(appending);
    }
  }

  async *readStream(stream: StreamName, options: ReadStreamOptions = {}): AsyncIterable<RecordedEvent> {
    for await (const stored of this.storedEvents(stream, options)) yield this.decode(stored);
  }

  async *readAll(options: ReadAllOptions = {}): AsyncIterable<RecordedEvent> {
    const direction = options.direction ?? 'forward';
    const filter = splitFilter(this.registry, this.names, options.filter);
    let after = options.after;
    let left = options.limit ?? Number.MAX_SAFE_INTEGER;
    while (left > 0) {
      this.assertOpen();
      const page = await this.pages.all({ direction, after }, filter, left, {
        signal: this.ending.signal,
      });
      for (const stored of page.events.slice(0, left)) yield this.decode(stored);
      left -= page.events.length;
      if (page.complete || page.reached === undefined) return;
      after = page.reached;
    }
  }

  async *subscribe({ after, filter, signal }: SubscribeOptions): AsyncIterable<Delivery> {
    this.assertOpen();
    const split = splitFilter(this.registry, this.names, filter);
    const own = new AbortController();
    const stop = (): void => own.abort();
    const ends = [signal, this.ending.signal];
    for (const each of ends) {
      if (each.aborted) stop();
      each.addEventListener('abort', stop, { once: true });
    }
    try {
      await this.assertKnown(after, { signal: own.signal, endless: true });
      yield* deliveries(
        {
          pages: this.pages,
          watch: this.watch,
          filter: split,
          head: (aborted) => this.end.newer(aborted),
          decode: (stored) => this.decode(stored),
          pollMs: LOOK_ANYWAY * this.timings.poll,
        },
        after,
        own.signal,
      );
    } catch (error) {
      if (!own.signal.aborted) throw error;
    } finally {
      for (const each of ends) each.removeEventListener('abort', stop);
      // Whatever was being read ahead for one who left is not read to its end.
      stop();
    }
  }

  async head(): Promise<number> {
    this.assertOpen();
    return this.pages.head({ signal: this.ending.signal });
  }

  /** Recomputes the hashes of a whole stream: says how many events are good, or which is the first bad one and why. */
  verifyChain(stream: StreamName): Promise<ChainVerdict> {
    return verifyStream(this.storedEvents(stream, {}));
  }

  /** Waits for the appends under way (they end soon: nothing is tried again), ends the subscriptions, disconnects. */
  async close(): Promise<void> {
    if (this.ending.signal.aborted) return;
    this.ending.abort();
    this.watch.close();
    await Promise.allSettled(this.underWay);
    await this.connection.disconnect();
  }

  private async *storedEvents(stream: StreamName, options: ReadStreamOptions): AsyncIterable<StoredEvent> {
    const direction = options.direction ?? 'forward';
    const step = direction === 'forward' ? 1 : -1;
    let from: number | 'end' = options.from ?? (direction === 'forward' ? 0 : 'end');
    let left = options.limit ?? Number.MAX_SAFE_INTEGER;
    while (left > 0 && from !== -1) {
      this.assertOpen();
      const page = await this.pages.stream(stream, direction, from, left, { signal: this.ending.signal });
      yield* page.events;
      const last = page.events.at(-1);
      if (last === undefined) return;
      if (direction === 'forward') this.tips.keep(stream, last.revision, last.hash);
      left -= page.events.length;
      if (page.complete) return;
      from = last.revision + step;
    }
  }

  /** Another program's event has no chain: its type says better what is wrong than its missing hash. */
  private decode(stored: StoredEvent): RecordedEvent {
    if (stored.hash === '') this.registry.get(stored.type);
    return recordedEvent(this.registry, stored);
  }

  /** A position the log does not have comes from another log, or this one was restored from an older copy. */
  private async assertKnown(after: number, patience: Patience): Promise<void> {
    if (after === 0) return;
    const head = await this.pages.head(patience);
    if (after > head) {
      throw new Error(
        `Position ${after} is beyond the end of the log at ${this.address.shown} (${head}): the log is not the one that ` +
          'position was saved for. Restore the newest copy of the log, or rebuild what saved the position.',
      );
    }
    if (after === head || (await this.pages.holds(after, patience))) return;
    if (await this.pages.holds(after + 1, patience)) return;
    throw new Error(
      `No event stands at or right after position ${after} of the log at ${this.address.shown}: the log is not the one that position ` +
        'was saved for. Name the right event store, or rebuild what saved the position.',
    );
  }

  private assertOpen(): void {
    if (this.ending.signal.aborted) throw new LogUnavailable(`The log at ${this.address.shown} is closed`);
  }
}
