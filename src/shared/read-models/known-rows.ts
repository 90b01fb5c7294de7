import type { Row } from './read-models.port.js';

/** So many rows of a collection at most, and as many of those not looked at lately: a few megabytes. */
const MOST = 10_000;

/**
 * Rows as the store holds them, remembered by the projection that alone writes them: a sum changes with every batch, and
 * need not be read again each time. Whatever is not among them is read. They hold until somebody else could have written:
 * who takes over, or starts again after a failure, begins with none.
 */
export class KnownRows {
  private readonly collections = new Map<string, Remembered>();

  /** @param key the row's key as a text. */
  get(collection: string, key: string): Row | undefined {
    return this.collections.get(collection)?.get(key);
  }

  /** What a commit has made of rows of a collection; without `row`, it is no more. */
  settle(collection: string, rows: ReadonlyMap<string, { readonly row: Row | undefined }>): void {
    let remembered = this.collections.get(collection);
    if (remembered === undefined) this.collections.set(collection, (remembered = new Remembered()));
    for (const [key, { row }] of rows) remembered.set(key, row);
  }

  /** Rows of this collection were written without a look at their keys. */
  forget(collection: string): void {
    this.collections.delete(collection);
  }

  clear(): void {
    this.collections.clear();
  }
}

/** Rows by key; those not looked at lately go, many at once. */
class Remembered {
  private recent = new Map<string, Row>();
  private older = new Map<string, Row>();

  get(key: string): Row | undefined {
    const row = this.recent.get(key) ?? this.older.get(key);
    if (row !== undefined) this.set(key, row);
    return row;
  }

  set(key: string, row: Row | undefined): void {
    if (row === undefined) {
      this.recent.delete(key);
      this.older.delete(key);
      return;
    }
    this.recent.set(key, row);
    if (this.recent.size < MOST) return;
    this.older = this.recent;
    this.recent = new Map();
  }
}
