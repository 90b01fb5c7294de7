import type { RecordedEvent } from '../../../../shared/kernel/event.js';
import { rateScheduleOf } from '../../../../shared/kernel/price-offer-id.js';
import { monetizedId, recordId } from '../../../../shared/kernel/record-id.js';
import type { UsageRerated } from '../../domain/runs/rerated-events.js';
import type { RatedEvent } from '../rater/log-events.js';
import type { MonetizedRecord, RatedCause } from './monetized-usage.port.js';

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
    ...versionOf(event, row),
    prepaid: source.usageRecordType === 'PREPAID',
    account: columns.account[row] ?? '',
    subscription: columns.subscription[row] ?? '',
    serviceId: columns.serviceId[row] ?? '',
    serviceType,
    usageType: columns.usageType[row] ?? '',
    rateSchedule: rateScheduleOf(price.priceOfferId),
    at: columns.at[row] ?? 0,
    cycle: columns.cycle[row] ?? 0,
    booked: isRerated(event) ? null : (event.data.head.late?.find(([late]) => late === row)?.[1] ?? null),
    currency: columns.currency[row] ?? '',
    quantity: columns.quantity[row] ?? '0',
    amount: columns.amount[row] ?? '0',
    price,
    impacts: columns.impacts[row] ?? [],
    before: columns.before[row] ?? null,
    mediated: { position: source.position, ordinal: columns.ordinal[row] ?? 0 },
    address: {
      stream: event.stream,
      partition: head.partition,
      revision: event.revision,
      position: event.position,
      eventId: event.id,
      hash: event.metadata.hash,
      row,
      recordedAt: event.metadata.recordedAt,
      actor: event.metadata.actor,
    },
  };
}

/** Every row of an event that is of this line. */
export function recordsOfLine(event: RatedEvent, fileId: string, line: number): MonetizedRecord[] {
  const { head, columns } = event.data;
  const records: MonetizedRecord[] = [];
  for (let row = columns.line.indexOf(line); row >= 0; row = columns.line.indexOf(line, row + 1)) {
    if (head.sources[columns.source[row] ?? -1]?.fileId === fileId) records.push(monetizedRecord(event, row));
  }
  return records;
}

function versionOf(event: RatedEvent, row: number): { version: number; withdrawn: boolean; cause: RatedCause } {
  if (isRerated(event)) {
    const { head, columns } = event.data;
    const cause = { kind: 'RUN', runId: head.runId, position: head.position } as const;
    return { version: columns.version[row] ?? 1, withdrawn: columns.withdrawn[row] ?? false, cause };
  }
  return { version: 1, withdrawn: false, cause: event.data.head.cause };
}

export function isRerated(event: RatedEvent): event is RecordedEvent & UsageRerated {
  return event.type === 'UsageRerated.v1';
}
