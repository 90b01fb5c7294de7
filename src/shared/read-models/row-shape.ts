import { Decimal } from '../kernel/decimal.js';
import { InvalidRow } from './read-model-writer.port.js';
import type { CollectionSpec, FieldKind, Row } from './read-models.port.js';

const NAME = /^[a-z][a-z0-9-]{0,79}$/;
const FIELD = /^[A-Za-z][A-Za-z0-9_]{0,79}$/;
const CANONICAL_DECIMAL = /^(?:0|-?(?:[1-9]\d*|(?:0|[1-9]\d*)\.\d*[1-9]))$/;

/** https://tc39.es/ecma262/#sec-time-values-and-time-range */
const MAX_INSTANT = 8.64e15;
const SEPARATORS = /[\u0000\u0001]/;

/** A field as adapters work with it. */
export interface Field {
  readonly name: string;
  readonly kind: FieldKind;
  readonly inKey: boolean;
}

/** A collection's declaration, checked once: names that are safe in any engine, a key that starts with the tenant. */
export function fieldsOf(spec: CollectionSpec): readonly Field[] {
  if (!NAME.test(spec.name)) throw new Error(`"${spec.name}" is not a collection name (kebab-case)`);
  const kinds: Readonly<Record<string, FieldKind>> = spec.fields;
  if (spec.key[0] !== 'tenant') throw new Error(`Collection ${spec.name}: the key must start with tenant`);
  for (const name of Object.keys(kinds)) {
    if (!FIELD.test(name)) throw new Error(`Collection ${spec.name}: "${name}" is not a field name`);
  }
  const key = spec.key.map((name) => {
    const kind = kinds[name];
    if (kind === undefined || kind === 'json' || kind === 'decimal') {
      throw new Error(
        `Collection ${spec.name}: key field ${name} must be declared as text, integer, instant or boolean`,
      );
    }
    return { name, kind, inKey: true };
  });
  for (const index of spec.indexes) {
    for (const name of [...index.fields, ...Object.keys(index.where ?? {})]) {
      if (kinds[name] === undefined) throw new Error(`Collection ${spec.name}: index on undeclared field ${name}`);
    }
  }
  const rest = Object.entries(kinds)
    .filter(([name]) => !spec.key.includes(name))
    .map(([name, kind]) => ({ name, kind, inKey: false }));
  return [...key, ...rest];
}

/** The key as one string, equal for equal keys only. */
export function keyText(spec: CollectionSpec, row: Row): string {
  let text = '';
  for (const name of spec.key) {
    const value = row[name];
    text +=
      typeof value === 'string' ? `${SEPARATORS.test(value) ? escaped(value) : value}\u0000` : `${String(value)}\u0000`;
  }
  return text;
}

function escaped(text: string): string {
  return text.replaceAll('\u0001', '\u0001\u0002').replaceAll('\u0000', '\u0001\u0001');
}

/**
 * The row as it would come back from the store: declared fields only, null for nothing, decimals canonical.
 * @throws InvalidRow for a value that its field cannot hold.
 */
export function asStored(spec: CollectionSpec, fields: readonly Field[], row: Row): Row {
  let same = Object.keys(row).length === fields.length;
  for (const field of fields) {
    const value = row[field.name];
    if (value !== storable(spec, field, value)) same = false;
  }
  return same ? row : Object.fromEntries(fields.map((field) => [field.name, storable(spec, field, row[field.name])]));
}

/** @throws InvalidRow */
export function storable(spec: CollectionSpec, { name, kind, inKey }: Field, value: unknown): unknown {
  if (value === undefined || value === null) {
    if (inKey) throw new InvalidRow(spec.name, `${name} is part of the key and cannot be ${String(value)}`);
    return null;
  }
  switch (kind) {
    case 'text':
      if (typeof value === 'string') return value;
      break;
    case 'integer':
      if (Number.isSafeInteger(value)) return value;
      break;
    case 'instant':
      if (isInstant(value)) return value;
      break;
    case 'boolean':
      if (typeof value === 'boolean') return value;
      break;
    case 'decimal':
      if (typeof value === 'string') {
        if (isCanonicalDecimal(value)) return value;
        const canonical = Decimal.tryParse(value)?.toString();
        if (canonical !== undefined) return canonical;
      }
      break;
    case 'json':
      if (typeof value !== 'function' && typeof value !== 'symbol' && typeof value !== 'bigint') return value;
  }
  const shown = typeof value === 'string' ? `"${value.slice(0, 80)}"` : typeof value;
  throw new InvalidRow(spec.name, `${name} holds ${shown}, which is no ${kind}`);
}

/** Whole epoch milliseconds that a Date can hold: some stores keep instants as dates. */
export function isInstant(value: unknown): value is number {
  return Number.isSafeInteger(value) && Math.abs(value as number) <= MAX_INSTANT;
}

/** Equal numbers, equal text; a text that is not a decimal comes back unchanged (the store refuses it). */
export function canonicalDecimal(text: string): string {
  if (isCanonicalDecimal(text)) return text;
  return Decimal.tryParse(text)?.toString() ?? text;
}

export function isCanonicalDecimal(text: string): boolean {
  return CANONICAL_DECIMAL.test(text);
}
