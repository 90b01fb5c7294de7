import { Every, OrderedColumns, type Column, type RowList } from '../../row-columns.js';
import type { CollectionTable } from './collection-table.js';
import type { SqlValue } from './sqlite.js';

/**
 * The rows of a write as the engine is given them: what all of them have in common once, then of each row what is its own.
 * Measured by itself, with records of one service: 2.3 us a row instead of 3.0.
 */
export class BoundRows {
  /** The places of the fields in the table: those in common, then the others. */
  readonly common: readonly number[];
  readonly own: readonly number[];
  private readonly commonValues: readonly SqlValue[];
  private readonly ownValues: readonly (readonly SqlValue[])[];

  /** @throws InvalidRow for a value that its field cannot hold. */
  constructor(table: CollectionTable, rows: RowList) {
    const columnOf = columnsOf(rows);
    const columns = table.fields.map(({ name }) => columnOf(name));
    this.common = placesOf(columns, (column) => column instanceof Every);
    this.own = placesOf(columns, (column) => !(column instanceof Every));
    const encoded = columns.map((column, place) => {
      const encode = table.encoder(place);
      return column instanceof Every ? [encode(column.value)] : column.map(encode);
    });
    this.commonValues = this.common.map((place) => encoded[place]?.[0] ?? null);
    this.ownValues = this.own.map((place) => encoded[place] ?? []);
  }

  /** Room for the values of so many rows, those in common in it already. */
  room(together: number): SqlValue[] {
    return [...this.commonValues, ...new Array<SqlValue>(this.own.length * together).fill(null)];
  }

  /** Puts in the values of the rows from `first` on. */
  fill(room: SqlValue[], first: number, together: number): void {
    const { ownValues } = this;
    let at = this.common.length;
    for (let index = first; index < first + together; index += 1) {
      for (const values of ownValues) {
        room[at] = values[index] ?? null;
        at += 1;
      }
    }
  }
}

function placesOf(columns: readonly Column[], test: (column: Column) => boolean): number[] {
  return [...columns.keys()].filter((place) => test(columns[place] ?? []));
}

function columnsOf(rows: RowList): (name: string) => Column {
  if (rows instanceof OrderedColumns) return (name) => rows.column(name);
  const list = [...rows];
  return (name) => list.map((row) => row[name]);
}
