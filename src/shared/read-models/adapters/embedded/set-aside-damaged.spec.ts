import { existsSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setAsideDamaged } from './set-aside-damaged.js';
import { openWriter } from './sqlite.js';

describe('setAsideDamaged', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'retally-damaged-'));
    path = join(folder, 'read-models.db');
    const db = openWriter(path);
    db.exec('CREATE TABLE things (name TEXT) STRICT');
    db.exec("INSERT INTO things VALUES ('one')");
    db.close();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const NOW = Date.parse('2026-03-01T10:00:00.123Z');

  it('leaves a good file, an empty one and a missing one alone', () => {
    expect(setAsideDamaged(path, NOW)).toBeUndefined();
    truncateSync(path);
    expect(setAsideDamaged(path, NOW)).toBeUndefined();
    expect(existsSync(path)).toBe(true);
    rmSync(path);
    expect(setAsideDamaged(path, NOW)).toBeUndefined();
  });

  it('renames one that is no database, and takes its journal away with it', () => {
    writeFileSync(path, 'not what it was', { flag: 'r+' });
    writeFileSync(`${path}-wal`, 'of the old file');
    expect(setAsideDamaged(path, NOW)).toBe(`${path}.damaged-20260301T100000Z`);
    expect(readdirSync(folder)).toEqual(['read-models.db.damaged-20260301T100000Z']);
  });

  it('renames one whose pages are not what its header says', () => {
    truncateSync(path, 5000);
    writeFileSync(path, Buffer.alloc(4800, 7), { flag: 'r+' });
    expect(setAsideDamaged(path, NOW)).toContain('.damaged-');
  });
});
