import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RecordHash } from '../../domain/identity/record-hash.js';
import { IdentityIndexMoved, type IdentityIndex } from '../../application/identity-index.port.js';
import { FolderIdentityIndexes } from './folder-identity-indexes.js';

const STREAM = 'usage-main.switch.VOICE.POSTPAID';
const HASH = 'a'.repeat(64);

describe('FolderIdentityIndexes', () => {
  let folder: string;
  let index: IdentityIndex;
  const MEMTABLE = 100;
  const indexes = () => new FolderIdentityIndexes(folder, MEMTABLE);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'identities-'));
    index = indexes().open(STREAM, 1);
  });
  afterEach(() => {
    index.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Claims the record id for (file, line); `value` is the rest of the record. */
  function claim(id: string, fileId: string, line: number, value = 'same') {
    return claimIn(index, id, { fileId, line, value });
  }
  function claimIn(into: IdentityIndex, id: string, { fileId = 'f', line = 1, value = 'same' } = {}) {
    const columns = { line: [line], 'a.recordId': [id], serviceId: [value] };
    const hash = new RecordHash(columns, ['a.recordId'], fileId, into.seed);
    hash.ofRow(0);
    return into.claim(hash, fileId, line);
  }
  /** Claims and keeps as the ingest loop does: one chunk of ten records after the other. */
  function fill(from: number, to: number, fileId = `f${from}`) {
    for (let record = from; record < to; record += 1) {
      expect(claim(`id-${record}`, fileId, record + 1)).toBe('NEW');
      if (index.wantsKeeping) index.keep(Math.floor(record / 10), HASH);
    }
  }
  const segmentFiles = () =>
    readdirSync(folder, { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('.segment'));
  const manifestFiles = () =>
    readdirSync(folder, { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('manifest'));

  it('says who was first, and whether the second says the same', () => {
    expect(claim('a', 'f1', 2)).toBe('NEW');
    expect(claim('b', 'f1', 3)).toBe('NEW');
    expect(claim('a', 'f1', 4)).toBe('DUPLICATE');
    expect(index.first).toEqual({ fileId: 'f1', line: 2 });
    expect(claim('b', 'f2', 9, 'other')).toBe('CONFLICT');
    expect(index.first).toEqual({ fileId: 'f1', line: 3 });
  });

  it('knows every record for ever, through segments, merges and a restart', () => {
    fill(0, 5000, 'f-first');
    fill(5000, 5050, 'f-second');
    expect(segmentFiles().length).toBeLessThan(12);
    index.keep(504, HASH);
    index.close();
    index = indexes().open(STREAM, 1);
    expect(index.revision).toBe(504);
    expect(index.size).toBe(5050);
    for (let record = 0; record < 5050; record += 1) {
      expect(claim(`id-${record}`, 'f-third', 1)).toBe('DUPLICATE');
      expect(index.first).toEqual({ fileId: record < 5000 ? 'f-first' : 'f-second', line: record + 1 });
    }
    for (let record = 0; record < 5000; record += 1) expect(claim(`new-${record}`, 'f-third', record)).toBe('NEW');
  });

  it('forgets what was not kept, and says so by its revision', () => {
    fill(0, 250);
    const kept = index.revision;
    index.close();
    index = indexes().open(STREAM, 1);
    expect(index.revision).toBe(kept);
    expect(index.size).toBe((kept + 1) * 10);
  });

  it('keeps small segments from piling up, however often it is closed', () => {
    for (let round = 0; round < 60; round += 1) {
      fill(round * 120, round * 120 + (round % 2 === 0 ? 120 : 3));
      index.keep(round, HASH);
      expect(segmentFiles().length).toBeLessThan(16);
    }
  });

  it('starts from nothing when the manifest, a footer or a segment is damaged or missing', () => {
    const damage = (name: string, at: (bytes: Buffer) => number) => {
      const bytes = readFileSync(join(folder, name));
      bytes[at(bytes)] = bytes[at(bytes)]! ^ 16;
      writeFileSync(join(folder, name), bytes);
    };
    for (const harm of [
      () => damage(segmentFiles()[0]!, (bytes) => bytes.length - 40),
      () => damage(segmentFiles()[0]!, (bytes) => bytes.length - 3),
      () => rmSync(join(folder, segmentFiles()[0]!)),
      () => writeFileSync(join(folder, segmentFiles()[0]!), ''),
      () => damage(manifestFiles()[0]!, (bytes) => bytes.length - 20),
    ]) {
      fill(0, 300);
      index.keep(29, HASH);
      index.close();
      harm();
      index = indexes().open(STREAM, 1);
      expect(index.revision).toBe(-1);
      expect(index.size).toBe(0);
      // What cannot be read goes with the first that is kept again.
      index.keep(-1, HASH);
      expect(segmentFiles()).toEqual([]);
    }
  });

  it('never answers from a damaged block', () => {
    fill(0, 300);
    index.keep(29, HASH);
    const name = join(folder, segmentFiles()[0]!);
    const bytes = readFileSync(name);
    for (let at = 0; at < 300; at += 1) bytes[at] = bytes[at]! ^ 1;
    writeFileSync(name, bytes);
    const ask = () => {
      for (let record = 0; record < 300; record += 1) claim(`id-${record}`, 'f', 1);
    };
    expect(ask).toThrow('is not what was written');
    index.discard();
    expect(segmentFiles()).toEqual([]);
    index = indexes().open(STREAM, 1);
    expect(index.revision).toBe(-1);
  });

  it('opens what knows most of the stream, and an older one when that is damaged', () => {
    const paused = indexes().open(STREAM, 2);
    index.close();
    index = indexes().open(STREAM, 5);
    fill(0, 200);
    index.keep(19, HASH);
    // A holder that was paused comes back and keeps what it knows: nothing of the later one is touched.
    expect(claimIn(paused, 'other')).toBe('NEW');
    paused.keep(25, 'b'.repeat(64));
    const next = indexes().open(STREAM, 6);
    expect([next.revision, next.hash, next.size]).toEqual([25, 'b'.repeat(64), 1]);
    next.close();
    writeFileSync(
      join(
        folder,
        manifestFiles().find((name) => name.includes('2-'))!,
      ),
      'no manifest',
    );
    const fallback = indexes().open(STREAM, 6);
    expect([fallback.revision, fallback.size]).toEqual([19, 200]);
    fallback.keep(19, HASH);
    expect(manifestFiles()).toEqual([expect.stringContaining('6-')]);
    fallback.close();
    paused.close();
  });

  it('leaves a holder and the one after it whole, whichever keeps, merges or closes when', () => {
    fill(0, 450);
    index.keep(44, HASH);
    const later = indexes().open(STREAM, 2);
    expect(later.size).toBe(450);
    // The later one has read from the earlier one's folder, links its segments and removes the folder.
    later.keep(45, HASH);
    expect(manifestFiles()).toEqual([expect.stringContaining('2-')]);
    expect(() => fill(450, 700)).toThrow(IdentityIndexMoved);
    for (let record = 0; record < 450; record += 1) expect(claimIn(later, `id-${record}`)).toBe('DUPLICATE');
    later.close();
    const again = indexes().open(STREAM, 2);
    expect([again.revision, again.size]).toEqual([45, 450]);
    again.close();
  });

  it('tells a holder whose base has gone before it kept anything', () => {
    fill(0, 300);
    index.keep(29, HASH);
    const paused = indexes().open(STREAM, 2);
    const later = indexes().open(STREAM, 3);
    later.keep(30, HASH);
    expect(claimIn(paused, 'id-7')).toBe('DUPLICATE');
    expect(claimIn(paused, 'new')).toBe('NEW');
    expect(() => paused.keep(31, HASH)).toThrow(IdentityIndexMoved);
    expect(manifestFiles()).toEqual([expect.stringContaining('3-')]);
    paused.close();
    later.close();
  });

  it('keeps streams apart', () => {
    expect(claim('a', 'f1', 1)).toBe('NEW');
    const other = indexes().open('usage-main.switch.SMS.POSTPAID', 1);
    const hash = new RecordHash({ line: [1], 'a.recordId': ['a'] }, ['a.recordId'], 'f1', other.seed);
    hash.ofRow(0);
    expect(other.claim(hash, 'f1', 1)).toBe('NEW');
    other.close();
  });
});
