import { Decimal, unitsToString } from '../../../../shared/kernel/decimal.js';

const ZERO = 48;
const MINUS = 45;
const PLUS = 43;
const POINT = 46;
const COMMA = 44;
/** Fifteen digits always fit a double exactly. */
const SAFE_DIGITS = 15;

/**
 * Reads the decimals of usage records quickly: no object and no BigInt for numbers of up to 15 digits. After `read`
 * answered true, `text` is the canonical decimal string and `units` x 10^-`scale` its value (or `exact`, when it is longer).
 */
export class DecimalReader {
  text = '';
  units = 0;
  scale = 0;
  exact: Decimal | undefined;

  constructor(private readonly separator: '.' | ',' = '.') {}

  /** False for anything but digits with at most one separator and a sign; spaces are the caller's to cut off. */
  read(source: string): boolean {
    const separator = this.separator === '.' ? POINT : COMMA;
    let at = 0;
    let negative = false;
    const first = source.charCodeAt(0);
    if (first === MINUS || first === PLUS) {
      negative = first === MINUS;
      at = 1;
    }
    const digitsFrom = at;
    let units = 0;
    let point = -1;
    for (; at < source.length; at += 1) {
      const code = source.charCodeAt(at);
      const digit = code - ZERO;
      if (digit >= 0 && digit <= 9) units = units * 10 + digit;
      else if (code === separator && point < 0) point = at;
      else return false;
    }
    const digits = source.length - digitsFrom - (point < 0 ? 0 : 1);
    if (digits === 0 || point === digitsFrom || point === source.length - 1) return false;
    const scale = point < 0 ? 0 : source.length - point - 1;
    if (digits > SAFE_DIGITS) return this.readLong(source);
    this.exact = undefined;
    this.units = negative && units !== 0 ? -units : units;
    this.scale = scale;
    this.text = this.canonical(source, scale);
    return true;
  }

  get negative(): boolean {
    return this.exact === undefined ? this.units < 0 : this.exact.isNegative();
  }

  private canonical(source: string, scale: number): string {
    if (scale > 0) return unitsToString(BigInt(this.units), scale);
    const first = source.charCodeAt(0);
    const plain = (first !== ZERO || source.length === 1) && first !== PLUS && first !== MINUS;
    return plain ? source : String(this.units);
  }

  private readLong(source: string): boolean {
    const value = Decimal.tryParse(this.separator === ',' ? source.replace(',', '.') : source);
    if (value === undefined) return false;
    this.exact = value;
    this.text = value.toString();
    return true;
  }
}

/** An exact sum of what a DecimalReader reads: doubles inside their exact range, a Decimal for the rest. */
export class DecimalSum {
  /** Sums of units by scale, each far below 2^53. */
  private readonly byScale: number[] = [];
  private total = Decimal.ZERO;

  add(value: DecimalReader): void {
    if (value.exact !== undefined) {
      this.total = this.total.plus(value.exact);
      return;
    }
    const sum = (this.byScale[value.scale] ?? 0) + value.units;
    if (Math.abs(sum) < 4e15) this.byScale[value.scale] = sum;
    else {
      this.byScale[value.scale] = 0;
      this.total = this.total.plus(new Decimal(BigInt(sum), value.scale));
    }
  }

  /** The sum as a canonical decimal string. */
  toString(): string {
    let total = this.total;
    this.byScale.forEach((units, scale) => {
      total = total.plus(new Decimal(BigInt(units), scale));
    });
    return total.toString();
  }

  clear(): void {
    this.byScale.length = 0;
    this.total = Decimal.ZERO;
  }
}
