import { closeSync, fstatSync, fsyncSync, openSync, readSync, renameSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { IdentityIndexDamaged } from '../../application/identity-index.port.js';
import { BloomFilter } from './bloom-filter.js';
import { compareIdentities, ENTRY_BYTES, WORDS } from './layout.js';

/** Entries per block: what one look-up reads and checks. */
const BLOCK_ENTRIES = 256;
const MAGIC = 0x52494431;
/** The trailer: magic, entries, words of the Bloom filter, CRC-32 of the footer. */
const TRAILER_WORDS = 4;

/**
 * An immutable sorted file of identities:
 *
 *     [blocks of 256 entries] [first word of each block] [CRC-32 of each block] [Bloom filter] [trailer]
 *
 * Everything after the blocks is the footer: held in memory and checked when the segment is opened, for a bit lost from a
 * Bloom filter would forget a record. A block is checked whenever it is read.
 */
export class Segment {
  private readonly block = Buffer.alloc(BLOCK_ENTRIES * ENTRY_BYTES);
  private readonly blockWords = new Uint32Array(this.block.buffer, this.block.byteOffset, BLOCK_ENTRIES * WORDS);

  private constructor(
    readonly path: string,
    private readonly file: number,
    readonly entries: number,
    private readonly fences: Uint32Array,
    private readonly checksums: Uint32Array,
    private readonly bloom: BloomFilter,
  ) {}

  /** @throws IdentityIndexDamaged when the footer is not what was written. */
  static open(path: string): Segment {
    const file = openSync(path, 'r');
    try {
      const bytes = fstatSync(file).size;
      const trailer = readWords(file, bytes - TRAILER_WORDS * 4, TRAILER_WORDS);
      const [magic = 0, entries = 0, bloomWords = 0, checksum = 0] = trailer;
      const blocks = Math.ceil(entries / BLOCK_ENTRIES);
      const footerWords = blocks * 2 + bloomWords;
      if (magic !== MAGIC || bytes !== entries * ENTRY_BYTES + (footerWords + TRAILER_WORDS) * 4) throw damaged(path);
      const footer = readWords(file, entries * ENTRY_BYTES, footerWords);
      if (footerChecksum(footer, entries, bloomWords) !== checksum) throw damaged(path);
      const bloom = new BloomFilter(footer.subarray(blocks * 2));
      return new Segment(path, file, entries, footer.subarray(0, blocks), footer.subarray(blocks, blocks * 2), bloom);
    } catch (error) {
      closeSync(file);
      throw error;
    }
  }

  /** Copies the entry of an identity into `entry`; false when it is not here. @throws IdentityIndexDamaged */
  find(id: Uint32Array, entry: Uint32Array): boolean {
    const first = id[0] ?? 0;
    if (!this.bloom.mayHave(first, id[2] ?? 0, id[3] ?? 0)) return false;
    let block = this.lastBlockBefore(first);
    // Equal first words may cross into the blocks after.
    for (; block < this.fences.length && (this.fences[block] ?? 0) <= first; block += 1) {
      const at = this.findInBlock(block, id);
      if (at < 0) continue;
      entry.set(this.blockWords.subarray(at, at + WORDS));
      return true;
    }
    return false;
  }

  /** All entries in order, block by block; the array is reused. */
  *blocks(): Generator<Uint32Array> {
    for (let block = 0; block < this.fences.length; block += 1) {
      yield this.blockWords.subarray(0, this.readBlock(block) * WORDS);
    }
  }

  close(): void {
    closeSync(this.file);
  }

  private findInBlock(block: number, id: Uint32Array): number {
    let low = 0;
    let high = this.readBlock(block) - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const order = compareIdentities(this.blockWords, middle * WORDS, id, 0);
      if (order === 0) return middle * WORDS;
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  /** The last block that starts below `first` (or the first one): where its run of equal first words may begin. */
  private lastBlockBefore(first: number): number {
    let low = 0;
    let high = this.fences.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.fences[middle] ?? 0) < first) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }

  private readBlock(block: number): number {
    const count = Math.min(BLOCK_ENTRIES, this.entries - block * BLOCK_ENTRIES);
    const bytes = readSync(this.file, this.block, 0, count * ENTRY_BYTES, block * BLOCK_ENTRIES * ENTRY_BYTES);
    if (bytes !== count * ENTRY_BYTES || crc32(this.block.subarray(0, bytes)) !== this.checksums[block]) {
      throw damaged(this.path);
    }
    return count;
  }
}

/** Writes a segment from entries in ascending order; it has its name only once it is whole and synced. */
export class SegmentWriter {
  private readonly file: number;
  private readonly buffer = new Uint32Array(BLOCK_ENTRIES * WORDS);
  private readonly bytes = Buffer.from(this.buffer.buffer);
  private readonly fences: number[] = [];
  private readonly checksums: number[] = [];
  private readonly bloom: BloomFilter;
  private filled = 0;
  private entries = 0;

  constructor(
    private readonly path: string,
    expectedEntries: number,
  ) {
    this.file = openSync(`${path}.part`, 'w');
    this.bloom = BloomFilter.sizedFor(expectedEntries);
  }

  add(source: Uint32Array, from: number): void {
    const at = this.filled * WORDS;
    for (let word = 0; word < WORDS; word += 1) this.buffer[at + word] = source[from + word] ?? 0;
    this.bloom.add(source[from] ?? 0, source[from + 2] ?? 0, source[from + 3] ?? 0);
    this.filled += 1;
    this.entries += 1;
    if (this.filled === BLOCK_ENTRIES) this.flush();
  }

  finish(): Segment {
    this.flush();
    const footer = new Uint32Array(this.fences.length * 2 + this.bloom.words.length + TRAILER_WORDS);
    footer.set(this.fences, 0);
    footer.set(this.checksums, this.fences.length);
    footer.set(this.bloom.words, this.fences.length * 2);
    const content = footer.subarray(0, footer.length - TRAILER_WORDS);
    const checksum = footerChecksum(content, this.entries, this.bloom.words.length);
    footer.set([MAGIC, this.entries, this.bloom.words.length, checksum], content.length);
    writeAll(this.file, Buffer.from(footer.buffer));
    fsyncSync(this.file);
    closeSync(this.file);
    renameSync(`${this.path}.part`, this.path);
    return Segment.open(this.path);
  }

  private flush(): void {
    if (this.filled === 0) return;
    const block = this.bytes.subarray(0, this.filled * ENTRY_BYTES);
    this.fences.push(this.buffer[0] ?? 0);
    this.checksums.push(crc32(block));
    writeAll(this.file, block);
    this.filled = 0;
  }
}

function footerChecksum(footer: Uint32Array, entries: number, bloomWords: number): number {
  const bytes = Buffer.from(footer.buffer, footer.byteOffset, footer.byteLength);
  return crc32(bytes, crc32(`${entries}/${bloomWords}`));
}

function readWords(file: number, position: number, count: number): Uint32Array {
  const words = new Uint32Array(count);
  const bytes = Buffer.from(words.buffer);
  if (position < 0 || readSync(file, bytes, 0, bytes.length, position) !== bytes.length) {
    throw new IdentityIndexDamaged('A segment of the identity index is shorter than it says');
  }
  return words;
}

function writeAll(file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
}

function damaged(path: string): IdentityIndexDamaged {
  return new IdentityIndexDamaged(`Segment ${path} of the identity index is not what was written`);
}
