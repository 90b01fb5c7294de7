import { startOfLocalDate } from '../kernel/zone.js';
import type { Condition, Query } from './read-models.port.js';

/** What every list takes. */
export interface Paging {
  readonly limit: number;
  readonly after?: string | undefined;
  readonly minPosition?: number | undefined;
}

/** Business dates, as every screen filters: the start inclusive, the end exclusive, both at 00:00:00 of the zone. */
export interface Dates {
  readonly startDate?: string | undefined;
  readonly endDate?: string | undefined;
}

export function page({ limit, after }: Paging): Pick<Query, 'limit' | 'after'> {
  return after === undefined ? { limit } : { limit, after };
}

/** Each condition is a list of none or one, to be spread into `where`: an absent filter is no condition. */
export function equal(field: string, value: string | undefined): Condition[] {
  return value === undefined ? [] : [{ field, op: 'eq', value }];
}

export function contains(field: string, value: string | undefined): Condition[] {
  return value === undefined ? [] : [{ field, op: 'contains', value }];
}

export function within(field: string, { startDate, endDate }: Dates, zone: string): Condition[] {
  const where: Condition[] = [];
  if (startDate !== undefined) where.push({ field, op: 'gte', value: startOfLocalDate(zone, startDate) });
  if (endDate !== undefined) where.push({ field, op: 'lt', value: startOfLocalDate(zone, endDate) });
  return where;
}

/** `-loadedAt` = newest first. */
export function sortOf(text: string): { field: string; direction: 'asc' | 'desc' } {
  return text.startsWith('-') ? { field: text.slice(1), direction: 'desc' } : { field: text, direction: 'asc' };
}
