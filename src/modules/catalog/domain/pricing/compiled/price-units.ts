/**
 * What a price names and does not define itself: the building blocks of the catalog, made ready. A price is compiled
 * with those that stand in the log before the usage.
 */
export interface PriceUnits {
  zoneUnit(name: string): ZoneLookup | undefined;
  timeUnit(name: string): TimeLookup | undefined;
  rateUnit(name: string): RateUnitRule | undefined;
  allowance(name: string): AllowanceRule | undefined;
  accumulator(name: string): AccumulatorRule | undefined;
  /** Undefined as long as every balance is a subscription's in a billing cycle. */
  readonly elsewhere: ElsewhereRules | undefined;
}

/** What holds of balances that are kept otherwise. */
export interface ElsewhereRules {
  /** IANA name, of the tenant: the calendar of dates. */
  readonly timeZone: string;
  /** Whose a balance is that says nothing: the account's, instead of the subscription's. */
  readonly sharedByDefault: boolean;
}

export const BALANCE_SCOPES = ['SUBSCRIPTION', 'SERVICE_ID', 'ACCOUNT'] as const;
/** Who shares a balance: a subscription, one service id of it alone, or all subscriptions of the account. */
export type BalanceScope = (typeof BALANCE_SCOPES)[number];

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
  readonly scope?: BalanceScope;
  /** Absent: its billing cycle. */
  readonly validity?: ValidityRule;
  /** Of what is left of a billing cycle: at most `cap`, for so many cycles. */
  readonly rollover?: { readonly cap: string; readonly cycles: number };
}

export type ValidityRule =
  | { readonly type: 'CYCLE' }
  | { readonly type: 'FROM_GRANT'; readonly days?: number; readonly months?: number }
  /** Calendar dates of the tenant's zone; `to` is exclusive. */
  | { readonly type: 'DATES'; readonly from: string; readonly to: string };

export interface AccumulatorRule {
  /** False: amounts are added up, `unit` being their currency. */
  readonly accumulateQuantity: boolean;
  readonly unit: string;
  readonly scope?: BalanceScope;
  readonly reset:
    { readonly type: 'CYCLE' } | { readonly type: 'NEVER' } | { readonly type: 'PERIOD'; readonly cycles: number };
}

/** For a price that names none. */
export const NO_UNITS: PriceUnits = {
  zoneUnit: () => undefined,
  timeUnit: () => undefined,
  rateUnit: () => undefined,
  allowance: () => undefined,
  accumulator: () => undefined,
  elsewhere: undefined,
};
