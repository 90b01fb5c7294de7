import { Decimal } from './decimal.js';
import type { FieldError } from './refusal.js';

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;

/** Epoch ms of an RFC 3339 instant (an offset is required); undefined for anything else, also for 30 February. */
export function parseInstant(text: string): number | undefined {
  const match = RFC3339.exec(text);
  if (match === null) return undefined;
  const lastDay = new Date(Date.UTC(Number(match[1]), Number(match[2]), 0)).getUTCDate();
  if (Number(match[3]) > lastDay) return undefined;
  const instant = Date.parse(text.toUpperCase());
  return Number.isNaN(instant) ? undefined : instant;
}

export interface TextRule {
  /** Characters at most; 200 unless told. */
  readonly max?: number;
  readonly pattern?: RegExp;
  /** What would be right, after "must be". Goes with `pattern`. */
  readonly says?: string;
  /** Makes the field optional. */
  readonly orElse?: string;
}

/** What a decimal may be; it is answered canonically. */
export interface DecimalRule {
  readonly min: string;
  readonly max: string;
  /** Decimals at most. */
  readonly scale: number;
  /** Makes the field optional. */
  readonly orElse?: string;
}

/**
 * Reads the members of one untrusted JSON object and collects every error with its path, instead of stopping at the
 * first. A failed read answers a harmless value; who reads looks at `errors` before using any.
 *
 *     const fields = new FieldReader(payload, 'payload');
 *     const plan = fields.text('plan');
 *     fields.noOthers();
 *     if (fields.errors.length > 0) return fields.errors;
 */
export class FieldReader {
  readonly errors: FieldError[] = [];
  private readonly source: Readonly<Record<string, unknown>>;
  private readonly seen = new Set<string>();

  constructor(
    value: unknown,
    private readonly path = '',
  ) {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      this.source = value as Readonly<Record<string, unknown>>;
    } else {
      this.source = {};
      this.errors.push({ path, message: 'must be an object' });
    }
  }

  /** Text without control characters or outer spaces, not empty. */
  text(name: string, rule: TextRule = {}): string {
    const value = this.take(name);
    if (value === undefined && rule.orElse !== undefined) return rule.orElse;
    const max = rule.max ?? 200;
    if (typeof value !== 'string' || value === '' || value.length > max) {
      return this.fail(name, `must be text of 1 to ${max} characters`, '');
    }

    if (/[\u0000-\u001f\u007f]/.test(value) || value.trim() !== value || !isWellFormed(value)) {
      return this.fail(name, 'must have no control characters and no spaces at its ends', '');
    }
    if (rule.pattern !== undefined && !rule.pattern.test(value)) {
      return this.fail(name, `must be ${rule.says ?? `like ${rule.pattern.source}`}`, '');
    }
    return value;
  }

  choice<const Choice extends string>(name: string, choices: readonly Choice[], orElse?: Choice): Choice {
    const value = this.take(name);
    if (value === undefined && orElse !== undefined) return orElse;
    const found = choices.find((choice) => choice === value);
    return found ?? this.fail(name, `must be one of ${choices.join(', ')}`, choices[0] as Choice);
  }

  boolean(name: string, orElse?: boolean): boolean {
    const value = this.take(name);
    if (value === undefined && orElse !== undefined) return orElse;
    return typeof value === 'boolean' ? value : this.fail(name, 'must be true or false', false);
  }

  /** A decimal as text, such as "12.50"; answered canonically ("12.5"). */
  decimal(name: string, rule: DecimalRule): string {
    const value = this.take(name);
    if (value === undefined && rule.orElse !== undefined) return rule.orElse;
    const decimal = typeof value === 'string' ? Decimal.tryParse(value) : undefined;
    const { min, max, scale } = rule;
    const fits =
      decimal?.fits(scale) === true &&
      decimal.compare(Decimal.parse(min)) >= 0 &&
      decimal.compare(Decimal.parse(max)) <= 0;
    if (fits) return decimal.toString();
    const decimals = scale === 0 ? 'without decimals' : `with at most ${scale} decimals`;
    return this.fail(name, `must be a decimal as text, from "${min}" to "${max}", ${decimals}`, min);
  }

  /** An object, read by a reader of its own; undefined when absent. */
  object<Shape>(name: string, read: (fields: FieldReader) => Shape): Shape | undefined {
    const value = this.take(name);
    return value === undefined ? undefined : this.nested(value, this.pathOf(name), read);
  }

  /** A list of objects, each read by a reader of its own. */
  list<Shape>(
    name: string,
    { min, max }: { readonly min: number; readonly max: number },
    read: (fields: FieldReader, index: number) => Shape,
  ): Shape[] {
    const value = this.take(name) ?? (min === 0 ? [] : undefined);
    if (!Array.isArray(value) || value.length < min || value.length > max) {
      return this.fail(name, `must be a list of ${min} to ${max} objects`, []);
    }
    return value.map((item: unknown, index) =>
      this.nested(item, `${this.pathOf(name)}[${index}]`, (fields) => read(fields, index)),
    );
  }

  integer(name: string, min: number, max: number, orElse?: number): number {
    const value = this.take(name);
    if (value === undefined && orElse !== undefined) return orElse;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
      return this.fail(name, `must be a whole number from ${min} to ${max}`, min);
    }
    return value;
  }

  /** Epoch ms of an RFC 3339 text. */
  instant(name: string): number {
    const value = this.take(name);
    const instant = typeof value === 'string' ? parseInstant(value) : undefined;
    return instant ?? this.fail(name, 'must be an RFC 3339 instant, for example 2026-01-01T00:00:00Z', 0);
  }

  optionalInstant(name: string): number | undefined {
    return this.source[name] === undefined ? (this.take(name), undefined) : this.instant(name);
  }

  /** 1 to `max` different texts; undefined when absent and optional. */
  texts(name: string, rule: TextRule & { readonly optional?: boolean; readonly maxItems?: number } = {}): string[] {
    const value = this.take(name);
    if (value === undefined && rule.optional === true) return [];
    const maxItems = rule.maxItems ?? 100;
    if (!Array.isArray(value) || value.length === 0 || value.length > maxItems) {
      return this.fail(name, `must be a list of 1 to ${maxItems} texts`, []);
    }
    const items = new FieldReader(Object.fromEntries(value.map((item: unknown, index) => [`[${index}]`, item])));
    const texts = value.map((_, index) => items.text(`[${index}]`, rule));
    for (const { path, message } of items.errors) this.errors.push({ path: this.pathOf(name) + path, message });
    if (new Set(texts).size !== texts.length) this.fail(name, 'must not name the same twice', []);
    return texts;
  }

  /** The value as it stands; undefined when absent. */
  any(name: string): unknown {
    return this.take(name);
  }

  /** Says an error of the reader's own about a member. */
  fail<Harmless>(name: string, message: string, harmless: Harmless): Harmless {
    this.errors.push({ path: this.pathOf(name), message });
    return harmless;
  }

  /** Unknown members are refused, never ignored: a misspelt one would silently mean something else. */
  noOthers(): void {
    for (const name of Object.keys(this.source)) {
      if (!this.seen.has(name)) {
        this.fail(name, `is not known here; known: ${[...this.seen].sort().join(', ')}`, undefined);
      }
    }
  }

  /** Whether a member is there: then it is to be read. */
  has(name: string): boolean {
    return Object.hasOwn(this.source, name) && this.source[name] !== undefined;
  }

  private nested<Shape>(value: unknown, path: string, read: (fields: FieldReader) => Shape): Shape {
    const fields = new FieldReader(value, path);
    const shape = read(fields);
    fields.noOthers();
    this.errors.push(...fields.errors);
    return shape;
  }

  private take(name: string): unknown {
    this.seen.add(name);
    return Object.hasOwn(this.source, name) ? this.source[name] : undefined;
  }

  private pathOf(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }
}

/** No lone surrogates: such text could not be stored as UTF-8 and come back the same. */
function isWellFormed(text: string): boolean {
  return !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text);
}
