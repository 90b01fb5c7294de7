import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { EVENT_STORE, type EventStore } from '../../../shared/event-store/event-store.port.js';
import { EVIDENCE_STORE, type EvidenceStore } from '../../../shared/evidence/evidence-store.port.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { seenBy } from '../../../shared/read-models/read-your-writes.js';
import {
  InvalidQuery,
  READ_MODELS,
  type Condition,
  type Page,
  type ReadModels,
} from '../../../shared/read-models/read-models.port.js';
import { suspendedRecords } from '../../suspense/index.js';
import type { RawOutcome, UsageStreamKey } from '../domain/events.js';
import {
  RAW_USAGE_PROJECTION,
  rawChunks,
  usageFiles,
  type RawChunkRow,
  type UsageFileRow,
} from '../projections/collections.js';
import { recordsOf, type ChunkState, type RawRecord, type RawStatus } from './raw-records.js';
import type { Paging } from '../../../shared/read-models/list-conditions.js';

export interface RawUsageFilter extends UsageStreamKey {
  readonly fileId?: string;
  readonly fromLine?: number;
  readonly toLine?: number;
  /** Usage time, epoch ms: from inclusive, to exclusive. */
  readonly from?: number;
  readonly to?: number;
  readonly outcome?: RawOutcome;
  readonly status?: RawStatus;
  readonly serviceId?: string;
}

/** One record with everything that is known of it where it came from. */
export interface RawRecordDetail {
  readonly record: RawRecord;
  readonly file: UsageFileRow;
  readonly chunk: RawChunkRow;
  readonly event: RecordedEvent;
  /** The exact line. */
  readonly text: string;
}

/** Chunks opened for one page at most: a page may come back short, with `next`, when little matches. */
const CHUNKS_PER_PAGE = 40;
/** Chunk rows fetched at once. */
const ROWS_AT_ONCE = 20;

/** Where a page ended: the chunk (its position) and the line in it. */
interface Cursor {
  readonly position: number;
  readonly line: number;
}

/**
 * Raw usage is read from its chunks: no row is kept for a record that went well. With a file, lines come in the order of the
 * file; without, the newest first.
 */
@Injectable()
export class RawUsageQueries {
  constructor(
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(EVIDENCE_STORE) private readonly evidence: EvidenceStore,
  ) {}

  async list(tenant: string, filter: RawUsageFilter, paging: Paging): Promise<Page<RawRecord>> {
    await seenBy(this.readModels, RAW_USAGE_PROJECTION, paging.minPosition);
    const ascending = filter.fileId !== undefined;
    const binding = createHash('sha256')
      .update(JSON.stringify([tenant, filter]))
      .digest('hex')
      .slice(0, 16);
    let cursor = paging.after === undefined ? undefined : readCursor(paging.after, binding);
    const items: RawRecord[] = [];
    for (let opened = 0; opened < CHUNKS_PER_PAGE;) {
      const chunks = await this.chunks(tenant, filter, ascending, cursor);
      for (const chunk of chunks) {
        for (const record of await this.matching(chunk, filter, ascending, cursor)) {
          if (items.length === paging.limit) return { items, next: writeCursor(cursor, binding) };
          items.push(record);
          cursor = { position: chunk.position, line: record.line };
        }
        cursor = { position: chunk.position, line: ascending ? Infinity : 0 };
        opened += 1;
      }
      if (chunks.length < ROWS_AT_ONCE) return { items };
    }
    return { items, next: writeCursor(cursor, binding) };
  }

  async one(tenant: string, fileId: string, line: number): Promise<RawRecordDetail | undefined> {
    const file = await this.readModels.get(usageFiles, { tenant, fileId });
    const chunk = await this.chunkOf(tenant, fileId, line);
    if (file === undefined || chunk === undefined) return undefined;
    const event = await this.eventAt(chunk.position);
    const record = recordsOf(event, await this.stateOf(chunk, line, line)).find((each) => each.line === line);
    if (record === undefined) return undefined;
    const bytes = await this.evidence.readContent(file.sha256, record.offset, record.length);
    return { record, file, chunk, event, text: Buffer.from(bytes).toString('utf8') };
  }

  /** The chunk that holds a line of a file. */
  async chunkOf(tenant: string, fileId: string, line: number): Promise<RawChunkRow | undefined> {
    const { items } = await this.readModels.find(rawChunks, {
      tenant,
      where: [
        { field: 'fileId', op: 'eq', value: fileId },
        { field: 'lastLine', op: 'gte', value: line },
      ],
      limit: 1,
    });
    const chunk = items[0];
    return chunk !== undefined && chunk.firstLine <= line ? chunk : undefined;
  }

  private async chunks(tenant: string, filter: RawUsageFilter, ascending: boolean, cursor: Cursor | undefined) {
    const where: Condition[] = (['sourcePlatform', 'serviceType', 'usageRecordType'] as const).map((field) => ({
      field,
      op: 'eq',
      value: filter[field],
    }));
    const range = (field: string, op: Condition['op'], value: number | undefined) => {
      if (value !== undefined && Number.isFinite(value)) where.push({ field, op, value });
    };
    if (filter.fileId !== undefined) where.push({ field: 'fileId', op: 'eq', value: filter.fileId });
    range('lastLine', 'gte', filter.fromLine);
    range('firstLine', 'lte', filter.toLine);
    range('usageTo', 'gte', filter.from);
    range('usageFrom', 'lt', filter.to);
    // A chunk that was read to its end is behind the cursor; one that was not is read again.
    if (cursor !== undefined) {
      const ended = cursor.line === (ascending ? Infinity : 0);
      range('position', ascending ? (ended ? 'gt' : 'gte') : ended ? 'lt' : 'lte', cursor.position);
    }
    const page = await this.readModels.find(rawChunks, {
      tenant,
      where,
      sort: [{ field: 'position', direction: ascending ? 'asc' : 'desc' }],
      limit: ROWS_AT_ONCE,
    });
    return page.items;
  }

  private async matching(chunk: RawChunkRow, filter: RawUsageFilter, ascending: boolean, cursor: Cursor | undefined) {
    const state = await this.stateOf(chunk, chunk.firstLine, chunk.lastLine);
    const records = recordsOf(await this.eventAt(chunk.position), state).filter((record) => matches(record, filter));
    if (!ascending) records.reverse();
    if (cursor?.position !== chunk.position) return records;
    return records.filter((record) => (ascending ? record.line > cursor.line : record.line < cursor.line));
  }

  private async stateOf(chunk: RawChunkRow, fromLine: number, toLine: number): Promise<ChunkState> {
    const suspended = new Map<number, { code: string; message: string }>();
    for (let after: string | undefined; ;) {
      const page = await this.readModels.find(suspendedRecords, {
        tenant: chunk.tenant,
        where: [
          { field: 'fileId', op: 'eq', value: chunk.fileId },
          { field: 'line', op: 'gte', value: fromLine },
          { field: 'line', op: 'lte', value: toLine },
          { field: 'inSuspense', op: 'eq', value: true },
        ],
        limit: 1000,
        ...(after === undefined ? {} : { after }),
      });
      for (const { line, code, message } of page.items) suspended.set(line, { code, message });
      after = page.next;
      if (after === undefined) break;
    }
    return { answered: chunk.ratedLines >= chunk.mediated, suspended };
  }

  private async eventAt(position: number): Promise<RecordedEvent> {
    for await (const event of this.store.readAll({ after: position - 1, limit: 1 })) {
      if (event.position === position) return event;
    }
    throw new Error(`The log has no event at position ${position}, which a chunk row names`);
  }
}

function matches(record: RawRecord, filter: RawUsageFilter): boolean {
  const { usage } = record;
  const timed = filter.from !== undefined || filter.to !== undefined;
  return (
    record.line >= (filter.fromLine ?? 0) &&
    record.line <= (filter.toLine ?? Infinity) &&
    (filter.outcome === undefined || record.outcome === filter.outcome) &&
    (filter.status === undefined || record.status === filter.status) &&
    (filter.serviceId === undefined || usage?.serviceId === filter.serviceId) &&
    (!timed || (usage !== undefined && usage.at >= (filter.from ?? -Infinity) && usage.at < (filter.to ?? Infinity)))
  );
}

function writeCursor(cursor: Cursor | undefined, binding: string): string {
  const line = cursor === undefined || !Number.isFinite(cursor.line) ? null : cursor.line;
  return Buffer.from(JSON.stringify([binding, cursor?.position ?? 0, line])).toString('base64url');
}

function readCursor(text: string, binding: string): Cursor {
  try {
    const [bound, position, line] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown[];
    if (bound === binding && Number.isSafeInteger(position) && (line === null || Number.isSafeInteger(line))) {
      return { position: position as number, line: line === null ? Infinity : (line as number) };
    }
  } catch {
    // What cannot be read is answered below.
  }
  throw new InvalidQuery('after', 'is not the `next` of a page with these filters');
}
