import type { FieldError } from '../../../../shared/kernel/refusal.js';

/** A JSON object of unknown content. */
export type Members = Readonly<Record<string, unknown>>;

/** Walks unknown JSON and collects everything wrong with it, each by its path, instead of stopping at the first. */
export class DefinitionReader {
  readonly errors: FieldError[] = [];

  fail(path: string, message: string): void {
    this.errors.push({ path, message });
  }

  /** The object at a path with none but the known members; undefined (and an error) when it is none. */
  object(value: unknown, path: string, known: readonly string[]): Members | undefined {
    if (!isObject(value)) {
      this.fail(path, `must be an object with ${known.join(', ')}`);
      return undefined;
    }
    for (const name of Object.keys(value)) {
      if (!known.includes(name)) this.fail(join(path, name), `is not known here: ${known.join(', ')} are`);
    }
    return value;
  }

  /** A text of 1 to `max` signs. */
  text(value: unknown, path: string, max = 200): string {
    if (typeof value === 'string' && value.length >= 1 && value.length <= max) return value;
    this.fail(path, `must be a text of 1 to ${max} signs`);
    return '';
  }

  texts(value: unknown, path: string, max = 1000): readonly string[] {
    if (!Array.isArray(value) || value.length === 0 || value.length > max) {
      this.fail(path, `must be a list of 1 to ${max} texts`);
      return [];
    }
    return value.map((item, index) => this.text(item, `${path}[${index}]`, 1000));
  }

  /** The named members of an object, each read by `read`; between `min` and `max` of them. */
  named<T>(
    value: unknown,
    path: string,
    bounds: { readonly min: number; readonly max: number },
    read: (value: unknown, path: string) => T,
  ): Readonly<Record<string, T>> {
    const names = isObject(value) ? Object.keys(value) : [];
    if (!isObject(value) || names.length < bounds.min || names.length > bounds.max) {
      this.fail(path, `must be an object of ${bounds.min} to ${bounds.max} named fields`);
      return {};
    }
    const result: Record<string, T> = {};
    for (const name of names) {
      if (!/^[A-Za-z][A-Za-z0-9_]{0,39}$/.test(name)) {
        this.fail(join(path, name), 'must be named by a letter and up to 39 letters, digits or underscores');
      } else {
        result[name] = read(value[name], join(path, name));
      }
    }
    return result;
  }
}

export function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
