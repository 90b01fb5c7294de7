import { rowsInKeyOrder } from './key-order.js';
import { KnownRows } from './known-rows.js';
import { rowByRow, type Change, type RowChange } from './projection.js';
import { InvalidRow, type RowsToWrite } from './read-model-writer.port.js';
import type { CollectionSpec, Row } from './read-models.port.js';
import { OrderedColumns, type RowList } from './row-columns.js';
import { asStored, fieldsOf, keyText, type Field } from './row-shape.js';

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

/** The rows to write, and what is known of them once they are written. */
export interface Fold {
  readonly rows: readonly RowsToWrite[];
  /** Tells the rows that were looked at as the store holds them after the write. */
  readonly settle: (known: KnownRows) => void;
}

/**
 * Folds the changes of many events into the rows to write: each row is loaded once at most and written once, however
 * often it was changed. The outcome is the same for any split of the same events into batches.
 * @param known rows that need not be loaded.
 * @throws whatever a `change` function throws; InvalidRow for an undeclared collection or a changed key.
 */
export async function foldChanges(
  changes: readonly Change[],
  collections: DeclaredCollections,
  load: Load,
  known = new KnownRows(),
): Promise<Fold> {
  const byCollection = new Map<string, Change[]>();
  for (const change of changes) {
    const list = byCollection.get(change.collection);
    if (list === undefined) byCollection.set(change.collection, [change]);
    else list.push(change);
  }
  const folds: Fold[] = [];
  for (const [name, list] of byCollection) {
    const declared = collections.get(name);
    if (declared === undefined) throw new InvalidRow(name, 'it is not among the collections of its projection');
    folds.push(onlyPuts(declared, list) ?? (await mixed(declared, list.flatMap(rowByRow), { load, known })));
  }
  return {
    rows: folds.flatMap(({ rows }) => rows),
    settle: (into) => {
      for (const fold of folds) fold.settle(into);
    },
  };
}

/** Where rows are found that change. */
interface Stored {
  readonly load: Load;
  readonly known: KnownRows;
}

type PutColumns = Extract<Change, { op: 'putColumns' }>;
type Put = Extract<Change, { op: 'put' }>;

/** Record collections are put once and never looked at again, so they need no map: sorting is stable, the last wins. */
function onlyPuts({ spec }: Declared, changes: readonly Change[]): Fold | undefined {
  const puts = allPuts(spec, changes);
  if (puts === undefined) return undefined;
  return { rows: [{ spec, puts, deletes: [] }], settle: (known) => known.forget(spec.name) };
}

function allPuts(spec: CollectionSpec, changes: readonly Change[]): RowList | undefined {
  if (changes.every((change): change is PutColumns => change.op === 'putColumns')) {
    return new OrderedColumns(
      spec,
      changes.map(({ rows }) => rows),
    );
  }
  if (changes.every((change): change is Put => change.op === 'put')) {
    return rowsInKeyOrder(
      spec,
      changes.map((change) => change.row),
    );
  }
  return undefined;
}

interface Entry {
  readonly key: Row;
  /** The row as the next change sees it. */
  row: Row | undefined;
  changed: boolean;
}

async function mixed(declared: Declared, changes: readonly RowChange[], stored: Stored): Promise<Fold> {
  const { spec } = declared;
  const { entries, entryOf } = await loaded(declared, changes, stored);
  changes.forEach((change, index) => {
    const entry = entryOf[index];
    if (entry !== undefined) apply(declared, entry, change);
  });
  const puts: Row[] = [];
  const deletes: Row[] = [];
  for (const entry of entries.values()) {
    if (!entry.changed) continue;
    if (entry.row === undefined) deletes.push(entry.key);
    else puts.push(entry.row);
  }
  const rows = [{ spec, puts: rowsInKeyOrder(spec, puts), deletes: rowsInKeyOrder(spec, deletes) }];
  return { rows, settle: (known) => known.settle(spec.name, entries) };
}

interface Entries {
  /** By the text of their key. */
  readonly entries: ReadonlyMap<string, Entry>;
  /** The entry of each change, by its index. */
  readonly entryOf: readonly Entry[];
}

/** One entry per key; those whose first change is an update, and that are not known, are loaded, all at once. */
async function loaded({ spec }: Declared, changes: readonly RowChange[], { load, known }: Stored): Promise<Entries> {
  const entries = new Map<string, Entry>();
  const missing: Entry[] = [];
  const entryOf = changes.map((change) => {
    const key = change.op === 'put' ? change.row : change.key;
    const text = keyText(spec, key);
    const there = entries.get(text);
    if (there !== undefined) return there;
    const row = change.op === 'update' ? known.get(spec.name, text) : undefined;
    const entry: Entry = { key, row, changed: false };
    entries.set(text, entry);
    if (change.op === 'update' && row === undefined) missing.push(entry);
    return entry;
  });
  if (missing.length > 0) {
    const rows = await load(
      spec,
      missing.map((entry) => entry.key),
    );
    missing.forEach((entry, index) => (entry.row = rows[index]));
  }
  return { entries, entryOf };
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
