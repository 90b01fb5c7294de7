import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import { parseStreamName } from '../../../kernel/stream-name.js';
import type { EncodedAppend } from '../../encoded-append.js';
import { eventHash, FIRST_PREVIOUS_HASH } from '../../event-hash.js';
import type { AppendResult } from './append-sink.js';

interface StreamHead {
  readonly id: number;
  readonly revision: number;
  readonly hash: string;
}

/**
 * Decides and writes single appends inside the transaction of a group. Every check comes before the first insert, so
 * an append that is refused leaves nothing behind and its neighbours are not touched.
 */
export class StreamWriter {
  private readonly findStream: StatementSyncInstance;
  private readonly insertStream: StatementSyncInstance;
  private readonly moveStream: StatementSyncInstance;
  private readonly findKind: StatementSyncInstance;
  private readonly insertKind: StatementSyncInstance;
  private readonly insertEvent: StatementSyncInstance;
  private readonly findIds: StatementSyncInstance;
  private readonly findHead: StatementSyncInstance;
  private nextPosition = 0;

  constructor(private readonly database: DatabaseSyncInstance) {
    this.findStream = database.prepare('SELECT id, revision, hash FROM streams WHERE name = ?');
    this.insertStream = database.prepare(
      "INSERT INTO streams (name, category, tenant, revision, hash) VALUES (?, ?, ?, -1, '') RETURNING id",
    );
    this.moveStream = database.prepare('UPDATE streams SET revision = ?, hash = ? WHERE id = ?');
    this.findKind = database.prepare('SELECT id FROM kinds WHERE category = ? AND type = ?');
    this.insertKind = database.prepare('INSERT INTO kinds (category, type) VALUES (?, ?) RETURNING id');
    this.insertEvent = database.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
    this.findIds = database.prepare(
      'SELECT id, position FROM events WHERE stream = ? AND revision BETWEEN ? AND ? ORDER BY revision',
    );
    this.findHead = database.prepare('SELECT coalesce(max(position), 0) AS position FROM events');
  }

  /** One transaction for all: each append gets its own answer, and all answers hold or (when it throws) none. */
  write(appends: readonly EncodedAppend[]): AppendResult[] {
    this.database.exec('BEGIN IMMEDIATE');
    try {
      this.nextPosition = (this.findHead.get() as { position: number }).position + 1;
      const results = appends.map((append) => this.writeOne(append));
      this.database.exec('COMMIT');
      return results;
    } catch (error) {
      // SQLite rolls back by itself after some errors (a full disk); asking again would only hide the first error.
      if (this.database.isTransaction) this.database.exec('ROLLBACK');
      throw error;
    }
  }

  private writeOne(append: EncodedAppend): AppendResult {
    const head = this.findStream.get(append.stream) as StreamHead | undefined;
    const expected = append.expected === 'no-stream' ? -1 : append.expected;
    const actual = head?.revision ?? -1;
    if (actual === expected) return this.insert(append, head ?? this.newStream(append.stream));
    const first = head === undefined ? undefined : this.firstResult(head, expected, append);
    return first ?? { kind: 'wrong-revision', actual: head === undefined ? 'no-stream' : actual };
  }

  /** The same ids right after the same expected revision: the caller never saw the answer, so it is given again. */
  private firstResult(head: StreamHead, expected: number, append: EncodedAppend): AppendResult | undefined {
    const last = expected + append.events.length;
    const stored = this.findIds.all(head.id, expected + 1, last) as { id: string; position: number }[];
    if (stored.length !== append.events.length) return undefined;
    if (!stored.every((event, index) => event.id === append.events[index]?.id)) return undefined;
    return { kind: 'appended', revision: last, position: stored.at(-1)?.position ?? 0 };
  }

  private newStream(name: string): StreamHead {
    const { category, tenant } = parseStreamName(name);
    const { id } = this.insertStream.get(name, category, tenant) as { id: number };
    return { id, revision: -1, hash: FIRST_PREVIOUS_HASH };
  }

  private insert(append: EncodedAppend, head: StreamHead): AppendResult {
    const { category } = parseStreamName(append.stream);
    let { revision, hash: previousHash } = head;
    let position = this.nextPosition - 1;
    for (const { id, type, metadata, data } of append.events) {
      revision += 1;
      position += 1;
      const hash = eventHash({ previousHash, stream: append.stream, revision, id, type, metadata, data });
      this.insertEvent.run(
        position,
        head.id,
        revision,
        this.kindOf(category, type),
        id,
        previousHash,
        hash,
        metadata,
        data,
      );
      previousHash = hash;
    }
    this.moveStream.run(revision, previousHash, head.id);
    this.nextPosition = position + 1;
    return { kind: 'appended', revision, position };
  }

  private kindOf(category: string, type: string): number {
    const found = (this.findKind.get(category, type) ?? this.insertKind.get(category, type)) as { id: number };
    return found.id;
  }
}
