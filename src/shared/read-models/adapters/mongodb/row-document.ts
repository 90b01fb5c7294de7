import { createHash } from 'node:crypto';
import { mongo } from 'mongoose';
import { InvalidRow } from '../../read-model-writer.port.js';
import type { CollectionSpec, FieldKind, Row } from '../../read-models.port.js';
import { fieldsOf, storable, type Field } from '../../row-shape.js';
import { decimalText, storedDecimal } from './stored-decimal.js';

/** Raised whenever rows are stored in another form: every collection is then made anew. */
const STORAGE_FORM = 1;
/** The server takes no larger document. */
const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;
/** Below so many characters a document cannot come near the limit, so nobody counts its bytes. */
const SURELY_FITS = 2 * 1024 * 1024;
const BEYOND_ASCII = /[^\u0000-\u007f]/;

/** The field that holds the lower-cased copies of texts with letters beyond ASCII; no declared name starts so. */
export const LOWER = '_lower';

/** A row as the server holds it: the key in `_id`, the other fields by their names, absent for null. */
export type StoredRow = { readonly _id: StoredKey } & Readonly<Record<string, unknown>>;

/**
 * The fields of the key, in the order of the key. Embedded documents are compared field by field and texts byte by byte
 * (UTF-8, so by code point): `_id` sorts as the key does, and its index serves every prefix of the key.
 */
export type StoredKey = Readonly<Record<string, unknown>>;

/** How the rows of one collection become documents and back. */
export class RowDocument {
  readonly fields: readonly Field[];
  readonly key: readonly Field[];
  /** Equal shapes hold each other's rows; indexes are not part of it, they are changed in place. */
  readonly shape: string;
  private readonly kinds: ReadonlyMap<string, Field>;

  constructor(readonly spec: CollectionSpec) {
    this.fields = fieldsOf(spec);
    this.key = this.fields.filter(({ inKey }) => inKey);
    this.kinds = new Map(this.fields.map((field) => [field.name, field]));
    const form = [STORAGE_FORM, spec.key, this.fields.map(({ name, kind }) => [name, kind])];
    this.shape = createHash('sha256').update(JSON.stringify(form), 'utf8').digest('hex').slice(0, 16);
  }

  /** Where a declared field stands in a document. */
  path(field: string): string {
    return this.kinds.get(field)?.inKey === true ? `_id.${field}` : field;
  }

  /** A checked value of a query, or of the key, as it is stored. */
  value(field: string, value: unknown): unknown {
    const kind = this.kinds.get(field)?.kind;
    if (kind === undefined) throw new Error(`${field} is not a field of ${this.spec.name}`);
    return stored(kind, value);
  }

  /** @throws InvalidRow for a value that its field cannot hold, and for a row the server cannot. */
  encode(row: Row): StoredRow {
    const id: Record<string, unknown> = {};
    const document: Record<string, unknown> = { _id: id };
    let lower: Record<string, string> | undefined;
    let characters = 0;
    for (const field of this.fields) {
      const { name, kind, inKey } = field;
      const value = storable(this.spec, field, row[name]);
      if (value === null) continue;
      const kept = stored(kind, value);
      (inKey ? id : document)[name] = kept;
      if (typeof kept !== 'string') continue;
      characters += kept.length;
      if (kind === 'text' && BEYOND_ASCII.test(kept)) (lower ??= {})[name] = kept.toLowerCase();
    }
    if (lower !== undefined) document[LOWER] = lower;
    if (characters > SURELY_FITS) this.assertFits(document);
    return document as StoredRow;
  }

  /** @throws InvalidRow when a part of the key is missing or of another type. */
  encodeKey(key: Row): StoredKey {
    const id: Record<string, unknown> = {};
    for (const field of this.key) id[field.name] = stored(field.kind, storable(this.spec, field, key[field.name]));
    return id;
  }

  decode(document: StoredRow): Row {
    const row: Record<string, unknown> = {};
    for (const { name, kind, inKey } of this.fields) {
      const value = (inKey ? document._id : document)[name];
      row[name] = value === undefined || value === null ? null : loaded(kind, value);
    }
    return row;
  }

  private assertFits(document: Readonly<Record<string, unknown>>): void {
    const bytes = mongo.BSON.calculateObjectSize(document);
    if (bytes <= MAX_DOCUMENT_BYTES) return;
    throw new InvalidRow(
      this.spec.name,
      `a row of ${bytes} bytes passes the ${MAX_DOCUMENT_BYTES} a document may have`,
    );
  }
}

/**
 * JSON is kept as its text: names with `$` and `.`, a `_bsontype`, a depth beyond the server's are only letters there,
 * and nothing asks for what is inside.
 */
function stored(kind: FieldKind, value: unknown): unknown {
  switch (kind) {
    case 'instant':
      return new Date(value as number);
    case 'decimal':
      return storedDecimal(value as string);
    case 'json':
      return JSON.stringify(value);
    case 'text':
    case 'integer':
    case 'boolean':
      return value;
  }
}

function loaded(kind: FieldKind, value: unknown): unknown {
  switch (kind) {
    case 'instant':
      return (value as Date).getTime();
    case 'decimal':
      return decimalText(value);
    case 'json':
      return JSON.parse(value as string) as unknown;
    case 'text':
    case 'integer':
    case 'boolean':
      return value;
  }
}
