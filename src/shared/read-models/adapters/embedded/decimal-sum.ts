import { Decimal, unitsToString } from '../../../kernel/decimal.js';

/** Adds decimal texts exactly; it keeps scaled integers, for a sum may run over a million rows. */
export class DecimalSum {
  private units = 0n;
  private scale = 0;

  reset(): void {
    this.units = 0n;
    this.scale = 0;
  }

  /** A null adds nothing. */
  add(text: unknown): void {
    if (typeof text !== 'string') return;
    const value = Decimal.parse(text);
    if (value.scale > this.scale) {
      this.units *= 10n ** BigInt(value.scale - this.scale);
      this.scale = value.scale;
    }
    this.units += value.unitsAt(this.scale);
  }

  toString(): string {
    return unitsToString(this.units, this.scale);
  }
}
