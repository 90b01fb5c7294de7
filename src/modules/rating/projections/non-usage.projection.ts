import { sumOfTexts } from '../../../shared/kernel/decimal-tally.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { parseStreamName } from '../../../shared/kernel/stream-name.js';
import { put, update, type Change, type Projection } from '../../../shared/read-models/projection.js';
import type { NonUsageRated } from '../domain/runs/non-usage-events.js';
import { nonUsage, nonUsageSummaries, type NonUsageRow, type NonUsageSummaryRow } from './non-usage.collections.js';

export const NON_USAGE_PROJECTION = 'non-usage';

/** What is due without usage: every record, and the sums an account sees. */
export const nonUsageProjection: Projection = {
  name: NON_USAGE_PROJECTION,
  version: 1,
  collections: [nonUsage, nonUsageSummaries],
  handles: ['NonUsageRated.v1'],
  project: (event) => changesOf(event as RecordedEvent & NonUsageRated),
};

type Sum = Omit<NonUsageSummaryRow, 'position'>;

function* changesOf(event: RecordedEvent & NonUsageRated): Iterable<Change> {
  const sums = new Map<string, Sum>();
  for (const row of rowsOf(event)) {
    yield put(nonUsage, row);
    const { tenant, account, cycle, type, currency, amount } = row;
    const key = [account, cycle, type, currency].join('\n');
    const known = sums.get(key) ?? { tenant, account, cycle, type, currency, records: 0, amount: '0' };
    sums.set(key, { ...known, records: known.records + 1, amount: sumOfTexts(known.amount, amount) });
  }
  for (const sum of sums.values()) yield summed(sum, event.position);
}

function summed({ records, amount, ...key }: Sum, position: number): Change {
  return update(nonUsageSummaries, key, (row) => {
    if (row !== undefined && row.position >= position) return row;
    return {
      ...key,
      records: (row?.records ?? 0) + records,
      amount: sumOfTexts(row?.amount ?? '0', amount),
      position,
    };
  });
}

/** The rows of an event, each with its names. */
export function* rowsOf(event: RecordedEvent & NonUsageRated): Iterable<NonUsageRow> {
  const { tenant } = parseStreamName(event.stream);
  const { head, columns } = event.data;
  for (let row = 0; row < columns.type.length; row += 1) {
    const offer = head.offers[columns.offer[row] ?? -1];
    const type = columns.type[row];
    if (offer === undefined || type === undefined) {
      throw new Error(`Row ${row} of ${event.stream}@${event.revision} names no price offer or no type`);
    }
    yield {
      tenant,
      account: columns.account[row] ?? '',
      cycle: columns.cycle[row] ?? 0,
      ratedPosition: event.position,
      row,
      type,
      subscription: columns.subscription[row] ?? '',
      service: columns.service[row] ?? '',
      priceOfferId: offer.priceOfferId,
      version: offer.version,
      charge: columns.charge[row] ?? '',
      cycleEnd: columns.cycleEnd[row] ?? 0,
      appliedStart: columns.appliedStart[row] ?? 0,
      appliedEnd: columns.appliedEnd[row] ?? 0,
      scale: columns.scale[row] ?? '1',
      firstDay: columns.firstDay[row] ?? 0,
      lastDay: columns.lastDay[row] ?? 0,
      days: columns.days[row] ?? 0,
      proration: columns.proration[row] ?? 'PRORATE',
      currency: columns.currency[row] ?? '',
      quantity: columns.quantity[row] ?? '1',
      amount: columns.amount[row] ?? '0',
      spent: columns.spent[row] ?? null,
      minimum: columns.minimum[row] ?? null,
      before: columns.before[row] ?? '0',
      corrects: columns.corrects[row] ?? false,
      runId: head.runId,
    };
  }
}
