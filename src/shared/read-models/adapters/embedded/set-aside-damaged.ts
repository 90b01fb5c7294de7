import { existsSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from '@photostructure/sqlite';
import { sqliteCode } from './sqlite.js';

const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/**
 * Read models are made again from the log, so a file that is no database any more must not keep a server from
 * starting: it is renamed out of the way, for whoever wants to know what happened to it. Before anybody has it open.
 * @returns the new name, or undefined when the file is good or not there.
 */
export function setAsideDamaged(path: string, now: number): string | undefined {
  if (!existsSync(path) || !isDamaged(path)) return undefined;
  const aside = `${path}.damaged-${new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
  renameSync(path, aside);
  // They belong to the damaged file, and would be taken for the new one's.
  for (const suffix of ['-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
  return aside;
}

/** Its header and its list of tables cannot be read. What else may be wrong shows when it is used. */
function isDamaged(path: string): boolean {
  // Read only: a writer that closes last would first copy the whole journal into the file.
  const db = new DatabaseSync(path, { timeout: 10_000, readOnly: true });
  try {
    db.prepare('SELECT count(*) FROM sqlite_master').get();
    return false;
  } catch (error) {
    const code = sqliteCode(error);
    if (code === SQLITE_CORRUPT || code === SQLITE_NOTADB) return true;
    throw error;
  } finally {
    db.close();
  }
}
