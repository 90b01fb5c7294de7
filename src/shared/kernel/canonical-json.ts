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
export function assertJson(value: unknown, path = '', depth = 0): void {
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
    for (let index = 0; index < value.length; index += 1) assertItem(value[index], path, `[${index}]`, depth);
    return;
  }
  if ('toJSON' in value) throw new NotJson(path, 'an object with its own toJSON');
  const tag = Object.prototype.toString.call(value);
  if (tag !== '[object Object]') throw new NotJson(path, `a ${tag.slice(8, -1)}`);
  for (const [key, field] of Object.entries(value)) {
    if (field !== undefined) assertItem(field, path, path === '' ? key : `.${key}`, depth);
  }
}

/** The path is only spelled out for containers and errors: most values are strings and numbers in long columns. */
function assertItem(value: unknown, path: string, step: string, depth: number): void {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return;
  assertJson(value, `${path}${step}`, depth + 1);
}
