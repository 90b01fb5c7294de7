import { createHash } from 'node:crypto';
import { canonicalJson } from '../kernel/canonical-json.js';
import type { Row } from './read-models.port.js';

/** SHA-256 (hex) over rows given in key order, one line of canonical JSON each. */
export function hashOfRows(rows: Iterable<Row>): string {
  const hash = createHash('sha256');
  for (const row of rows) hash.update(`${canonicalJson(row)}\n`, 'utf8');
  return hash.digest('hex');
}
