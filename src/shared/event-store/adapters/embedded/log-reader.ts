import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import type { StreamEnd } from '../../chain-verifier.js';
import type { StoredEvent } from '../../recorded-event.js';
import { openForReading } from './log-database.js';

export type Direction = 'forward' | 'backward';

/** Positions in (after, upTo] forward, [upTo, after) backward: what a page may hold. */
export interface Stretch {
  readonly direction: Direction;
  readonly after: number;
  readonly upTo: number;
}

export interface PageSize {
  readonly events: number;
  readonly bytes: number;
}

/** Sparing enough for many loops in one process, large enough that the cost of a page does not show. */
export const DEFAULT_PAGE: PageSize = { events: 64, bytes: 8 * 1_048_576 };

export interface StoredPage {
  readonly events: readonly StoredEvent[];
  /** False when the page was cut by its size, so that more may follow. */
  readonly complete: boolean;
}

type Row = [number, string, number, string, string, string, string, string, Uint8Array];

const SELECT_EVENTS =
  'SELECT e.position, s.name, e.revision, k.type, e.id, e.previous_hash, e.hash, e.metadata, e.data ' +
  'FROM events e CROSS JOIN streams s ON s.id = e.stream CROSS JOIN kinds k ON k.id = e.kind';

/**
 * Reads pages of rows over a read-only connection of its own. A page is one statement, run to its end before anything
 * else happens: no read transaction stays open between pages, so the write-ahead log can always be moved into the file.
 */
export class LogReader {
  private readonly database: DatabaseSyncInstance;
  private readonly statements = new Map<string, StatementSyncInstance>();
  private readonly kinds: { readonly id: number; readonly category: string; readonly type: string }[] = [];

  constructor(
    path: string,
    private readonly size: PageSize = DEFAULT_PAGE,
  ) {
    this.database = openForReading(path);
  }

  close(): void {
    this.statements.clear();
    this.database.close();
  }

  head(): number {
    const row = this.statement('SELECT coalesce(max(position), 0) FROM events').get() as [number];
    return row[0];
  }

  /** Last revision and hash of a stream as its writer noted them; undefined when there is no such stream. */
  streamEnd(stream: string): StreamEnd | undefined {
    const row = this.statement('SELECT revision, hash FROM streams WHERE name = ?').get(stream) as
      [number, string] | undefined;
    return row === undefined ? undefined : { revision: row[0], hash: row[1] };
  }

  /** Events of a stream from a revision on (inclusive), at most `limit` and at most a page. */
  streamPage(stream: string, direction: Direction, from: number, limit: number): StoredPage {
    const [compare, order] = direction === 'forward' ? ['>=', 'ASC'] : ['<=', 'DESC'];
    const sql =
      `${SELECT_EVENTS} WHERE e.stream = (SELECT id FROM streams WHERE name = ?) ` +
      `AND e.revision ${compare} ? ORDER BY e.revision ${order} LIMIT ?`;
    return this.page(sql, [stream, from], limit);
  }

  /** Events of the whole log. */
  allPage(stretch: Stretch, limit: number): StoredPage {
    const { within, order } = sqlOf(stretch.direction);
    const sql = `${SELECT_EVENTS} WHERE e.${within} ORDER BY e.position ${order} LIMIT ?`;
    return this.page(sql, [stretch.after, stretch.upTo], limit);
  }

  /**
   * Events of some kinds only: the first positions of each kind from the index, the first of these all, then their
   * rows. The caller took `stretch.upTo` from `head()` before it asked for the kinds, so a kind that appears meanwhile
   * has no event in the stretch.
   */
  kindsPage(stretch: Stretch, kinds: readonly number[], limit: number): StoredPage {
    if (kinds.length === 0) return { events: [], complete: true };
    const { within, order } = sqlOf(stretch.direction);
    const most = Math.min(limit, this.size.events);
    const positions = kinds.map(
      (kind) =>
        `SELECT * FROM (SELECT position FROM events WHERE kind = ${kind} AND ${within} ` +
        `ORDER BY position ${order} LIMIT ?)`,
    );
    const found = this.statement(`${positions.join(' UNION ALL ')} ORDER BY 1 ${order} LIMIT ?`);
    const bounds = kinds.flatMap(() => [stretch.after, stretch.upTo, most]);
    return this.rowsAt(found.all(...bounds, most) as [number][], most);
  }

  /** The ids of the kinds with one of the categories and one of the types (undefined = all). */
  kindsOf(categories: readonly string[] | undefined, types: readonly string[] | undefined): number[] {
    this.learnKinds();
    return this.kinds
      .filter((kind) => categories?.includes(kind.category) ?? true)
      .filter((kind) => types?.includes(kind.type) ?? true)
      .map((kind) => kind.id);
  }

  private learnKinds(): void {
    const known = this.kinds.at(-1)?.id ?? 0;
    const sql = 'SELECT id, category, type FROM kinds WHERE id > ? ORDER BY id';
    for (const [id, category, type] of this.statement(sql).all(known) as [number, string, string][]) {
      this.kinds.push({ id, category, type });
    }
  }

  private page(sql: string, bounds: readonly (string | number)[], limit: number): StoredPage {
    const most = Math.min(limit, this.size.events);
    const events: StoredEvent[] = [];
    let bytes = 0;
    for (const row of this.statement(sql).iterate(...bounds, most) as Iterable<Row>) {
      events.push(storedEvent(row));
      bytes += row[8].byteLength;
      if (bytes >= this.size.bytes) return { events, complete: false };
    }
    return { events, complete: events.length < most };
  }

  private rowsAt(positions: readonly [number][], most: number): StoredPage {
    const one = this.statement(`${SELECT_EVENTS} WHERE e.position = ?`);
    const events: StoredEvent[] = [];
    let bytes = 0;
    for (const [position] of positions) {
      const row = one.get(position) as Row;
      events.push(storedEvent(row));
      bytes += row[8].byteLength;
      if (bytes >= this.size.bytes) return { events, complete: false };
    }
    return { events, complete: positions.length < most };
  }

  private statement(sql: string): StatementSyncInstance {
    let statement = this.statements.get(sql);
    if (statement === undefined) {
      statement = this.database.prepare(sql);
      statement.setReturnArrays(true);
      this.statements.set(sql, statement);
    }
    return statement;
  }
}

function sqlOf(direction: Direction): { readonly within: string; readonly order: string } {
  return direction === 'forward'
    ? { within: 'position > ? AND position <= ?', order: 'ASC' }
    : { within: 'position < ? AND position >= ?', order: 'DESC' };
}

function storedEvent(row: Row): StoredEvent {
  const [position, stream, revision, type, id, previousHash, hash, metadata, data] = row;
  return { position, stream, revision, type, id, previousHash, hash, metadata, data };
}
