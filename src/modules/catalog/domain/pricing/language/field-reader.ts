import { Decimal } from '../../../../../shared/kernel/decimal.js';
import type { FieldError } from '../../../../../shared/kernel/refusal.js';
import { QUANTITY_SCALE, type DecimalText } from './pricing.js';

/** What a decimal of a price may be. */
export interface DecimalRule {
  readonly sign: 'POSITIVE' | 'NOT_NEGATIVE';
  /** Decimals at most. */
  readonly scale: number;
  readonly example: string;
}

/** Digits before the point: balances and products stay far from any limit. */
const MAX_WHOLE_DIGITS = 18;
/** No control characters, no space at either end. */
const LABEL = /^(?! )[^\p{Cc}\p{Zl}\p{Zp}]{1,100}(?<! )$/u;
const NAME = /^[A-Za-z0-9][A-Za-z0-9 _.:/-]{0,63}$/;

export const QUANTITY_RULE: DecimalRule = { sign: 'POSITIVE', scale: QUANTITY_SCALE, example: '60' };
export const FREE_RULE: DecimalRule = { sign: 'NOT_NEGATIVE', scale: QUANTITY_SCALE, example: '30' };
/** A price may be finer than the rating scale: it is multiplied before it is rounded. */
export const PRICE_RULE: DecimalRule = { sign: 'NOT_NEGATIVE', scale: 18, example: '0.12' };
/** An amount of money is kept as it stands, so it has at most the decimals of the rating scale. */
export const AMOUNT_RULE: DecimalRule = { sign: 'NOT_NEGATIVE', scale: 10, example: '0.05' };

export type Members = Readonly<Record<string, unknown>>;

/**
 * Reads untyped JSON member by member and collects every error with its path, so that a person sees all of them at
 * once. A reading method answers undefined for what is absent (or null) and for what is wrong; the latter is noted.
 */
export class FieldReader {
  readonly errors: FieldError[] = [];

  fail(path: string, message: string): void {
    this.errors.push({ path, message });
  }

  /** Unknown members are refused, never ignored: a misspelt member would silently change what is charged. */
  members(value: unknown, path: string, known: readonly string[]): Members | undefined {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.fail(path, `must be an object with ${known.join(', ')}; it is ${describe(value)}`);
      return undefined;
    }
    for (const name of Object.keys(value)) {
      if (!known.includes(name)) {
        this.fail(join(path, name), `is not a member of the language here: known are ${known.join(', ')}`);
      }
    }
    return value as Members;
  }

  list(value: unknown, path: string, limit: number): readonly unknown[] | undefined {
    if (!Array.isArray(value)) {
      this.fail(path, `must be a list; it is ${describe(value)}`);
      return undefined;
    }
    if (value.length === 0) {
      this.fail(path, 'must have at least one entry');
      return undefined;
    }
    if (value.length > limit) {
      this.fail(path, `has ${value.length} entries: at most ${limit} are allowed`);
      return undefined;
    }
    return value as readonly unknown[];
  }

  decimal(value: unknown, path: string, rule: DecimalRule): DecimalText | undefined {
    if (absent(value)) return undefined;
    if (typeof value !== 'string') {
      this.fail(path, `must be a decimal as text such as "${rule.example}"; it is ${describe(value)}`);
      return undefined;
    }
    const decimal = Decimal.tryParse(value);
    if (decimal === undefined) {
      this.fail(path, `must be a decimal such as "${rule.example}"; it is "${value.slice(0, 80)}"`);
      return undefined;
    }
    if (decimal.isNegative()) {
      this.fail(path, `must not be negative; it is ${value}`);
      return undefined;
    }
    if (rule.sign === 'POSITIVE' && decimal.isZero()) {
      this.fail(path, 'must be greater than 0');
      return undefined;
    }
    if (!decimal.fits(rule.scale)) {
      this.fail(path, `may have at most ${rule.scale} decimals; it is ${value}`);
      return undefined;
    }
    if (decimal.units >= 10n ** BigInt(decimal.scale + MAX_WHOLE_DIGITS)) {
      this.fail(path, `may have at most ${MAX_WHOLE_DIGITS} digits before the point`);
      return undefined;
    }
    return decimal.toString();
  }

  choice<Choice extends string>(value: unknown, path: string, choices: readonly Choice[]): Choice | undefined {
    const found = choices.find((choice) => choice === value);
    if (found === undefined) this.fail(path, `must be one of ${choices.join(', ')}; it is ${describe(value)}`);
    return found;
  }

  /** The name of a quantity, resource, usage type, zone…: letters, digits and ` _.:/-`, at most 64. */
  name(value: unknown, path: string): string | undefined {
    if (absent(value)) return undefined;
    if (typeof value === 'string' && NAME.test(value)) return value;
    this.fail(path, `must be a name of letters, digits and " _.:/-", at most 64; it is ${describe(value)}`);
    return undefined;
  }

  /** Words for people, such as the name of a charge: any text of one line, at most 100 characters. */
  label(value: unknown, path: string): string | undefined {
    if (absent(value)) return undefined;
    if (typeof value === 'string' && LABEL.test(value)) return value;
    this.fail(path, `must be a text of one line, at most 100 characters; it is ${describe(value)}`);
    return undefined;
  }

  names(value: unknown, path: string): readonly string[] | undefined {
    return this.distinct(value, path, (entry, at) => this.name(entry, at));
  }

  labels(value: unknown, path: string): readonly string[] | undefined {
    return this.distinct(value, path, (entry, at) => this.label(entry, at));
  }

  private distinct(
    value: unknown,
    path: string,
    read: (entry: unknown, at: string) => string | undefined,
  ): readonly string[] | undefined {
    if (absent(value) || (Array.isArray(value) && value.length === 0)) return undefined;
    const entries = this.list(value, path, 32);
    if (entries === undefined) return undefined;
    const names: string[] = [];
    entries.forEach((entry, index) => {
      const at = `${path}[${index}]`;
      const name = read(entry ?? '', at);
      if (name === undefined) return;
      if (names.includes(name)) this.fail(at, `"${name}" stands there twice`);
      else names.push(name);
    });
    return names;
  }
}

export function absent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

export function join(path: string, member: string): string {
  return path === '' ? member : `${path}.${member}`;
}

/** For a message: what stands there, shortly. */
export function describe(value: unknown): string {
  if (absent(value)) return 'missing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') return `"${value.slice(0, 80)}"`;
  return `the ${typeof value} ${JSON.stringify(value)}`;
}

/** Leaves out what is absent, as optional members of a price are written. */
export function present<Shape extends object>(shape: { readonly [Member in keyof Shape]: Shape[Member] | undefined }): {
  [Member in keyof Shape]?: Exclude<Shape[Member], undefined>;
} {
  return Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined)) as {
    [Member in keyof Shape]?: Exclude<Shape[Member], undefined>;
  };
}
