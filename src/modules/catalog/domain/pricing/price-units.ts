/**
 * What a price names and does not define itself: the building blocks of the catalog, made ready. A price is compiled
 * with those that stand in the log before the usage.
 */
export interface PriceUnits {
  zoneUnit(name: string): ZoneLookup | undefined;
  timeUnit(name: string): TimeLookup | undefined;
  rateUnit(name: string): RateUnitRule | undefined;
  allowance(name: string): AllowanceRule | undefined;
}

export interface ZoneLookup {
  /** The attributes of the record whose values `zoneOf` takes: one, or two for a distance. */
  readonly attributes: readonly string[];
  zoneOf(value: string, other?: string): string | undefined;
}

export interface TimeLookup {
  /** The attribute of the record that says its zone; undefined when its zone is not asked for. */
  readonly attribute: string | undefined;
  timeNameAt(instant: number, recordZone?: string): string | undefined;
  /** The instants within (from, to) at which the name changes, ascending. */
  boundariesBetween(from: number, to: number, recordZone?: string): readonly number[];
}

export type RateUnitRule =
  | { readonly kind: 'EXPRESSION'; readonly expression: string; readonly unit: string }
  | {
      readonly kind: 'METER_DIFFERENCE';
      readonly reading: string;
      readonly rolloverAt?: string;
      readonly unit: string;
    };

export interface AllowanceRule {
  /** What it counts: a charge that counts something else cannot draw on it. */
  readonly unit: string;
  /** Lower is used first. */
  readonly priority: number;
  /** Of calendar dates: `to` is when it expires. What has none expires with its cycle, after all that have one. */
  readonly validity?: { readonly type: string; readonly to?: string };
}

/** For a price that names none. */
export const NO_UNITS: PriceUnits = {
  zoneUnit: () => undefined,
  timeUnit: () => undefined,
  rateUnit: () => undefined,
  allowance: () => undefined,
};
