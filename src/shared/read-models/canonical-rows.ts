import { createHash } from 'node:crypto';
import { canonicalJson } from '../kernel/canonical-json.js';
import type { Row } from './read-models.port.js';

/** SHA-256 (hex) over rows given in key order, one line of canonical JSON each. */
export function hashOfRows(rows: Iterable<Row>): string {
  const hash = createHash('sha256');
  for (const row of rows) hash.update(lineOf(row), 'utf8');
  return hash.digest('hex');
}

/** The same of rows that come from a server. */
export async function hashOfRowStream(rows: AsyncIterable<Row> | Iterable<Row>): Promise<string> {
  const hash = createHash('sha256');
  for await (const row of rows) hash.update(lineOf(row), 'utf8');
  return hash.digest('hex');
}

function lineOf(row: Row): string {
  return `${canonicalJson(row)}\n`;
}
