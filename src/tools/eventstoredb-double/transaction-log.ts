import { randomUUID } from 'node:crypto';
import type { LogFile } from './log-file.js';
import type { ProposedEvent, StoredEvent } from './stored-event.js';

export type ExpectedVersion = number | 'no_stream' | 'stream_exists' | 'any';

/** `revision`, `current`: of the last event of the append, of the stream; -1 when there is none. */
export type AppendOutcome =
  | { readonly kind: 'success'; readonly revision: number; readonly position: number }
  | { readonly kind: 'wrong-version'; readonly current: number };

/** The bytes of a record besides stream name, type, data and metadata. */
const RECORD_OVERHEAD = 90;
/** The bytes of the records that are no events and that the server writes into a new log, and at every later start. */
const NEW_LOG_BYTES = 548;
const START_BYTES = 582;

/** The one event that a server with default settings finds in its log when it has just made it. */
const FIRST_EVENT = {
  stream: '$$$scavenges',
  type: '$metadata',
  data: { $maxAge: 2592000, $acl: { $r: '$ops', $w: [], $d: [], $mr: [], $mw: [] } },
};

const NOTHING: readonly StoredEvent[] = [];

/**
 * The log of the double: all streams in one order of byte positions, and the rules of the real server's index writer
 * about expected versions and repeated ids.
 */
export class TransactionLog {
  private readonly events: StoredEvent[] = [];
  private readonly streams = new Map<string, StoredEvent[]>();
  private readonly listeners = new Set<(appended: readonly StoredEvent[]) => void>();
  /** Where records start that are no events: one may read from there, but never gets them. */
  private readonly otherRecords = new Set<number>([0]);
  /** What the server remembers of ids for `any`: lost with its process. */
  private recentIds = new Map<string, StoredEvent>();
  private end = NEW_LOG_BYTES;
  private lastCommitted = 0;

  /** Without a file it lives as long as the object. */
  constructor(
    private readonly file?: LogFile,
    stored: readonly StoredEvent[] = NOTHING,
  ) {
    for (const event of stored) this.keep(event);
    if (stored.length > 0) {
      this.writeOtherRecord(START_BYTES);
      return;
    }
    const data = Buffer.from(JSON.stringify(FIRST_EVENT.data));
    const first = { id: randomUUID(), type: FIRST_EVENT.type, isJson: true, data, metadata: Buffer.alloc(0) };
    this.append(FIRST_EVENT.stream, 'no_stream', [first]);
  }

  get length(): number {
    return this.events.length;
  }

  at(index: number): StoredEvent | undefined {
    return this.events[index];
  }

  /** Undefined when the stream was never written. */
  stream(name: string): readonly StoredEvent[] | undefined {
    return this.streams.get(name);
  }

  /** The index of the first event at or behind a position; `length` when there is none. */
  indexFrom(position: number): number {
    let low = 0;
    let high = this.events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.events[middle]?.position ?? Infinity) < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Behind the last append: reads forwards find nothing there and look no closer. */
  isBehind(position: number): boolean {
    return position > this.lastCommitted;
  }

  /** Whether a record starts there, or the log ends there: the server cannot look at anything else. */
  isBoundary(position: number): boolean {
    if (position === this.end || this.otherRecords.has(position)) return true;
    return this.at(this.indexFrom(position))?.position === position;
  }

  /** All events or none, at once. @throws whatever the file throws: then nothing was written. */
  append(stream: string, expected: ExpectedVersion, proposed: readonly ProposedEvent[]): AppendOutcome {
    const known = this.streams.get(stream) ?? NOTHING;
    const current = known.length - 1;
    if (expected === 'any' || expected === 'stream_exists') {
      if (expected === 'stream_exists' && current < 0) return { kind: 'wrong-version', current };
      const repeated = this.recentlyWritten(stream, proposed);
      if (repeated === 'partly') return { kind: 'wrong-version', current };
      if (repeated !== undefined) return { kind: 'success', revision: repeated.revision, position: repeated.position };
      return this.write(stream, current, proposed);
    }
    const after = expected === 'no_stream' ? -1 : expected;
    if (after === current) return this.write(stream, current, proposed);
    const last = after < current ? repeatedAt(known, after, proposed) : undefined;
    if (last === undefined) return { kind: 'wrong-version', current };
    return { kind: 'success', revision: last.revision, position: last.position };
  }

  /** Calls back with the events of every append, in order; returns how to stop that. */
  onAppended(listener: (appended: readonly StoredEvent[]) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** What a restart of the server forgets, and writes. */
  restarted(): void {
    this.recentIds = new Map();
    this.writeOtherRecord(START_BYTES);
  }

  close(): void {
    this.file?.close();
  }

  private write(stream: string, current: number, proposed: readonly ProposedEvent[]): AppendOutcome {
    if (proposed.length === 0) return this.writeNothing(stream, current);
    const created = Date.now();
    let position = this.end;
    const written = proposed.map((event, offset): StoredEvent => {
      const stored = { ...event, stream, revision: current + 1 + offset, position, created };
      position += recordSize(stored);
      return stored;
    });
    this.file?.write(written);
    for (const event of written) {
      this.keep(event);
      this.recentIds.set(event.id, event);
    }
    for (const listener of this.listeners) listener(written);
    return { kind: 'success', revision: current + written.length, position: this.lastCommitted };
  }

  /** An append without events leaves a record and no event. */
  private writeNothing(stream: string, current: number): AppendOutcome {
    this.lastCommitted = this.end;
    this.writeOtherRecord(RECORD_OVERHEAD + Buffer.byteLength(stream));
    return { kind: 'success', revision: current, position: this.lastCommitted };
  }

  private writeOtherRecord(bytes: number): void {
    this.otherRecords.add(this.end);
    this.end += bytes;
  }

  private keep(event: StoredEvent): void {
    if (event.position !== this.end) this.otherRecords.add(this.end);
    const known = this.streams.get(event.stream);
    if (known === undefined) this.streams.set(event.stream, [event]);
    else known.push(event);
    this.events.push(event);
    this.lastCommitted = event.position;
    this.end = event.position + recordSize(event);
  }

  /** The last of them when this life of the server wrote them all to this stream; undefined when not even the first. */
  private recentlyWritten(stream: string, proposed: readonly ProposedEvent[]): StoredEvent | 'partly' | undefined {
    let last: StoredEvent | undefined;
    for (const [index, { id }] of proposed.entries()) {
      const before = this.recentIds.get(id);
      if (before?.stream !== stream) return index === 0 ? undefined : 'partly';
      last = before;
    }
    return last;
  }
}

/** The last event when exactly these ids follow `after` in this order, whatever follows them. */
function repeatedAt(
  known: readonly StoredEvent[],
  after: number,
  proposed: readonly ProposedEvent[],
): StoredEvent | undefined {
  const same = proposed.every((event, offset) => known[after + 1 + offset]?.id === event.id);
  return same && proposed.length > 0 ? known[after + proposed.length] : undefined;
}

function recordSize(event: StoredEvent): number {
  const named = Buffer.byteLength(event.stream) + Buffer.byteLength(event.type);
  return RECORD_OVERHEAD + named + event.data.length + event.metadata.length;
}
