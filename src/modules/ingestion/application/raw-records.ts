import type { RecordedEvent } from '../../../shared/kernel/event.js';
import type { RawOutcome, UsageBatchMediated } from '../domain/events.js';

export type RawStatus = 'Pending' | 'Failed' | 'Processed';

/** One line of a file as the log has it. */
export interface RawRecord {
  readonly fileId: string;
  readonly line: number;
  /** Of its mediated chunk. */
  readonly position: number;
  readonly offset: number;
  readonly length: number;
  readonly status: RawStatus;
  /** Absent while rating has not answered. */
  readonly outcome?: RawOutcome;
  /** What mediation made of it; absent for a line that did not become usage. */
  readonly usage?: {
    readonly serviceId: string;
    readonly usageType: string;
    readonly at: number;
    readonly quantities: Readonly<Record<string, string>>;
    readonly attributes: Readonly<Record<string, string>>;
  };
  /** Why it did not become usage, or why it is suspended. */
  readonly fault?: { readonly code: string; readonly column?: string; readonly detail: string };
}

/** What is known about a chunk's lines beside the chunk: whether rating has answered, and what is in suspense. */
export interface ChunkState {
  readonly answered: boolean;
  readonly suspended: ReadonlyMap<number, { readonly code: string; readonly message: string }>;
}

/** All lines of a chunk, in the order of the file. */
export function recordsOf(event: RecordedEvent, state: ChunkState): RawRecord[] {
  const { head, columns } = event.data as UsageBatchMediated['data'];
  const place = { fileId: head.fileId, position: event.position };
  const names = Object.keys(columns);
  const quantities = names.filter((name) => name.startsWith('q.'));
  const attributes = names.filter((name) => name.startsWith('a.'));
  const records: RawRecord[] = columns.line.map((line, row) => ({
    ...place,
    line,
    offset: columns.offset[row] ?? 0,
    length: columns.length[row] ?? 0,
    ...ratedOutcome(line, state),
    usage: {
      serviceId: columns.serviceId[row] ?? '',
      usageType: columns.usageType[row] ?? '',
      at: columns.at[row] ?? 0,
      quantities: valuesOf(columns, quantities, row),
      attributes: valuesOf(columns, attributes, row),
    },
  }));
  columns['x.line'].forEach((line, row) => {
    const column = columns['x.column'][row];
    const outcome = columns['x.outcome'][row] ?? 'ERROR';
    records.push({
      ...place,
      line,
      offset: columns['x.offset'][row] ?? 0,
      length: columns['x.length'][row] ?? 0,
      status: outcome === 'ERROR' ? 'Failed' : 'Processed',
      outcome,
      fault: {
        code: columns['x.code'][row] ?? '',
        ...(typeof column === 'string' ? { column } : {}),
        detail: columns['x.detail'][row] ?? '',
      },
    });
  });
  return records.sort((a, b) => a.line - b.line);
}

function ratedOutcome(line: number, state: ChunkState): Pick<RawRecord, 'status' | 'outcome' | 'fault'> {
  const suspended = state.suspended.get(line);
  if (suspended !== undefined) {
    return { status: 'Failed', outcome: 'SUSPENDED', fault: { code: suspended.code, detail: suspended.message } };
  }
  return state.answered ? { status: 'Processed', outcome: 'MONETIZED' } : { status: 'Pending' };
}

function valuesOf(columns: UsageBatchMediated['data']['columns'], names: readonly string[], row: number) {
  const values: Record<string, string> = {};
  for (const name of names) {
    const value = columns[name]?.[row];
    if (typeof value === 'string') values[name.slice(2)] = value;
  }
  return values;
}
