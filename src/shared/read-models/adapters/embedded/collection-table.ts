import { createHash } from 'node:crypto';
import type { Generation } from '../../read-model-writer.port.js';
import type { CollectionSpec, FieldKind, IndexSpec, Row } from '../../read-models.port.js';
import { fieldsOf, isInstant, storable, type Field } from '../../row-shape.js';
import type { SqlValue } from './sqlite.js';

const SQL_TYPES: Readonly<Record<FieldKind, string>> = {
  text: 'TEXT',
  decimal: 'TEXT',
  json: 'TEXT',
  integer: 'INTEGER',
  instant: 'INTEGER',
  boolean: 'INTEGER',
};

/** Raised whenever values are stored in another form: every table is then made anew. */
const STORAGE_FORM = 1;

/** A name in double quotes. Only names that `fieldsOf` has checked come here; values are always bound. */
export function quoted(name: string): string {
  return `"${name}"`;
}

/** Places of fields: of those that all rows have in common, and of the others. */
interface Bound {
  readonly common: readonly number[];
  readonly own: readonly number[];
}

/** One collection as a table: its columns, its statements, and how a row becomes values and back. */
export class CollectionTable {
  readonly fields: readonly Field[];
  /** Equal shapes hold each other's rows; indexes are not part of it, they are changed in place. */
  readonly shape: string;
  readonly columns: string;
  private readonly encoders: readonly ((value: unknown) => SqlValue)[];
  private readonly keyFields: readonly Field[];

  constructor(readonly spec: CollectionSpec) {
    this.fields = fieldsOf(spec);
    this.keyFields = this.fields.filter(({ inKey }) => inKey);
    this.columns = this.fields.map(({ name }) => quoted(name)).join(', ');
    const form = [STORAGE_FORM, spec.key, this.fields.map(({ name, kind }) => [name, kind])];
    this.shape = createHash('sha256').update(JSON.stringify(form), 'utf8').digest('hex').slice(0, 16);
    this.encoders = this.fields.map((field) => encoder(spec, field));
  }

  table(generation: Generation | 'old'): string {
    return quoted(`${generation}_${this.spec.name}`);
  }

  createSql(generation: Generation): string {
    const columns = this.fields.map(
      ({ name, kind, inKey }) => `${quoted(name)} ${SQL_TYPES[kind]}${inKey ? ' NOT NULL' : ''}`,
    );
    const key = this.spec.key.map(quoted).join(', ');
    return `CREATE TABLE ${this.table(generation)} (${columns.join(', ')}, PRIMARY KEY (${key})) STRICT, WITHOUT ROWID`;
  }

  /** Index names are unique in the file and stay when a table is renamed; so they carry what they are and a series. */
  indexName(index: IndexSpec, series: number): string {
    return `${this.indexStem(index)}:${series}`;
  }

  indexStem(index: IndexSpec): string {
    const form = JSON.stringify([index.fields, Object.entries(index.where ?? {}).sort()]);
    return `${this.spec.name}:${createHash('sha256').update(form, 'utf8').digest('hex').slice(0, 12)}`;
  }

  createIndexSql(index: IndexSpec, generation: Generation, series: number): string {
    const where = Object.entries(index.where ?? {}).map(([field, value]) => `${quoted(field)} = ${literal(value)}`);
    const condition = where.length > 0 ? ` WHERE ${where.join(' AND ')}` : '';
    const fields = index.fields.map(quoted).join(', ');
    return `CREATE INDEX ${quoted(this.indexName(index, series))} ON ${this.table(generation)} (${fields})${condition}`;
  }

  /**
   * Puts so many rows at once; what they have in common is bound first, and once: `(?1, ?2, ?, ?), (?1, ?2, ?, ?)`. (A mark
   * without a number is the next after the highest.)
   */
  putSql(generation: Generation, { common, own }: Bound, rows: number): string {
    const columns = [...common, ...own].map((place) => quoted(this.fields[place]?.name ?? ''));
    const marks = [...common.map((_, index) => `?${index + 1}`), ...own.map(() => '?')];
    const values = new Array<string>(rows).fill(`(${marks.join(', ')})`).join(', ');
    return `INSERT OR REPLACE INTO ${this.table(generation)} (${columns.join(', ')}) VALUES ${values}`;
  }

  getSql(generation: Generation): string {
    return `SELECT ${this.columns} FROM ${this.table(generation)} WHERE ${this.keyCondition()}`;
  }

  deleteSql(generation: Generation): string {
    return `DELETE FROM ${this.table(generation)} WHERE ${this.keyCondition()}`;
  }

  allSql(generation: Generation): string {
    return `SELECT ${this.columns} FROM ${this.table(generation)} ORDER BY ${this.spec.key.map(quoted).join(', ')}`;
  }

  private keyCondition(): string {
    return this.spec.key.map((name) => `${quoted(name)} = ?`).join(' AND ');
  }

  /** What the engine holds for a value of the field at this place; it throws InvalidRow. */
  encoder(place: number): (value: unknown) => SqlValue {
    return this.encoders[place] ?? (() => null);
  }

  /** @throws InvalidRow when a part of the key is missing or of another type. */
  encodeKey(key: Row): SqlValue[] {
    return this.keyFields.map((field, index) => this.encoders[index]?.(key[field.name]) ?? null);
  }

  decode(values: readonly unknown[]): Row {
    const row: Record<string, unknown> = {};
    this.fields.forEach(({ name, kind }, index) => {
      const value = values[index];
      if (value === null) row[name] = null;
      else if (kind === 'boolean') row[name] = value === 1;
      else if (kind === 'json') row[name] = JSON.parse(value as string) as unknown;
      else row[name] = value;
    });
    return row;
  }
}

/** A constant of a declaration as SQL. */
export function literal(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new Error(`${value} is not a whole number`);
    return String(value);
  }
  return `'${value.replaceAll("'", "''")}'`;
}

/** A value as the engine holds it. @throws InvalidRow */
function encoder(spec: CollectionSpec, field: Field): (value: unknown) => SqlValue {
  switch (field.kind) {
    case 'boolean':
      return (value) => {
        const stored = storable(spec, field, value);
        return stored === null ? null : Number(stored);
      };
    case 'json':
      return (value) => {
        const stored = storable(spec, field, value);
        return stored === null ? null : JSON.stringify(stored);
      };
    case 'text':
      return (value) => (typeof value === 'string' ? value : (storable(spec, field, value) as SqlValue));
    case 'instant':
      return (value) => (isInstant(value) ? value : (storable(spec, field, value) as SqlValue));
    case 'integer':
      return (value) => (Number.isSafeInteger(value) ? (value as number) : (storable(spec, field, value) as SqlValue));
    case 'decimal':
      return (value) => storable(spec, field, value) as SqlValue;
  }
}
