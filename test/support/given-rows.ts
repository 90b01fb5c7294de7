import type {
  CollectionSpec,
  Condition,
  Query,
  ReadModels,
  Row,
} from '../../src/shared/read-models/read-models.port.js';

/** Rows as given, found by equality and lower bounds, in the order they were put. */
export class GivenRows implements Partial<ReadModels> {
  private readonly rows = new Map<string, Row[]>();

  put<R extends Row>(spec: CollectionSpec<R>, row: Partial<R>): void {
    const rows = this.rows.get(spec.name) ?? [];
    const same = (other: Row) => spec.key.every((field) => other[field] === (row as Row)[field]);
    this.rows.set(spec.name, [...rows.filter((other) => !same(other)), row]);
  }

  get<R extends Row>(spec: CollectionSpec<R>, key: Readonly<Partial<R>>): Promise<R | undefined> {
    const found = this.rows
      .get(spec.name)
      ?.find((row) => Object.entries(key).every(([name, value]) => row[name] === value));
    return Promise.resolve(found as R | undefined);
  }

  find<R extends Row>(spec: CollectionSpec<R>, query: Query) {
    return Promise.resolve({ items: this.matching(spec, query).slice(0, query.limit) as R[] });
  }

  sum(spec: CollectionSpec, field: string, query: Pick<Query, 'tenant' | 'where'>): Promise<string> {
    return Promise.resolve(String(this.matching(spec, query).reduce((sum, row) => sum + Number(row[field]), 0)));
  }

  private matching(spec: { readonly name: string }, { tenant, where = [] }: Pick<Query, 'tenant' | 'where'>): Row[] {
    const holds = (row: Row, { field, op, value }: Condition) =>
      op === 'eq' ? row[field] === value : op === 'gte' ? (row[field] as number) >= (value as number) : false;
    return (this.rows.get(spec.name) ?? []).filter(
      (row) => row['tenant'] === tenant && where.every((condition) => holds(row, condition)),
    );
  }
}
