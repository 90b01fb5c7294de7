import { never } from '../../../shared/kernel/decider.js';
import type { BillingBatchEvent, BillingBatchSealed, LineCounts } from './events.js';
import { parseLineId } from './line-id.js';

export type SentLineStatus = 'PENDING' | 'COMPLETE' | 'ERROR' | 'IN_DOUBT';

/**
 * A call that has not come to rest.
 *
 *     CALLED --answer--> (at rest)
 *        \--answer never seen--> IN_DOUBT --looked up, all found--> (at rest)
 *                                   \--some not found--> LOOKED_UP --sent again--> CALLED
 */
export interface OpenCall {
  readonly attempt: number;
  readonly receiptId: string;
  readonly receiptSince: number;
  /** Ascending; once LOOKED_UP, the lines that were not found. */
  readonly lineNos: readonly number[];
  readonly phase: 'CALLED' | 'IN_DOUBT' | 'LOOKED_UP';
}

export interface BillingBatch {
  readonly sealed: BillingBatchSealed['data'] | undefined;
  /** By line number - 1. */
  readonly statuses: readonly SentLineStatus[];
  /** Error code of an ERROR line, by line number - 1. */
  readonly codes: readonly (string | undefined)[];
  readonly attempts: number;
  readonly open: OpenCall | undefined;
  readonly reprocesses: ReadonlySet<string>;
  /** `<invoiceNo>/<invoiceLineNo>` by line number. */
  readonly invoices: ReadonlyMap<number, string>;
}

export const unsealedBatch: BillingBatch = {
  sealed: undefined,
  statuses: [],
  codes: [],
  attempts: 0,
  open: undefined,
  reprocesses: new Set(),
  invoices: new Map(),
};

export function evolveBatch(state: BillingBatch, event: BillingBatchEvent): BillingBatch {
  switch (event.type) {
    case 'BillingBatchSealed.v1':
      return {
        ...unsealedBatch,
        sealed: event.data,
        statuses: Array.from({ length: event.data.head.lines }, () => 'PENDING' as const),
        codes: Array.from({ length: event.data.head.lines }, () => undefined),
      };
    case 'BillingBatchSendAttempted.v1':
      return {
        ...state,
        attempts: event.data.attempt,
        open: {
          attempt: event.data.attempt,
          receiptId: event.data.receiptId,
          receiptSince: event.data.receiptSince,
          lineNos: event.data.lineIds?.map(lineNoOf) ?? allLineNos(state),
          phase: 'CALLED',
        },
      };
    case 'BillingBatchAcknowledged.v1': {
      const errors = new Map(event.data.errors.map((error) => [lineNoOf(error.lineId), error.code]));
      const complete = marked(state, event.data.lineNos ?? allLineNos(state), (lineNo) => errors.get(lineNo));
      return { ...complete, open: undefined };
    }
    case 'BillingBatchRefused.v1': {
      const { code } = event.data;
      return { ...marked(state, event.data.lineNos ?? allLineNos(state), () => code), open: undefined };
    }
    case 'BillingBatchInDoubt.v1':
      return {
        ...withStatus(state, event.data.lineNos ?? allLineNos(state), 'IN_DOUBT'),
        open: state.open && { ...state.open, phase: 'IN_DOUBT' },
      };
    case 'BillingBatchLookedUp.v1': {
      const found = new Set(event.data.foundLineNos);
      return {
        ...withStatus(state, event.data.foundLineNos, 'COMPLETE'),
        open: state.open && {
          ...state.open,
          phase: 'LOOKED_UP',
          lineNos: state.open.lineNos.filter((lineNo) => !found.has(lineNo)),
        },
      };
    }
    case 'BillingBatchReprocessRequested.v1':
      return {
        ...withStatus(state, event.data.lineNos, 'PENDING'),
        reprocesses: new Set([...state.reprocesses, event.data.reprocessId]),
      };
    case 'InvoiceLinesNoted.v1': {
      const invoices = new Map(state.invoices);
      for (const line of event.data.lines) {
        invoices.set(lineNoOf(line.lineId), invoiceKey(line.invoiceNo, line.invoiceLineNo));
      }
      return { ...state, invoices };
    }
    default:
      return never(event);
  }
}

export function invoiceKey(invoiceNo: string, invoiceLineNo: number): string {
  return `${invoiceNo}/${invoiceLineNo}`;
}

export function lineNoOf(lineId: string): number {
  const address = parseLineId(lineId);
  if (address === undefined) throw new Error(`"${lineId}" is not a line id <run>-<batch>-<line>`);
  return address.lineNo;
}

export function allLineNos(state: BillingBatch): number[] {
  return state.statuses.map((_, index) => index + 1);
}

export function lineNosWith(state: BillingBatch, status: SentLineStatus, errorCode?: string): number[] {
  return allLineNos(state).filter(
    (lineNo) =>
      state.statuses[lineNo - 1] === status && (errorCode === undefined || state.codes[lineNo - 1] === errorCode),
  );
}

export function countsOf(state: BillingBatch): LineCounts {
  const counts = { pending: 0, completed: 0, error: 0, inDoubt: 0 };
  for (const status of state.statuses) {
    if (status === 'PENDING') counts.pending += 1;
    else if (status === 'COMPLETE') counts.completed += 1;
    else if (status === 'ERROR') counts.error += 1;
    else counts.inDoubt += 1;
  }
  return counts;
}

/** COMPLETE, or ERROR with the code that `errorOf` names for the line. */
function marked(
  state: BillingBatch,
  lineNos: readonly number[],
  errorOf: (lineNo: number) => string | undefined,
): BillingBatch {
  const statuses = [...state.statuses];
  const codes = [...state.codes];
  for (const lineNo of lineNos) {
    const code = errorOf(lineNo);
    statuses[lineNo - 1] = code === undefined ? 'COMPLETE' : 'ERROR';
    codes[lineNo - 1] = code;
  }
  return { ...state, statuses, codes };
}

function withStatus(state: BillingBatch, lineNos: readonly number[], status: SentLineStatus): BillingBatch {
  const statuses = [...state.statuses];
  const codes = [...state.codes];
  for (const lineNo of lineNos) {
    statuses[lineNo - 1] = status;
    codes[lineNo - 1] = undefined;
  }
  return { ...state, statuses, codes };
}
