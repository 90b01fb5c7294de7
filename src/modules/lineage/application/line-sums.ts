import { Decimal } from '../../../shared/kernel/decimal.js';
import type { AggregatedLineRow } from '../../billing-sync/index.js';

export interface LineSums {
  /** The records of the line, counted and summed here and now; null for a line of a void run, which has none. */
  readonly recomputed: { readonly records: number; readonly quantity: string; readonly amount: string } | null;
  /** records + what was carried in = what is sent + what is carried on, and the records' sums equal the line's. */
  readonly balanced: boolean;
}

/** Whether a line says the truth: its own sums against those of its records, and its rounding against itself. */
export function lineSums(
  line: Pick<AggregatedLineRow, 'records' | 'quantity' | 'exact' | 'residualBefore' | 'amount' | 'residualAfter'>,
  totals: { readonly records: number; readonly quantity: string; readonly amount: string } | undefined,
): LineSums {
  const rounding = equal(
    Decimal.parse(line.exact).plus(Decimal.parse(line.residualBefore)),
    Decimal.parse(line.amount).plus(Decimal.parse(line.residualAfter)),
  );
  if (totals === undefined) return { recomputed: null, balanced: rounding };
  const records =
    totals.records === line.records &&
    equal(Decimal.parse(totals.quantity), Decimal.parse(line.quantity)) &&
    equal(Decimal.parse(totals.amount), Decimal.parse(line.exact));
  return { recomputed: totals, balanced: rounding && records };
}

function equal(a: Decimal, b: Decimal): boolean {
  return a.equals(b);
}
