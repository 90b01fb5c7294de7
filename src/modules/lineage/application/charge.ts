import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { rateScheduleOf } from '../../../shared/kernel/price-offer-id.js';
import { monetizedId } from '../../../shared/kernel/record-id.js';
import type { StreamName } from '../../../shared/kernel/stream-name.js';
import type { UsageBatchRated, UsageRerated } from '../../rating/index.js';
import { LineageBroken } from './log-lookup.js';
import type { Trace } from './trace.js';

/** One row of a rated event: a charge of a line in one of its versions, as the log holds it. */
export interface Charge extends ChargeGroup {
  readonly id: string;
  readonly fileId: string;
  readonly line: number;
  readonly partition: number;
  /** From 1: what was rated again has the next one. */
  readonly version: number;
  /** It is made no more: quantity and amount are 0. */
  readonly withdrawn: boolean;
  /** Paid out of top-ups: no line is made of it. */
  readonly prepaid: boolean;
  readonly event: RecordedEvent & (UsageBatchRated | UsageRerated);
  readonly row: number;
  readonly mediatedPosition: number;
  readonly account: string;
  readonly quantity: string;
  readonly amount: string;
  readonly price: { readonly priceOfferId: string; readonly version: number };
  /** The version that this one took the place of. */
  readonly corrects?: CorrectedVersion;
}

/** What decides which line of its account a charge is summed into. */
export interface ChargeGroup {
  readonly subscription: string;
  readonly usageType: string;
  readonly currency: string;
  readonly rateSchedule: string;
}

/** As the correction says it was, and where it stands. */
export interface CorrectedVersion extends ChargeGroup {
  readonly revision: number;
  readonly row: number;
  readonly quantity: string;
  readonly amount: string;
}

/** Reads a charge from its own event, by position. @throws LineageBroken when the event has no such row. */
export async function chargeAt(trace: Trace, position: number, row: number): Promise<Charge> {
  return chargeOf(await trace.log.eventAt(position), row);
}

/** Reads a charge from its own event, by its place in its stream. @throws LineageBroken when it has no such row. */
export async function chargeIn(trace: Trace, stream: StreamName, revision: number, row: number): Promise<Charge> {
  return chargeOf(await trace.log.eventIn(stream, revision), row);
}

/** Whether a charge and another (or what it was before) are summed into the same line of a run. */
export function sameGroup(a: ChargeGroup, b: ChargeGroup): boolean {
  return (
    a.subscription === b.subscription &&
    a.usageType === b.usageType &&
    a.currency === b.currency &&
    a.rateSchedule === b.rateSchedule
  );
}

function chargeOf(recorded: RecordedEvent, row: number): Charge {
  const event = recorded as Charge['event'];
  const { head, columns } = event.data;
  const source = head.sources[columns.source[row] ?? -1];
  const price = head.offers[columns.offer[row] ?? -1];
  const line = columns.line[row];
  if (source === undefined || price === undefined || line === undefined) {
    throw new LineageBroken(
      `The rated event at position ${event.position} has no complete row ${row}, which a read model names`,
    );
  }
  return {
    id: monetizedId(source.fileId, line, columns.charge[row] ?? 0),
    fileId: source.fileId,
    line,
    partition: head.partition,
    ...versionOf(event, row),
    prepaid: source.usageRecordType === 'PREPAID',
    event,
    row,
    mediatedPosition: source.position,
    account: columns.account[row] ?? '',
    subscription: columns.subscription[row] ?? '',
    usageType: columns.usageType[row] ?? '',
    currency: columns.currency[row] ?? '',
    rateSchedule: rateScheduleOf(price.priceOfferId),
    quantity: columns.quantity[row] ?? '0',
    amount: columns.amount[row] ?? '0',
    price,
  };
}

function versionOf(event: Charge['event'], row: number): Pick<Charge, 'version' | 'withdrawn' | 'corrects'> {
  if (event.type === 'UsageBatchRated.v1') return { version: 1, withdrawn: false };
  const { head, columns } = event.data;
  const version = columns.version[row] ?? 1;
  const withdrawn = columns.withdrawn[row] ?? false;
  const revision = columns['old.revision'][row] ?? null;
  if (revision === null) return { version, withdrawn };
  const corrects = {
    revision,
    row: columns['old.row'][row] ?? 0,
    subscription: columns['old.subscription'][row] ?? '',
    usageType: columns['old.usageType'][row] ?? '',
    currency: columns['old.currency'][row] ?? '',
    rateSchedule: rateScheduleOf(head.offers[columns['old.offer'][row] ?? -1]?.priceOfferId ?? ''),
    quantity: columns['old.quantity'][row] ?? '0',
    amount: columns['old.amount'][row] ?? '0',
  };
  return { version, withdrawn, corrects };
}
