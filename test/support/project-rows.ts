import type { RecordedEvent } from '../../src/shared/kernel/event.js';
import { rowByRow, type Change, type Projection } from '../../src/shared/read-models/projection.js';
import type { CollectionSpec, Row } from '../../src/shared/read-models/read-models.port.js';

/**
 * Applies events to rows in memory, as an adapter would: one row per key, by `<collection>/<key>`.
 * @param before the rows there are; they stay as they are.
 */
export function projectRows(
  projection: Projection,
  events: readonly RecordedEvent[],
  before: ReadonlyMap<string, Row> = new Map(),
): ReadonlyMap<string, Row> {
  const handled = events.filter(({ type }) => projection.handles.includes(type));
  return applied(
    projection,
    handled.map((event) => projection.project(event)),
    before,
  );
}

/** The same rows as tables: by collection, in the order they came to be. */
export function projectTables(projection: Projection, ...events: readonly RecordedEvent[]): Record<string, Row[]> {
  return tablesOf(projection, projectRows(projection, events));
}

/** As the runner does with a projection that gathers: a gathering for each batch. */
export function gatherTables(
  projection: Projection,
  ...batches: readonly (readonly RecordedEvent[])[]
): Record<string, Row[]> {
  const changes = batches.map(function* (events) {
    const gathering = projection.gather!();
    for (const event of events) gathering.add(event);
    yield* gathering.changes();
  });
  return tablesOf(projection, applied(projection, changes));
}

function applied(
  projection: Projection,
  batches: readonly Iterable<Change>[],
  before: ReadonlyMap<string, Row> = new Map(),
): ReadonlyMap<string, Row> {
  const rows = new Map(before);
  for (const change of batches.flatMap((changes) => [...changes].flatMap(rowByRow))) {
    const spec = projection.collections.find(({ name }) => name === change.collection);
    if (spec === undefined) throw new Error(`${projection.name} does not declare ${change.collection}`);
    const key = keyOf(spec, change.op === 'put' ? change.row : change.key);
    const row = change.op === 'put' ? change.row : change.op === 'update' ? change.change(rows.get(key)) : undefined;
    if (row !== undefined) rows.set(key, row);
    else if (change.op === 'delete') rows.delete(key);
  }
  return rows;
}

function tablesOf({ collections }: Projection, rows: ReadonlyMap<string, Row>): Record<string, Row[]> {
  const tables = collections.map((spec) => [spec.name, rowsOf(spec, rows)] as const);
  return Object.fromEntries(tables.filter(([, table]) => table.length > 0));
}

export function rowsOf<R extends Row>(spec: CollectionSpec<R>, rows: ReadonlyMap<string, Row>): R[] {
  return [...rows].filter(([key]) => key.startsWith(`${spec.name}/`)).map(([, row]) => row as R);
}

function keyOf(spec: CollectionSpec, row: Row): string {
  return `${spec.name}/${spec.key.map((field) => String(row[field])).join('/')}`;
}

/** An event as the log would give it; its metadata are those of a person's command. */
export function recordedEvent(position: number, type: string, data: unknown, stream = 'test-main.1'): RecordedEvent {
  const metadata = {
    tenant: 'main',
    actor: 'key:1',
    commandId: 'c1',
    correlationId: 'c1',
    recordedAt: new Date(Date.UTC(2026, 0, 1) + position).toISOString(),
    previousHash: '',
    hash: '',
  };
  return { id: String(position), stream, revision: position, position, type, data, metadata };
}
