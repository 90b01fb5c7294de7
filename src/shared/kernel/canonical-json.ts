/**
 * The one spelling of a JSON value: object keys sorted by UTF-16 code units, no spaces, absent fields (undefined) left
 * out. Equal values give equal text, whatever the order their keys were written in, so it can be hashed and compared.
 * @throws NotJson for what JSON cannot hold.
 */
export function canonicalJson(value: unknown): string {
  assertJson(value);
  return write(value);
}

function write(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
  const fields: string[] = [];
  const source = value as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(source).sort()) {
    const field = source[key];
    if (field !== undefined) fields.push(`${JSON.stringify(key)}:${write(field)}`);
  }
  return `{${fields.join(',')}}`;
}

/** A value JSON would drop or change in silence: it is refused before anything is written. */
export class NotJson extends TypeError {
  override readonly name = 'NotJson';
  constructor(
    /** Where, as a path from the value given: `columns.amount[3]`. */
    readonly path: string,
    what: string,
  ) {
    super(`${path === '' ? 'The value' : path} is ${what}, which JSON cannot hold`);
  }
}

const MAX_DEPTH = 100;

/**
 * Checks that `JSON.parse(JSON.stringify(value))` would be the same value: no undefined in arrays, no bigint, NaN,
 * infinity, symbol or function, nothing with its own `toJSON` (a Date, a Decimal: say its string), no Map, Set or
 * bytes. A field that is undefined counts as absent, as everywhere in JavaScript.
 */
export function assertJson(value: unknown, path = ''): void {
  // Chunks hand in thousands of values, nearly all good: where a bad one stands is looked for only when there is one.
  if (!isPlainJson(value, 0)) assertAt(value, path, 0);
}

/** False for what is not JSON, and for some odd objects that are: `assertAt` decides those. */
function isPlainJson(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value);
    case 'object':
      break;
    default:
      return false;
  }
  if (value === null) return true;
  if (depth > MAX_DEPTH) return false;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      const item: unknown = value[index];
      if (typeof item !== 'string' && !isPlainJson(item, depth + 1)) return false;
    }
    return true;
  }
  // An own toJSON is met as a field that is a function.
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  for (const key in value) {
    const field = (value as Readonly<Record<string, unknown>>)[key];
    if (field !== undefined && typeof field !== 'string' && !isPlainJson(field, depth + 1)) return false;
  }
  return true;
}

function assertAt(value: unknown, path: string, depth: number): void {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return;
    case 'number':
      if (!Number.isFinite(value)) throw new NotJson(path, String(value));
      return;
    case 'object':
      if (value !== null) assertContainer(value, path, depth);
      return;
    case 'undefined':
    case 'bigint':
    case 'symbol':
    case 'function':
      throw new NotJson(path, typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`);
  }
}

function assertContainer(value: object, path: string, depth: number): void {
  if (depth > MAX_DEPTH) throw new NotJson(path, 'nested too deeply or in a circle');
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) assertAt(value[index], `${path}[${index}]`, depth + 1);
    return;
  }
  if ('toJSON' in value) throw new NotJson(path, 'an object with its own toJSON');
  const tag = Object.prototype.toString.call(value);
  if (tag !== '[object Object]') throw new NotJson(path, `a ${tag.slice(8, -1)}`);
  for (const [key, field] of Object.entries(value)) {
    if (field !== undefined) assertAt(field, path === '' ? key : `${path}.${key}`, depth + 1);
  }
}
