/**
 * What a field holds. Decimals travel as canonical strings, instants as epoch milliseconds (as far as a Date reaches:
 * the year 275760), JSON as plain values.
 */
export type FieldKind = 'text' | 'integer' | 'instant' | 'boolean' | 'decimal' | 'json';

/**
 * A row is flat: declared fields only; nested things live in `json` fields, which cannot be filtered. A row that is
 * read (also by the `change` of an update) has every declared field; nothing is `null`, never absent or undefined, so
 * write row types with `| null`. What a projection leaves undefined is stored as null.
 */
export type Row = Readonly<Record<string, unknown>>;

export interface IndexSpec {
  readonly fields: readonly string[];
  /** A partial index holds only the rows with these values: for the exceptional states. */
  readonly where?: Readonly<Record<string, string | number | boolean>>;
}

/**
 * A collection of rows, declared once beside its projection and created alike in every adapter. Rows are clustered by
 * `key`, whose first field is always `tenant`; so a thin record collection needs no second tree.
 */
export interface CollectionSpec<R extends Row = Row> {
  /** kebab-case, unique in the system. */
  readonly name: string;
  readonly fields: Readonly<Record<keyof R & string, FieldKind>>;
  readonly key: readonly (keyof R & string)[];
  readonly indexes: readonly IndexSpec[];
}

export type ConditionOperator = 'eq' | 'in' | 'gt' | 'gte' | 'lt' | 'lte' | 'contains';

/**
 * `contains` ignores case (letters outside ASCII too) and works on text; `in` takes an array of 1 to 500 values; ranges
 * and sorting work on text (by code point), integers and instants, not on decimals or json. `eq` on a decimal compares
 * numbers: 1.50 finds 1.5. A null never matches a condition; it sorts first ascending, last descending.
 */
export interface Condition {
  readonly field: string;
  readonly op: ConditionOperator;
  readonly value: string | number | boolean | readonly (string | number)[];
}

export interface Query {
  readonly tenant: string;
  readonly where?: readonly Condition[];
  /** The key is always appended as the last tie-breaker, in the direction of the last field. Default: the key. */
  readonly sort?: readonly { readonly field: string; readonly direction: 'asc' | 'desc' }[];
  /** 1 to 1000. */
  readonly limit: number;
  /** The opaque `next` of the page before; it is bound to the same filter and sort. */
  readonly after?: string;
}

export interface Page<R> {
  readonly items: readonly R[];
  /** Absent on the last page. */
  readonly next?: string;
}

/** The read side, as queries see it. */
export interface ReadModels {
  get<R extends Row>(spec: CollectionSpec<R>, key: Readonly<Partial<R>>): Promise<R | undefined>;
  /** @throws InvalidQuery for an undeclared field, a wrong operator or a cursor of another query. */
  find<R extends Row>(spec: CollectionSpec<R>, query: Query): Promise<Page<R>>;
  count(spec: CollectionSpec, query: Pick<Query, 'tenant' | 'where'>): Promise<number>;
  /** Exact decimal sum of a `decimal` field over what matches, as a canonical decimal string. */
  sum(spec: CollectionSpec, field: string, query: Pick<Query, 'tenant' | 'where'>): Promise<string>;
  /** The log position the named projection has applied; 0 before its first event. */
  position(projection: string): Promise<number>;
  /** Waits until the projection has applied `position`; false when it has not within `timeoutMs`. */
  waitFor(projection: string, position: number, timeoutMs: number): Promise<boolean>;
  /** Where every projection stands, for health and for `GET /v1/replays`. */
  status(): Promise<readonly ProjectionStatus[]>;
  /**
   * SHA-256 (hex) over all rows of the collection in key order, each as canonical JSON: equal for equal read models,
   * whichever adapter holds them and however they came to be. It reads everything: for tests and the replay tool.
   */
  canonicalHash(spec: CollectionSpec): Promise<string>;
}

export interface ProjectionStatus {
  readonly projection: string;
  readonly version: number;
  /** The log position its rows stand for; while REBUILDING that of the old rows, which still serve. */
  readonly position: number;
  /** Log positions it was behind the end of the log when its runner last looked: events, where positions have no gaps. */
  readonly behind: number;
  readonly state: 'RUNNING' | 'REBUILDING' | 'STOPPED';
  /** How far the rows that are built beside the serving ones have come, while REBUILDING. */
  readonly rebuild?: { readonly position: number; readonly until: number };
  /** Why it stopped: the error and the position of the event that raised it. */
  readonly error?: string;
  readonly errorPosition?: number;
  /** When its last rebuild took the place of the rows before it, and the request (log position) it answered. */
  readonly rebuiltAt?: number;
  readonly updatedAt: number;
}

export class InvalidQuery extends Error {
  override readonly name = 'InvalidQuery';
  constructor(
    readonly path: string,
    message: string,
  ) {
    super(message);
  }
}

/** The store of the read models does not answer now: nothing is wrong with the question, ask again in a moment. */
export class ReadModelsUnavailable extends Error {
  override readonly name = 'ReadModelsUnavailable';
}

export const READ_MODELS = Symbol('ReadModels');
