import { never, type Decider } from '../../../shared/kernel/decider.js';
import { isRefused, refuse } from '../../../shared/kernel/refusal.js';
import {
  allLineNos,
  countsOf,
  evolveBatch,
  invoiceKey,
  lineNosWith,
  unsealedBatch,
  type BillingBatch,
  type OpenCall,
} from './billing-batch.state.js';
import type { BillingBatchEvent, LineCounts, NotedInvoiceLine } from './events.js';
import { lineIdOf } from './line-id.js';

export interface LineError {
  readonly lineId: string;
  readonly code: string;
  readonly message: string;
}

export type BillingBatchCommand =
  /** `now`: epoch ms. `windowMs`: how long the billing system remembers a receipt. */
  | { readonly kind: 'BEGIN_CALL'; readonly now: number; readonly windowMs: number }
  | { readonly kind: 'ACKNOWLEDGE'; readonly attempt: number; readonly errors: readonly LineError[] }
  | { readonly kind: 'REFUSE'; readonly attempt: number; readonly code: string; readonly message: string }
  | { readonly kind: 'DOUBT'; readonly attempt: number; readonly reason: string }
  | { readonly kind: 'LOOKED_UP'; readonly attempt: number; readonly found: ReadonlySet<string> }
  | { readonly kind: 'REPROCESS'; readonly reprocessId: string; readonly errorCode?: string }
  | { readonly kind: 'NOTE_INVOICES'; readonly lines: readonly NotedInvoiceLine[]; readonly by: 'POLL' | 'WEBHOOK' };

type Undecided<E extends BillingBatchEvent = BillingBatchEvent> = E extends {
  readonly data: { readonly after: LineCounts };
}
  ? { readonly type: E['type']; readonly data: Omit<E['data'], 'after'> }
  : E;

/**
 * A batch on its way to the billing system. Its rules: one call at a time; a call is noted before it is made; lines in
 * doubt are looked up before anything is sent again, and never sent again once the receipt may be forgotten; only
 * lines in ERROR are offered again.
 */
export const billingBatchDecider: Decider<BillingBatch, BillingBatchCommand, BillingBatchEvent> = {
  initialState: unsealedBatch,
  evolve: evolveBatch,
  decide(command, state) {
    const { sealed } = state;
    if (sealed === undefined) return refuse('billing-sync/batch-not-found', 'There is no such billing batch');
    const decision = decideOn(command, state, sealed.head.batchId);
    return isRefused(decision) ? decision : decision.map((event) => counted(event, state));
  },
};

function decideOn(
  command: BillingBatchCommand,
  state: BillingBatch,
  batchId: string,
): readonly Undecided[] | ReturnType<typeof refuse> {
  switch (command.kind) {
    case 'BEGIN_CALL':
      return beginCall(command, state, batchId);
    case 'ACKNOWLEDGE': {
      const call = calling(state, command.attempt);
      if (call === undefined) return [];
      const { errors, attempt } = command;
      const completed = call.lineNos.length - errors.length;
      return [
        {
          type: 'BillingBatchAcknowledged.v1',
          data: { batchId, attempt, completed, errors, by: 'ANSWER', ...some(state, call.lineNos) },
        },
      ];
    }
    case 'REFUSE': {
      const call = calling(state, command.attempt);
      if (call === undefined) return [];
      const { attempt, code, message } = command;
      return [
        { type: 'BillingBatchRefused.v1', data: { batchId, attempt, code, message, ...some(state, call.lineNos) } },
      ];
    }
    case 'DOUBT': {
      const call = calling(state, command.attempt);
      if (call === undefined) return [];
      const { attempt, reason } = command;
      return [{ type: 'BillingBatchInDoubt.v1', data: { batchId, attempt, reason, ...some(state, call.lineNos) } }];
    }
    case 'LOOKED_UP':
      return lookedUp(command, state, batchId);
    case 'REPROCESS': {
      if (state.reprocesses.has(command.reprocessId)) return [];
      const lineNos = lineNosWith(state, 'ERROR', command.errorCode);
      if (lineNos.length === 0) return [];
      const { reprocessId, errorCode } = command;
      return [
        {
          type: 'BillingBatchReprocessRequested.v1',
          data: { batchId, reprocessId, ...(errorCode === undefined ? {} : { errorCode }), lineNos },
        },
      ];
    }
    case 'NOTE_INVOICES': {
      const lines = matchInvoiceLines(state, command.lines).news;
      return lines.length === 0
        ? []
        : [
            {
              type: 'InvoiceLinesNoted.v1',
              data: { batchId, lines, by: command.by, invoiced: state.invoices.size + lines.length },
            },
          ];
    }
    default:
      return never(command);
  }
}

function beginCall(
  command: Extract<BillingBatchCommand, { kind: 'BEGIN_CALL' }>,
  state: BillingBatch,
  batchId: string,
): readonly Undecided[] | ReturnType<typeof refuse> {
  const attempt = state.attempts + 1;
  const { open } = state;
  if (open === undefined) {
    const lineNos = lineNosWith(state, 'PENDING');
    if (lineNos.length === 0) return [];
    return [
      attempted(state, batchId, lineNos, { attempt, receiptId: `${batchId}-a${attempt}`, receiptSince: command.now }),
    ];
  }
  if (open.phase !== 'LOOKED_UP') {
    return refuse('billing-sync/call-open', `Attempt ${open.attempt} of batch ${batchId} has not come to rest`);
  }
  if (command.now - open.receiptSince >= command.windowMs) {
    return refuse(
      'billing-sync/window-passed',
      `Receipt ${open.receiptId} of batch ${batchId} was first used at ${new Date(open.receiptSince).toISOString()}, longer ago than the billing system remembers one: ${open.lineNos.length} lines stay in doubt until somebody has compared both ledgers`,
    );
  }
  return [
    attempted(state, batchId, open.lineNos, { attempt, receiptId: open.receiptId, receiptSince: open.receiptSince }),
  ];
}

function attempted(
  state: BillingBatch,
  batchId: string,
  lineNos: readonly number[],
  call: Pick<OpenCall, 'attempt' | 'receiptId' | 'receiptSince'>,
): Undecided {
  const lines =
    lineNos.length === state.statuses.length ? {} : { lineIds: lineNos.map((lineNo) => lineIdOf(batchId, lineNo)) };
  return { type: 'BillingBatchSendAttempted.v1', data: { batchId, ...call, ...lines } };
}

function lookedUp(
  command: Extract<BillingBatchCommand, { kind: 'LOOKED_UP' }>,
  state: BillingBatch,
  batchId: string,
): readonly Undecided[] {
  const { open } = state;
  const { attempt, found } = command;
  if (open === undefined || open.attempt !== attempt || open.phase === 'CALLED') return [];
  const foundLineNos = open.lineNos.filter((lineNo) => found.has(lineIdOf(batchId, lineNo)));
  if (foundLineNos.length === open.lineNos.length) {
    return [
      {
        type: 'BillingBatchAcknowledged.v1',
        data: {
          batchId,
          attempt,
          completed: foundLineNos.length,
          errors: [],
          by: 'LOOK_UP',
          ...some(state, foundLineNos),
        },
      },
    ];
  }
  // Looked up again with nothing new: the log need not say it twice.
  if (open.phase === 'LOOKED_UP' && foundLineNos.length === 0) return [];
  return [
    {
      type: 'BillingBatchLookedUp.v1',
      data: { batchId, attempt, foundLineNos, missing: open.lineNos.length - foundLineNos.length },
    },
  ];
}

export interface MatchedInvoiceLines {
  /** To be noted; noted before, the same; and not to be noted, with why. */
  readonly news: readonly NotedInvoiceLine[];
  readonly repeated: number;
  readonly unmatched: readonly (NotedInvoiceLine & {
    readonly why: 'UNKNOWN_LINE' | 'OTHER_INVOICE' | 'CURRENCY_MISMATCH';
  })[];
}

/** Sorts what the billing system says about invoice lines by what the batch knows of them. */
export function matchInvoiceLines(state: BillingBatch, lines: readonly NotedInvoiceLine[]): MatchedInvoiceLines {
  const columns = state.sealed?.columns;
  const numbers = new Map((columns?.lineId ?? []).map((lineId, index) => [lineId, index + 1]));
  const invoices = new Map(state.invoices);
  const news: NotedInvoiceLine[] = [];
  const unmatched: MatchedInvoiceLines['unmatched'][number][] = [];
  let repeated = 0;
  for (const line of lines) {
    const lineNo = numbers.get(line.lineId);
    const key = invoiceKey(line.invoiceNo, line.invoiceLineNo);
    const noted = lineNo === undefined ? undefined : invoices.get(lineNo);
    if (lineNo === undefined) unmatched.push({ ...line, why: 'UNKNOWN_LINE' });
    else if (noted === key) repeated += 1;
    else if (noted !== undefined) unmatched.push({ ...line, why: 'OTHER_INVOICE' });
    else if (columns?.currency[lineNo - 1] !== line.currency) unmatched.push({ ...line, why: 'CURRENCY_MISMATCH' });
    else {
      news.push({ ...line, account: columns.account[lineNo - 1] ?? '' });
      invoices.set(lineNo, key);
    }
  }
  return { news, repeated, unmatched };
}

function calling(state: BillingBatch, attempt: number): OpenCall | undefined {
  return state.open?.attempt === attempt && state.open.phase === 'CALLED' ? state.open : undefined;
}

/** Names the lines of an event only when they are not all of the batch. */
function some(state: BillingBatch, lineNos: readonly number[]): { readonly lineNos?: readonly number[] } {
  return lineNos.length === allLineNos(state).length ? {} : { lineNos };
}

/** Puts the counts that the event leads to into it, so that every reader has them without folding. */
function counted(event: Undecided, state: BillingBatch): BillingBatchEvent {
  switch (event.type) {
    case 'BillingBatchSealed.v1':
    case 'BillingBatchSendAttempted.v1':
    case 'InvoiceLinesNoted.v1':
      return event;
    default: {
      const draft = { ...event, data: { ...event.data, after: countsOf(state) } } as BillingBatchEvent;
      return { ...draft, data: { ...draft.data, after: countsOf(evolveBatch(state, draft)) } } as BillingBatchEvent;
    }
  }
}
