import { Decimal } from '../../../shared/kernel/decimal.js';
import { sumOfTexts } from '../../../shared/kernel/decimal-tally.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { update, type Change, type Projection } from '../../../shared/read-models/projection.js';
import type { RatedSource, UsageBatchRated, UsageRerated } from '../../rating/index.js';
import type {
  UsageBatchMediatedHead,
  UsageFileMediated,
  UsageFileReceived,
  UsageFileRejected,
} from '../domain/events.js';
import { USAGE_FILES_PROJECTION, usageFiles, type UsageFileRow } from './collections.js';

type Sums = Readonly<Record<string, string>>;

/** One row per file, from the heads of its chunks and of the rated chunks; records are looked at where a run changed them. */
export const usageFilesProjection: Projection = {
  name: USAGE_FILES_PROJECTION,
  version: 1,
  collections: [usageFiles],
  handles: [
    'UsageFileReceived.v1',
    'UsageFileMediated.v1',
    'UsageFileRejected.v1',
    'UsageBatchMediated.v1',
    'UsageBatchRated.v1',
    'UsageRerated.v1',
  ],
  *project(event): Iterable<Change> {
    switch (event.type) {
      case 'UsageFileReceived.v1':
        yield changed(event, (event.data as UsageFileReceived['data']).fileId, (row) => row ?? receivedRow(event));
        break;
      case 'UsageBatchMediated.v1': {
        const { head } = event.data as { head: UsageBatchMediatedHead };
        yield changed(event, head.fileId, (row) => row && mediatedChunk(row, head, event.position));
        break;
      }
      case 'UsageBatchRated.v1': {
        const { head } = event.data as { head: UsageBatchRated['data']['head'] };
        for (const [fileId, sources] of byFile(head.sources)) {
          yield changed(event, fileId, (row) => row && rated(row, sources, head.cause.kind === 'REPROCESS'));
        }
        break;
      }
      case 'UsageRerated.v1':
        for (const [fileId, money] of moneyByFile(event.data as UsageRerated['data'])) {
          yield changed(event, fileId, (row) => row && { ...row, money: addSums(row.money, money) });
        }
        break;
      case 'UsageFileMediated.v1': {
        const data = event.data as UsageFileMediated['data'];
        const mediatedAt = Date.parse(event.metadata.recordedAt);
        yield changed(event, data.fileId, (row) => row && { ...row, mediatedAt, declaredTotal: data.counts.total });
        break;
      }
      case 'UsageFileRejected.v1': {
        const data = event.data as UsageFileRejected['data'];
        yield changed(event, data.fileId, (row) => row && rejected(row, data));
        break;
      }
    }
  },
};

/** Changes a file's row unless it has seen the event already, and says where the file stands then. */
function changed(
  event: RecordedEvent,
  fileId: string,
  change: (row: UsageFileRow | undefined) => UsageFileRow | undefined,
): Change {
  const { position, metadata } = event;
  return update(usageFiles, { tenant: metadata.tenant, fileId }, (row) => {
    if (row !== undefined && row.seenPosition >= position) return row;
    const next = change(row);
    return next && { ...next, status: statusOf(next), seenPosition: position };
  });
}

function statusOf(row: UsageFileRow): UsageFileRow['status'] {
  if (row.rejectedCode !== null) return 'REJECTED';
  if (row.mediatedAt !== null && row.monetized + row.suspended === row.mediated) return 'COMPLETED';
  return row.chunks === 0 && row.mediatedAt === null ? 'RECEIVED' : 'PROCESSING';
}

function receivedRow(event: RecordedEvent): UsageFileRow {
  const { mapping, sameNameAs, ...data } = event.data as UsageFileReceived['data'];
  const { tenant, actor, commandId, recordedAt } = event.metadata;
  return {
    ...data,
    tenant,
    status: 'RECEIVED',
    sameNameAs: sameNameAs ?? null,
    mappingName: mapping.name,
    mappingVersion: mapping.version,
    actor,
    commandId: commandId ?? null,
    receivedAt: Date.parse(recordedAt),
    receivedPosition: event.position,
    mediatedAt: null,
    total: 0,
    mediated: 0,
    ignored: 0,
    duplicate: 0,
    error: 0,
    chunks: 0,
    lastChunkPosition: 0,
    monetized: 0,
    suspended: 0,
    quantities: {},
    money: {},
    declaredTotal: null,
    rejectedCode: null,
    rejectedMessage: null,
    rejectedLine: null,
    rejectedColumn: null,
    seenPosition: 0,
  };
}

function mediatedChunk(
  row: UsageFileRow,
  { counts, quantities }: UsageBatchMediatedHead,
  position: number,
): UsageFileRow {
  return {
    ...row,
    total: row.total + counts.total,
    mediated: row.mediated + counts.mediated,
    ignored: row.ignored + counts.ignored,
    duplicate: row.duplicate + counts.duplicate,
    error: row.error + counts.error,
    chunks: row.chunks + 1,
    lastChunkPosition: position,
    quantities: addSums(row.quantities, quantities),
  };
}

/** A reprocess finds its records among the suspended ones: what became money leaves them, the rest stays. */
function rated(row: UsageFileRow, sources: readonly RatedSource[], reprocess: boolean): UsageFileRow {
  let { monetized, suspended, money } = row;
  for (const source of sources) {
    monetized += source.monetizedLines;
    suspended += reprocess ? -source.monetizedLines : source.suspendedLines;
    money = addSums(money, source.money);
  }
  return { ...row, monetized, suspended, money };
}

function rejected(row: UsageFileRow, { code, message, line, column }: UsageFileRejected['data']): UsageFileRow {
  return {
    ...row,
    rejectedCode: code,
    rejectedMessage: message,
    rejectedLine: line ?? null,
    rejectedColumn: column ?? null,
  };
}

function byFile(sources: readonly RatedSource[]): ReadonlyMap<string, readonly RatedSource[]> {
  const files = new Map<string, RatedSource[]>();
  for (const source of sources) {
    const list = files.get(source.fileId);
    if (list === undefined) files.set(source.fileId, [source]);
    else list.push(source);
  }
  return files;
}

/** What the corrections of an event add to the money of each file. */
function moneyByFile({ head, columns }: UsageRerated['data']): ReadonlyMap<string, Sums> {
  const files = new Map<string, Record<string, string>>();
  columns.source.forEach((source, row) => {
    const fileId = head.sources[source]?.fileId ?? '';
    let money = files.get(fileId);
    if (money === undefined) files.set(fileId, (money = {}));
    const add = (currency: string, amount: string): void => {
      money[currency] = sumOfTexts(money[currency] ?? '0', amount);
    };
    add(columns.currency[row] ?? '', columns.amount[row] ?? '0');
    if ((columns['old.revision'][row] ?? null) === null) return;
    const was = Decimal.parse(columns['old.amount'][row] ?? '0');
    add(columns['old.currency'][row] ?? '', was.negated().toString());
  });
  return files;
}

function addSums(a: Sums, b: Sums): Sums {
  const sums: Record<string, string> = { ...a };
  for (const [name, value] of Object.entries(b)) {
    const before = sums[name];
    sums[name] = before === undefined ? value : Decimal.parse(before).plus(Decimal.parse(value)).toString();
  }
  return sums;
}
