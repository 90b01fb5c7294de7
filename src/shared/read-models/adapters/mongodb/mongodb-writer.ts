import { randomUUID } from 'node:crypto';
import type { Connection } from 'mongoose';
import type { Logger } from '../../../telemetry/logger.js';
import type { Projection } from '../../projection.js';
import type { Checkpoint, Commit, Generation, ReadModelWriter } from '../../read-model-writer.port.js';
import type { CollectionSpec, Row } from '../../read-models.port.js';
import { keyText } from '../../row-shape.js';
import type { CollectionModels } from './collection-models.js';
import { CommitRows, encodeCommit, type EncodedWrite } from './commit-rows.js';
import { asked } from './mongodb-errors.js';
import { AnotherWriter, nextGeneration, Preparation } from './prepare-projections.js';
import type { ProjectionStates } from './projection-states.js';
import { type ProjectionState, type StateChange } from './projection-states.js';
import { RowCollections } from './row-collections.js';
import type { StoredRow } from './row-document.js';
import { inTransaction } from './transaction.js';

/** Keys asked for at once. */
const KEYS_TOGETHER = 1000;

type Failure = Parameters<ReadModelWriter['stopped']>[1];

/**
 * The write side. A commit is one transaction that first moves the positions, each only from where the commit says it
 * stands and only while this process is the writer, and then writes the rows: so a second writer, one that was paused
 * and woken, or a commit that was cut off changes nothing.
 */
export class MongoDbWriter implements ReadModelWriter {
  readonly collections: RowCollections;
  private readonly states: ProjectionStates;
  private readonly rows: CommitRows;
  /** Set once this process has taken over. */
  private writer: string | undefined;
  /** By projection, as this process left them. */
  private readonly generations = new Map<string, Pick<ProjectionState, 'live' | 'rebuild'>>();
  /** The projection of a collection. */
  private readonly projections = new Map<string, string>();

  constructor(
    private readonly connection: Connection,
    private readonly parts: { models: CollectionModels; states: ProjectionStates; logger: Logger },
  ) {
    this.states = parts.states;
    this.collections = new RowCollections(connection, parts.models, parts.logger);
    this.rows = new CommitRows(parts.models);
  }

  prepare(projections: readonly Projection[], now: number): Promise<readonly Checkpoint[]> {
    return asked(async () => {
      const writer = randomUUID();
      const { states, collections } = this;
      this.generations.clear();
      this.projections.clear();
      const preparation = new Preparation({ states, collections, models: this.parts.models, writer }, new Date(now));
      const checkpoints = await preparation.run(projections);
      this.writer = writer;
      return checkpoints;
    });
  }

  load(spec: CollectionSpec, generation: Generation, keys: readonly Row[]): Promise<readonly (Row | undefined)[]> {
    return asked(async () => {
      const document = this.parts.models.document(spec);
      const ids = keys.map((key) => document.encodeKey(key));
      const model = this.parts.models.model(spec, await this.generationOfCollection(spec.name, generation));
      const found = new Map<string, Row>();
      for (let from = 0; from < ids.length; from += KEYS_TOGETHER) {
        const rows = await model
          .find({ _id: { $in: ids.slice(from, from + KEYS_TOGETHER) } })
          .lean<StoredRow[]>()
          .exec();
        for (const row of rows.map((stored) => document.decode(stored))) found.set(keyText(spec, row), row);
      }
      return keys.map((key) => found.get(keyText(spec, key)));
    });
  }

  async commit(commit: Commit): Promise<void> {
    const writes = encodeCommit(this.parts.models, commit.writes);
    await asked(async () => {
      for (const write of writes) await this.generation(write.projection, write.generation);
      await this.rows.withoutCollisions(() =>
        inTransaction(this.connection, async (session) => {
          for (const write of writes) {
            const moved = await this.states.change(write.projection, this.move(write, commit), session);
            if (!moved) throw new AnotherWriter(write.projection, `does not stand at ${write.from}`);
          }
          for (const { projection, position } of commit.requests) {
            await this.states.change(projection, { expected: this.mine(), highest: { requested: position } }, session);
          }
          for (const write of writes) {
            const generation = await this.generation(write.projection, write.generation);
            for (const rows of write.rows) await this.rows.write(rows, generation, session);
          }
        }),
      );
    });
  }

  private move({ projection, generation, from, to }: EncodedWrite, { head, now }: Commit): StateChange {
    const { live, rebuild } = this.generations.get(projection) ?? {};
    const updatedAt = new Date(now);
    if (generation === 'live') {
      return { expected: { ...this.mine(), live, position: from }, set: { position: to, head, updatedAt } };
    }
    return {
      expected: { ...this.mine(), 'rebuild.generation': rebuild?.generation ?? -1, 'rebuild.position': from },
      set: { 'rebuild.position': to, 'rebuild.until': head, head, updatedAt },
    };
  }

  async stopped(projection: string, { position, message, now }: Failure): Promise<void> {
    await this.change(projection, {
      set: { stopped: true, error: message, errorPosition: position, updatedAt: new Date(now) },
    });
  }

  async resumed(projection: string, now: number): Promise<number> {
    await this.change(projection, {
      set: { stopped: false, updatedAt: new Date(now) },
      unset: ['error', 'errorPosition'],
    });
    return (await this.state(projection)).position;
  }

  async beginRebuild(projection: Projection, until: number, now: number): Promise<void> {
    const { name, collections: specs } = projection;
    const state = await this.state(name);
    const generation = await asked(async () => {
      const { series } = state;
      const next = await nextGeneration(this.states, { name, writer: state.writer, series, exists: true });
      await this.collections.make(specs, next);
      return next;
    });
    const rebuild = { generation, position: 0, until, request: state.requested };
    await this.change(name, { set: { rebuild, updatedAt: new Date(now) } });
    if (state.rebuild !== undefined) await this.drop(projection, state.rebuild.generation);
  }

  async swap(projection: Projection, now: number): Promise<void> {
    const state = await this.state(projection.name);
    const { rebuild, handled, live } = state;
    if (rebuild === undefined) throw new AnotherWriter(projection.name, 'has no rebuild');
    const { generation, position, request } = rebuild;
    const at = new Date(now);
    await this.change(projection.name, {
      expected: { live, 'rebuild.generation': generation, 'rebuild.position': position },
      set: {
        version: projection.version,
        position,
        live: generation,
        stopped: false,
        handled: Math.max(handled, request),
        rebuiltAt: at,
        updatedAt: at,
      },
      unset: ['error', 'errorPosition', 'rebuild'],
    });
    // Who reads the rows before it finds them gone, looks again, and reads the new ones.
    await this.drop(projection, live);
  }

  async abandonRebuild(projection: Projection, { position, message, now }: Failure): Promise<void> {
    const { version, stopped, handled, rebuild } = await this.state(projection.name);
    await this.change(projection.name, {
      set: {
        stopped: version === projection.version ? stopped : true,
        error: `The rebuild failed: ${message}`,
        errorPosition: position,
        handled: Math.max(handled, rebuild?.request ?? 0),
        updatedAt: new Date(now),
      },
      unset: ['rebuild'],
    });
    if (rebuild !== undefined) await this.drop(projection, rebuild.generation);
  }

  private mine(): Readonly<Record<string, unknown>> {
    return this.writer === undefined ? {} : { writer: this.writer };
  }

  private async change(projection: string, change: StateChange): Promise<void> {
    this.generations.delete(projection);
    const expected = { ...this.mine(), ...change.expected };
    const changed = await asked(() => this.states.change(projection, { ...change, expected }));
    if (!changed) throw new AnotherWriter(projection, 'was taken over');
  }

  private async drop({ collections }: Projection, generation: number): Promise<void> {
    const names = collections.map(({ name }) => name);
    await asked(() => this.collections.drop(names, generation));
  }

  private async state(projection: string): Promise<ProjectionState> {
    const state = await asked(() => this.states.find(projection));
    if (state === undefined) throw new Error(`Projection ${projection} was not prepared`);
    return state;
  }

  private async generation(projection: string, generation: Generation): Promise<number> {
    const known = this.generations.get(projection) ?? (await this.state(projection));
    this.generations.set(projection, known);
    const number = generation === 'live' ? known.live : known.rebuild?.generation;
    if (number === undefined) throw new AnotherWriter(projection, 'has no rebuild');
    return number;
  }

  private async generationOfCollection(collection: string, generation: Generation): Promise<number> {
    const projection = this.projections.get(collection) ?? (await this.states.projectionOf(collection));
    if (projection === undefined) throw new Error(`Collection ${collection} was not prepared`);
    this.projections.set(collection, projection);
    return this.generation(projection, generation);
  }
}
