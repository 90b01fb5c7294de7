/**
 * A column whose values are lists of tuples of one width (what a record moved: none, one or a few things each), held field by
 * field. Records come and go by the hundred thousand: so no array is made for a list or a tuple that only passes through.
 *
 *     [[["A", 1], ["B", 2]], [], [["A", 3]]]      lengths 2, 0, 1     fields ["A", "B", "A"], [1, 2, 3]
 */
export class TupleLists<T extends readonly unknown[] = readonly unknown[]> {
  private begins: readonly number[] | undefined;
  private arrays: readonly (readonly T[])[] | undefined;

  /**
   * @param lengths how many tuples each list has.
   * @param fields of all tuples, one list after the other; without any, they come with the first tuple.
   */
  constructor(
    readonly lengths: number[] = [],
    readonly fields: unknown[][] = [],
  ) {}

  /** @throws TypeError for tuples of several widths. */
  static of<T extends readonly unknown[]>(arrays: readonly (readonly T[])[]): TupleLists<T> {
    const lists = new TupleLists<T>();
    for (const list of arrays) lists.push(list);
    lists.arrays = arrays;
    return lists;
  }

  /** How many lists there are. */
  get length(): number {
    return this.lengths.length;
  }

  /** How many tuples there are in all of them. */
  get tuples(): number {
    return this.fields[0]?.length ?? 0;
  }

  /** Where the tuples of each list begin among all of them; and, at the end, how many there are. */
  get starts(): readonly number[] {
    return (this.begins ??= startsOf(this.lengths));
  }

  /** @throws TypeError for a tuple of another width than those before it. */
  push(list: readonly T[]): void {
    const { fields } = this;
    this.begins = this.arrays = undefined;
    for (const tuple of list) {
      if (fields.length === 0) for (let field = 0; field < tuple.length; field += 1) fields.push([]);
      if (tuple.length !== fields.length)
        throw new TypeError(`A tuple has ${tuple.length} fields, not ${fields.length}`);
      for (let field = 0; field < tuple.length; field += 1) fields[field]?.push(tuple[field]);
    }
    this.lengths.push(list.length);
  }

  /** One field of all tuples. */
  field<Place extends keyof T & number>(place: Place): readonly T[Place][] {
    return this.fields[place] ?? [];
  }

  tuple(at: number): T {
    return this.fields.map((field) => field[at]) as unknown as T;
  }

  /** The lists as arrays: made when somebody asks for them. */
  toArrays(): readonly (readonly T[])[] {
    if (this.arrays !== undefined) return this.arrays;
    let at = 0;
    this.arrays = this.lengths.map((length) => {
      const list = new Array<T>(length);
      for (let index = 0; index < length; index += 1, at += 1) list[index] = this.tuple(at);
      return list;
    });
    return this.arrays;
  }
}

function startsOf(lengths: readonly number[]): number[] {
  const starts = new Array<number>(lengths.length + 1);
  let at = 0;
  for (let row = 0; row < lengths.length; row += 1) {
    starts[row] = at;
    at += lengths[row] ?? 0;
  }
  starts[lengths.length] = at;
  return starts;
}

type Values = readonly unknown[] | TupleLists;

/** Not enumerable: the columns of a chunk are arrays to everybody who does not ask. */
const READ = Symbol('read');

interface Readable {
  readonly [READ]?: Map<string, () => Values>;
}

/**
 * Makes a column that is read when somebody first looks at it: arrays to everybody, and to those who ask with `listsOf` for
 * one of lists, those lists.
 */
export function defineColumn(columns: object, name: string, read: () => Values): void {
  const { [READ]: known } = columns as Readable;
  const readers = known ?? new Map<string, () => Values>();
  if (known === undefined) Object.defineProperty(columns, READ, { value: readers });
  let values: Values | undefined;
  const held = (): Values => (values ??= read());
  readers.set(name, held);
  Object.defineProperty(columns, name, { enumerable: true, get: () => arraysOf(held()) });
}

export function arraysOf(values: Values): readonly unknown[] {
  return values instanceof TupleLists ? values.toArrays() : values;
}

/** The values of a column as they are held. */
export function heldValues(columns: Readonly<Record<string, readonly unknown[]>>, name: string): Values {
  return (columns as Readable)[READ]?.get(name)?.() ?? (columns[name] as Values);
}

/** A column of lists field by field, however it is held. @throws TypeError for tuples of several widths. */
export function listsOf<Name extends string, T extends readonly unknown[]>(
  columns: { readonly [Column in Name]: readonly (readonly T[])[] },
  name: Name,
): TupleLists<T> {
  const values = heldValues(columns, name);
  return (values instanceof TupleLists ? values : TupleLists.of(values as readonly (readonly T[])[])) as TupleLists<T>;
}
