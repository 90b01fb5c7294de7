import { createHash } from 'node:crypto';
import type { Projection } from '../../projection.js';
import type { Checkpoint, Generation } from '../../read-model-writer.port.js';
import type { CollectionSpec } from '../../read-models.port.js';
import { CREATE_CHECKPOINTS } from './checkpoint-table.js';
import { CollectionTable, quoted } from './collection-table.js';
import type { Database, SqlValue } from './sqlite.js';

interface Stored {
  readonly version: number;
  readonly shape: string;
  readonly position: number;
  readonly pending: boolean;
}

/** Tables and indexes of all projections; every method runs inside a transaction of the writer. */
export class TableSchema {
  private readonly tables = new Map<CollectionSpec, CollectionTable>();

  constructor(private readonly db: Database) {}

  table(spec: CollectionSpec): CollectionTable {
    const known = this.tables.get(spec);
    if (known !== undefined) return known;
    const table = new CollectionTable(spec);
    this.tables.set(spec, table);
    return table;
  }

  prepare(projections: readonly Projection[], now: number): readonly Checkpoint[] {
    this.db.exec(CREATE_CHECKPOINTS);
    this.dropLeftovers();
    return projections.map((projection) => this.prepareOne(projection, now));
  }

  private prepareOne(projection: Projection, now: number): Checkpoint {
    const shape = this.shapeOf(projection);
    const stored = this.stored(projection.name);
    if (stored === undefined || stored.shape !== shape) {
      this.makeAnew(projection, shape, now);
      return { projection: projection.name, position: 0 };
    }
    this.reconcileIndexes(projection);
    this.db
      .prepare(
        `UPDATE projection SET stopped = 0, error = NULL, error_position = NULL, rebuild_position = NULL,
           rebuild_until = NULL, rebuild_request = NULL, updated_at = ? WHERE name = ?`,
      )
      .run(now, projection.name);
    const { position } = stored;
    if (stored.version !== projection.version) return { projection: projection.name, position, rebuild: 'VERSION' };
    return { projection: projection.name, position, ...(stored.pending ? { rebuild: 'REQUEST' as const } : {}) };
  }

  private stored(name: string): Stored | undefined {
    const row = this.db
      .prepare('SELECT version, shape, position, requested > handled AS pending FROM projection WHERE name = ?')
      .get(name) as { version: number; shape: string; position: number; pending: number } | undefined;
    return row === undefined ? undefined : { ...row, pending: row.pending === 1 };
  }

  private shapeOf(projection: Projection): string {
    const shapes = projection.collections.map((spec) => [spec.name, this.table(spec).shape]).sort();
    return createHash('sha256').update(JSON.stringify(shapes), 'utf8').digest('hex').slice(0, 16);
  }

  /** Its rows cannot hold what it makes now (or there are none yet): it starts from nothing. */
  private makeAnew(projection: Projection, shape: string, now: number): void {
    const series = this.nextSeries(projection.name);
    for (const spec of projection.collections) {
      this.db.exec(`DROP TABLE IF EXISTS ${this.table(spec).table('live')}`);
      this.createTable(spec, 'live', series);
    }
    this.db
      .prepare(
        `INSERT INTO projection (name, version, shape, position, series, updated_at) VALUES (?, ?, ?, 0, ?, ?)
         ON CONFLICT (name) DO UPDATE SET version = excluded.version, shape = excluded.shape, position = 0, stopped = 0,
           error = NULL, error_position = NULL, series = excluded.series, handled = requested, rebuild_position = NULL,
           rebuild_until = NULL, rebuild_request = NULL, updated_at = excluded.updated_at`,
      )
      .run(projection.name, projection.version, shape, series, now);
  }

  createShadow(projection: Projection): void {
    this.dropShadow(projection);
    const series = this.nextSeries(projection.name);
    this.db.prepare('UPDATE projection SET series = ? WHERE name = ?').run(series, projection.name);
    for (const spec of projection.collections) this.createTable(spec, 'shadow', series);
  }

  dropShadow(projection: Projection): void {
    for (const spec of projection.collections) this.db.exec(`DROP TABLE IF EXISTS ${this.table(spec).table('shadow')}`);
  }

  swap(projection: Projection): void {
    for (const spec of projection.collections) {
      const table = this.table(spec);
      this.db.exec(`ALTER TABLE ${table.table('live')} RENAME TO ${table.table('old')}`);
      this.db.exec(`ALTER TABLE ${table.table('shadow')} RENAME TO ${table.table('live')}`);
    }
  }

  dropOld(projection: Projection): void {
    for (const spec of projection.collections) this.db.exec(`DROP TABLE IF EXISTS ${this.table(spec).table('old')}`);
  }

  private createTable(spec: CollectionSpec, generation: Generation, series: number): void {
    const table = this.table(spec);
    this.db.exec(table.createSql(generation));
    for (const index of spec.indexes) this.db.exec(table.createIndexSql(index, generation, series));
  }

  /** Indexes may change from version to version without touching a row. */
  private reconcileIndexes(projection: Projection): void {
    const series = this.nextSeries(projection.name);
    this.db.prepare('UPDATE projection SET series = ? WHERE name = ?').run(series, projection.name);
    for (const spec of projection.collections) {
      const table = this.table(spec);
      const present = this.names("type = 'index' AND tbl_name = ? AND sql IS NOT NULL", `live_${spec.name}`);
      const stemOf = (name: string) => name.slice(0, name.lastIndexOf(':'));
      const declared = new Set(spec.indexes.map((index) => table.indexStem(index)));
      for (const name of present) if (!declared.has(stemOf(name))) this.db.exec(`DROP INDEX ${quoted(name)}`);
      const stems = new Set(present.map(stemOf));
      for (const index of spec.indexes) {
        if (!stems.has(table.indexStem(index))) this.db.exec(table.createIndexSql(index, 'live', series));
      }
    }
  }

  /** A rebuild that was cut off left its shadow, one cut off right after the swap the rows before it. */
  private dropLeftovers(): void {
    for (const prefix of ['shadow_', 'old_']) {
      const tables = this.names("type = 'table' AND substr(name, 1, length(?1)) = ?1", prefix);
      for (const name of tables) this.db.exec(`DROP TABLE ${quoted(name)}`);
    }
  }

  private names(condition: string, value: SqlValue): readonly string[] {
    const rows = this.db.prepare(`SELECT name FROM sqlite_schema WHERE ${condition}`).all(value) as { name: string }[];
    return rows.map(({ name }) => name);
  }

  private nextSeries(projection: string): number {
    const row = this.db.prepare('SELECT series FROM projection WHERE name = ?').get(projection) as
      { series: number } | undefined;
    return (row?.series ?? 0) + 1;
  }
}
