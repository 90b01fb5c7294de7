import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Paging } from '../../../../shared/read-models/list-conditions.js';
import {
  InvalidQuery,
  READ_MODELS,
  type Condition,
  type Page,
  type ReadModels,
} from '../../../../shared/read-models/read-models.port.js';
import { ratedSources, replacedUsage } from '../../projections/collections.js';
import type { RatedEvent } from '../rater/log-events.js';
import type { MonetizedFilter, MonetizedItem } from './monetized-filter.js';
import { monetizedRecord } from './monetized-record.js';
import type { MonetizedRecord } from './monetized-usage.port.js';
import { LogMonetizedUsage } from './monetized-usage.reader.js';

/** Rated events opened for one page at most: a filter that matches little then answers a short page and a next. */
const EVENTS_PER_PAGE = 40;
/** Replaced rows of one event asked for at a time. */
const ROWS_PER_LOOK = 1000;

/** Where a walk stands: rows of `position` below `row` come next. */
interface Cursor {
  readonly position: number;
  readonly row: number;
}

/**
 * Monetized usage without an account: there is no index for it, and none is needed, because the newest rated events
 * (of a file, or of all) are known and hold the records. Newest rated first: what a run rated again is listed where the
 * run is, and no more where it was rated before.
 */
@Injectable()
export class RatedEventWalk {
  constructor(
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
    private readonly reader: LogMonetizedUsage,
  ) {}

  async page(tenant: string, filter: MonetizedFilter, { limit, after }: Paging): Promise<Page<MonetizedItem>> {
    const seal = sealOf(tenant, filter);
    let cursor = after === undefined ? undefined : decodeCursor(after, seal);
    const items: MonetizedItem[] = [];
    const everReplaced = (await this.readModels.find(replacedUsage, { tenant, limit: 1 })).items.length > 0;
    for (const position of await this.positions(tenant, filter, cursor)) {
      const event = await this.reader.ratedAt(position);
      const replaced = everReplaced ? await this.replacedRows(tenant, event) : undefined;
      let row = cursor?.position === position ? cursor.row : event.data.columns.line.length;
      while (row > 0 && items.length < limit) {
        row -= 1;
        if (replaced?.has(row) !== true && matches(event, row, filter)) items.push(itemOf(monetizedRecord(event, row)));
      }
      cursor = { position, row };
      if (items.length >= limit) return { items, next: encodeCursor(cursor, seal) };
    }
    const more = cursor !== undefined && (await this.positions(tenant, filter, { ...cursor, row: 0 })).length > 0;
    return more ? { items, next: encodeCursor(cursor ?? { position: 0, row: 0 }, seal) } : { items };
  }

  private async replacedRows(tenant: string, event: RatedEvent): Promise<ReadonlySet<number>> {
    const where: Condition[] = [
      { field: 'partition', op: 'eq', value: event.data.head.partition },
      { field: 'revision', op: 'eq', value: event.revision },
    ];
    const rows = new Set<number>();
    let after: string | undefined;
    do {
      const more: { after?: string } = after === undefined ? {} : { after };
      const page = await this.readModels.find(replacedUsage, { tenant, where, limit: ROWS_PER_LOOK, ...more });
      for (const { row } of page.items) rows.add(row);
      after = page.next;
    } while (after !== undefined);
    return rows;
  }

  /** Rated events to look at, newest first; the one the cursor is in only while it has rows left. */
  private async positions(tenant: string, filter: MonetizedFilter, cursor: Cursor | undefined): Promise<number[]> {
    const where: Condition[] = [{ field: 'monetizedLines', op: 'gt', value: 0 }];
    if (filter.fileId !== undefined) where.push({ field: 'fileId', op: 'eq', value: filter.fileId });
    if (filter.serviceType !== undefined) where.push({ field: 'serviceType', op: 'eq', value: filter.serviceType });
    if (cursor !== undefined) {
      where.push({ field: 'ratedPosition', op: cursor.row > 0 ? 'lte' : 'lt', value: cursor.position });
    }
    const sort = [{ field: 'ratedPosition', direction: 'desc' }] as const;
    const { items } = await this.readModels.find(ratedSources, { tenant, where, sort, limit: 10 * EVENTS_PER_PAGE });
    return [...new Set(items.map((item) => item.ratedPosition))].slice(0, EVENTS_PER_PAGE);
  }
}

function matches(event: RatedEvent, row: number, filter: MonetizedFilter): boolean {
  const { head, columns } = event.data;
  const source = head.sources[columns.source[row] ?? -1];
  const at = columns.at[row] ?? 0;
  return (
    is(filter.fileId, source?.fileId) &&
    is(filter.serviceType, source?.serviceType) &&
    is(filter.subscription, columns.subscription[row]) &&
    is(filter.serviceId, columns.serviceId[row]) &&
    is(filter.usageType, columns.usageType[row]) &&
    is(filter.currency, columns.currency[row]) &&
    (filter.from === undefined || at >= filter.from) &&
    (filter.to === undefined || at < filter.to)
  );
}

function is(wanted: string | undefined, found: string | undefined): boolean {
  return wanted === undefined || wanted === found;
}

function itemOf(record: MonetizedRecord): MonetizedItem {
  const { id, account, at, subscription, serviceId, serviceType, usageType, rateSchedule, currency } = record;
  const { quantity, amount, fileId, line, charge, version, withdrawn, prepaid, address } = record;
  const owner = { account, subscription, serviceId, serviceType, usageType, rateSchedule };
  const { revision, row } = address;
  const state = { version, withdrawn, prepaid };
  return { id, ...owner, at, revision, row, ...state, currency, quantity, amount, fileId, line, charge };
}

/** A cursor is bound to its tenant and filter: another list's cursor is refused, not misread. */
function sealOf(tenant: string, filter: MonetizedFilter): string {
  const parts = Object.entries(filter)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => a.localeCompare(b));
  return createHash('sha256')
    .update(JSON.stringify([tenant, parts]))
    .digest('hex')
    .slice(0, 12);
}

function encodeCursor({ position, row }: Cursor, seal: string): string {
  return Buffer.from(JSON.stringify([seal, position, row])).toString('base64url');
}

function decodeCursor(text: string, seal: string): Cursor {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    parts = undefined;
  }
  const [found, position, row] = Array.isArray(parts) ? (parts as unknown[]) : [];
  if (found !== seal || !Number.isSafeInteger(position) || !Number.isSafeInteger(row)) {
    throw new InvalidQuery('after', 'This cursor is not the `next` of a page with the same filters');
  }
  return { position: position as number, row: row as number };
}
