/** What a monetized record is found by: its rated event and its group of the aggregation key. */
export interface RecordGroup {
  readonly tenant: string;
  /** Of the event with its row, a rated one or a correction: its stream's partition and its revision in it. */
  readonly partition: number;
  readonly revision: number;
  readonly account: string;
  readonly subscription: string;
  readonly usageType: string;
  readonly currency: string;
  readonly rateSchedule: string;
  /** Usage of a prepaid service, whatever it came to: it is paid out of top-ups. */
  readonly prepaid: boolean;
}

export type LineOfRecord =
  | {
      readonly state: 'AGGREGATED';
      readonly runId: string;
      readonly batchId: string;
      readonly lineNo: number;
      readonly lineId: string;
    }
  /** Aggregated by this run, in which its group came to exactly nothing: no line was made, nothing was sent. */
  | { readonly state: 'NOTHING'; readonly runId: string }
  /** Paid out of top-ups: it is never billed, so no line is ever made of it. */
  | { readonly state: 'PREPAID' }
  /** A run that holds the record is under way. */
  | { readonly state: 'UNDER_WAY'; readonly runId: string }
  /** No run has taken it yet: the next one will. */
  | { readonly state: 'NOT_AGGREGATED' };

/** Where a line's records are: the rated events of one range of a rating stream, and in them the rows of one group. */
export interface WindowOfLine {
  readonly lineId: string;
  readonly runId: string;
  readonly batchId: string;
  readonly partition: number;
  /** Revisions of `rating-<tenant>.<partition>`, both inclusive. */
  readonly from: number;
  readonly to: number;
  readonly account: string;
  readonly subscription: string;
  readonly usageType: string;
  readonly currency: string;
  readonly rateSchedule: string;
}

/** The two look-ups between monetized records and billing lines; both by index, none scans the log. */
export interface BillingLineage {
  lineOfRecord(record: RecordGroup): Promise<LineOfRecord>;
  windowOfLine(tenant: string, lineId: string): Promise<WindowOfLine | undefined>;
}

/** Nest token. */
export const BILLING_LINEAGE = Symbol('BillingLineage');
