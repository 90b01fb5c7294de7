import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';

/** Held by the one server that works on a data folder. */
export interface DataDirLock {
  release(): void;
}

export class DataDirInUse extends Error {
  override readonly name = 'DataDirInUse';
  constructor(dataDir: string) {
    super(
      `Another Retally server works on ${dataDir}: stop it first, or give this one its own folder with RETALLY_DATA_DIR`,
    );
  }
}

/**
 * Two servers on one folder would both rate and both send; the fences of the log keep that from doing harm, but neither
 * would get far. The lock is the operating system's, so it ends with the process, however that ends.
 * @throws DataDirInUse
 */
export function lockDataDir(dataDir: string): DataDirLock {
  mkdirSync(dataDir, { recursive: true });
  const database = new DatabaseSync(join(dataDir, 'server.lock'));
  try {
    database.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = DELETE; PRAGMA locking_mode = EXCLUSIVE;');
    database.exec('BEGIN EXCLUSIVE; COMMIT;');
  } catch {
    database.close();
    throw new DataDirInUse(dataDir);
  }
  return { release: () => database.close() };
}
