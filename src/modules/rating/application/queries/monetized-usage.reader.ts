import { Inject, Injectable } from '@nestjs/common';
import { EVENT_STORE, type EventStore } from '../../../../shared/event-store/event-store.port.js';
import { parseMonetizedId } from '../../../../shared/kernel/record-id.js';
import { READ_MODELS, type Condition, type ReadModels } from '../../../../shared/read-models/read-models.port.js';
import { monetizedUsage, ratedSources, replacedUsage } from '../../projections/collections.js';
import { GroupRows } from './group-rows.js';
import { LogEvents, type RatedEvent } from '../rater/log-events.js';
import { monetizedRecord, recordsOfLine } from './monetized-record.js';
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
/** Events that may have rated records of one chunk for the first time: its partitions, and reprocesses of its lines. */
const SOURCES_PER_CHUNK = 1000;
/** Versions of all charges of one line. */
const VERSIONS_PER_LINE = 1000;

@Injectable()
export class LogMonetizedUsage implements MonetizedUsageReader {
  private readonly events: LogEvents;
  private readonly prices: PriceVersions;
  private readonly groups: GroupRows;

  constructor(
    @Inject(EVENT_STORE) store: EventStore,
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
  ) {
    this.events = new LogEvents(store, EVENTS_KEPT);
    this.prices = new PriceVersions(store);
    this.groups = new GroupRows(readModels, this.events);
  }

  async versionsOf(tenant: string, fileId: string, line: number): Promise<readonly MonetizedRecord[]> {
    const first = await this.firstRating(tenant, fileId, line);
    const [any] = first;
    if (any === undefined) return [];
    const records = new Map(first.map((record) => [addressText(record.address), record]));
    for (const address of await this.addressesOf(tenant, any)) {
      if (records.has(addressText(address))) continue;
      const event = await this.events.ratedIn(any.address.stream, address.revision);
      records.set(addressText(address), monetizedRecord(event, address.row));
    }
    return [...records.values()].sort((a, b) => a.charge - b.charge || a.version - b.version);
  }

  /** Every version of one charge, oldest first; empty when there is no such record. */
  async versionsById(tenant: string, id: string): Promise<readonly MonetizedRecord[]> {
    const address = parseMonetizedId(id);
    if (address === undefined) return [];
    const versions = await this.versionsOf(tenant, address.fileId, address.line);
    return versions.filter((record) => record.charge === address.charge);
  }

  /** A rated event, for lists that walk the log instead of the rows. */
  ratedAt(position: number): Promise<RatedEvent> {
    return this.events.ratedAt(position);
  }

  members(
    group: RecordGroup,
    page: { readonly limit: number; readonly after?: string },
  ): Promise<{ readonly items: readonly GroupMember[]; readonly next?: string }> {
    return this.groups.members(group, page);
  }

  totals(
    group: RecordGroup,
  ): Promise<{ readonly records: number; readonly quantity: string; readonly amount: string }> {
    return this.groups.totals(group);
  }

  priceVersion(tenant: string, priceOfferId: string, version: number): Promise<PriceVersion | undefined> {
    return this.prices.find(tenant, priceOfferId, version);
  }

  /** The charges that a line had when it became money. It is rated whole in one event; the latest one counts. */
  private async firstRating(tenant: string, fileId: string, line: number): Promise<readonly MonetizedRecord[]> {
    const position = await this.chunkOf(tenant, fileId, line);
    if (position === undefined) return [];
    const { items } = await this.readModels.find(ratedSources, {
      tenant,
      where: [
        { field: 'mediatedPosition', op: 'eq', value: position },
        { field: 'lastLine', op: 'gte', value: line },
      ],
      limit: SOURCES_PER_CHUNK,
    });
    const newestFirst = items.filter((row) => row.monetizedLines > 0).sort((a, b) => b.ratedPosition - a.ratedPosition);
    for (const { ratedPosition } of newestFirst) {
      const found = recordsOfLine(await this.events.ratedAt(ratedPosition), fileId, line);
      if (found.length > 0) return found;
    }
    return [];
  }

  /** Where versions of the charges of a record stand: neither its account nor its usage time ever changes. */
  private async addressesOf(
    tenant: string,
    { account, at, fileId, line }: MonetizedRecord,
  ): Promise<{ readonly revision: number; readonly row: number }[]> {
    const where: Condition[] = [
      { field: 'account', op: 'eq', value: account },
      { field: 'at', op: 'eq', value: at },
      { field: 'fileId', op: 'eq', value: fileId },
      { field: 'line', op: 'eq', value: line },
    ];
    const query = { tenant, where, limit: VERSIONS_PER_LINE };
    const now = await this.readModels.find(monetizedUsage, query);
    const before = await this.readModels.find(replacedUsage, query);
    return [...now.items, ...before.items];
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
    return row === undefined || (row.firstLine ?? 0) > line ? undefined : row.mediatedPosition;
  }
}

function addressText({ revision, row }: { readonly revision: number; readonly row: number }): string {
  return `${revision}/${row}`;
}
