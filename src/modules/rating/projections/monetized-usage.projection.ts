import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { parseStreamName } from '../../../shared/kernel/stream-name.js';
import { put, type Change, type Projection } from '../../../shared/read-models/projection.js';
import type { UsageBatchRated } from '../domain/events.js';
import { rateScheduleOf } from '../domain/price-offer-id.js';
import { monetizedUsage } from './collections.js';

export const MONETIZED_USAGE_PROJECTION = 'monetized-usage';

/** A thin row per monetized record; everything else about it is read from the rated event when somebody opens it. */
export const monetizedUsageProjection: Projection = {
  name: MONETIZED_USAGE_PROJECTION,
  version: 1,
  collections: [monetizedUsage],
  handles: ['UsageBatchRated.v1'],
  project: (event) => rowsOf(event as RecordedEvent & UsageBatchRated),
};

function* rowsOf(event: RecordedEvent & UsageBatchRated): Iterable<Change> {
  const { head } = event.data;
  if (head.sources.every((source) => source.monetizedLines === 0)) return;
  const { tenant } = parseStreamName(event.stream);
  const { columns } = event.data;
  const schedules = head.offers.map((offer) => rateScheduleOf(offer.priceOfferId));
  for (let row = 0; row < columns.line.length; row += 1) {
    const source = head.sources[columns.source[row] ?? -1];
    if (source === undefined) throw new Error(`Row ${row} of ${event.stream}@${event.revision} names no source`);
    yield put(monetizedUsage, {
      tenant,
      account: columns.account[row] ?? '',
      at: columns.at[row] ?? 0,
      ratedPosition: event.position,
      row,
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
    });
  }
}
