import type { Connection } from 'mongoose';
import type { Logger } from '../../../telemetry/logger.js';
import type { CollectionSpec } from '../../read-models.port.js';
import { indexChanges, indexesOf, type IndexDefinition } from './collection-indexes.js';
import { baseOfCollection, collectionName, type CollectionModels } from './collection-models.js';
import { isDropped } from './mongodb-errors.js';

type Database = NonNullable<Connection['db']>;

/** The collections that hold rows, and their indexes. */
export class RowCollections {
  private readonly building = new Set<Promise<void>>();
  private closing = false;

  constructor(
    private readonly connection: Connection,
    private readonly models: CollectionModels,
    private readonly logger: Logger,
  ) {}

  private get db(): Database {
    const { db } = this.connection;
    if (db === undefined) throw new Error('The connection to MongoDB is closed');
    return db;
  }

  /** Empty collections with their indexes, which costs nothing yet. */
  async make(specs: readonly CollectionSpec[], generation: number): Promise<void> {
    await Promise.all(
      specs.map(async (spec) => {
        const name = collectionName(spec.name, generation);
        await this.db.createCollection(name);
        await this.createIndexes(name, indexesOf(this.models.document(spec)));
      }),
    );
  }

  async drop(names: readonly string[], generation: number): Promise<void> {
    for (const name of names) await this.dropOne(collectionName(name, generation));
  }

  /** Drops the collections of rows that `serving` does not name: what an interrupted rebuild left. */
  async dropLeftovers(known: ReadonlySet<string>, serving: ReadonlySet<string>): Promise<void> {
    for (const { name } of await this.db.listCollections({}, { nameOnly: true }).toArray()) {
      const base = baseOfCollection(name);
      if (base !== undefined && known.has(base) && !serving.has(name)) await this.dropOne(name);
    }
  }

  /**
   * Brings the indexes of rows that serve to what is declared, beside everything else: the server builds an index while
   * rows are read and written, for minutes where there are many, and nobody waits for it.
   */
  async reconcileIndexes(specs: readonly CollectionSpec[], generation: number): Promise<void> {
    for (const spec of specs) {
      const name = collectionName(spec.name, generation);
      const present = (await this.db.collection(name).listIndexes().toArray()) as readonly { readonly name: string }[];
      const names = present.map((index) => index.name);
      const { create, drop } = indexChanges(indexesOf(this.models.document(spec)), names);
      for (const index of drop) await this.db.collection(name).dropIndex(index);
      if (create.length > 0) this.buildBeside(name, create);
    }
  }

  /** Resolves when no index is being built any more. */
  async built(): Promise<void> {
    while (this.building.size > 0) await Promise.all(this.building);
  }

  close(): void {
    this.closing = true;
  }

  private buildBeside(collection: string, indexes: readonly IndexDefinition[]): void {
    const names = indexes.map(({ name }) => name);
    this.logger.info({ collection, indexes: names }, 'Indexes of a read model are being built; it is served meanwhile');
    const build = this.createIndexes(collection, indexes)
      .then(() => this.logger.info({ collection, indexes: names }, 'Indexes of a read model have been built'))
      .catch((error: unknown) => {
        // Tried again at the next start; a rebuild may have dropped the collection meanwhile.
        if (this.closing || isDropped(error)) return;
        this.logger.error({ err: error, collection, indexes: names }, 'Indexes of a read model could not be built');
      })
      .finally(() => this.building.delete(build));
    this.building.add(build);
  }

  private async createIndexes(collection: string, indexes: readonly IndexDefinition[]): Promise<void> {
    if (indexes.length === 0) return;
    await this.db.collection(collection).createIndexes(indexes.map((index) => ({ ...index, key: { ...index.key } })));
  }

  private async dropOne(name: string): Promise<void> {
    try {
      await this.db.collection(name).drop();
    } catch (error) {
      if (!isDropped(error)) throw error;
    }
  }
}
