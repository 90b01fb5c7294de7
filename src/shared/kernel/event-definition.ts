/**
 * How events are stored. `json`: small facts, readable in any viewer. `chunk`: many records in one event, columnar and
 * deflated by the one documented codec (`chunk-codec.ts`); the data of a chunk event is `{ head, columns }`.
 */
export type EventEncoding = 'json' | 'chunk';

/** One event type and version. Old versions stay registered for ever and name the upcaster to the next one. */
export interface EventDefinition {
  /** `Name.v<N>`. */
  readonly type: string;
  readonly encoding: EventEncoding;
  /** What this version becomes: the next version's type and its data. Absent on the newest version. */
  readonly upcast?: { readonly to: string; readonly data: (data: never) => unknown };
}

/**
 * Many records as columns. Columns of one group (the part of the name before a dot, if any) have equal length; groups
 * may differ: `line`, `at`, `q.seconds` for the records, `x.line`, `x.code` for the exceptions.
 */
export interface Chunk<Head = unknown, Columns extends ChunkColumns = ChunkColumns> {
  readonly head: Head;
  readonly columns: Columns;
}
export type ChunkColumns = Readonly<Record<string, readonly unknown[]>>;
