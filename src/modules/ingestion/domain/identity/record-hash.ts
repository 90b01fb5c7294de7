import type { ChunkColumns } from '../../../../shared/kernel/event-definition.js';
import { ValueHash } from './value-hash.js';

/** Columns that say where a record lies, not what it is. */
const ADDRESS = new Set(['line', 'offset', 'length']);

/**
 * Hashes a row of mediated columns: its identity (128 bits) and its payload (64 bits). The same function serves records on
 * their way into a chunk and chunks read back from the log, so that an index rebuilt by replay equals the live one.
 */
export class RecordHash {
  /** Identity, signed 32-bit words. */
  id1 = 0;
  id2 = 0;
  id3 = 0;
  id4 = 0;
  /** Payload: every canonical value of the record. */
  payload1 = 0;
  payload2 = 0;
  private readonly hash = new ValueHash();
  private readonly identityColumns: readonly (readonly unknown[] | '$file')[];
  private readonly payloadColumns: readonly (readonly unknown[])[];
  /** Attributes go in by name and only where they are: one that a later mapping adds changes no older record. */
  private readonly attributes: readonly { readonly name: string; readonly values: readonly unknown[] }[];

  /**
   * @param columns of a chunk; rows may be written to them after this.
   * @param identity as the chunk's head names it.
   * @param seed of the index the hashes are for.
   */
  constructor(
    columns: ChunkColumns,
    identity: readonly string[],
    private readonly fileId: string,
    private readonly seed: number,
  ) {
    const column = (name: string) => {
      const values = columns[name];
      if (values === undefined) throw new Error(`A chunk has no column ${name} to make its records' identity of`);
      return values;
    };
    this.identityColumns = identity.map((field) =>
      field === '$file' ? '$file' : column(field === '$line' ? 'line' : field),
    );
    const names = Object.keys(columns).filter((name) => !ADDRESS.has(name) && !name.startsWith('x.'));
    this.payloadColumns = names
      .filter((name) => !name.startsWith('a.'))
      .sort()
      .map(column);
    this.attributes = names
      .filter((name) => name.startsWith('a.'))
      .sort()
      .map((name) => ({ name, values: column(name) }));
  }

  ofRow(row: number): void {
    const { hash } = this;
    hash.begin(this.seed);
    for (const column of this.identityColumns) {
      if (column === '$file') hash.addText(this.fileId);
      else this.add(column[row]);
    }
    hash.finish();
    this.id1 = hash.h1;
    this.id2 = hash.h2;
    this.id3 = hash.h3;
    this.id4 = hash.h4;
    hash.begin(~this.seed);
    for (const column of this.payloadColumns) this.add(column[row]);
    for (const { name, values } of this.attributes) {
      const value = values[row];
      if (typeof value !== 'string') continue;
      hash.addText(name);
      hash.addText(value);
    }
    hash.finish();
    this.payload1 = hash.h1;
    this.payload2 = hash.h2;
  }

  private add(value: unknown): void {
    if (typeof value === 'string') this.hash.addText(value);
    else if (typeof value === 'number') this.hash.addNumber(value);
    else this.hash.addAbsent();
  }
}
