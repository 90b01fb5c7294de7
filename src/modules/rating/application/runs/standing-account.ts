import type { StandingRecord } from '../../domain/replay/standing-record.js';
import type { AccountHistory, StandingRow } from './answer-run.js';
import { recordKey, type KeptUsage } from './kept-usage.js';

export type KeptRecord = StandingRecord<KeptUsage>;

/** The records of an account with what stands for each of them, in the order of the log. */
export function standingRecords(
  { account, rows }: AccountHistory,
  usage: ReadonlyMap<string, KeptUsage>,
): readonly KeptRecord[] {
  const records = new Map<string, { readonly position: number; readonly rows: StandingRow[] }>();
  for (const row of rows) {
    const key = recordKey(row.source.position, row.ordinal);
    const known = records.get(key);
    if (known === undefined) records.set(key, { position: row.source.position, rows: [row] });
    else known.rows.push(row);
  }
  return [...records].map(([key, { position, rows: ofRecord }]) => {
    const kept = usage.get(key);
    if (kept === undefined) throw new Error(`Record ${key} of account ${account} is not in its mediated chunk`);
    return { usage: kept, position, rows: ofRecord.sort((a, b) => a.charge - b.charge) };
  });
}
