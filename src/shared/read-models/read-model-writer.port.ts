import type { Projection } from './projection.js';
import type { CollectionSpec, Row } from './read-models.port.js';
import type { RowList } from './row-columns.js';

/** The rows that serve, or those that a rebuild makes beside them. */
export type Generation = 'live' | 'shadow';

/** Where a projection stands when the runner takes over. */
export interface Checkpoint {
  readonly projection: string;
  readonly position: number;
  /** Why its rows must be built anew beside the serving ones: its version was raised, or somebody asked for it. */
  readonly rebuild?: 'VERSION' | 'REQUEST';
}

/** What a batch of events comes to for one collection: `puts` in key order (a later one wins), no key in both lists. */
export interface RowsToWrite {
  readonly spec: CollectionSpec;
  readonly puts: RowList;
  readonly deletes: readonly Row[];
}

/** One projection's part of a commit: its rows, and its position before and after them. */
export interface ProjectionWrite {
  readonly projection: string;
  readonly generation: Generation;
  readonly from: number;
  readonly to: number;
  readonly rows: readonly RowsToWrite[];
}

export interface Commit {
  readonly writes: readonly ProjectionWrite[];
  /** Replay requests among the events of the batch, to be remembered with it. */
  readonly requests: readonly ReplayRequest[];
  /** The end of the log when the batch was read. */
  readonly head: number;
  /** Epoch ms. */
  readonly now: number;
}

export interface ReplayRequest {
  readonly projection: string;
  /** Log position of the request. */
  readonly position: number;
}

/**
 * The write side of a read-model adapter: what the projection runner asks of it. There is one writer at a time; a
 * commit whose `from` is not what is stored is refused, so a second one cannot do harm.
 */
export interface ReadModelWriter {
  /**
   * Creates what is missing, removes what an interrupted rebuild left, drops the rows of projections whose collections
   * changed their fields or key (they start again from 0), and gives stopped projections another try.
   */
  prepare(projections: readonly Projection[], now: number): Promise<readonly Checkpoint[]>;
  /** Rows by key, in the order of the keys. */
  load(spec: CollectionSpec, generation: Generation, keys: readonly Row[]): Promise<readonly (Row | undefined)[]>;
  /**
   * All rows and all positions, or nothing.
   * @throws ProjectionFault when a projection made a row that cannot be stored: the others' writes may be tried again.
   */
  commit(commit: Commit): Promise<void>;
  /** Called when nothing has come in for a moment: what an adapter puts off for one is done now. */
  rest?(): Promise<void>;
  /** Records why a projection stopped, and where. */
  stopped(projection: string, failure: { position: number; message: string; now: number }): Promise<void>;
  /** @returns the position it goes on from. */
  resumed(projection: string, now: number): Promise<number>;
  /** Makes empty shadow collections (throwing away any that are there). */
  beginRebuild(projection: Projection, until: number, now: number): Promise<void>;
  /** The shadow collections take the place of the serving ones, at once for every reader. */
  swap(projection: Projection, now: number): Promise<void>;
  /** Throws the shadow collections away; the serving rows stay. */
  abandonRebuild(projection: Projection, failure: { position: number; message: string; now: number }): Promise<void>;
}

/** A projection made a row that its collection cannot hold: the defect is the projection's, not the store's. */
export class InvalidRow extends Error {
  override readonly name = 'InvalidRow';
  constructor(
    readonly collection: string,
    problem: string,
  ) {
    super(`Collection ${collection}: ${problem}`);
  }
}

/** Which projection of a commit is at fault, and why; nothing of the commit was written. */
export class ProjectionFault extends Error {
  override readonly name = 'ProjectionFault';
  constructor(
    readonly projection: string,
    override readonly cause: unknown,
  ) {
    super(`Projection ${projection} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

/**
 * Opens the read models for writing: by the one holder of the role, and only while it holds it. A later one takes the
 * writing over, and what an earlier one writes after that is refused.
 */
export type OpenReadModelWriter = () => Promise<{ readonly writer: ReadModelWriter; close(): Promise<void> }>;

/** Nest token. */
export const OPEN_READ_MODEL_WRITER = Symbol('OpenReadModelWriter');
