import type { ClientSession } from 'mongoose';
import { InvalidRow, ProjectionFault, type Generation, type ProjectionWrite } from '../../read-model-writer.port.js';
import type { CollectionSpec } from '../../read-models.port.js';
import { collectionName, type CollectionModels, type RowModel } from './collection-models.js';
import { isDuplicateKey } from './mongodb-errors.js';
import type { StoredKey, StoredRow } from './row-document.js';

/** Rows sent at once: larger ones are no quicker, and hold up everything else in this thread while they are packed. */
const ROWS_TOGETHER = 2000;

/** The rows of a commit for one collection, as they are stored. */
export interface EncodedRows {
  readonly spec: CollectionSpec;
  readonly puts: readonly StoredRow[];
  readonly deletes: readonly StoredKey[];
}

export interface EncodedWrite {
  readonly projection: string;
  readonly generation: Generation;
  readonly from: number;
  readonly to: number;
  readonly rows: readonly EncodedRows[];
}

/**
 * Everything that can be wrong with a row is found here, before anything is written.
 * @throws ProjectionFault
 */
export function encodeCommit(models: CollectionModels, writes: readonly ProjectionWrite[]): readonly EncodedWrite[] {
  return writes.map(({ projection, generation, from, to, rows }) => {
    try {
      const encoded = rows.map(({ spec, puts, deletes }) => {
        const document = models.document(spec);
        return {
          spec,
          puts: Array.from(puts, (row) => document.encode(row)),
          deletes: deletes.map((key) => document.encodeKey(key)),
        };
      });
      return { projection, generation, from, to, rows: encoded };
    } catch (error) {
      if (error instanceof InvalidRow) throw new ProjectionFault(projection, error);
      throw error;
    }
  });
}

/**
 * Writes rows in a transaction. An insert is three times as quick as a replacement, and most rows are new: so rows are
 * inserted until a collection has shown that it puts rows again, and replaced from then on.
 */
export class CommitRows {
  /** Collections whose rows are put more than once. */
  private readonly replaced = new Set<string>();
  private inserting: string | undefined;

  constructor(private readonly models: CollectionModels) {}

  /** Runs a transaction, and again when a row that was taken for new is there already. */
  async withoutCollisions(transaction: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await transaction();
        return;
      } catch (error) {
        if (!isDuplicateKey(error) || this.inserting === undefined) throw error;
        this.replaced.add(this.inserting);
      }
    }
  }

  async write({ spec, puts, deletes }: EncodedRows, generation: number, session: ClientSession): Promise<void> {
    const model = this.models.model(spec, generation);
    for (const keys of slices(deletes))
      await model.collection.deleteMany({ _id: { $in: [...keys] } } as never, { session });
    const name = collectionName(spec.name, generation);
    this.inserting = this.replaced.has(name) ? undefined : name;
    for (const rows of slices(puts)) {
      await (this.inserting === undefined ? replace(model, rows, session) : insert(model, rows, session));
    }
    this.inserting = undefined;
  }
}

/**
 * Rows are checked and encoded already, so they go to the driver as they are: casting them once more would take as long
 * as writing them.
 */
async function insert(model: RowModel, rows: readonly StoredRow[], session: ClientSession): Promise<void> {
  await model.collection.insertMany(rows as never, { session, ordered: true });
}

/** In their order, for a later row of the same key wins. */
async function replace(model: RowModel, rows: readonly StoredRow[], session: ClientSession): Promise<void> {
  const operations = rows.map((row) => {
    return { replaceOne: { filter: { _id: row._id }, replacement: row, upsert: true } };
  });
  await model.collection.bulkWrite(operations, { session, ordered: true });
}

function* slices<T>(items: readonly T[]): Iterable<readonly T[]> {
  for (let from = 0; from < items.length; from += ROWS_TOGETHER) yield items.slice(from, from + ROWS_TOGETHER);
}
