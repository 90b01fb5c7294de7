import { createHash } from 'node:crypto';
import type { CollectionSpec, IndexSpec } from '../../read-models.port.js';
import type { RowDocument } from './row-document.js';

/** Names of our indexes begin so; those that somebody else made are left alone. */
const OURS = 'retally_';
/** A name and its namespace were limited to 127 bytes on older servers. */
const MAX_NAME = 60;

/** An index as the server is told of it. */
export interface IndexDefinition {
  readonly name: string;
  readonly key: Readonly<Record<string, 1>>;
  readonly partialFilterExpression?: Readonly<Record<string, unknown>>;
}

/**
 * The declared indexes. Each goes on with what is left of the key, so that it gives whole pages in order: ties in the
 * sort are broken by the key. The name says what it is, so equal names are equal indexes.
 */
export function indexesOf(document: RowDocument): readonly IndexDefinition[] {
  const { spec } = document;
  const definitions = spec.indexes.map((index) => definitionOf(document, index));
  return [...new Map(definitions.map((definition) => [definition.name, definition])).values()];
}

function definitionOf(document: RowDocument, { fields, where = {} }: IndexSpec): IndexDefinition {
  const { spec } = document;
  const names = [...fields, ...restOfKey(spec, fields)];
  const key = Object.fromEntries(names.map((name) => [document.path(name), 1] as const));
  const rows = Object.entries(where).sort(([a], [b]) => (a < b ? -1 : 1));
  const filter = Object.fromEntries(
    rows.map(([name, value]) => [document.path(name), document.value(name, value)] as const),
  );
  const hash = createHash('sha256')
    .update(JSON.stringify([names, rows]), 'utf8')
    .digest('hex')
    .slice(0, 8);
  const name = `${OURS}${fields.join('_').slice(0, MAX_NAME)}_${hash}`;
  return rows.length === 0 ? { name, key } : { name, key, partialFilterExpression: filter };
}

function restOfKey(spec: CollectionSpec, fields: readonly string[]): readonly string[] {
  return spec.key.filter((name) => !fields.includes(name));
}

/** What is to be made and to be dropped, so that a collection has the declared indexes. */
export function indexChanges(
  declared: readonly IndexDefinition[],
  present: readonly string[],
): { readonly create: readonly IndexDefinition[]; readonly drop: readonly string[] } {
  const wanted = new Set(declared.map(({ name }) => name));
  return {
    create: declared.filter(({ name }) => !present.includes(name)),
    drop: present.filter((name) => name.startsWith(OURS) && !wanted.has(name)),
  };
}
