import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { DatabaseSync } from '@photostructure/sqlite';

/** Chunks per transaction: so many that a disk sync hardly counts, as few that memory stays flat. */
const CHUNKS_PER_TRANSACTION = 64;
const RECORDS_PER_CHUNK = 500;

export interface FloorResult {
  readonly records: number;
  readonly seconds: number;
}

/**
 * The floor: what this machine needs for the unavoidable work and nothing else. It reads the same file, splits it,
 * encodes chunks as columns, appends them durably (WAL, synchronous FULL) and inserts the same rows as the
 * monetized-usage read model (same key, WITHOUT ROWID), with no domain logic: no identities, no prices, no balances,
 * no events, no hash chain. One thread, because there is nothing to wait for. It shares no code with Retally.
 */
export async function runFloor(file: string, directory: string): Promise<FloorResult> {
  const started = performance.now();
  const log = openLog(join(directory, 'floor-log.db'));
  const rows = openRows(join(directory, 'floor-rows.db'));
  let records = 0;
  let position = 0;
  let chunk: string[][] = [];
  let pending: PendingChunk[] = [];

  const flush = (): void => {
    log.append(pending);
    rows.insert(pending);
    pending = [];
  };
  const close = (): void => {
    if (chunk.length === 0) return;
    position += 1;
    pending.push({ position, data: encode(chunk), records: chunk });
    chunk = [];
    if (pending.length >= CHUNKS_PER_TRANSACTION) flush();
  };

  let rest = '';
  let header = true;
  for await (const piece of createReadStream(file, { encoding: 'utf8', highWaterMark: 1 << 20 })) {
    const lines = (rest + String(piece)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (header) {
        header = false;
        continue;
      }
      chunk.push(line.split(';'));
      records += 1;
      if (chunk.length === RECORDS_PER_CHUNK) close();
    }
  }
  close();
  flush();
  log.close();
  rows.close();
  return { records, seconds: (performance.now() - started) / 1000 };
}

interface PendingChunk {
  readonly position: number;
  readonly data: Uint8Array;
  readonly records: readonly string[][];
}

function encode(records: readonly string[][]): Uint8Array {
  const width = records[0]?.length ?? 0;
  const columns = Array.from({ length: width }, (_, column) => records.map((record) => record[column]));
  return deflateRawSync(JSON.stringify(columns), { level: 1 });
}

function openLog(path: string) {
  const db = new DatabaseSync(path);
  db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL');
  db.exec('CREATE TABLE events (position INTEGER PRIMARY KEY, data BLOB NOT NULL)');
  const insert = db.prepare('INSERT INTO events VALUES (?, ?)');
  return {
    append(chunks: readonly PendingChunk[]): void {
      db.exec('BEGIN IMMEDIATE');
      for (const { position, data } of chunks) insert.run(position, data);
      db.exec('COMMIT');
    },
    close: () => {
      db.close();
    },
  };
}

function openRows(path: string) {
  const db = new DatabaseSync(path);
  // As the embedded read models are opened: what would be unfair to leave out is the tuning.
  db.exec(
    'PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32768; PRAGMA wal_autocheckpoint=32000',
  );
  db.exec(`CREATE TABLE monetized (
    tenant TEXT, account TEXT, at INTEGER, ratedPosition INTEGER, row INTEGER, subscription TEXT, serviceId TEXT,
    serviceType TEXT, usageType TEXT, rateSchedule TEXT, currency TEXT, quantity TEXT, amount TEXT, fileId TEXT,
    line INTEGER, charge INTEGER, version INTEGER, withdrawn INTEGER, prepaid INTEGER,
    PRIMARY KEY (tenant, account, at, ratedPosition, row)) WITHOUT ROWID`);
  const insert = db.prepare(`INSERT INTO monetized VALUES (${Array(19).fill('?').join(', ')})`);
  return {
    insert(chunks: readonly PendingChunk[]): void {
      db.exec('BEGIN IMMEDIATE');
      for (const row of sortedRows(chunks)) insert.run(...row);
      db.exec('COMMIT');
    },
    close: () => {
      db.close();
    },
  };
}

type FloorRow = [string, string, number, number, number, ...(string | number)[]];

/** In the order of the key, because neighbours in one transaction are cheaper. */
function sortedRows(chunks: readonly PendingChunk[]): FloorRow[] {
  const rows: FloorRow[] = [];
  for (const { position, records } of chunks) {
    records.forEach(([, started = '', caller = '', , seconds = ''], row) => {
      const at = Date.parse(`${started.slice(1, 11)}T${started.slice(12, 20)}Z`);
      rows.push([
        'main',
        caller,
        at,
        position,
        row,
        caller,
        caller,
        'VOICE',
        'CALL',
        'STANDARD',
        'EUR',
        seconds,
        seconds,
        '00000000-0000-4000-8000-000000000000',
        row,
        0,
        1,
        0,
        0,
      ]);
    });
  }
  return rows.sort((a, b) => (a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : a[2] - b[2]));
}
