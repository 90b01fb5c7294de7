import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { rateScheduleOf } from '../../../shared/kernel/price-offer-id.js';
import { parseStreamName } from '../../../shared/kernel/stream-name.js';
import { put, remove, type Change, type Projection } from '../../../shared/read-models/projection.js';
import type { UsageBatchRated } from '../domain/events.js';
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

function* ratedRows(event: RecordedEvent & UsageBatchRated): Iterable<Change> {
  const { head } = event.data;
  if (head.sources.every((source) => source.monetizedLines === 0)) return;
  const rowOf = rowReader(event);
  for (let row = 0; row < event.data.columns.line.length; row += 1) {
    yield put(monetizedUsage, rowOf(row, 1, false));
  }
}

/** The row of a record moves to the address of what was said last; what it was is kept. */
function* reratedRows(event: RecordedEvent & UsageRerated): Iterable<Change> {
  const { head, columns } = event.data;
  const rowOf = rowReader(event);
  const schedules = head.offers.map((offer) => rateScheduleOf(offer.priceOfferId));
  for (let row = 0; row < columns.line.length; row += 1) {
    const now = rowOf(row, columns.version[row] ?? 1, columns.withdrawn[row] ?? false);
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

function rowReader(event: Rated): (row: number, version: number, withdrawn: boolean) => MonetizedRow {
  const { tenant } = parseStreamName(event.stream);
  const { head, columns } = event.data;
  const schedules = head.offers.map((offer) => rateScheduleOf(offer.priceOfferId));
  return (row, version, withdrawn) => {
    const source = head.sources[columns.source[row] ?? -1];
    if (source === undefined) throw new Error(`Row ${row} of ${event.stream}@${event.revision} names no source`);
    return {
      tenant,
      account: columns.account[row] ?? '',
      at: columns.at[row] ?? 0,
      revision: event.revision,
      row,
      version,
      withdrawn,
      prepaid: source.usageRecordType === 'PREPAID',
      subscription: columns.subscription[row] ?? '',
      serviceId: columns.serviceId[row] ?? '',
      serviceType: source.serviceType,
      usageType: columns.usageType[row] ?? '',
      rateSchedule: schedules[columns.offer[row] ?? -1] ?? '',
      currency: columns.currency[row] ?? '',
      quantity: columns.quantity[row] ?? '0',
      amount: columns.amount[row] ?? '0',
      fileId: source.fileId,
      line: columns.line[row] ?? 0,
      charge: columns.charge[row] ?? 0,
    };
  };
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
