import { Inject, Injectable } from '@nestjs/common';
import { EVENT_STORE, type EventStore } from '../../../../shared/event-store/event-store.port.js';
import { instantToString } from '../../../../shared/kernel/clock.js';
import { Decimal } from '../../../../shared/kernel/decimal.js';
import { sumOfTexts } from '../../../../shared/kernel/decimal-tally.js';
import type { RecordedEvent } from '../../../../shared/kernel/event.js';
import { parseStreamName } from '../../../../shared/kernel/stream-name.js';
import { chargeRecurring, compilePricing, parsePricing, trueUp } from '../../../catalog/index.js';
import { parseNonUsageId } from '../../domain/non-usage-id.js';
import { quantityUnitsOf } from '../../domain/quantity-units.js';
import type { RatedImpact } from '../../domain/events.js';
import type { NonUsageRated } from '../../domain/runs/non-usage-events.js';
import type { NonUsageRow } from '../../projections/non-usage.collections.js';
import { rowsOf } from '../../projections/non-usage.projection.js';
import type { PriceVersion, RatedAddress } from './monetized-usage.port.js';
import { LogMonetizedUsage } from './monetized-usage.reader.js';

const RATING_SCALE = 10;

export interface ExplainedNonUsage {
  readonly record: NonUsageRow;
  readonly price: PriceVersion;
  readonly impacts: readonly RatedImpact[];
  readonly steps: readonly string[];
  /** What computing it again gave, and whether that is what was stored. */
  readonly recomputed: { readonly amount: string; readonly equal: boolean };
  readonly address: RatedAddress;
}

/** Explains a monetized non-usage record by charging it again, with the price version and the days it names. */
@Injectable()
export class NonUsageExplainer {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    private readonly reader: LogMonetizedUsage,
  ) {}

  /** Undefined when the tenant has no such record. @throws when the record names a price that is not there. */
  async explain(tenant: string, id: string): Promise<ExplainedNonUsage | undefined> {
    const address = parseNonUsageId(id);
    const event = address === undefined ? undefined : await this.eventAt(tenant, address.position);
    if (address === undefined || event === undefined) return undefined;
    const record = [...rowsOf(event)][address.row];
    if (record === undefined) return undefined;
    const { priceOfferId, version } = record;
    const price = await this.reader.priceVersion(tenant, priceOfferId, version);
    if (price === undefined) throw new Error(`${id} names version ${version} of ${priceOfferId}, which is not there`);
    const { amount, steps } = record.type === 'TRUE-UP' ? trueUpAgain(record) : chargeAgain(record, price);
    return {
      record,
      price,
      impacts: event.data.columns.impacts[record.row] ?? [],
      steps: [...placeSteps(record), ...steps],
      recomputed: { amount, equal: amount === record.amount },
      address: {
        stream: event.stream,
        partition: event.data.head.partition,
        revision: event.revision,
        position: event.position,
        eventId: event.id,
        hash: event.metadata.hash,
        row: record.row,
        recordedAt: event.metadata.recordedAt,
        actor: event.metadata.actor,
      },
    };
  }

  private async eventAt(tenant: string, position: number): Promise<(RecordedEvent & NonUsageRated) | undefined> {
    for await (const event of this.store.readAll({ after: position - 1, limit: 1 })) {
      const isIt = event.position === position && event.type === 'NonUsageRated.v1';
      if (isIt && parseStreamName(event.stream).tenant === tenant) return event as RecordedEvent & NonUsageRated;
    }
    return undefined;
  }
}

function placeSteps(record: NonUsageRow): readonly string[] {
  const { cycle, cycleEnd, appliedStart, appliedEnd, days, firstDay, lastDay, proration, type } = record;
  const cycleText = `The billing cycle is from ${instantToString(cycle)} to ${instantToString(cycleEnd)}`;
  if (type === 'ONE_TIME') return [`${cycleText}; the activation was at ${instantToString(appliedStart)}.`];
  const applied = `it is for ${instantToString(appliedStart)} to ${instantToString(appliedEnd)}`;
  const charged = `by ${proration}, ${lastDay - firstDay} of ${days} days`;
  return [`${cycleText}; ${applied}${type === 'TRUE-UP' ? '' : `, ${charged}`}.`];
}

function chargeAgain(record: NonUsageRow, { pricing }: PriceVersion): { amount: string; steps: readonly string[] } {
  const { priceOfferId, version, charge: name, days, firstDay, lastDay, quantity, corrects } = record;
  const parsed = parsePricing(pricing);
  if ('errors' in parsed) throw new Error(`Version ${version} of ${priceOfferId} can no longer be read`);
  const charge = compilePricing(parsed.pricing).charges.find((each) => each.name === name);
  if (charge === undefined) throw new Error(`Version ${version} of ${priceOfferId} has no charge "${name}"`);
  const share = days === 0 ? undefined : { from: BigInt(firstDay), to: BigInt(lastDay), whole: BigInt(days) };
  const charged = chargeRecurring(parsed.pricing, charge, quantityUnitsOf(quantity), share);
  if (!corrects) return { amount: charged.amountText, steps: charged.steps };
  const amount = Decimal.parse(charged.amountText).negated().toString();
  const steps = [
    ...charged.steps,
    `It is not due any more, as the account stood at the run: ${amount} ${record.currency}.`,
  ];
  return { amount, steps };
}

function trueUpAgain(record: NonUsageRow): { amount: string; steps: readonly string[] } {
  const { currency, minimum, spent, before } = record;
  const less = Decimal.parse(before).negated().toString();
  if (minimum === null || spent === null) {
    return { amount: less, steps: ['No minimum is due any more, as the account stood at the run: it is taken back.'] };
  }
  const units = (text: string): bigint => Decimal.parse(text).unitsAt(RATING_SCALE);
  const { amountText, steps } = trueUp(currency, units(minimum), units(spent));
  if (before === '0') return { amount: amountText, steps };
  const amount = sumOfTexts(amountText, less);
  return { amount, steps: [...steps, `${before} ${currency} were made of it before: this corrects it by ${amount}.`] };
}
