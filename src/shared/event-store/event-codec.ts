import { assertJson } from '../kernel/canonical-json.js';
import type { Chunk, ChunkColumns } from '../kernel/event-definition.js';
import { heldValues, TupleLists } from '../kernel/tuple-lists.js';
import { decodeChunk, encodeChunk } from './chunk-codec.js';
import type { EventRegistry } from './event-registry.js';

/**
 * The data of an event as stored: JSON in UTF-8, or a chunk (`chunk-codec.ts`), as the registry says for its type.
 * Every adapter stores these bytes and no others, so that a log can be carried from one store to another.
 * @throws UnknownEventType for a type that is not registered, NotJson for values JSON would drop or change.
 */
export function encodeEventData(registry: EventRegistry, type: string, data: unknown): Uint8Array<ArrayBuffer> {
  switch (registry.get(type).encoding) {
    case 'chunk':
      assertChunk(type, data);
      return encodeChunk(data);
    case 'json':
      assertJson(data);
      return utf8(JSON.stringify(data));
  }
}

/**
 * The other way, brought to the newest version of the type. The columns of a chunk are inflated on first access.
 * @throws UnknownEventType, DamagedChunk, SyntaxError (JSON).
 */
export function decodeEventData(
  registry: EventRegistry,
  type: string,
  bytes: Uint8Array,
): { readonly type: string; readonly data: unknown } {
  switch (registry.get(type).encoding) {
    case 'chunk':
      return registry.upcast(type, decodeChunk(bytes));
    case 'json': {
      const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
      return registry.upcast(type, JSON.parse(text) as unknown);
    }
  }
}

function assertChunk(type: string, data: unknown): asserts data is Chunk {
  const chunk = data as Partial<Chunk> | null | undefined;
  if (typeof chunk !== 'object' || chunk === null || typeof chunk.head !== 'object' || chunk.head === null) {
    throw new TypeError(`${type} is a chunk event: its data are { head, columns }`);
  }
  const columns = chunk.columns as ChunkColumns | null | undefined;
  if (
    typeof columns !== 'object' ||
    columns === null ||
    !Object.keys(columns).every((name) => isColumn(columns, name))
  ) {
    throw new TypeError(`${type} is a chunk event: each of its columns is an array`);
  }
}

function isColumn(columns: ChunkColumns, name: string): boolean {
  const values = heldValues(columns, name);
  return Array.isArray(values) || values instanceof TupleLists;
}

/** In a buffer of its own (never Node's shared pool), so that it can be transferred to another thread. */
function utf8(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(new ArrayBuffer(Buffer.byteLength(text, 'utf8')));
  Buffer.from(bytes.buffer).write(text, 'utf8');
  return bytes;
}
