import type { Carry } from '../balances/carry.js';
import type { CompiledCharge } from '../compiled/compile-charge.js';
import type { AmountUnits, QuantityUnits } from '../numbers/scaled.js';

/** `[offerType, resource, quantity, rate, amount, tier]`, as rated events hold it. */
export type Impact = readonly [
  offerType: 'PRICE' | 'ALLOWANCE' | 'ACCUMULATOR',
  resource: string,
  quantity: string,
  rate: string | null,
  amount: string | null,
  tier: number | null,
];

/** What a charge found: enough to recompute it from the price and the record. Members that do not apply are absent. */
export interface Before {
  readonly accumulator: string | null;
  readonly allowances: Readonly<Record<string, string>>;
  /** Every other balance it looked at, by its key. */
  readonly balances?: Readonly<Record<string, string>>;
  /** The allowances it might draw on, in the order of their use, where the price leaves the order to the balances. */
  readonly order?: readonly string[];
  /** What a rate unit derived from the record. */
  readonly measured?: string;
  /** Of the meter it read: the quantity, the reading before, and the one kept in this cycle so far. */
  readonly meter?: { readonly reading: string; readonly before: string | null; readonly inCycle: string | null };
  /** The net amounts of the earlier charges it is a percentage of, by name. */
  readonly charges?: Readonly<Record<string, string>>;
  /** Of a record that is priced by its pieces: the charge of each, and how much of the measured quantity it is. */
  readonly pieces?: readonly (readonly [charge: number, quantity: string])[];
  /**
   * Of a record priced with its billing cycle as a whole: what the cycle came to, and where in it the record stands.
   * `totals`, by key of the accumulator: of pieces that count in several, what the cycle came to in each.
   */
  readonly volume?: {
    readonly total: string;
    readonly from: string;
    readonly totals?: Readonly<Record<string, string>>;
  };
  /**
   * By balance key: whose balance it is, the start of its period, and its end (null = never), where that is not the
   * subscription's in the billing cycle of the record. A key with `earlier/` before it: of the period before, which chose the tier.
   */
  readonly elsewhere?: Readonly<Record<string, readonly [holder: string, period: number, end?: number | null]>>;
  /** From which billing cycles something of an allowance was carried over, the oldest first. */
  readonly carried?: readonly Carry[];
  /** What was granted of an allowance where it was not the whole: the subscription began in the cycle. */
  readonly granted?: Readonly<Record<string, string>>;
  /** Of its allowances those that are not valid at its time. */
  readonly notValid?: readonly string[];
  /** Of its accumulators those that add up amounts. */
  readonly amounts?: readonly string[];
}

/** One charge of a line: a monetized record. */
export interface Charged {
  readonly charge: CompiledCharge;
  readonly usageType: string;
  /** Rated quantity and net amount, as integers and as the texts that are stored. */
  readonly quantity: QuantityUnits;
  readonly quantityText: string;
  readonly amount: AmountUnits;
  readonly amountText: string;
  readonly impacts: readonly Impact[];
  readonly before: Before | null;
}

export interface NotCharged {
  readonly code: 'NO_MATCHING_RATE' | 'QUANTITY_NOT_DERIVABLE';
  /** What is missing, as the end of a sentence. */
  readonly reason: string;
  readonly facts: Readonly<Record<string, string>>;
}
