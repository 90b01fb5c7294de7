import type { RatedBefore, RatedImpact } from '../events.js';
import type { RecordFacts } from '../rated-batch.js';
import type { RowAddress } from '../runs/rerated-events.js';

/**
 * A usage record as rating takes it, and what stands for it now. Its place in **event order** is usage time, then
 * position of its mediated chunk, then ordinal: the order in which its account would have been rated had nothing come
 * late.
 */
export interface StandingRecord<Usage extends RecordFacts = RecordFacts> {
  /** The record itself: whoever rates it knows its quantities and attributes. */
  readonly usage: Usage;
  /** Of its mediated chunk. */
  readonly position: number;
  /** Current version of each of its charges, withdrawn ones too, in the order in which they were charged. */
  readonly rows: readonly StandingRow[];
}

/** One charge of a record: what is said of it again whenever it is rated. */
export interface ChargeRow {
  /** Which charge of the price, from 0: with the record it is what has versions. */
  readonly charge: number;
  readonly subscription: string;
  readonly usageType: string;
  /** Start of its billing cycle, epoch ms. */
  readonly cycle: number;
  readonly offer: { readonly priceOfferId: string; readonly version: number };
  readonly currency: string;
  readonly quantity: string;
  readonly amount: string;
  readonly impacts: readonly RatedImpact[];
  readonly before: RatedBefore | null;
}

/** The current version of a charge, and where it stands in its partition's stream. */
export interface StandingRow extends ChargeRow {
  /** From 1. */
  readonly version: number;
  /** It is charged no more: quantity and amount 0, no impacts. */
  readonly withdrawn: boolean;
  readonly address: RowAddress;
}

/**
 * A balance that a row's amount or impacts rest on, as the row found it. What it only adds to is none. Written as the
 * language of prices answers it (`findingsOf` of the catalog).
 */
export interface Finding {
  /** `allowance/X`, `accumulator/X`. */
  readonly key: string;
  /** Of its own cycle; of the cycle before; or in the latest cycle up to its own that has it. */
  readonly of: 'CYCLE' | 'EARLIER' | 'LATEST';
  /** In units of 10^-12; undefined = there was no such balance. */
  readonly found: bigint | undefined;
  /** None is as good as 0: of what is only counted. */
  readonly noneIsZero: boolean;
  /** It says where a price by VOLUME stands in its cycle. */
  readonly volume: boolean;
}
