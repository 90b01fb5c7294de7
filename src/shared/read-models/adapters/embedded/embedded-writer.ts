import type { Projection } from '../../projection.js';
import {
  InvalidRow,
  ProjectionFault,
  type Checkpoint,
  type Commit,
  type Generation,
  type ProjectionWrite,
  type ReadModelWriter,
  type RowsToWrite,
} from '../../read-model-writer.port.js';
import type { CollectionSpec, Row } from '../../read-models.port.js';
import { BoundRows } from './bound-rows.js';
import { MOVE_LIVE_SQL, MOVE_SHADOW_SQL, STAND_SQL } from './checkpoint-table.js';
import type { CollectionTable } from './collection-table.js';
import { BUSY_TIMEOUT_MS, isRowError, Statements, type Database, type SqlValue } from './sqlite.js';
import { TableSchema } from './table-schema.js';

/** Statistics are taken anew whenever this many rows were written since, doubling each time. */
const FIRST_ANALYSIS = 2000;

/** So many rows written, and the write-ahead log is worth being moved into the file at a quiet moment. */
const MOVE_AFTER_ROWS = 5000;
const MOVE_PATIENCE_MS = 100;

/** Rows in one statement: measured, a fifth quicker than one by one, and more together bring nothing more. */
const ROWS_TOGETHER = 16;

type Failure = Parameters<ReadModelWriter['stopped']>[1];

/** The one writer of the file. Every method is one transaction, begun and ended without giving up the thread. */
export class EmbeddedWriter implements ReadModelWriter {
  private readonly statements: Statements;
  private readonly schema: TableSchema;
  private writtenSinceAnalysis = 0;
  private analysisAt = FIRST_ANALYSIS;
  private writtenSinceMove = 0;

  constructor(private readonly db: Database) {
    this.statements = new Statements(db);
    this.schema = new TableSchema(db);
  }

  prepare(projections: readonly Projection[], now: number): Promise<readonly Checkpoint[]> {
    return this.transaction(() => this.schema.prepare(projections, now));
  }

  load(spec: CollectionSpec, generation: Generation, keys: readonly Row[]): Promise<readonly (Row | undefined)[]> {
    return new Promise((resolve) => {
      const table = this.schema.table(spec);
      const statement = this.statements.get(table.getSql(generation));
      resolve(
        keys.map((key) => {
          const values = statement.get(...table.encodeKey(key)) as SqlValue[] | undefined;
          return values === undefined ? undefined : table.decode(values);
        }),
      );
    });
  }

  async commit(commit: Commit): Promise<void> {
    await this.transaction(() => {
      for (const write of commit.writes) this.write(write, commit);
      for (const { projection, position } of commit.requests) {
        this.run('UPDATE projection SET requested = max(requested, ?) WHERE name = ?', position, projection);
      }
      this.run('UPDATE projection SET head = ? WHERE head < ?', commit.head, commit.head);
    });
    for (const { rows } of commit.writes) {
      for (const { puts } of rows) {
        this.writtenSinceAnalysis += puts.length;
        this.writtenSinceMove += puts.length;
      }
    }
    if (this.writtenSinceAnalysis >= this.analysisAt) this.analyse();
  }

  /**
   * Moves the write-ahead log into the file, so that the next rows begin a new one. With 70 MB of it that takes a tenth of
   * a second and more, most of it waiting for the disk; left to a commit, all rows behind it wait for it too. A reader who
   * is still in the old one is waited for a moment, then left alone.
   */
  rest(): Promise<void> {
    return new Promise((resolve) => {
      if (this.writtenSinceMove >= MOVE_AFTER_ROWS) {
        this.db.exec(`PRAGMA busy_timeout = ${MOVE_PATIENCE_MS}`);
        try {
          this.db.exec('PRAGMA wal_checkpoint(RESTART)');
        } finally {
          this.db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
        }
        this.writtenSinceMove = 0;
      }
      resolve();
    });
  }

  private write(write: ProjectionWrite, { head, now }: Commit): void {
    const { projection, generation, from, to } = write;
    try {
      for (const rows of write.rows) this.writeRows(this.schema.table(rows.spec), generation, rows);
    } catch (error) {
      if (error instanceof InvalidRow || isRowError(error)) throw new ProjectionFault(projection, error);
      throw error;
    }
    const moved =
      generation === 'live'
        ? this.run(MOVE_LIVE_SQL, to, now, projection, from)
        : this.run(MOVE_SHADOW_SQL, to, head, now, projection, from);
    if (moved !== 1) {
      throw new Error(`Projection ${projection} does not stand at ${from}: another process writes these read models`);
    }
  }

  private writeRows(table: CollectionTable, generation: Generation, { puts, deletes }: RowsToWrite): void {
    if (deletes.length > 0) {
      const statement = this.statements.get(table.deleteSql(generation));
      for (const key of deletes) statement.run(...table.encodeKey(key));
    }
    const rows = new BoundRows(table, puts);
    let index = 0;
    for (const together of [ROWS_TOGETHER, 1]) {
      if (puts.length - index < together) continue;
      const statement = this.statements.get(table.putSql(generation, rows, together));
      const values = rows.room(together);
      for (; puts.length - index >= together; index += together) {
        rows.fill(values, index, together);
        statement.run(...values);
      }
    }
  }

  async stopped(projection: string, { position, message, now }: Failure): Promise<void> {
    const sql = 'UPDATE projection SET stopped = 1, error = ?, error_position = ?, updated_at = ? WHERE name = ?';
    await this.transaction(() => this.run(sql, message, position, now, projection));
  }

  resumed(projection: string, now: number): Promise<number> {
    const sql = `UPDATE projection SET stopped = 0, error = NULL, error_position = NULL, updated_at = ? WHERE name = ?`;
    return this.transaction(() => {
      this.run(sql, now, projection);
      const [position] = this.statements.get(STAND_SQL).get(projection) as [number];
      return position;
    });
  }

  async beginRebuild(projection: Projection, until: number, now: number): Promise<void> {
    await this.transaction(() => {
      this.schema.createShadow(projection);
      this.run(
        `UPDATE projection SET rebuild_position = 0, rebuild_until = ?, rebuild_request = requested, updated_at = ?
         WHERE name = ?`,
        until,
        now,
        projection.name,
      );
    });
  }

  async swap(projection: Projection, now: number): Promise<void> {
    await this.transaction(() => {
      this.schema.swap(projection);
      this.run(
        `UPDATE projection SET version = ?, position = rebuild_position, stopped = 0, error = NULL,
           error_position = NULL, handled = max(handled, rebuild_request), rebuild_position = NULL,
           rebuild_until = NULL, rebuild_request = NULL, rebuilt_at = ?, updated_at = ?
         WHERE name = ?`,
        projection.version,
        now,
        now,
        projection.name,
      );
    });
    // The rows before it are freed afterwards, in a transaction of their own: readers see the new ones already.
    await this.transaction(() => this.schema.dropOld(projection));
    this.analyse();
  }

  async abandonRebuild(projection: Projection, { position, message, now }: Failure): Promise<void> {
    await this.transaction(() => {
      this.schema.dropShadow(projection);
      this.run(
        `UPDATE projection SET stopped = CASE WHEN version = ? THEN stopped ELSE 1 END, error = ?, error_position = ?,
           handled = max(handled, rebuild_request), rebuild_position = NULL, rebuild_until = NULL,
           rebuild_request = NULL, updated_at = ?
         WHERE name = ?`,
        projection.version,
        `The rebuild failed: ${message}`,
        position,
        now,
        projection.name,
      );
    });
  }

  /**
   * Without statistics the engine takes any equality for a rare one and sorts whole tenants. Other connections read
   * statistics with the schema, so the schema is touched to let them know.
   */
  private analyse(): void {
    this.db.exec('PRAGMA analysis_limit = 400; ANALYZE');
    this.db.exec('BEGIN IMMEDIATE; CREATE TABLE analysed (at INTEGER); DROP TABLE analysed; COMMIT');
    this.writtenSinceAnalysis = 0;
    this.analysisAt *= 2;
  }

  private run(sql: string, ...values: SqlValue[]): number {
    return this.statements.get(sql).run(...values).changes;
  }

  private transaction<T>(work: () => T): Promise<T> {
    return new Promise((resolve) => {
      this.db.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        this.db.exec('COMMIT');
        resolve(result);
      } catch (error) {
        if (this.db.isTransaction) this.db.exec('ROLLBACK');
        throw error;
      }
    });
  }
}
