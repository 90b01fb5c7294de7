import { InvalidQuery } from '../read-models/read-models.port.js';

/** A page of things sorted by name; the cursor is the last name, so a page is right whatever was added meanwhile. */
export function pageByName<T>(
  all: readonly T[],
  nameOf: (item: T) => string,
  query: { readonly limit: number; readonly after?: string },
): { items: T[]; next?: string } {
  const after = query.after === undefined ? undefined : nameOfCursor(query.after);
  const rest = after === undefined ? all : all.filter((item) => nameOf(item) > after);
  const items = rest.slice(0, query.limit);
  const last = items.at(-1);
  if (last === undefined || items.length === rest.length) return { items };
  return { items, next: Buffer.from(nameOf(last)).toString('base64url') };
}

function nameOfCursor(cursor: string): string {
  const name = Buffer.from(cursor, 'base64url').toString('utf8');
  if (/^[\x20-\x7e]{1,200}$/.test(name) && Buffer.from(name).toString('base64url') === cursor) return name;
  throw new InvalidQuery('after', 'is not the `next` of a page of this list');
}
