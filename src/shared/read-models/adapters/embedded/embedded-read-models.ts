import { setTimeout as sleep } from 'node:timers/promises';
import { hashOfRows } from '../../canonical-rows.js';
import { checkConditions, checkQuery, cursorAfter, kindOf, type CheckedQuery } from '../../checked-query.js';
import type { ReadModelWriter } from '../../read-model-writer.port.js';
import {
  InvalidQuery,
  type CollectionSpec,
  type Page,
  type ProjectionStatus,
  type Query,
  type ReadModels,
  type Row,
} from '../../read-models.port.js';
import { STAND_SQL, STATUS_SQL, statusOf } from './checkpoint-table.js';
import { CollectionTable, quoted } from './collection-table.js';
import { DecimalSum } from './decimal-sum.js';
import { EmbeddedWriter } from './embedded-writer.js';
import { orderSql, rangesAfter, whereSql } from './select.js';
import {
  isNotThereYet,
  openReader,
  openWriter,
  Statements,
  type Database,
  type SqlValue,
  type Statement,
} from './sqlite.js';

const FIRST_POLL_MS = 2;
const LAST_POLL_MS = 25;

export interface EmbeddedReadModelsOptions {
  /** The file; `-wal` and `-shm` stand beside it. */
  readonly path: string;
  /** One `writer` per file (the role `project`); every other thread and process is a `reader`. */
  readonly mode: 'reader' | 'writer';
}

/**
 * The read models in one local SQLite file: a table per collection, clustered by its key. Readers never wait for the
 * writer (WAL), and see whole commits only: rows together with their projection's position.
 */
export class EmbeddedReadModels implements ReadModels {
  private readonly statements: Statements;
  private readonly tables = new WeakMap<CollectionSpec, CollectionTable>();

  private constructor(
    private readonly db: Database,
    private readonly ownWriter: ReadModelWriter | undefined,
  ) {
    this.statements = new Statements(db);
    db.function('lower_case', { deterministic: true }, (text: unknown) =>
      typeof text === 'string' ? text.toLowerCase() : null,
    );
    // The engine copies what an aggregate carries from row to row (integers to 64 bits), so the sum stays outside; no
    // query here groups, so there is one sum at a time.
    const sum = new DecimalSum();
    db.aggregate('decimal_sum', {
      start: () => {
        sum.reset();
        return 0;
      },
      step: (nothing: number, text: unknown) => {
        sum.add(text);
        return nothing;
      },
      result: () => sum.toString(),
    });
  }

  static open({ path, mode }: EmbeddedReadModelsOptions): Promise<EmbeddedReadModels> {
    const db = mode === 'writer' ? openWriter(path) : openReader(path);
    return Promise.resolve(new EmbeddedReadModels(db, mode === 'writer' ? new EmbeddedWriter(db) : undefined));
  }

  /** The write side; only in mode `writer`. */
  get writer(): ReadModelWriter {
    if (this.ownWriter === undefined) throw new Error('These read models were opened for reading only');
    return this.ownWriter;
  }

  get<R extends Row>(spec: CollectionSpec<R>, key: Readonly<Partial<R>>): Promise<R | undefined> {
    return answered(() => {
      const table = this.table(spec);
      for (const name of spec.key) {
        if ((key[name] as unknown) === undefined) {
          throw new InvalidQuery(name, `A row of ${spec.name} is looked up by its whole key; ${name} is missing`);
        }
      }
      const [values] = this.rows(table.getSql('live'), table.encodeKey(key));
      return values === undefined ? undefined : (table.decode(values) as R);
    });
  }

  find<R extends Row>(spec: CollectionSpec<R>, query: Query): Promise<Page<R>> {
    return answered(() => {
      const table = this.table(spec);
      const checked = checkQuery(spec, query);
      const rows = this.page(table, checked).map((values) => table.decode(values) as R);
      if (rows.length <= checked.limit) return { items: rows };
      const items = rows.slice(0, checked.limit);
      return { items, next: cursorAfter(checked, items[items.length - 1] ?? {}) };
    });
  }

  /** One row more than the page, to know whether there is a next one. */
  private page(table: CollectionTable, checked: CheckedQuery): readonly SqlValue[][] {
    const where = whereSql(table.spec, checked.tenant, checked.where);
    const order = orderSql(checked.terms);
    const found: SqlValue[][] = [];
    for (const range of rangesAfter(checked)) {
      const missing = checked.limit + 1 - found.length;
      if (missing === 0) break;
      const condition = range.text === '' ? where.text : `${where.text} AND ${range.text}`;
      const sql = `SELECT ${table.columns} FROM ${table.table('live')} WHERE ${condition}${order} LIMIT ?`;
      found.push(...this.rows(sql, [...where.values, ...range.values, missing]));
    }
    return found;
  }

  count(spec: CollectionSpec, query: Pick<Query, 'tenant' | 'where'>): Promise<number> {
    return answered(() => {
      const [values] = this.aggregate(spec, 'count(*)', query);
      return typeof values?.[0] === 'number' ? values[0] : 0;
    });
  }

  sum(spec: CollectionSpec, field: string, query: Pick<Query, 'tenant' | 'where'>): Promise<string> {
    return answered(() => {
      if (kindOf(spec, field) !== 'decimal')
        throw new InvalidQuery(field, `${field} is no decimal: it cannot be summed`);
      const [values] = this.aggregate(spec, `decimal_sum(${quoted(field)})`, query);
      return typeof values?.[0] === 'string' ? values[0] : '0';
    });
  }

  private aggregate(
    spec: CollectionSpec,
    expression: string,
    { tenant, where }: Pick<Query, 'tenant' | 'where'>,
  ): readonly SqlValue[][] {
    const condition = whereSql(spec, tenant, checkConditions(spec, where ?? []));
    const table = this.table(spec).table('live');
    return this.rows(`SELECT ${expression} FROM ${table} WHERE ${condition.text}`, condition.values);
  }

  position(projection: string): Promise<number> {
    return answered(() => this.stand(projection)?.position ?? 0);
  }

  async waitFor(projection: string, position: number, timeoutMs: number): Promise<boolean> {
    const deadline = performance.now() + timeoutMs;
    for (let poll = FIRST_POLL_MS; ; poll = Math.min(poll * 2, LAST_POLL_MS)) {
      const stand = this.stand(projection);
      if (stand !== undefined && stand.position >= position) return true;
      const left = deadline - performance.now();
      // One that stopped does not go on by waiting.
      if (stand?.stopped === true || left <= 0) return false;
      await sleep(Math.min(poll, left));
    }
  }

  status(): Promise<readonly ProjectionStatus[]> {
    return answered(() => this.rows(STATUS_SQL, []).map(statusOf));
  }

  canonicalHash(spec: CollectionSpec): Promise<string> {
    return answered(() => {
      const table = this.table(spec);
      try {
        return hashOfRows(decoded(table, this.statements.get(table.allSql('live'))));
      } catch (error) {
        if (isNotThereYet(error)) return hashOfRows([]);
        throw error;
      }
    });
  }

  close(): Promise<void> {
    return answered(() => {
      this.statements.clear();
      if (this.db.isOpen) this.db.close();
    });
  }

  private stand(projection: string): { readonly position: number; readonly stopped: boolean } | undefined {
    const [values] = this.rows(STAND_SQL, [projection]);
    return values === undefined ? undefined : { position: values[0] as number, stopped: values[1] === 1 };
  }

  /** Before the writer has made its tables there is nothing to see, which is an answer, not an error. */
  private rows(sql: string, values: readonly SqlValue[]): readonly SqlValue[][] {
    try {
      return this.statements.get(sql).all(...values) as SqlValue[][];
    } catch (error) {
      if (isNotThereYet(error)) return [];
      throw error;
    }
  }

  private table(spec: CollectionSpec): CollectionTable {
    const known = this.tables.get(spec);
    if (known !== undefined) return known;
    const table = new CollectionTable(spec);
    this.tables.set(spec, table);
    return table;
  }
}

function* decoded(table: CollectionTable, statement: Statement): Iterable<Row> {
  for (const values of statement.iterate()) yield table.decode(values as SqlValue[]);
}

/** The engine answers at once; what it throws becomes a rejection. */
function answered<T>(answer: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(answer());
  });
}
