import type { Decimal } from './decimal.js';
import type { RoundingMethod } from './rounding.js';

/** Decimals kept by every monetized impact, whatever the currency; a line sent to billing is rounded once, later. */
export const RATING_SCALE = 10;

/** A currency as Retally needs it: its ISO 4217 code, minor unit and how an amount is rounded to it. */
export interface Currency {
  readonly code: string;
  /** Decimals of the minor unit: 2 for EUR, 0 for JPY, 3 for KWD. */
  readonly minorUnit: number;
  readonly rounding: RoundingMethod;
}

/** What rounding to the minor unit makes of an exact amount; `rounded + residual` is the exact amount again. */
export interface Rounded {
  readonly rounded: Decimal;
  readonly residual: Decimal;
}

/** Minor units that differ from 2 (ISO 4217). */
const MINOR_UNITS: Readonly<Record<string, number>> = {
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  ISK: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  UYI: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,
  CLF: 4,
  UYW: 4,
};

/** The currency of an ISO code with its usual minor unit and HALF_UP, as most billing systems round. */
export function currencyOf(code: string, rounding: RoundingMethod = 'HALF_UP'): Currency {
  return { code, minorUnit: MINOR_UNITS[code] ?? 2, rounding };
}

/** Three capital letters, as ISO 4217 writes them: for `FieldReader.text`. */
export const CURRENCY_CODE = { pattern: /^[A-Z]{3}$/, says: 'an ISO 4217 code such as EUR' } as const;

export function isCurrencyCode(text: string): boolean {
  return CURRENCY_CODE.pattern.test(text);
}

/** Rounds an exact amount once to the currency's minor unit and keeps what was cut off or added as the residual. */
export function roundToMinorUnit(amount: Decimal, currency: Currency): Rounded {
  const rounded = amount.rounded(currency.minorUnit, currency.rounding);
  return { rounded, residual: amount.minus(rounded) };
}
