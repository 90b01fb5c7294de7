import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { assertJson } from '../kernel/canonical-json.js';
import type { Chunk, ChunkColumns } from '../kernel/event-definition.js';
import { arraysOf, defineColumn, heldValues, type TupleLists } from '../kernel/tuple-lists.js';
import { decodeColumn, encodeColumn } from './column-codec.js';

/**
 * The bytes of a chunk event, in every store alike. All numbers are unsigned 32-bit little-endian.
 *
 *     offset  0  magic "RTLY"
 *             4  format, 2
 *             8  length of the head in bytes
 *            12  length of the columns before deflate, in bytes
 *            16  CRC-32 of everything from offset 20 on
 *            20  head: JSON, UTF-8
 *       20+head  columns, raw deflate (level 1):
 *                   0  length of the directory in bytes
 *                   4  directory: JSON, UTF-8: { "<name>": <bytes of the column>, ... }
 *                      the columns, each JSON, UTF-8, one after the other
 *
 * A column is spelled as `column-codec.ts` says. The head is read without touching the columns; the columns are inflated
 * when somebody first looks at them, and each is read when somebody first looks at it: a reader that needs heads alone
 * pays nothing for the records, and one that needs three columns nothing for the other twenty. (In format 1, still
 * read, the columns are one JSON object.)
 */
const MAGIC = 0x594c5452;
const FORMAT = 2;
const FORMAT_OF_ONE_OBJECT = 1;
const HEADER_BYTES = 20;
/** No honest chunk comes near it (an append is at most 1 MiB deflated), so a damaged length cannot ask for gigabytes. */
const MAX_COLUMN_BYTES = 256 * 1_048_576;

/** The least room that zlib takes. */
const LEAST_ROOM = 64;

/** Not enumerable: the data of an event are its head and its columns, and nothing else. */
const RELEASE = Symbol('release');

export class DamagedChunk extends Error {
  override readonly name = 'DamagedChunk';
}

/**
 * @returns bytes in a buffer of their own, so that they can be transferred to another thread.
 * @throws NotJson for values JSON cannot hold, UnevenColumns for columns of one group with different lengths.
 */
export function encodeChunk(chunk: Chunk): Uint8Array<ArrayBuffer> {
  assertJson(chunk.head, 'head');
  assertEven(chunk.columns);
  const head = Buffer.from(JSON.stringify(chunk.head), 'utf8');
  const columns = joinColumns(chunk.columns);
  const deflated = deflateRawSync(columns, { level: 1 });
  const bytes = Buffer.from(new ArrayBuffer(HEADER_BYTES + head.length + deflated.length));
  bytes.writeUInt32LE(MAGIC, 0);
  bytes.writeUInt32LE(FORMAT, 4);
  bytes.writeUInt32LE(head.length, 8);
  bytes.writeUInt32LE(columns.length, 12);
  head.copy(bytes, HEADER_BYTES);
  deflated.copy(bytes, HEADER_BYTES + head.length);
  bytes.writeUInt32LE(crc32(bytes.subarray(HEADER_BYTES)), 16);
  return bytes;
}

/** What is deflated: the directory and the columns. */
function joinColumns(columns: ChunkColumns): Buffer {
  const sizes: Record<string, number> = {};
  const texts: string[] = [];
  let length = 4;
  for (const name of Object.keys(columns)) {
    const text = JSON.stringify(encodeColumn(name, heldValues(columns, name)));
    texts.push(text);
    length += sizes[name] = Buffer.byteLength(text, 'utf8');
  }
  const directory = JSON.stringify(sizes);
  const directoryLength = Buffer.byteLength(directory, 'utf8');
  const joined = Buffer.allocUnsafe(length + directoryLength);
  joined.writeUInt32LE(directoryLength);
  let at = 4 + joined.write(directory, 4, 'utf8');
  for (const text of texts) at += joined.write(text, at, 'utf8');
  return joined;
}

/**
 * @returns `{ head, columns }`; `columns` is inflated once, on first access, and again after `releaseColumns`.
 * @throws DamagedChunk when a single byte is not as it was written.
 */
export function decodeChunk(stored: Uint8Array): Chunk {
  const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
  const headEnd = checkHeader(bytes);
  const head = parse(bytes.toString('utf8', HEADER_BYTES, headEnd), 'head');
  let columns: ChunkColumns | undefined;
  const chunk: Chunk = {
    head,
    get columns(): ChunkColumns {
      columns ??= columnsOf(inflate(bytes.subarray(headEnd), bytes.readUInt32LE(12)), bytes.readUInt32LE(4));
      return columns;
    },
  };
  Object.defineProperty(chunk, RELEASE, { value: () => (columns = undefined) });
  return chunk;
}

/**
 * Lets go of inflated columns; whoever looks at them again inflates them again. For readers of many events that cannot
 * know who keeps one: inflated, a chunk takes many times the memory of its bytes.
 */
export function releaseColumns(data: unknown): void {
  if (typeof data !== 'object' || data === null) return;
  (data as { readonly [RELEASE]?: () => void })[RELEASE]?.();
}

function checkHeader(bytes: Buffer): number {
  if (bytes.length < HEADER_BYTES || bytes.readUInt32LE(0) !== MAGIC) {
    throw new DamagedChunk('These bytes are no chunk: they do not begin with "RTLY"');
  }
  const format = bytes.readUInt32LE(4);
  if (format !== FORMAT && format !== FORMAT_OF_ONE_OBJECT)
    throw new DamagedChunk(`Chunk format ${format} is unknown to this version`);
  const headEnd = HEADER_BYTES + bytes.readUInt32LE(8);
  if (headEnd > bytes.length) throw new DamagedChunk(`The chunk ends at byte ${bytes.length}, inside its head`);
  if (crc32(bytes.subarray(HEADER_BYTES)) !== bytes.readUInt32LE(16)) {
    throw new DamagedChunk('The checksum of the chunk does not fit its bytes');
  }
  return headEnd;
}

function columnsOf(inflated: Buffer, format: number): ChunkColumns {
  if (format === FORMAT_OF_ONE_OBJECT) {
    const encoded = parse(inflated.toString('utf8'), 'columns') as Readonly<Record<string, unknown>>;
    return Object.fromEntries(Object.entries(encoded).map(([name, column]) => [name, arraysOf(decoded(name, column))]));
  }
  const columns: Record<string, readonly unknown[]> = {};
  const start = inflated.length < 4 ? Infinity : 4 + inflated.readUInt32LE(0);
  if (start > inflated.length) throw new DamagedChunk('The directory of the columns is cut off');
  const directory = parse(inflated.toString('utf8', 4, start), 'directory of columns') as Record<string, number>;
  let from = start;
  for (const [name, size] of Object.entries(directory)) {
    const [begin, end] = [from, from + size];
    from = end;
    defineColumn(columns, name, () => decoded(name, parse(inflated.toString('utf8', begin, end), `column ${name}`)));
  }
  if (from !== inflated.length)
    throw new DamagedChunk('The columns of the chunk are not as long as their directory says');
  return columns;
}

function decoded(name: string, column: unknown): readonly unknown[] | TupleLists {
  const values = decodeColumn(column);
  if (values === undefined) throw new DamagedChunk(`Column ${name} is spelled in a way this version does not know`);
  return values;
}

function inflate(deflated: Buffer, length: number): Buffer {
  if (length > MAX_COLUMN_BYTES) throw new DamagedChunk(`The chunk says its columns are ${length} bytes long`);
  let inflated: Buffer;
  try {
    inflated = inflateRawSync(deflated, { maxOutputLength: Math.max(length, 1), chunkSize: roomFor(length) });
  } catch (error) {
    throw new DamagedChunk('The columns of the chunk cannot be inflated', { cause: error });
  }
  if (inflated.length !== length) {
    throw new DamagedChunk(`The columns of the chunk are ${inflated.length} bytes long, not ${length}`);
  }
  return inflated;
}

/** For all of it at once, so that nothing is put together from pieces, and a byte to spare, by which zlib sees the end. */
function roomFor(length: number): number {
  return Math.max(LEAST_ROOM, length + 1);
}

function parse(text: string, part: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new DamagedChunk(`The ${part} of the chunk is no JSON`, { cause: error });
  }
}

export class UnevenColumns extends TypeError {
  override readonly name = 'UnevenColumns';
}

/** A row is what stands at one index of a group's columns, so a short column would shift records onto each other. */
function assertEven(columns: ChunkColumns): void {
  const lengths = new Map<string, { readonly name: string; readonly length: number }>();
  for (const name of Object.keys(columns)) {
    const { length } = heldValues(columns, name);
    if (name === '__proto__') throw new UnevenColumns('A column cannot be named __proto__');
    const dot = name.indexOf('.');
    const group = dot < 0 ? '' : name.slice(0, dot);
    const first = lengths.get(group);
    if (first === undefined) lengths.set(group, { name, length });
    else if (first.length !== length) {
      throw new UnevenColumns(
        `Column ${name} has ${length} values, ${first.name} of the same group has ${first.length}`,
      );
    }
  }
}
