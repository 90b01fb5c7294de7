/** A rate unit: how the quantity to be priced is derived where the record does not carry it as it stands. */
export type RateUnit = ExpressionRateUnit | MeterDifferenceRateUnit;

export interface ExpressionRateUnit {
  readonly kind: 'EXPRESSION';
  /** In CEL (Common Expression Language), over the quantities and attributes of the record. */
  readonly expression: string;
  /** What it counts, for people and for sums: `GB`. */
  readonly unit: string;
}

export interface MeterDifferenceRateUnit {
  readonly kind: 'METER_DIFFERENCE';
  /** The quantity of the record that is the meter's reading; the difference to the reading before is priced. */
  readonly reading: string;
  /** The reading at which the meter begins at 0 again, as decimal text: `100000` for five digits. */
  readonly rolloverAt?: string;
  readonly unit: string;
}
