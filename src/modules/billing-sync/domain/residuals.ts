import { Decimal } from '../../../shared/kernel/decimal.js';
import type { BillingBatchSealedColumns } from './events.js';

/**
 * What rounding left over, per account and currency, waiting for the account's next line. Zero residuals are not kept.
 *
 *     line 1: exact 0.004 + carried 0      -> sent 0.00, carried on 0.004
 *     line 2: exact 0.003 + carried 0.004  -> sent 0.01, carried on -0.003
 */
export class Residuals {
  private readonly values: Map<string, string>;

  constructor(entries: Iterable<readonly [string, string]> = []) {
    this.values = new Map(entries);
  }

  of(account: string, currency: string): Decimal {
    const text = this.values.get(`${currency}\u0000${account}`);
    return text === undefined ? Decimal.ZERO : Decimal.parse(text);
  }

  carry(account: string, currency: string, residual: Decimal): void {
    const key = `${currency}\u0000${account}`;
    if (residual.isZero()) this.values.delete(key);
    else this.values.set(key, residual.toString());
  }

  /** Takes over what the lines of a sealed batch carried on. */
  apply(columns: Pick<BillingBatchSealedColumns, 'account' | 'currency' | 'residualAfter'>): void {
    columns.account.forEach((account, line) => {
      this.carry(account, columns.currency[line] ?? '', Decimal.parse(columns.residualAfter[line] ?? '0'));
    });
  }

  entries(): [string, string][] {
    return [...this.values.entries()].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  }
}
