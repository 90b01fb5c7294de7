import { DatabaseSync } from '@photostructure/sqlite';

export type Database = InstanceType<typeof DatabaseSync>;
export type Statement = ReturnType<Database['prepare']>;
export type SqlValue = string | number | null;

/** How long one connection waits for another's lock. */
export const BUSY_TIMEOUT_MS = 10_000;

/**
 * Errors of the engine are told by their code: across VM contexts (tests) and threads `instanceof` does not hold.
 * https://sqlite.org/rescode.html
 */
export function sqliteCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { errcode } = error as { errcode?: unknown };
  return typeof errcode === 'number' ? errcode & 0xff : undefined;
}

const SQLITE_ERROR = 1;
const SQLITE_TOOBIG = 18;
const SQLITE_CONSTRAINT = 19;

/** The row is wrong, not the disk: a null in the key, a value of another type, a text beyond the engine's limit. */
export function isRowError(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === SQLITE_CONSTRAINT || code === SQLITE_TOOBIG;
}

/** The reader is ahead of the writer: the table, or the column, is not made yet. */
export function isNotThereYet(error: unknown): boolean {
  const message = (error as { message?: unknown }).message;
  return sqliteCode(error) === SQLITE_ERROR && typeof message === 'string' && /no such (table|column)/.test(message);
}

/** The writer's connection: synchronous NORMAL is enough, for everything here can be rebuilt from the log. */
export function openWriter(path: string): Database {
  const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  db.exec('PRAGMA page_size = 4096');
  db.exec('PRAGMA journal_mode = WAL');
  db.exec('PRAGMA synchronous = NORMAL');
  db.exec('PRAGMA cache_size = -32768');
  // Measured: checkpoints every 64 MiB instead of every 4 give a fifth more rows/s. Each holds up the rows behind it, so
  // most come at quiet moments (EmbeddedWriter.rest), and this is for when there is none; the WAL file stays near 150 MB.
  db.exec('PRAGMA wal_autocheckpoint = 32000');
  db.exec('PRAGMA journal_size_limit = 134217728');
  db.exec('PRAGMA temp_store = MEMORY');
  return db;
}

/** A reader makes the file when it comes before the writer, and can change nothing in it. */
export function openReader(path: string): Database {
  const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  db.exec('PRAGMA cache_size = -16384');
  db.exec('PRAGMA mmap_size = 268435456');
  db.exec('PRAGMA temp_store = MEMORY');
  db.exec('PRAGMA query_only = ON');
  return db;
}

/** Prepared statements by their text; the least recently used goes when there are too many. */
export class Statements {
  private readonly prepared = new Map<string, Statement>();

  constructor(
    private readonly db: Database,
    private readonly limit = 400,
  ) {}

  /** Rows come as arrays: the caller knows its columns, and no object per row is made twice. */
  get(sql: string): Statement {
    const known = this.prepared.get(sql);
    if (known !== undefined) {
      this.prepared.delete(sql);
      this.prepared.set(sql, known);
      return known;
    }
    const statement = this.db.prepare(sql);
    statement.setReturnArrays(true);
    this.prepared.set(sql, statement);
    if (this.prepared.size > this.limit) {
      const oldest = this.prepared.keys().next().value;
      if (oldest !== undefined) this.prepared.delete(oldest);
    }
    return statement;
  }

  clear(): void {
    this.prepared.clear();
  }
}
