import type { ProjectionStatus } from '../../read-models.port.js';
import type { SqlValue } from './sqlite.js';

/**
 * One row per projection, written in the same transaction as its rows: where it stands, what stopped it, and the
 * rebuild beside it (`rebuild_position` is null when there is none). `requested` and `handled` are log positions of
 * replay requests: the newest one seen, and the one that was carried out.
 */
export const CREATE_CHECKPOINTS = `
CREATE TABLE IF NOT EXISTS projection (
  name TEXT NOT NULL PRIMARY KEY,
  version INTEGER NOT NULL,
  shape TEXT NOT NULL,
  position INTEGER NOT NULL,
  stopped INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  error_position INTEGER,
  head INTEGER NOT NULL DEFAULT 0,
  series INTEGER NOT NULL DEFAULT 0,
  requested INTEGER NOT NULL DEFAULT 0,
  handled INTEGER NOT NULL DEFAULT 0,
  rebuild_position INTEGER,
  rebuild_until INTEGER,
  rebuild_request INTEGER,
  rebuilt_at INTEGER,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID`;

export const STAND_SQL = 'SELECT position, stopped FROM projection WHERE name = ?';

export const STATUS_SQL = `
SELECT name, version, position, stopped, error, error_position, head, rebuild_position, rebuild_until, rebuilt_at,
  updated_at
FROM projection ORDER BY name`;

export const MOVE_LIVE_SQL = 'UPDATE projection SET position = ?, updated_at = ? WHERE name = ? AND position = ?';

export const MOVE_SHADOW_SQL = `
UPDATE projection SET rebuild_position = ?, rebuild_until = ?, updated_at = ? WHERE name = ? AND rebuild_position = ?`;

/** A row of STATUS_SQL as the port tells it. */
export function statusOf(values: readonly SqlValue[]): ProjectionStatus {
  const [name, version, position, stopped, error, errorPosition, head, rebuildPosition, until, rebuiltAt, updatedAt] =
    values as [string, number, number, number, string | null, ...(number | null)[]];
  const rebuilding = typeof rebuildPosition === 'number';
  return {
    projection: name,
    version,
    position,
    behind: Math.max(0, (head ?? 0) - position),
    state: rebuilding ? 'REBUILDING' : stopped === 1 ? 'STOPPED' : 'RUNNING',
    ...(rebuilding ? { rebuild: { position: rebuildPosition, until: until ?? 0 } } : {}),
    ...(error === null ? {} : { error }),
    ...(typeof errorPosition === 'number' ? { errorPosition } : {}),
    ...(typeof rebuiltAt === 'number' ? { rebuiltAt } : {}),
    updatedAt: updatedAt ?? 0,
  };
}
