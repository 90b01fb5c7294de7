import type { SuspenseEvent, SuspenseReprocessAnswered, SuspenseReprocessRequested, SuspenseStatus } from './events.js';

const PENDING = 0;
const RESOLVED = 1;
const SUSPENDED_AGAIN = 2;

/** One SuspenseReprocessRequested event, kept at some ten bytes a record: a file may have millions in suspense. */
export interface RequestedPart {
  readonly reprocessId: string;
  /** Ascending, as in the event: a file's records ascend by chunk and ordinal. */
  readonly lines: Float64Array;
  readonly codes: readonly string[];
  readonly outcomes: Uint8Array;
}

/** What was asked and answered about one file's records, in the order of the stream. */
export interface SuspenseState {
  readonly parts: readonly RequestedPart[];
}

export const initialSuspense: SuspenseState = { parts: [] };

export function evolveSuspense(state: SuspenseState, event: SuspenseEvent): SuspenseState {
  return event.type === 'SuspenseReprocessRequested.v1' ? withRequest(state, event) : withAnswer(state, event);
}

function withRequest(state: SuspenseState, { data: { head, columns } }: SuspenseReprocessRequested): SuspenseState {
  const part: RequestedPart = {
    reprocessId: head.reprocessId,
    lines: Float64Array.from(columns.line),
    codes: columns.code,
    outcomes: new Uint8Array(columns.line.length),
  };
  return { parts: [...state.parts, part] };
}

/** Parts an answer does not touch are shared with the state before; a touched one copies its outcomes only. */
function withAnswer(state: SuspenseState, { data: { head, columns } }: SuspenseReprocessAnswered): SuspenseState {
  const parts = [...state.parts];
  const copied = new Set<number>();
  columns.line.forEach((line, row) => {
    const found = locate(parts, line, (part) => part.reprocessId === head.reprocessId);
    if (found === undefined) return;
    if (!copied.has(found.index)) {
      parts[found.index] = { ...found.part, outcomes: found.part.outcomes.slice() };
      copied.add(found.index);
    }
    const part = parts[found.index];
    if (part !== undefined)
      part.outcomes[found.row] = columns.outcome[row] === 'MONETIZED' ? RESOLVED : SUSPENDED_AGAIN;
  });
  return { parts };
}

/** The latest request a record was in decides; a record never asked for is OPEN (rating suspended it). */
export function statusOf(state: SuspenseState, line: number): SuspenseStatus {
  const found = locate(state.parts, line, () => true);
  if (found === undefined) return 'OPEN';
  const outcome = found.part.outcomes[found.row];
  return outcome === PENDING ? 'REPROCESSING' : outcome === RESOLVED ? 'RESOLVED' : 'OPEN';
}

/** Whether the reprocess has asked for the record, whatever became of it. */
export function isPartOf(state: SuspenseState, reprocessId: string, line: number): boolean {
  return locate(state.parts, line, (part) => part.reprocessId === reprocessId) !== undefined;
}

/** The code a record had when this reprocess asked for it, while its answer is still due; else undefined. */
export function pendingCode(state: SuspenseState, reprocessId: string, line: number): string | undefined {
  const found = locate(state.parts, line, (part) => part.reprocessId === reprocessId);
  return found !== undefined && found.part.outcomes[found.row] === PENDING ? found.part.codes[found.row] : undefined;
}

/** How many records of the file the reprocess holds. */
export function recordsOf(state: SuspenseState, reprocessId: string): number {
  let records = 0;
  for (const part of state.parts) if (part.reprocessId === reprocessId) records += part.lines.length;
  return records;
}

interface Located {
  readonly part: RequestedPart;
  readonly index: number;
  readonly row: number;
}

/** The newest wanted part that holds the line: a glance at each part's ends, then a binary search. */
function locate(
  parts: readonly RequestedPart[],
  line: number,
  wanted: (part: RequestedPart) => boolean,
): Located | undefined {
  for (let index = parts.length - 1; index >= 0; index -= 1) {
    const part = parts[index];
    if (part === undefined || !wanted(part)) continue;
    const row = rowOf(part.lines, line);
    if (row >= 0) return { part, index, row };
  }
  return undefined;
}

function rowOf(lines: Float64Array, line: number): number {
  let low = 0;
  let high = lines.length - 1;
  if (high < 0 || line < (lines[0] ?? 0) || line > (lines[high] ?? 0)) return -1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const value = lines[middle] ?? 0;
    if (value === line) return middle;
    if (value < line) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
