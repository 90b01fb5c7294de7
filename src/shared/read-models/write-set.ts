import { rowByRow, type Change, type RowChange } from './projection.js';
import { InvalidRow, type RowsToWrite } from './read-model-writer.port.js';
import type { CollectionSpec, Row } from './read-models.port.js';
import { OrderedColumns } from './row-columns.js';
import { asStored, fieldsOf, keyText, rowsInKeyOrder, type Field } from './row-shape.js';

/** Rows by key, in the order of the keys, as the store holds them now. */
export type Load = (spec: CollectionSpec, keys: readonly Row[]) => Promise<readonly (Row | undefined)[]>;

interface Declared {
  readonly spec: CollectionSpec;
  readonly fields: readonly Field[];
}

/** The collections a projection declared, looked up once per program. */
export type DeclaredCollections = ReadonlyMap<string, Declared>;

export function declare(specs: readonly CollectionSpec[]): DeclaredCollections {
  return new Map(specs.map((spec) => [spec.name, { spec, fields: fieldsOf(spec) }]));
}

/**
 * Folds the changes of many events into the rows to write: each row is loaded once at most and written once, however
 * often it was changed. The outcome is the same for any split of the same events into batches.
 * @throws whatever a `change` function throws; InvalidRow for an undeclared collection or a changed key.
 */
export async function foldChanges(
  changes: readonly Change[],
  collections: DeclaredCollections,
  load: Load,
): Promise<readonly RowsToWrite[]> {
  const byCollection = new Map<string, Change[]>();
  for (const change of changes) {
    const list = byCollection.get(change.collection);
    if (list === undefined) byCollection.set(change.collection, [change]);
    else list.push(change);
  }
  const result: RowsToWrite[] = [];
  for (const [name, list] of byCollection) {
    const declared = collections.get(name);
    if (declared === undefined) throw new InvalidRow(name, 'it is not among the collections of its projection');
    result.push(onlyPuts(declared, list) ?? (await mixed(declared, list.flatMap(rowByRow), load)));
  }
  return result;
}

type PutColumns = Extract<Change, { op: 'putColumns' }>;
type Put = Extract<Change, { op: 'put' }>;

/** Record collections are put once and never looked at again, so they need no map: sorting is stable, the last wins. */
function onlyPuts({ spec }: Declared, changes: readonly Change[]): RowsToWrite | undefined {
  if (changes.every((change): change is PutColumns => change.op === 'putColumns')) {
    const puts = new OrderedColumns(
      spec,
      changes.map(({ rows }) => rows),
    );
    return { spec, puts, deletes: [] };
  }
  if (changes.every((change): change is Put => change.op === 'put')) {
    const rows = changes.map((change) => change.row);
    return { spec, puts: rowsInKeyOrder(spec, rows), deletes: [] };
  }
  return undefined;
}

interface Entry {
  readonly key: Row;
  /** The row as the next change sees it. */
  row: Row | undefined;
  changed: boolean;
}

async function mixed(declared: Declared, changes: readonly RowChange[], load: Load): Promise<RowsToWrite> {
  const { spec } = declared;
  const { entries, entryOf } = await loaded(declared, changes, load);
  changes.forEach((change, index) => {
    const entry = entryOf[index];
    if (entry !== undefined) apply(declared, entry, change);
  });
  const puts: Row[] = [];
  const deletes: Row[] = [];
  for (const entry of entries) {
    if (!entry.changed) continue;
    if (entry.row === undefined) deletes.push(entry.key);
    else puts.push(entry.row);
  }
  return { spec, puts: rowsInKeyOrder(spec, puts), deletes: rowsInKeyOrder(spec, deletes) };
}

interface Entries {
  readonly entries: Iterable<Entry>;
  /** The entry of each change, by its index. */
  readonly entryOf: readonly Entry[];
}

/** One entry per key; those whose first change is an update are loaded, all at once. */
async function loaded({ spec }: Declared, changes: readonly RowChange[], load: Load): Promise<Entries> {
  const entries = new Map<string, Entry>();
  const missing: Entry[] = [];
  const entryOf = changes.map((change) => {
    const key = change.op === 'put' ? change.row : change.key;
    const text = keyText(spec, key);
    const known = entries.get(text);
    if (known !== undefined) return known;
    const entry: Entry = { key, row: undefined, changed: false };
    entries.set(text, entry);
    if (change.op === 'update') missing.push(entry);
    return entry;
  });
  if (missing.length > 0) {
    const rows = await load(
      spec,
      missing.map((entry) => entry.key),
    );
    missing.forEach((entry, index) => (entry.row = rows[index]));
  }
  return { entries: entries.values(), entryOf };
}

function apply({ spec, fields }: Declared, entry: Entry, change: RowChange): void {
  switch (change.op) {
    case 'put':
      entry.row = asStored(spec, fields, change.row);
      entry.changed = true;
      return;
    case 'delete':
      entry.row = undefined;
      entry.changed = true;
      return;
    case 'update': {
      const row = change.change(entry.row);
      if (row === undefined || row === entry.row) return;
      if (!sameKey(spec, entry.key, row)) throw new InvalidRow(spec.name, 'an update changed the key of its row');
      entry.row = asStored(spec, fields, row);
      entry.changed = true;
    }
  }
}

function sameKey({ key }: CollectionSpec, a: Row, b: Row): boolean {
  return key.every((name) => a[name] === b[name]);
}
