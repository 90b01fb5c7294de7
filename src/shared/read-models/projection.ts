import type { RecordedEvent } from '../kernel/event.js';
import type { CollectionSpec, Row } from './read-models.port.js';
import { RowColumns, type Column } from './row-columns.js';

/**
 * What an event changes. Changes are applied in order, in one write together with the projection's position, so that
 * applying an event twice changes nothing.
 */
export type Change =
  | RowChange
  /** Insert or replace many rows, field by field: for records. */
  | { readonly op: 'putColumns'; readonly collection: string; readonly rows: RowColumns };

/** What happens to one row. */
export type RowChange =
  /** Insert or replace the whole row. */
  | { readonly op: 'put'; readonly collection: string; readonly row: Row }
  /** Load, change, save: `change` is pure; undefined in = no such row, undefined out = leave it or keep it absent. */
  | {
      readonly op: 'update';
      readonly collection: string;
      readonly key: Row;
      readonly change: (row: Row | undefined) => Row | undefined;
    }
  | { readonly op: 'delete'; readonly collection: string; readonly key: Row };

/**
 * A read model: pure functions from event to changes, used alike by every adapter, live and in a rebuild. It reads no
 * clock and no store; what it needs is in the event or in the row.
 */
export interface Projection {
  /** kebab-case, unique. */
  readonly name: string;
  /** Raised whenever rows come out differently: the read model is then rebuilt beside the live one and swapped. */
  readonly version: number;
  readonly collections: readonly CollectionSpec[];
  /** The event types it handles; all others are not its business. */
  readonly handles: readonly string[];
  project(event: RecordedEvent): Iterable<Change>;
  /**
   * For those that sum up: begins a gathering of many events of one batch, so that a row is changed once for all of them.
   * The rows must be those that `project` comes to, event by event and for any split. When anything throws, `project`
   * is asked instead, so that the projection stops right before the event that it cannot do.
   */
  gather?(): Gathering;
}

export interface Gathering {
  add(event: RecordedEvent): void;
  /** Asked once, at the end. */
  changes(): Iterable<Change>;
}

/** Typed constructors, so that a projection's rows are checked against their collection. */
export function put<R extends Row>(collection: CollectionSpec<R>, row: R): Change {
  return { op: 'put', collection: collection.name, row };
}

/** @throws RangeError when a column has not `length` values. */
export function putColumns<R extends Row>(
  collection: CollectionSpec<R>,
  length: number,
  columns: { readonly [Name in keyof R]: Column<R[Name]> },
): Change {
  return { op: 'putColumns', collection: collection.name, rows: new RowColumns(length, columns) };
}

/** The same change, row by row. */
export function rowByRow(change: Change): readonly RowChange[] {
  if (change.op !== 'putColumns') return [change];
  const { collection, rows } = change;
  return Array.from({ length: rows.length }, (_, index) => ({ op: 'put', collection, row: rows.row(index) }));
}

/** How many rows it concerns. */
export function rowCount(change: Change): number {
  return change.op === 'putColumns' ? change.rows.length : 1;
}

export function update<R extends Row>(
  collection: CollectionSpec<R>,
  key: Readonly<Partial<R>>,
  change: (row: R | undefined) => R | undefined,
): Change {
  return {
    op: 'update',
    collection: collection.name,
    key,
    change: change as (row: Row | undefined) => Row | undefined,
  };
}

export function remove<R extends Row>(collection: CollectionSpec<R>, key: Readonly<Partial<R>>): Change {
  return { op: 'delete', collection: collection.name, key };
}
