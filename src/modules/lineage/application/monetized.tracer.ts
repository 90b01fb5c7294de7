import { instantToString } from '../../../shared/kernel/clock.js';
import { recordId } from '../../../shared/kernel/record-id.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import type { MonetizedUsageReader, RatingRunRequested } from '../../rating/index.js';
import type { Charge } from './charge.js';
import type { Trace } from './trace.js';

/** monetized record in one of its versions, with the price version that made it and the run that rated it again. */
export class MonetizedTracer {
  constructor(private readonly monetized: MonetizedUsageReader) {}

  /** @returns the node of the charge. */
  async add(trace: Trace, charge: Charge): Promise<string> {
    const { event, row, corrects } = charge;
    const { columns } = event.data;
    const node = trace.graph.add({
      kind: 'MONETIZED_USAGE',
      id: versionId(charge),
      title: titleOf(charge),
      ...(await trace.log.originOf(event)),
      details: {
        recordId: recordId(charge.fileId, charge.line),
        charge: columns.charge[row],
        version: charge.version,
        withdrawn: charge.withdrawn,
        corrects:
          corrects === undefined
            ? null
            : {
                version: charge.version - 1,
                quantity: corrects.quantity,
                amount: corrects.amount,
                currency: corrects.currency,
              },
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
    if (event.type === 'UsageRerated.v1') trace.graph.link(await addRun(trace, event.data.head), 'RERATED', node);
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

/** The first version goes by the id of the record, later ones by the id and their number. */
function versionId({ id, version }: Charge): string {
  return version === 1 ? id : `${id}@${version}`;
}

function titleOf({ quantity, usageType, amount, currency, version, withdrawn }: Charge): string {
  if (withdrawn) return `Version ${version}: withdrawn, not charged any more`;
  const charged = `${quantity} ${usageType} for ${amount} ${currency}`;
  return version === 1 ? charged : `Version ${version}: ${charged}`;
}

async function addRun(
  trace: Trace,
  { runId, position }: { readonly runId: string; readonly position: number },
): Promise<string> {
  const event = await trace.log.eventAt(position);
  const { reason, asked } = (event as RecordedEvent & RatingRunRequested).data;
  return trace.graph.add({
    kind: 'RATING_RUN',
    id: runId,
    title: `Rating run ${runId}: ${reason}`,
    ...(await trace.log.originOf(event)),
    details: { runId, reason, asked },
  });
}
