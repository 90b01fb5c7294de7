type Columns = Uint8Array | Uint32Array | Float64Array;

/**
 * An array with room for `length` values: the one given, or a copy a quarter larger, so that a million values pushed
 * one by one are moved a few times and never stand in twice the room they need.
 */
export function withRoom<Column extends Columns>(column: Column, length: number): Column {
  if (length <= column.length) return column;
  const Kind = column.constructor as new (length: number) => Column;
  const larger = new Kind(Math.max(length, column.length + (column.length >>> 2), 16));
  larger.set(column);
  return larger;
}
