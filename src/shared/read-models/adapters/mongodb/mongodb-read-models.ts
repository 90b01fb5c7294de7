import { setTimeout as sleep } from 'node:timers/promises';
import { silentLogger, type Logger } from '../../../telemetry/logger.js';
import { hashOfRowStream } from '../../canonical-rows.js';
import { checkConditions, checkQuery, cursorAfter, kindOf } from '../../checked-query.js';
import type { ReadModelWriter } from '../../read-model-writer.port.js';
import {
  InvalidQuery,
  ReadModelsUnavailable,
  type CollectionSpec,
  type Page,
  type ProjectionStatus,
  type Query,
  type ReadModels,
  type Row,
} from '../../read-models.port.js';
import { CollectionModels, type RowModel } from './collection-models.js';
import { pageFilter, tenantFilter } from './filter.js';
import { readMongoDbAddress } from './mongodb-address.js';
import { connect, type OpenConnection } from './mongodb-connection.js';
import { asked, isDropped } from './mongodb-errors.js';
import { MongoDbWriter } from './mongodb-writer.js';
import { ProjectionStates, statusOf } from './projection-states.js';
import type { RowDocument, StoredRow } from './row-document.js';
import { sumOf, type CountedValue } from './stored-decimal.js';

const FIRST_POLL_MS = 5;
const LAST_POLL_MS = 50;
const WAIT_MS = 30_000;
/** A rebuild may take the place of the rows while they are read; that it happens so often in a row is a defect. */
const MOST_LOOKS = 10;
const ROWS_TOGETHER = 1000;

export interface MongoDbReadModelsOptions {
  /** `mongodb://…` or `mongodb+srv://…`; the database is its path, `retally` without one. */
  readonly address: string;
  /** One `writer` at a time (the role `project`); every other thread and process is a `reader`. */
  readonly mode: 'reader' | 'writer';
  readonly logger?: Logger;
  /** How long the server may take to come up; default 30 s. */
  readonly waitMs?: number;
}

/** What a read saw; `whole` when it cannot have been cut short by rows that went away. */
interface Seen<T> {
  readonly answer: T;
  readonly whole: boolean;
}

/**
 * The read models in MongoDB: a collection per declared collection and generation of its rows, and one document per
 * projection that says where it stands and which generation serves. Whoever reads looks there first: so rows are never
 * older than a position that was seen, and a rebuild takes their place for all collections at once.
 */
export class MongoDbReadModels implements ReadModels {
  private readonly models: CollectionModels;
  private readonly states: ProjectionStates;
  private readonly ownWriter: MongoDbWriter | undefined;

  private constructor(
    private readonly open: OpenConnection,
    mode: 'reader' | 'writer',
    logger: Logger,
  ) {
    const { connection } = open;
    this.models = new CollectionModels(connection);
    this.states = new ProjectionStates(connection);
    const { models, states } = this;
    this.ownWriter = mode === 'writer' ? new MongoDbWriter(connection, { models, states, logger }) : undefined;
  }

  /** @throws MongoDbAddressRefused, MongoDbUnusable */
  static async open(options: MongoDbReadModelsOptions): Promise<MongoDbReadModels> {
    const { mode, logger = silentLogger, waitMs = WAIT_MS } = options;
    const address = readMongoDbAddress(options.address);
    const poolSize = mode === 'writer' ? 4 : 20;
    return new MongoDbReadModels(await connect({ address, logger, waitMs, poolSize }), mode, logger);
  }

  /** The write side; only in mode `writer`. */
  get writer(): ReadModelWriter {
    if (this.ownWriter === undefined) throw new Error('These read models were opened for reading only');
    return this.ownWriter;
  }

  /** Resolves when no index is being built any more; indexes of rows that serve are built beside everything else. */
  async indexesBuilt(): Promise<void> {
    await this.ownWriter?.collections.built();
  }

  async get<R extends Row>(spec: CollectionSpec<R>, key: Readonly<Partial<R>>): Promise<R | undefined> {
    for (const name of spec.key) {
      if ((key[name] as unknown) === undefined) {
        throw new InvalidQuery(name, `A row of ${spec.name} is looked up by its whole key; ${name} is missing`);
      }
    }
    const document = this.models.document(spec);
    const _id = document.encodeKey(key);
    return this.read(spec, undefined, async (model) => {
      const row = await model
        .findOne({ _id: { $eq: _id } })
        .lean<StoredRow>()
        .exec();
      return { answer: row === null ? undefined : (document.decode(row) as R), whole: row !== null };
    });
  }

  async find<R extends Row>(spec: CollectionSpec<R>, query: Query): Promise<Page<R>> {
    const document = this.models.document(spec);
    const checked = checkQuery(spec, query);
    const { ranges, sort } = pageFilter(document, checked);
    const { limit } = checked;
    return this.read(spec, { items: [] }, async (model) => {
      // One row more than the page, to know whether there is a next one.
      const found: StoredRow[] = [];
      for (const range of ranges) {
        const missing = limit + 1 - found.length;
        if (missing === 0) break;
        found.push(...(await model.find(range).sort(sort).limit(missing).lean<StoredRow[]>().exec()));
      }
      const items = found.slice(0, limit).map((row) => document.decode(row) as R);
      const whole = found.length > limit;
      return { answer: whole ? { items, next: cursorAfter(checked, items[limit - 1] ?? {}) } : { items }, whole };
    });
  }

  async count(spec: CollectionSpec, { tenant, where = [] }: Pick<Query, 'tenant' | 'where'>): Promise<number> {
    const filter = tenantFilter(this.models.document(spec), tenant, checkConditions(spec, where));
    return this.read(spec, 0, async (model) => {
      const answer = await model.countDocuments(filter).exec();
      return { answer, whole: answer > 0 };
    });
  }

  async sum(spec: CollectionSpec, field: string, query: Pick<Query, 'tenant' | 'where'>): Promise<string> {
    if (kindOf(spec, field) !== 'decimal') throw new InvalidQuery(field, `${field} is no decimal: it cannot be summed`);
    const document = this.models.document(spec);
    const filter = tenantFilter(document, query.tenant, checkConditions(spec, query.where ?? []));
    const pipeline = [{ $match: filter }, { $group: { _id: `$${document.path(field)}`, n: { $sum: 1 } } }];
    return this.read(spec, '0', async (model) => {
      let rows = 0;
      const counted = model.collection.aggregate<CountedValue>(pipeline, { allowDiskUse: true });
      const answer = await sumOf(counting(counted, () => (rows += 1)));
      return { answer, whole: rows > 0 };
    });
  }

  async position(projection: string): Promise<number> {
    return (await asked(() => this.states.find(projection)))?.position ?? 0;
  }

  async waitFor(projection: string, position: number, timeoutMs: number): Promise<boolean> {
    const deadline = performance.now() + timeoutMs;
    for (let poll = FIRST_POLL_MS; ; poll = Math.min(poll * 2, LAST_POLL_MS)) {
      const state = await asked(() => this.states.find(projection));
      if (state !== undefined && state.position >= position) return true;
      const left = deadline - performance.now();
      // One that stopped does not go on by waiting.
      if (state?.stopped === true || left <= 0) return false;
      await sleep(Math.min(poll, left));
    }
  }

  async status(): Promise<readonly ProjectionStatus[]> {
    const states = await asked(() => this.states.all());
    const head = Math.max(0, ...states.map((state) => state.head));
    return states.map((state) => statusOf(state, head));
  }

  async canonicalHash(spec: CollectionSpec): Promise<string> {
    const document = this.models.document(spec);
    return this.read(spec, await hashOfRowStream([]), async (model) => {
      let rows = 0;
      const cursor = model
        .find()
        .sort({ _id: 1 })
        .allowDiskUse(true)
        .lean<StoredRow[]>()
        .cursor({ batchSize: ROWS_TOGETHER });
      const answer = await hashOfRowStream(decoded(document, cursor as AsyncIterable<StoredRow>, () => (rows += 1)));
      return { answer, whole: rows > 0 };
    });
  }

  async close(): Promise<void> {
    this.ownWriter?.collections.close();
    await this.open.close();
  }

  /**
   * Reads the rows that serve. When a rebuild takes their place they are dropped: the reader then finds nothing, or is
   * cut off, looks which rows serve now, and reads those. Before the writer has made its collections there is nothing
   * to see, which is an answer, not an error.
   */
  private read<T>(spec: CollectionSpec, nothing: T, look: (model: RowModel) => Promise<Seen<T>>): Promise<T> {
    return asked(async () => {
      let live = await this.states.liveOf(spec.name);
      for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
        if (live === undefined) return nothing;
        const seen = await lookOnce(look, this.models.model(spec, live));
        if (seen?.whole === true) return seen.answer;
        const now = await this.states.liveOf(spec.name);
        if (now === live && seen !== undefined) return seen.answer;
        live = now;
      }
      throw new ReadModelsUnavailable(`The rows of ${spec.name} are replaced faster than they can be read`);
    });
  }
}

/** @returns undefined when the rows went away under the reader. */
async function lookOnce<T>(look: (model: RowModel) => Promise<Seen<T>>, model: RowModel): Promise<Seen<T> | undefined> {
  try {
    return await look(model);
  } catch (error) {
    if (isDropped(error)) return undefined;
    throw error;
  }
}

async function* counting<T>(items: AsyncIterable<T>, count: () => void): AsyncIterable<T> {
  for await (const item of items) {
    count();
    yield item;
  }
}

async function* decoded(document: RowDocument, rows: AsyncIterable<StoredRow>, count: () => void): AsyncIterable<Row> {
  for await (const row of counting(rows, count)) yield document.decode(row);
}
