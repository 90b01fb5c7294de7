/** What a monetized record is found by: its rated event and its group of the aggregation key. */
export interface RecordGroup {
  readonly tenant: string;
  /** Of the UsageBatchRated event: its stream's partition and its revision in it. */
  readonly partition: number;
  readonly revision: number;
  readonly account: string;
  readonly subscription: string;
  readonly usageType: string;
  readonly currency: string;
  readonly rateSchedule: string;
}

export type LineOfRecord =
  | {
      readonly state: 'AGGREGATED';
      readonly runId: string;
      readonly batchId: string;
      readonly lineNo: number;
      readonly lineId: string;
    }
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
