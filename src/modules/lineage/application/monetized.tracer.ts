import { instantToString } from '../../../shared/kernel/clock.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { monetizedId, recordId } from '../../../shared/kernel/record-id.js';
import type { MonetizedUsageReader, UsageBatchRated } from '../../rating/index.js';
import { LineageBroken } from './log-lookup.js';
import type { Trace } from './trace.js';

/** One row of a rated event: a charge of a line, as the log holds it. */
export interface Charge {
  readonly id: string;
  readonly fileId: string;
  readonly line: number;
  readonly partition: number;
  readonly event: RecordedEvent & UsageBatchRated;
  readonly row: number;
  readonly mediatedPosition: number;
  readonly account: string;
  readonly subscription: string;
  readonly usageType: string;
  readonly currency: string;
  readonly quantity: string;
  readonly amount: string;
  readonly price: { readonly priceOfferId: string; readonly version: number };
}

/** Reads a charge from its own event. @throws LineageBroken when the event has no such row. */
export async function chargeAt(trace: Trace, position: number, row: number): Promise<Charge> {
  const event = (await trace.log.eventAt(position)) as RecordedEvent & UsageBatchRated;
  const { head, columns } = event.data;
  const source = head.sources[columns.source[row] ?? -1];
  const price = head.offers[columns.offer[row] ?? -1];
  const line = columns.line[row];
  if (source === undefined || price === undefined || line === undefined) {
    throw new LineageBroken(
      `The rated event at position ${position} has no complete row ${row}, which a read model names`,
    );
  }
  return {
    id: monetizedId(source.fileId, line, columns.charge[row] ?? 0),
    fileId: source.fileId,
    line,
    partition: head.partition,
    event,
    row,
    mediatedPosition: source.position,
    account: columns.account[row] ?? '',
    subscription: columns.subscription[row] ?? '',
    usageType: columns.usageType[row] ?? '',
    currency: columns.currency[row] ?? '',
    quantity: columns.quantity[row] ?? '0',
    amount: columns.amount[row] ?? '0',
    price,
  };
}

/** monetized record, with the price version that made it. */
export class MonetizedTracer {
  constructor(private readonly monetized: MonetizedUsageReader) {}

  /** @returns the node of the charge. */
  async add(trace: Trace, charge: Charge): Promise<string> {
    const { event, row } = charge;
    const { columns } = event.data;
    const node = trace.graph.add({
      kind: 'MONETIZED_USAGE',
      id: charge.id,
      title: `${charge.quantity} ${charge.usageType} for ${charge.amount} ${charge.currency}`,
      ...(await trace.log.originOf(event)),
      details: {
        recordId: recordId(charge.fileId, charge.line),
        charge: columns.charge[row],
        row,
        account: charge.account,
        subscription: charge.subscription,
        serviceId: columns.serviceId[row],
        usageType: charge.usageType,
        at: instantToString(columns.at[row] ?? 0),
        cycle: instantToString(columns.cycle[row] ?? 0),
        quantity: charge.quantity,
        amount: charge.amount,
        currency: charge.currency,
        price: charge.price,
        impacts: (columns.impacts[row] ?? []).map(([offerType, resource, quantity, rate, amount, tier]) => ({
          offerType,
          resource,
          quantity,
          rate,
          amount,
          tier,
        })),
        before: columns.before[row] ?? null,
      },
    });
    const price = await this.addPrice(trace, charge.price);
    if (price !== undefined) trace.graph.link(price, 'PRICED', node);
    return node;
  }

  private async addPrice(trace: Trace, { priceOfferId, version }: Charge['price']): Promise<string | undefined> {
    const id = `${priceOfferId}@${version}`;
    if (trace.graph.has('PRICE_VERSION', id)) return `PRICE_VERSION/${id}`;
    const price = await this.monetized.priceVersion(trace.tenant, priceOfferId, version);
    if (price === undefined) return undefined;
    return trace.graph.add({
      kind: 'PRICE_VERSION',
      id,
      title: `Price of ${priceOfferId}, version ${version}`,
      ...(await trace.log.originAt(price.event.position)),
      details: {
        priceOfferId,
        version,
        effectiveFrom: instantToString(price.effectiveFrom),
        reason: price.reason,
        pricing: price.pricing,
      },
    });
  }
}
