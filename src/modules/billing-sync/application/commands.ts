import { RecordedCommand, type CommandContext } from '../../../shared/command-log/recorded-command.js';
import { eventId } from '../../../shared/event-store/event-id.js';

export interface AggregationAnswer {
  readonly runId: string;
  /** Rated events (of all partitions) in the run's window; 0 = nothing new, the run completes empty. */
  readonly ratedEvents: number;
}
/** Sum up everything monetized since the last run into lines for billing. */
export class RequestAggregation extends RecordedCommand<AggregationAnswer> {
  readonly name = 'RequestAggregation';
  constructor(readonly payload: { readonly reason: string }) {
    super();
  }
}

export interface SendAnswer {
  readonly sendId: string;
  readonly batches: number;
}
/** Send what completed runs sealed and what earlier sends left in doubt; with `errored`, errored lines again too. */
export class SendBillingBatches extends RecordedCommand<SendAnswer> {
  readonly name = 'SendBillingBatches';
  constructor(readonly payload: { readonly reason: string; readonly errored: boolean }) {
    super();
  }
}

/** ALL errored lines, those of a BATCH, or those of one ERROR code within a batch. */
export type ReprocessSelection =
  | { readonly level: 'all' }
  | { readonly level: 'batch'; readonly batchId: string }
  | { readonly level: 'error'; readonly batchId: string; readonly errorCode: string };

/** Send errored lines again; what is COMPLETE or IN_DOUBT is never offered again by it. */
export class ReprocessBillingBatches extends RecordedCommand<SendAnswer> {
  readonly name = 'ReprocessBillingBatches';
  constructor(readonly payload: { readonly selection: ReprocessSelection; readonly reason: string }) {
    super();
  }
}

export interface PollAnswer {
  readonly pollId: string;
}
/** Ask the billing system which of our lines it has invoiced. */
export class PollInvoiceLines extends RecordedCommand<PollAnswer> {
  readonly name = 'PollInvoiceLines';
  constructor(readonly payload: { readonly reason: string }) {
    super();
  }
}

export interface GivenInvoiceLine {
  readonly lineId: string;
  readonly invoiceNo: string;
  readonly invoiceLineNo: number;
  readonly amount: string;
  readonly currency: string;
}
export interface NoteAnswer {
  readonly noted: number;
  readonly repeated: number;
  readonly unmatched: readonly { readonly lineId: string; readonly why: string }[];
}
/** The billing system's webhook: these lines of ours stand on these invoice lines. */
export class NoteInvoiceLines extends RecordedCommand<NoteAnswer> {
  readonly name = 'NoteInvoiceLines';
  constructor(readonly payload: { readonly lines: readonly GivenInvoiceLine[] }) {
    super();
  }
}

/**
 * The id of the work a command asks for: the same when the command is run again, and never used by another
 * installation that bills through the same billing system.
 */
export function workIdOf(context: CommandContext, kind: string): string {
  return eventId(`${kind}/${context.tenant}/${context.commandId}/${context.now}`).replaceAll('-', '').slice(0, 16);
}
