import type { Page } from '../read-models/read-models.port.js';

/** A page of rows as a page of answers. */
export function pageOf<Row, Dto>(page: Page<Row>, view: (row: Row) => Dto): { items: Dto[]; next?: string } {
  const items = page.items.map(view);
  return page.next === undefined ? { items } : { items, next: page.next };
}
