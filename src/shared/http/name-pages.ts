import { InvalidQuery } from '../read-models/read-models.port.js';

/**
 * A page of things sorted by name; the cursor is the last name, so a page is right whatever was added meanwhile.
 * @param list its cursors are good for no other list.
 */
export function pageByName<T>(
  list: string,
  all: readonly T[],
  nameOf: (item: T) => string,
  query: { readonly limit: number; readonly after?: string },
): { items: T[]; next?: string } {
  const after = query.after === undefined ? undefined : nameOfCursor(list, query.after);
  const rest = after === undefined ? all : all.filter((item) => nameOf(item) > after);
  const items = rest.slice(0, query.limit);
  const last = items.at(-1);
  if (last === undefined || items.length === rest.length) return { items };
  return { items, next: cursorOf(list, nameOf(last)) };
}

function cursorOf(list: string, name: string): string {
  return Buffer.from(`${list}\n${name}`).toString('base64url');
}

function nameOfCursor(list: string, cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const name = text.slice(list.length + 1);
  if (name !== '' && cursorOf(list, name) === cursor) return name;
  throw new InvalidQuery('after', 'is not the `next` of a page of this list');
}
