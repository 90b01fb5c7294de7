import { Decimal, unitsToString } from '../../../shared/kernel/decimal.js';

/** Decimals up to this many digits after the point are added as integers without a Decimal per value. */
const SCALE = 10;
const POWERS = Array.from({ length: SCALE + 1 }, (_, n) => 10n ** BigInt(n));

/** An exact running sum of canonical decimal strings, for millions of them. */
export class ExactSum {
  private units = 0n;
  /** What does not fit SCALE; seldom used. */
  private fine = Decimal.ZERO;

  add(text: string): void {
    const point = text.indexOf('.');
    if (point < 0) {
      this.units += BigInt(text) * (POWERS[SCALE] ?? 1n);
      return;
    }
    const decimals = text.length - point - 1;
    const power = POWERS[SCALE - decimals];
    if (power === undefined || decimals === 0) this.fine = this.fine.plus(Decimal.parse(text));
    else this.units += BigInt(text.slice(0, point) + text.slice(point + 1)) * power;
  }

  subtract(text: string): void {
    this.add(text.startsWith('-') ? text.slice(1) : `-${text}`);
  }

  isZero(): boolean {
    return this.value().isZero();
  }

  value(): Decimal {
    const coarse = Decimal.fromUnits(this.units, SCALE);
    return this.fine.isZero() ? coarse : coarse.plus(this.fine);
  }

  toString(): string {
    return this.fine.isZero() ? unitsToString(this.units, SCALE) : this.value().toString();
  }
}
