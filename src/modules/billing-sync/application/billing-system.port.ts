import type { LineError } from '../domain/billing-batch.decider.js';

/** A line as it is sent: sums of many records, the amount already rounded to the currency's minor unit. */
export interface BillingLine {
  readonly lineId: string;
  readonly account: string;
  readonly subscription: string;
  readonly usageType: string;
  readonly quantity: string;
  readonly amount: string;
  readonly currency: string;
  readonly rateSchedule: string;
  /** Latest usage time in it (epoch ms). */
  readonly lastAt: number;
  readonly records: number;
}

export interface BillingCall {
  /** The same receipt again is answered again and not recorded again, while the billing system remembers it. */
  readonly receiptId: string;
  readonly lines: readonly BillingLine[];
}

/** What is known after a call. Anything that is not certain is UNKNOWN: then the lines are looked up, never guessed. */
export type BillingAnswer =
  /** Recorded, but for the lines in `errors`. */
  | { readonly kind: 'ANSWERED'; readonly errors: readonly LineError[] }
  /** Certainly nothing was recorded. */
  | { readonly kind: 'REFUSED'; readonly code: string; readonly message: string }
  | { readonly kind: 'UNKNOWN'; readonly reason: string };

/** What the billing system has in its own ledger for a line id; twice the same id are two of these. */
export interface BillingRecord {
  readonly lineId: string;
  readonly amount: string;
  readonly currency: string;
  /** Once it is invoiced. */
  readonly invoice?: { readonly invoiceNo: string; readonly invoiceLineNo: number };
}

export type LookUpAnswer =
  | { readonly kind: 'FOUND'; readonly records: readonly BillingRecord[] }
  | { readonly kind: 'UNAVAILABLE'; readonly reason: string };

/** The system that invoices. Calls never throw for what the other side does; they say what is known. */
export interface BillingSystem {
  /** How long it remembers a receipt, in ms. */
  readonly windowMs: number;
  recordUsage(call: BillingCall, signal: AbortSignal): Promise<BillingAnswer>;
  lookUp(lineIds: readonly string[], signal: AbortSignal): Promise<LookUpAnswer>;
}

/** Nest token; undefined when no billing system is configured. */
export const BILLING_SYSTEM = Symbol('BillingSystem');
