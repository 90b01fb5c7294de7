import { randomInt } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordAddress } from '../../../../shared/kernel/record-id.js';
import type { Claim } from '../../domain/identity/identity-claims.js';
import type { RecordHash } from '../../domain/identity/record-hash.js';
import { IdentityIndexMoved, type IdentityIndex } from '../../application/identity-index.port.js';
import type { HolderFolders } from './holder-folders.js';
import { compareIdentities, WORDS } from './layout.js';
import { writeManifest, type Manifest } from './manifest.js';
import { Memtable } from './memtable.js';
import { Segment, SegmentWriter } from './segment.js';

/** As many segments of one size class are merged into one of the next. */
const FAN_IN = 4;

/**
 * One stream's identities: the newest in memory, the others in immutable sorted segments with a Bloom filter each, merged
 * four to one as they grow, so that an identity is written log4(n) times and looked for in few places. It is read where
 * the holder before left it, and has a folder of its own from the first time it is kept.
 */
export class FolderIdentityIndex implements IdentityIndex {
  first: RecordAddress = { fileId: '', line: 0 };
  private readonly memtable = new Memtable();
  private readonly fileIds: string[];
  private readonly ordinals = new Map<string, number>();
  private lastFile = { fileId: '', ordinal: -1 };
  private readonly entry = new Uint32Array(WORDS);
  private readonly found = new Uint32Array(WORDS);

  private own: string | undefined;

  private constructor(
    private readonly folders: HolderFolders,
    /** Where it was opened from; undefined when it began empty. */
    private readonly base: string | undefined,
    private manifest: Manifest,
    private segments: Segment[],
    private readonly memtableEntries: number,
  ) {
    this.fileIds = [...manifest.files];
    this.fileIds.forEach((fileId, ordinal) => this.ordinals.set(fileId, ordinal));
  }

  static open(folders: HolderFolders, stream: string, memtableEntries: number): FolderIdentityIndex {
    for (const { folder, manifest } of folders.kept(stream)) {
      const opened: Segment[] = [];
      try {
        for (const { name } of manifest.segments) opened.push(Segment.open(join(folder, name)));
        return new FolderIdentityIndex(folders, folder, manifest, opened, memtableEntries);
      } catch {
        // Missing or damaged: an older one may be whole, and in the end the stream itself is the truth.
        for (const segment of opened) segment.close();
      }
    }
    const seed = randomInt(2 ** 32);
    const empty: Manifest = { stream, seed, revision: -1, hash: '', files: [], segments: [], next: 0 };
    return new FolderIdentityIndex(folders, undefined, empty, [], memtableEntries);
  }

  get seed(): number {
    return this.manifest.seed;
  }
  get revision(): number {
    return this.manifest.revision;
  }
  get hash(): string {
    return this.manifest.hash;
  }
  get size(): number {
    return this.memtable.size + this.segments.reduce((sum, segment) => sum + segment.entries, 0);
  }
  get wantsKeeping(): boolean {
    return this.memtable.size >= this.memtableEntries;
  }

  claim(hash: RecordHash, fileId: string, line: number): Claim {
    const { entry } = this;
    entry[0] = hash.id1;
    entry[1] = hash.id2;
    entry[2] = hash.id3;
    entry[3] = hash.id4;
    entry[4] = hash.payload1;
    entry[5] = hash.payload2;
    const at = this.memtable.find(entry);
    if (at >= 0) return this.taken(this.memtable.entries.subarray(at, at + WORDS));
    for (let index = this.segments.length - 1; index >= 0; index -= 1) {
      if (this.segments[index]?.find(entry, this.found) === true) return this.taken(this.found);
    }
    entry[6] = this.ordinalOf(fileId) + 1;
    entry[7] = line;
    this.memtable.add(entry);
    return 'NEW';
  }

  keep(revision: number, hash: string): void {
    const folder = (this.own ??= this.folders.take(this.base, this.segments.map(nameOf)));
    try {
      this.keepIn(folder, revision, hash);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      throw new IdentityIndexMoved(`The identity index in ${folder} has gone to a later holder`, { cause: error });
    }
    this.folders.removeOthers(folder);
  }

  close(): void {
    for (const segment of this.segments) segment.close();
    this.segments = [];
    this.memtable.clear();
  }

  discard(): void {
    this.close();
    for (const folder of [this.own, this.base]) {
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    }
  }

  private keepIn(folder: string, revision: number, hash: string): void {
    const segments = [...this.segments];
    if (this.memtable.size > 0) segments.push(this.write(join(folder, `${this.manifest.next}.segment`)));
    const obsolete = this.mergeWhereDue(folder, segments);
    const manifest: Manifest = {
      ...this.manifest,
      revision,
      hash,
      files: [...this.fileIds],
      segments: segments.map((segment) => ({ name: nameOf(segment), entries: segment.entries })),
      next: this.manifest.next + 1,
    };
    writeManifest(folder, manifest);
    this.manifest = manifest;
    this.segments = segments;
    this.memtable.clear();
    for (const segment of obsolete) {
      segment.close();
      rmSync(join(folder, nameOf(segment)), { force: true });
    }
  }

  private taken(entry: Uint32Array): Claim {
    const fileId = this.fileIds[(entry[6] ?? 1) - 1] ?? '';
    this.first = { fileId, line: entry[7] ?? 0 };
    return entry[4] === this.entry[4] && entry[5] === this.entry[5] ? 'DUPLICATE' : 'CONFLICT';
  }

  private ordinalOf(fileId: string): number {
    if (this.lastFile.fileId === fileId) return this.lastFile.ordinal;
    let ordinal = this.ordinals.get(fileId);
    if (ordinal === undefined) {
      ordinal = this.fileIds.length;
      this.ordinals.set(fileId, ordinal);
      this.fileIds.push(fileId);
    }
    this.lastFile = { fileId, ordinal };
    return ordinal;
  }

  private write(path: string): Segment {
    const sorted = this.memtable.sorted();
    const writer = new SegmentWriter(path, this.memtable.size);
    for (let at = 0; at < sorted.length; at += WORDS) writer.add(sorted, at);
    return writer.finish();
  }

  /**
   * Merges the newest segments once four or more stand together of which none is four times as large as all newer ones:
   * large segments are seldom written again, and small ones do not pile up. Answers what was merged away.
   */
  private mergeWhereDue(folder: string, segments: Segment[]): Segment[] {
    let from = segments.length;
    let newer = 0;
    while (from > 0) {
      const size = segments[from - 1]?.entries ?? 0;
      if (newer > 0 && size > newer * FAN_IN) break;
      newer += size;
      from -= 1;
    }
    if (segments.length - from < FAN_IN) return [];
    const merged = mergeSegments(join(folder, `${this.manifest.next}-merged.segment`), segments.slice(from));
    return segments.splice(from, segments.length - from, merged);
  }
}

/** Merges sorted segments into one; identities are unique over all of them. */
function mergeSegments(path: string, segments: readonly Segment[]): Segment {
  const total = segments.reduce((sum, segment) => sum + segment.entries, 0);
  const writer = new SegmentWriter(path, total);
  const cursors = segments.map((segment) => new SegmentCursor(segment));
  for (let left = total; left > 0; left -= 1) {
    let least: SegmentCursor | undefined;
    for (const cursor of cursors) {
      if (cursor.done) continue;
      if (least === undefined || compareIdentities(cursor.words, cursor.at, least.words, least.at) < 0) least = cursor;
    }
    if (least === undefined) break;
    writer.add(least.words, least.at);
    least.advance();
  }
  return writer.finish();
}

class SegmentCursor {
  words: Uint32Array = new Uint32Array(0);
  at = 0;
  done = false;
  private readonly blocks: Generator<Uint32Array>;

  constructor(segment: Segment) {
    this.blocks = segment.blocks();
    this.load();
  }

  advance(): void {
    this.at += WORDS;
    if (this.at >= this.words.length) this.load();
  }

  private load(): void {
    const next = this.blocks.next();
    this.done = next.done === true;
    if (next.done !== true) this.words = next.value;
    this.at = 0;
  }
}

function nameOf(segment: Segment): string {
  return segment.path.slice(segment.path.lastIndexOf('/') + 1);
}
