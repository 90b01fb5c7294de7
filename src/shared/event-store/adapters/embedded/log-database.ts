import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';

/** "RTLY" as SQLite's application id, and the version of the tables below. */
const APPLICATION_ID = 0x52_54_4c_59;
const SCHEMA_VERSION = 1;

/**
 * The log is one table in the order of positions. `data` is its last column, so that whoever looks at the others does
 * not touch the overflow pages of the chunks. `kinds` are the pairs of category and type that exist: a filtered read
 * walks `events_by_kind` (whose entries end in the position) once per kind and never scans.
 */
const SCHEMA = `
  CREATE TABLE log_meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE streams (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, category TEXT NOT NULL, tenant TEXT NOT NULL,
    revision INTEGER NOT NULL, hash TEXT NOT NULL
  );
  CREATE TABLE kinds (id INTEGER PRIMARY KEY, category TEXT NOT NULL, type TEXT NOT NULL, UNIQUE (category, type));
  CREATE TABLE events (
    position INTEGER PRIMARY KEY, stream INTEGER NOT NULL, revision INTEGER NOT NULL, kind INTEGER NOT NULL,
    id TEXT NOT NULL, previous_hash TEXT NOT NULL, hash TEXT NOT NULL, metadata TEXT NOT NULL, data BLOB NOT NULL
  );
  CREATE UNIQUE INDEX events_by_stream ON events (stream, revision);
  CREATE INDEX events_by_kind ON events (kind);
`;

/** How long a writer waits for the writer of another process, a reader for a checkpoint; in milliseconds. */
const BUSY_TIMEOUT_MS = 5000;
/** Pages of the write-ahead log before it is moved into the file: 16 MiB, so that bursts of chunks share a move. */
const CHECKPOINT_PAGES = 4096;

/** The file is no log, a log of a newer version, or cannot promise that an acknowledged append survives power loss. */
export class UnusableLog extends Error {
  override readonly name = 'UnusableLog';
}

/**
 * Opens the log for writing and makes it durable: write-ahead log, and a flush to the disk at every commit.
 * `synchronous` is set in so many words and read back *after a first write*, for drivers are seen to weaken it in
 * silence when the first transaction begins.
 */
export function openForWriting(path: string): DatabaseSyncInstance {
  mkdirSync(dirname(path), { recursive: true });
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    database.exec('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = FULL');
    // On macOS a flush reaches the disk's own cache only, unless it is asked for in full.
    database.exec('PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON');
    database.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    database.exec('PRAGMA journal_size_limit = 67108864');
    createOrCheckSchema(database, path);
    database.exec("INSERT INTO log_meta VALUES ('opened', 1) ON CONFLICT DO UPDATE SET value = value + 1");
    assertDurable(database, path);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

export function openForReading(path: string): DatabaseSyncInstance {
  const database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  try {
    if (readNumber(database, 'PRAGMA application_id') !== APPLICATION_ID) throw notALog(path);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** @throws UnusableLog when a commit would not be flushed to the disk. */
export function assertDurable(database: DatabaseSyncInstance, path: string): void {
  const mode = database.prepare('PRAGMA journal_mode').get() as { journal_mode: string };
  const synchronous = readNumber(database, 'PRAGMA synchronous');
  if (mode.journal_mode !== 'wal' || synchronous < 2) {
    throw new UnusableLog(
      `The log ${path} would lose acknowledged events at a power loss: journal_mode ${mode.journal_mode}, ` +
        `synchronous ${synchronous} (wal and at least 2 are needed); is it on a network drive?`,
    );
  }
}

function createOrCheckSchema(database: DatabaseSyncInstance, path: string): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    const tables = readNumber(database, 'SELECT count(*) FROM sqlite_master');
    if (tables === 0) {
      database.exec(SCHEMA);
      database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}`);
    } else if (readNumber(database, 'PRAGMA application_id') !== APPLICATION_ID) {
      throw notALog(path);
    } else if (readNumber(database, 'PRAGMA user_version') !== SCHEMA_VERSION) {
      throw new UnusableLog(
        `The log ${path} was written by another version of Retally: run that version, or a newer one`,
      );
    }
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

function notALog(path: string): UnusableLog {
  return new UnusableLog(`${path} is a database, but not a log of Retally: give another path`);
}

/** The first column of the first row, as a number. */
export function readNumber(database: DatabaseSyncInstance, sql: string): number {
  const row = database.prepare(sql).get() as Readonly<Record<string, unknown>> | undefined;
  return Number(Object.values(row ?? {})[0]);
}
