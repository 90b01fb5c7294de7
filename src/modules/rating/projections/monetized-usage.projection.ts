import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { rateScheduleOf } from '../../../shared/kernel/price-offer-id.js';
import { parseStreamName } from '../../../shared/kernel/stream-name.js';
import { put, putColumns, remove, type Change, type Projection } from '../../../shared/read-models/projection.js';
import { every, RowColumns, type Column } from '../../../shared/read-models/row-columns.js';
import type { MediatedSource, UsageBatchRated } from '../domain/events.js';
import type { UsageRerated, UsageReratedColumns } from '../domain/runs/rerated-events.js';
import { monetizedUsage, replacedUsage, type MonetizedRow, type ReplacedRow } from './collections.js';

export const MONETIZED_USAGE_PROJECTION = 'monetized-usage';

/**
 * A thin row per monetized record, as it counts now; everything else about it is read from the rated event when somebody
 * opens it. What it was before it was rated again is a row beside.
 */
export const monetizedUsageProjection: Projection = {
  name: MONETIZED_USAGE_PROJECTION,
  version: 2,
  collections: [monetizedUsage, replacedUsage],
  handles: ['UsageBatchRated.v1', 'UsageRerated.v1'],
  project: (event) =>
    event.type === 'UsageRerated.v1'
      ? reratedRows(event as RecordedEvent & UsageRerated)
      : ratedRows(event as RecordedEvent & UsageBatchRated),
};

function ratedRows(event: RecordedEvent & UsageBatchRated): Iterable<Change> {
  const { head, columns } = event.data;
  if (head.sources.every((source) => source.monetizedLines === 0)) return [];
  return [putColumns(monetizedUsage, columns.line.length, monetizedColumns(event, every(1), every(false)))];
}

/** The row of a record moves to the address of what was said last; what it was is kept. */
function* reratedRows(event: RecordedEvent & UsageRerated): Iterable<Change> {
  const { head, columns } = event.data;
  const rows = new RowColumns<MonetizedRow>(
    columns.line.length,
    monetizedColumns(event, columns.version, columns.withdrawn),
  );
  const schedules = schedulesOf(event);
  for (let row = 0; row < rows.length; row += 1) {
    const now = rows.row(row);
    const old = replacedRow(now, columns, row, head.partition, schedules);
    if (old !== undefined) {
      const { tenant, account, at, revision } = old;
      yield remove(monetizedUsage, { tenant, account, at, revision, row: old.row });
      yield put(replacedUsage, old);
    }
    yield put(monetizedUsage, now);
  }
}

type Rated = RecordedEvent & (UsageBatchRated | UsageRerated);
type MonetizedColumns = { readonly [Name in keyof MonetizedRow]: Column<MonetizedRow[Name]> };

/** The fields of the rows that an event says. @throws Error for a row that names no source or no price. */
function monetizedColumns(event: Rated, version: Column<number>, withdrawn: Column<boolean>): MonetizedColumns {
  const { tenant } = parseStreamName(event.stream);
  const { head, columns } = event.data;
  const sources: readonly MediatedSource[] = head.sources;
  const [first] = sources;
  const sourceOf = named(event, 'source', sources);
  const ofSource = <V>(value: (source: MediatedSource) => V): Column<V> =>
    first !== undefined && sources.every((source) => value(source) === value(first))
      ? every(value(first))
      : sourceOf.map(value);
  return {
    tenant: every(tenant),
    account: columns.account,
    at: columns.at,
    revision: every(event.revision),
    row: columns.line.map((_, row) => row),
    version,
    withdrawn,
    prepaid: ofSource((source) => source.usageRecordType === 'PREPAID'),
    subscription: columns.subscription,
    serviceId: columns.serviceId,
    serviceType: ofSource((source) => source.serviceType),
    usageType: columns.usageType,
    rateSchedule: named(event, 'offer', schedulesOf(event)),
    currency: columns.currency,
    quantity: columns.quantity,
    amount: columns.amount,
    fileId: ofSource((source) => source.fileId),
    line: columns.line,
    charge: columns.charge,
  };
}

function schedulesOf({ data }: Rated): readonly string[] {
  return data.head.offers.map(({ priceOfferId }) => rateScheduleOf(priceOfferId));
}

/** What each row names in a list of the head. */
function named<V>({ stream, revision, data }: Rated, column: 'source' | 'offer', list: readonly V[]): readonly V[] {
  return data.columns[column].map((index, row) => {
    if (index in list) return list[index] as V;
    throw new Error(`Row ${row} of ${stream}@${revision} names no ${column}`);
  });
}

/** What a row was; undefined for a charge that is made for the first time. */
function replacedRow(
  now: MonetizedRow,
  columns: UsageReratedColumns,
  row: number,
  partition: number,
  schedules: readonly string[],
): ReplacedRow | undefined {
  const revision = columns['old.revision'][row] ?? null;
  if (revision === null) return undefined;
  const { tenant, account, at, fileId, line, charge } = now;
  const group = {
    subscription: columns['old.subscription'][row] ?? '',
    usageType: columns['old.usageType'][row] ?? '',
    rateSchedule: schedules[columns['old.offer'][row] ?? -1] ?? '',
    currency: columns['old.currency'][row] ?? '',
  };
  return {
    tenant,
    partition,
    revision,
    row: columns['old.row'][row] ?? 0,
    version: now.version - 1,
    byRevision: now.revision,
    byRow: now.row,
    moved:
      group.subscription !== now.subscription ||
      group.usageType !== now.usageType ||
      group.rateSchedule !== now.rateSchedule ||
      group.currency !== now.currency,
    prepaid: now.prepaid,
    account,
    at,
    ...group,
    quantity: columns['old.quantity'][row] ?? '0',
    amount: columns['old.amount'][row] ?? '0',
    fileId,
    line,
    charge,
  };
}
