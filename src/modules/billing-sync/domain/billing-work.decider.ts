import { never, type Decider } from '../../../shared/kernel/decider.js';
import type {
  BillingSendCompleted,
  BillingSendRequested,
  BillingWorkEvent,
  InvoiceLinesUnmatched,
  InvoicePollCompleted,
  InvoicePollRequested,
} from './events.js';

/** One piece of work that was asked for and is not done. */
export type OpenWork =
  | { readonly kind: 'SEND'; readonly data: BillingSendRequested['data'] }
  | { readonly kind: 'POLL'; readonly data: InvoicePollRequested['data'] };

/** What a tenant asked of the billing system and what is left to do of it. */
export interface BillingWork {
  /** In the order it was asked for. */
  readonly open: readonly OpenWork[];
  readonly throughAggregation: number;
  /** Batches that the sends so far left in doubt or pending: the next send takes them up. */
  readonly unsettled: readonly string[];
  /** Ids of everything ever asked, so that a repeated command changes nothing. */
  readonly known: ReadonlySet<string>;
}

export type BillingWorkCommand =
  | {
      readonly kind: 'SEND';
      readonly sendId: string;
      readonly reason: string;
      readonly throughAggregation: number;
      /** Batches of runs completed since the last send; those left unsettled and `errored` ones are added to them. */
      readonly batches: readonly string[];
      readonly errored?: { readonly batches: readonly string[]; readonly errorCode?: string };
    }
  | { readonly kind: 'SENT'; readonly data: BillingSendCompleted['data'] }
  | { readonly kind: 'POLL'; readonly pollId: string; readonly reason: string }
  | { readonly kind: 'POLLED'; readonly data: InvoicePollCompleted['data'] }
  | { readonly kind: 'UNMATCHED'; readonly data: InvoiceLinesUnmatched['data'] };

export const billingWorkDecider: Decider<BillingWork, BillingWorkCommand, BillingWorkEvent> = {
  initialState: { open: [], throughAggregation: -1, unsettled: [], known: new Set() },

  evolve(state, event) {
    switch (event.type) {
      case 'BillingSendRequested.v1': {
        const taken = new Set(event.data.batches);
        return {
          open: [...state.open, { kind: 'SEND', data: event.data }],
          throughAggregation: Math.max(state.throughAggregation, event.data.throughAggregation),
          unsettled: state.unsettled.filter((batchId) => !taken.has(batchId)),
          known: new Set(state.known).add(event.data.sendId),
        };
      }
      case 'BillingSendCompleted.v1':
        return {
          ...state,
          open: state.open.filter((work) => work.kind !== 'SEND' || work.data.sendId !== event.data.sendId),
          unsettled: [...new Set([...state.unsettled, ...event.data.unsettled])],
        };
      case 'InvoicePollRequested.v1':
        return {
          ...state,
          open: [...state.open, { kind: 'POLL', data: event.data }],
          known: new Set(state.known).add(event.data.pollId),
        };
      case 'InvoicePollCompleted.v1':
        return {
          ...state,
          open: state.open.filter((work) => work.kind !== 'POLL' || work.data.pollId !== event.data.pollId),
        };
      case 'InvoiceLinesUnmatched.v1':
        return state;
      default:
        return never(event);
    }
  },

  decide(command, state) {
    switch (command.kind) {
      case 'SEND': {
        if (state.known.has(command.sendId)) return [];
        const { sendId, reason, throughAggregation, errored } = command;
        const batches = [...new Set([...state.unsettled, ...command.batches, ...(errored?.batches ?? [])])];
        const data = { sendId, reason, throughAggregation, batches, ...(errored === undefined ? {} : { errored }) };
        return [{ type: 'BillingSendRequested.v1', data }];
      }
      case 'SENT':
        return state.open.some((work) => work.kind === 'SEND' && work.data.sendId === command.data.sendId)
          ? [{ type: 'BillingSendCompleted.v1', data: command.data }]
          : [];
      case 'POLL':
        return state.known.has(command.pollId)
          ? []
          : [{ type: 'InvoicePollRequested.v1', data: { pollId: command.pollId, reason: command.reason } }];
      case 'POLLED':
        return state.open.some((work) => work.kind === 'POLL' && work.data.pollId === command.data.pollId)
          ? [{ type: 'InvoicePollCompleted.v1', data: command.data }]
          : [];
      case 'UNMATCHED':
        return command.data.lines.length === 0 ? [] : [{ type: 'InvoiceLinesUnmatched.v1', data: command.data }];
      default:
        return never(command);
    }
  },
};
