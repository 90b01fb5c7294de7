import { never, type Decider } from '../../../shared/kernel/decider.js';
import type { SuspenseEvent, SuspenseReprocessAnswered, SuspenseReprocessRequested } from './events.js';
import {
  evolveSuspense,
  initialSuspense,
  isPartOf,
  pendingCode,
  statusOf,
  type SuspenseState,
} from './suspense.state.js';

/** Records per request event: some 60 KiB deflated, far below what one append may hold. */
export const MAX_RECORDS_PER_REQUEST = 10_000;

/** A suspended record as the read model shows it. */
export interface SelectedRecord {
  readonly line: number;
  /** Position of its mediated chunk in the log, and its row there. */
  readonly position: number;
  readonly ordinal: number;
  readonly code: string;
}

/** Ask for records of one file to be rated again. What is in other hands, resolved, or already asked for is left out. */
export interface RequestReprocess {
  readonly kind: 'request';
  readonly reprocessId: string;
  readonly fileId: string;
  readonly reason: string;
  readonly records: readonly SelectedRecord[];
}

/** What one rated event said about records of one file: `code` null = it became money. */
export interface AnswerReprocess {
  readonly kind: 'answer';
  readonly reprocessId: string;
  readonly fileId: string;
  readonly ratedPosition: number;
  readonly records: readonly { readonly line: number; readonly code: string | null }[];
}

export type SuspenseCommand = RequestReprocess | AnswerReprocess;

/** The authority on who holds a file's suspended records. It refuses nothing: what is not to be done is left out. */
export const suspenseDecider: Decider<SuspenseState, SuspenseCommand, SuspenseEvent> = {
  initialState: initialSuspense,
  evolve: evolveSuspense,
  decide(command, state) {
    switch (command.kind) {
      case 'request':
        return request(command, state);
      case 'answer':
        return answer(command, state);
      default:
        return never(command);
    }
  },
};

function request(command: RequestReprocess, state: SuspenseState): SuspenseReprocessRequested[] {
  const seen = new Set<number>();
  const open = command.records.filter(({ line }) => {
    if (seen.has(line)) return false;
    seen.add(line);
    return statusOf(state, line) === 'OPEN' && !isPartOf(state, command.reprocessId, line);
  });
  open.sort((a, b) => a.position - b.position || a.ordinal - b.ordinal);
  const events: SuspenseReprocessRequested[] = [];
  for (let from = 0; from < open.length; from += MAX_RECORDS_PER_REQUEST) {
    events.push(requested(command, open.slice(from, from + MAX_RECORDS_PER_REQUEST)));
  }
  return events;
}

function requested(command: RequestReprocess, records: readonly SelectedRecord[]): SuspenseReprocessRequested {
  const { reprocessId, fileId, reason } = command;
  return {
    type: 'SuspenseReprocessRequested.v1',
    data: {
      head: { reprocessId, fileId, reason, records: records.length },
      columns: {
        position: records.map((record) => record.position),
        ordinal: records.map((record) => record.ordinal),
        line: records.map((record) => record.line),
        code: records.map((record) => record.code),
      },
    },
  };
}

/** Only what is still due is answered, so that an answer given twice is written once. */
function answer(command: AnswerReprocess, state: SuspenseState): SuspenseReprocessAnswered[] {
  const { reprocessId, fileId, ratedPosition } = command;
  const due = command.records.flatMap((record) => {
    const was = pendingCode(state, reprocessId, record.line);
    return was === undefined ? [] : [{ ...record, was }];
  });
  if (due.length === 0) return [];
  const suspended = due.filter((record) => record.code !== null).length;
  return [
    {
      type: 'SuspenseReprocessAnswered.v1',
      data: {
        head: { reprocessId, fileId, ratedPosition, resolved: due.length - suspended, suspended },
        columns: {
          line: due.map((record) => record.line),
          outcome: due.map((record) => (record.code === null ? 'MONETIZED' : 'SUSPENDED')),
          was: due.map((record) => record.was),
          code: due.map((record) => record.code),
        },
      },
    },
  ];
}
