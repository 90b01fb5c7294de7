import { Inject, Injectable } from '@nestjs/common';
import { EVENT_STORE, type EventStore } from '../../../shared/event-store/event-store.port.js';
import { monetizedId, parseMonetizedId, recordId } from '../../../shared/kernel/record-id.js';
import { READ_MODELS, type Condition, type ReadModels } from '../../../shared/read-models/read-models.port.js';
import { rateScheduleOf } from '../domain/price-offer-id.js';
import { ratingStream } from '../domain/streams.js';
import { monetizedUsage, ratedSources } from '../projections/collections.js';
import { LogEvents, type RatedEvent } from './log-events.js';
import type {
  GroupMember,
  MonetizedRecord,
  MonetizedUsageReader,
  PriceVersion,
  RecordGroup,
} from './monetized-usage.port.js';
import { PriceVersions } from './price-versions.js';

/** Rated events kept decoded: a page of records often comes from a few of them. */
const EVENTS_KEPT = 12;
/** Events that may have rated records of one chunk: its partitions, and the reprocesses of its suspended lines. */
const SOURCES_PER_CHUNK = 1000;

@Injectable()
export class LogMonetizedUsage implements MonetizedUsageReader {
  private readonly events: LogEvents;
  private readonly prices: PriceVersions;

  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
  ) {
    this.events = new LogEvents(store, EVENTS_KEPT);
    this.prices = new PriceVersions(store);
  }

  async byRecord(tenant: string, fileId: string, line: number): Promise<readonly MonetizedRecord[]> {
    const position = await this.chunkOf(tenant, fileId, line);
    if (position === undefined) return [];
    const { items } = await this.readModels.find(ratedSources, {
      tenant,
      where: [{ field: 'mediatedPosition', op: 'eq', value: position }],
      limit: SOURCES_PER_CHUNK,
    });
    // A line is rated whole in one event; the latest one is the one that counts.
    const newestFirst = items.filter((row) => row.monetizedLines > 0).sort((a, b) => b.ratedPosition - a.ratedPosition);
    for (const { ratedPosition } of newestFirst) {
      const found = recordsOfLine(await this.events.ratedAt(ratedPosition), fileId, line);
      if (found.length > 0) return found;
    }
    return [];
  }

  async byId(tenant: string, id: string): Promise<MonetizedRecord | undefined> {
    const address = parseMonetizedId(id);
    if (address === undefined) return undefined;
    const charges = await this.byRecord(tenant, address.fileId, address.line);
    return charges.find((record) => record.charge === address.charge);
  }

  /** A record by the address a list row has. */
  async atRow(ratedPosition: number, row: number): Promise<MonetizedRecord> {
    return monetizedRecord(await this.events.ratedAt(ratedPosition), row);
  }

  /** A rated event, for lists that walk the log instead of the rows. */
  ratedAt(position: number): Promise<RatedEvent> {
    return this.events.ratedAt(position);
  }

  async members(
    group: RecordGroup,
    page: { readonly limit: number; readonly after?: string },
  ): Promise<{ readonly items: readonly GroupMember[]; readonly next?: string }> {
    const where = await this.conditionsOf(group);
    const { items, next } = await this.readModels.find(monetizedUsage, { tenant: group.tenant, where, ...page });
    return {
      items: items.map(({ fileId, line, charge, at, quantity, amount, ratedPosition, row }) => ({
        id: monetizedId(fileId, line, charge),
        recordId: recordId(fileId, line),
        at,
        quantity,
        amount,
        ratedPosition,
        row,
      })),
      ...(next === undefined ? {} : { next }),
    };
  }

  async totals(
    group: RecordGroup,
  ): Promise<{ readonly records: number; readonly quantity: string; readonly amount: string }> {
    const query = { tenant: group.tenant, where: await this.conditionsOf(group) };
    return {
      records: await this.readModels.count(monetizedUsage, query),
      quantity: await this.readModels.sum(monetizedUsage, 'quantity', query),
      amount: await this.readModels.sum(monetizedUsage, 'amount', query),
    };
  }

  priceVersion(tenant: string, priceOfferId: string, version: number): Promise<PriceVersion | undefined> {
    return this.prices.find(tenant, priceOfferId, version);
  }

  /** The mediated chunk a line belongs to: chunks of a file do not overlap, so the first that ends at or after it. */
  private async chunkOf(tenant: string, fileId: string, line: number): Promise<number | undefined> {
    const { items } = await this.readModels.find(ratedSources, {
      tenant,
      where: [
        { field: 'fileId', op: 'eq', value: fileId },
        { field: 'lastLine', op: 'gte', value: line },
      ],
      sort: [{ field: 'lastLine', direction: 'asc' }],
      limit: 1,
    });
    const [row] = items;
    return row === undefined || row.firstLine > line ? undefined : row.mediatedPosition;
  }

  /** An account is of one partition, so a range of that stream's revisions is a range of log positions for it. */
  private async conditionsOf(group: RecordGroup): Promise<readonly Condition[]> {
    const stream = ratingStream(group.tenant, group.partition);
    const conditions: Condition[] = [
      { field: 'account', op: 'eq', value: group.account },
      { field: 'ratedPosition', op: 'gte', value: await this.positionOf(stream, group.fromRevision) },
      { field: 'ratedPosition', op: 'lte', value: await this.positionOf(stream, group.toRevision) },
      { field: 'subscription', op: 'eq', value: group.subscription },
      { field: 'usageType', op: 'eq', value: group.usageType },
      { field: 'currency', op: 'eq', value: group.currency },
      { field: 'rateSchedule', op: 'eq', value: group.rateSchedule },
    ];
    if (group.firstAt !== undefined) conditions.push({ field: 'at', op: 'gte', value: group.firstAt });
    if (group.lastAt !== undefined) conditions.push({ field: 'at', op: 'lte', value: group.lastAt });
    return conditions;
  }

  private async positionOf(stream: string, revision: number): Promise<number> {
    for await (const event of this.store.readStream(stream, { from: revision, limit: 1 })) return event.position;
    throw new Error(`Stream ${stream} has no revision ${revision}`);
  }
}

function recordsOfLine(event: RatedEvent, fileId: string, line: number): MonetizedRecord[] {
  const { head, columns } = event.data;
  const records: MonetizedRecord[] = [];
  for (let row = columns.line.indexOf(line); row >= 0; row = columns.line.indexOf(line, row + 1)) {
    if (head.sources[columns.source[row] ?? -1]?.fileId === fileId) records.push(monetizedRecord(event, row));
  }
  return records;
}

/** A row of a rated event with its names. @throws RangeError when there is no such row. */
export function monetizedRecord(event: RatedEvent, row: number): MonetizedRecord {
  const { head, columns } = event.data;
  const source = head.sources[columns.source[row] ?? -1];
  const price = head.offers[columns.offer[row] ?? -1];
  const line = columns.line[row];
  if (source === undefined || price === undefined || line === undefined) {
    throw new RangeError(`${event.stream}@${event.revision} has no row ${row}`);
  }
  const { fileId, serviceType } = source;
  const charge = columns.charge[row] ?? 0;
  return {
    id: monetizedId(fileId, line, charge),
    recordId: recordId(fileId, line),
    fileId,
    line,
    charge,
    account: columns.account[row] ?? '',
    subscription: columns.subscription[row] ?? '',
    serviceId: columns.serviceId[row] ?? '',
    serviceType,
    usageType: columns.usageType[row] ?? '',
    rateSchedule: rateScheduleOf(price.priceOfferId),
    at: columns.at[row] ?? 0,
    cycle: columns.cycle[row] ?? 0,
    currency: columns.currency[row] ?? '',
    quantity: columns.quantity[row] ?? '0',
    amount: columns.amount[row] ?? '0',
    price,
    impacts: columns.impacts[row] ?? [],
    before: columns.before[row] ?? null,
    cause: head.cause,
    mediated: { position: source.position, ordinal: columns.ordinal[row] ?? 0 },
    address: {
      stream: event.stream,
      partition: head.partition,
      revision: event.revision,
      position: event.position,
      eventId: event.id,
      hash: event.metadata.hash,
      row,
    },
  };
}
