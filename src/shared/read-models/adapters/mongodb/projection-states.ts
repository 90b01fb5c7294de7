import { Schema, type ClientSession, type Connection, type Model } from 'mongoose';
import type { ProjectionStatus } from '../../read-models.port.js';

/** A rebuild beside the serving rows. */
export interface RebuildState {
  /** The collections it fills. */
  readonly generation: number;
  readonly position: number;
  readonly until: number;
  /** The replay request it answers, as a log position. */
  readonly request: number;
}

/**
 * One document per projection, changed in the same transaction as its rows: where it stands, which generation of its
 * collections serves, what stopped it, and the rebuild beside it. Readers look here first, so whatever becomes visible
 * here becomes visible at once, for all collections of the projection.
 */
export interface ProjectionState {
  readonly _id: string;
  readonly version: number;
  readonly shape: string;
  readonly collections: readonly string[];
  /** The process that writes: every other one's writes are refused. */
  readonly writer: string;
  readonly position: number;
  /** `monetized-usage.<live>` is what readers see. */
  readonly live: number;
  /** The highest generation that was ever given out. */
  readonly series: number;
  readonly stopped: boolean;
  readonly error?: string;
  readonly errorPosition?: number;
  /** The end of the log when this projection was last written. */
  readonly head: number;
  /** Log positions of replay requests: the newest one seen, and the one that was carried out. */
  readonly requested: number;
  readonly handled: number;
  readonly rebuild?: RebuildState;
  readonly rebuiltAt?: Date;
  readonly updatedAt: Date;
}

export const STATES_COLLECTION = 'projections';

const rebuildSchema = new Schema<RebuildState>(
  { generation: Number, position: Number, until: Number, request: Number },
  { _id: false, strict: 'throw' },
);

const stateSchema = new Schema<ProjectionState>(
  {
    _id: { type: String, required: true },
    version: { type: Number, required: true },
    shape: { type: String, required: true },
    collections: { type: [String], required: true },
    writer: { type: String, required: true },
    position: { type: Number, required: true },
    live: { type: Number, required: true },
    series: { type: Number, required: true },
    stopped: { type: Boolean, required: true },
    error: String,
    errorPosition: Number,
    head: { type: Number, required: true },
    requested: { type: Number, required: true },
    handled: { type: Number, required: true },
    rebuild: rebuildSchema,
    rebuiltAt: Date,
    updatedAt: { type: Date, required: true },
  },
  {
    collection: STATES_COLLECTION,
    versionKey: false,
    strict: 'throw',
    strictQuery: 'throw',
    autoIndex: false,
    autoCreate: false,
  },
);

type Changes = Readonly<Record<string, unknown>>;

/** The states of all projections. */
export class ProjectionStates {
  private readonly model: Model<ProjectionState>;

  constructor(connection: Connection) {
    this.model = connection.model<ProjectionState>('ProjectionState', stateSchema);
  }

  async all(): Promise<readonly ProjectionState[]> {
    return this.model.find().sort({ _id: 1 }).lean<ProjectionState[]>().exec();
  }

  async find(projection: string): Promise<ProjectionState | undefined> {
    return (await this.model.findById(projection).lean<ProjectionState>().exec()) ?? undefined;
  }

  /** The generation of a collection that serves; undefined before its projection was first prepared. */
  async liveOf(collection: string): Promise<number | undefined> {
    const state = await this.model.findOne({ collections: collection }, { live: 1 }).lean<{ live: number }>().exec();
    return state?.live;
  }

  async projectionOf(collection: string): Promise<string | undefined> {
    const state = await this.model.findOne({ collections: collection }, { _id: 1 }).lean<{ _id: string }>().exec();
    return state?._id;
  }

  async insert(state: ProjectionState): Promise<void> {
    await this.model.collection.insertOne({ ...state, collections: [...state.collections] } as never);
  }

  /** Changes the state where it is still as `expected`. @returns whether it was. */
  async change(
    projection: string,
    { expected = {}, ...update }: StateChange,
    session?: ClientSession,
  ): Promise<boolean> {
    const operators: Record<string, Changes> = {};
    if (update.set !== undefined) operators['$set'] = update.set;
    if (update.unset !== undefined) operators['$unset'] = Object.fromEntries(update.unset.map((field) => [field, 1]));
    if (update.highest !== undefined) operators['$max'] = update.highest;
    const options = session === undefined ? {} : { session };
    const { matchedCount } = await this.model.updateOne({ _id: projection, ...expected }, operators, options).exec();
    return matchedCount === 1;
  }
}

export interface StateChange {
  readonly expected?: Changes;
  readonly set?: Changes;
  readonly unset?: readonly string[];
  /** Set where they are higher than what is stored. */
  readonly highest?: Changes;
}

/** A state as the port tells it. `head`: the end of the log as any of the projections saw it last. */
export function statusOf(state: ProjectionState, head: number): ProjectionStatus {
  const { rebuild, error, errorPosition, rebuiltAt } = state;
  return {
    projection: state._id,
    version: state.version,
    position: state.position,
    behind: Math.max(0, head - state.position),
    state: rebuild !== undefined ? 'REBUILDING' : state.stopped ? 'STOPPED' : 'RUNNING',
    ...(rebuild === undefined ? {} : { rebuild: { position: rebuild.position, until: rebuild.until } }),
    ...(error === undefined ? {} : { error }),
    ...(errorPosition === undefined ? {} : { errorPosition }),
    ...(rebuiltAt === undefined ? {} : { rebuiltAt: rebuiltAt.getTime() }),
    updatedAt: state.updatedAt.getTime(),
  };
}
