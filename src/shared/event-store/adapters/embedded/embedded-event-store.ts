import { setImmediate as nextTurn } from 'node:timers/promises';
import type { MessagePort } from 'node:worker_threads';
import type { RecordedEvent } from '../../../kernel/event.js';
import type { StreamName } from '../../../kernel/stream-name.js';
import { verifyStream, type ChainVerdict } from '../../chain-verifier.js';
import { encodeAppend } from '../../encoded-append.js';
import type { EventRegistry } from '../../event-registry.js';
import {
  LogUnavailable,
  WrongExpectedRevision,
  type Appended,
  type Delivery,
  type EventStore,
  type EventToAppend,
  type ExpectedRevision,
  type LogFilter,
  type ReadAllOptions,
  type ReadStreamOptions,
  type SubscribeOptions,
} from '../../event-store.port.js';
import { recordedEvent, type StoredEvent } from '../../recorded-event.js';
import type { AppendSink } from './append-sink.js';
import { LogReader, type PageSize, type StoredPage, type Stretch } from './log-reader.js';
import { LogSignal } from './log-signal.js';
import { EmbeddedLogWriter } from './log-writer.js';
import { PortSink } from './port-sink.js';

/** How often a waiting subscription looks by itself, for the appends of other processes and of other categories; ms. */
const POLL_MS = 500;

export interface EmbeddedLogOptions {
  /** The log's file; its folder is made. The files `<path>-wal` and `<path>-shm` beside it belong to it. */
  readonly path: string;
  readonly registry: EventRegistry;
  /** `inline`: this store writes itself. A port: the writer is in its own thread (`startLogWriterThread`). */
  readonly writer: 'inline' | MessagePort;
  readonly pageSize?: PageSize;
}

/**
 * The log in one local file, no server. Reads go over a read-only connection of this store; appends are encoded here
 * and handed to the one writer of the process.
 */
export class EmbeddedEventStore implements EventStore {
  private closed = false;

  private constructor(
    readonly path: string,
    private readonly registry: EventRegistry,
    private readonly sink: AppendSink,
    private readonly reader: LogReader,
    private readonly signal: LogSignal,
  ) {}

  /** @throws UnusableLog when the file is no log, of a newer version, or cannot be made durable. */
  static async open(options: EmbeddedLogOptions): Promise<EmbeddedEventStore> {
    const { path, registry, writer } = options;
    const sink = writer === 'inline' ? new EmbeddedLogWriter(path) : new PortSink(writer);
    try {
      const reader = new LogReader(path, options.pageSize);
      return new EmbeddedEventStore(path, registry, sink, reader, new LogSignal(path));
    } catch (error) {
      await sink.close();
      throw error;
    }
  }

  async append(stream: StreamName, expected: ExpectedRevision, events: readonly EventToAppend[]): Promise<Appended> {
    const result = await this.sink.append(encodeAppend(this.registry, stream, expected, events));
    switch (result.kind) {
      case 'appended':
        return { revision: result.revision, position: result.position };
      case 'wrong-revision':
        throw new WrongExpectedRevision(stream, expected, result.actual);
      case 'unavailable':
        throw new LogUnavailable(result.message);
    }
  }

  async *readStream(stream: StreamName, options: ReadStreamOptions = {}): AsyncIterable<RecordedEvent> {
    const direction = options.direction ?? 'forward';
    const step = direction === 'forward' ? 1 : -1;
    let from = options.from ?? (direction === 'forward' ? 0 : Number.MAX_SAFE_INTEGER);
    let left = options.limit ?? Number.MAX_SAFE_INTEGER;
    while (left > 0) {
      const page = this.open().streamPage(stream, direction, from, left);
      for (const stored of page.events) {
        yield recordedEvent(this.registry, stored);
        from = stored.revision + step;
      }
      left -= page.events.length;
      if (page.complete) return;
      await nextTurn();
    }
  }

  async *readAll(options: ReadAllOptions = {}): AsyncIterable<RecordedEvent> {
    const direction = options.direction ?? 'forward';
    let after = options.after ?? (direction === 'forward' ? 0 : Number.MAX_SAFE_INTEGER);
    let left = options.limit ?? Number.MAX_SAFE_INTEGER;
    while (left > 0) {
      const upTo = direction === 'forward' ? this.open().head() : 1;
      const page = this.page({ direction, after, upTo }, options.filter, left);
      for (const stored of page.events) {
        yield recordedEvent(this.registry, stored);
        after = stored.position;
      }
      left -= page.events.length;
      if (page.complete) return;
      await nextTurn();
    }
  }

  async *subscribe({ after, filter, signal }: SubscribeOptions): AsyncIterable<Delivery> {
    let position = after;
    let told = false;
    this.assertNotBeyond(after, this.open().head());
    while (!this.ended(signal)) {
      const heard = this.signal.heard(filter?.categories);
      const head = this.reader.head();
      if (head > position || !told) {
        const page = this.page({ direction: 'forward', after: position, upTo: head }, filter, Number.MAX_SAFE_INTEGER);
        for (const stored of page.events) {
          yield { kind: 'event', event: recordedEvent(this.registry, stored) };
          if (this.ended(signal)) return;
        }
        position = page.complete ? head : (page.events.at(-1)?.position ?? position);
        told = true;
        yield { kind: 'checkpoint', position, caughtUp: page.complete };
        // The pages of a long catch-up are read synchronously: give everybody else of this thread a turn in between.
        if (!this.ended(signal)) await nextTurn();
      } else {
        await this.signal.wait(heard, POLL_MS, signal, filter?.categories);
      }
    }
  }

  head(): Promise<number> {
    return Promise.resolve(this.open().head());
  }

  /** Recomputes the hashes of a whole stream: says how many events are good, or which is the first bad one and why. */
  async verifyChain(stream: StreamName): Promise<ChainVerdict> {
    return verifyStream(this.storedEvents(stream), () => this.open().streamEnd(stream));
  }

  /** Answers what was handed in, ends the subscriptions, closes the file. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.sink.close();
    this.signal.close();
    this.reader.close();
  }

  /** All of a stream as it is stored, from its first event on. */
  private async *storedEvents(stream: StreamName): AsyncIterable<StoredEvent> {
    let from = 0;
    for (;;) {
      const page = this.open().streamPage(stream, 'forward', from, Number.MAX_SAFE_INTEGER);
      yield* page.events;
      if (page.complete) return;
      from = (page.events.at(-1)?.revision ?? from) + 1;
      await nextTurn();
    }
  }

  private page(stretch: Stretch, filter: LogFilter | undefined, limit: number): StoredPage {
    const reader = this.open();
    if (filter?.categories === undefined && filter?.types === undefined) return reader.allPage(stretch, limit);
    const types = filter.types?.flatMap((type) => this.registry.storedAs(type));
    return reader.kindsPage(stretch, reader.kindsOf(filter.categories, types), limit);
  }

  /** A position the log does not have comes from another log, or this one was restored from an older copy. */
  private assertNotBeyond(after: number, head: number): void {
    if (after <= head) return;
    throw new Error(
      `Position ${after} is beyond the end of the log ${this.path} (${head}): the log is not the one that position ` +
        'was saved for. Restore the newest copy of the log, or rebuild what saved the position.',
    );
  }

  private ended(signal: AbortSignal): boolean {
    return signal.aborted || this.closed;
  }

  private open(): LogReader {
    if (this.closed) throw new LogUnavailable(`The log ${this.path} is closed`);
    return this.reader;
  }
}
