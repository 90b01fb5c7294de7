import { unitsToString } from '../../../../shared/kernel/decimal.js';
import { serviceOf } from '../../../../shared/kernel/price-offer-id.js';
import { divideRounded } from '../../../../shared/kernel/rounding.js';
import { MOST_BYTES, MOST_ROWS, OffersInMaking, type ColumnsInMaking } from '../columns-in-making.js';
import type { NonUsageRated, NonUsageRatedColumns } from '../runs/non-usage-events.js';
import type { RunEventHead } from '../runs/run-event-head.js';
import type { RatedImpact } from '../events.js';
import { amountText } from '../money-units.js';
import { dueCounter, type Movement } from './due.js';

/** What a row takes beside its texts. */
const ROW_BYTES = 420;
const RATING_SCALE = 10;
const ONE_SCALED = 10n ** BigInt(RATING_SCALE);

export interface NonUsageFor {
  readonly account: string;
  readonly subscription: string;
  /** Epoch ms. */
  readonly cycle: { readonly start: number; readonly end: number };
}

type Head = Pick<RunEventHead, 'offers' | 'money'>;

/** An event of monetized non-usage records in the making. */
export class NonUsageBatch {
  private readonly columns = emptyColumns();
  private readonly offers = new OffersInMaking();
  private readonly money = new Map<string, bigint>();
  private bytes = 0;

  get isEmpty(): boolean {
    return this.columns.type.length === 0;
  }

  get isFull(): boolean {
    return this.columns.type.length >= MOST_ROWS || this.bytes >= MOST_BYTES;
  }

  add({ account, subscription, cycle }: NonUsageFor, { due, amount, before, corrects }: Movement): void {
    const { columns } = this;
    const { type, charge, price, units, currency, applied, firstDay, lastDay, days, trueUp } = due;
    const impacts = impactsOf(due, amount);
    columns.type.push(type);
    columns.account.push(account);
    columns.subscription.push(subscription);
    columns.service.push(serviceOf(price.priceOfferId));
    columns.offer.push(this.offers.indexOf(price));
    columns.charge.push(charge);
    columns.cycle.push(cycle.start);
    columns.cycleEnd.push(cycle.end);
    columns.appliedStart.push(applied.from);
    columns.appliedEnd.push(applied.to);
    columns.scale.push(scaleOf(lastDay - firstDay, days));
    columns.firstDay.push(firstDay);
    columns.lastDay.push(lastDay);
    columns.days.push(days);
    columns.proration.push(due.proration);
    columns.currency.push(currency);
    columns.quantity.push(units);
    columns.amount.push(amountText(amount));
    columns.impacts.push(impacts);
    columns.spent.push(trueUp === undefined ? null : amountText(trueUp.spent));
    columns.minimum.push(trueUp === undefined ? null : amountText(trueUp.minimum));
    columns.before.push(amountText(before));
    columns.corrects.push(corrects);
    this.money.set(currency, (this.money.get(currency) ?? 0n) + amount);
    const texts = account.length + subscription.length + charge.length + price.priceOfferId.length;
    this.bytes += ROW_BYTES + 2 * texts + 2 * JSON.stringify(impacts).length;
  }

  build(): { readonly head: Head; readonly columns: NonUsageRated['data']['columns'] } {
    const money = Object.fromEntries([...this.money].map(([currency, sum]) => [currency, amountText(sum)]));
    return { head: { offers: this.offers.list, money }, columns: this.columns };
  }
}

/** What is charged, and the counter by which the next run knows that it was. */
function impactsOf(due: Movement['due'], amount: bigint): readonly RatedImpact[] {
  const text = amountText(amount);
  return [
    ['PRICE', due.currency, due.units, null, text, null],
    ['ACCUMULATOR', dueCounter(due, due.price), text, null, null, null],
  ];
}

function scaleOf(days: number, whole: number): string {
  if (whole === 0) return '1';
  return unitsToString(divideRounded(BigInt(days) * ONE_SCALED, BigInt(whole), 'HALF_UP'), RATING_SCALE);
}

function emptyColumns(): ColumnsInMaking<NonUsageRatedColumns> {
  return {
    type: [],
    account: [],
    subscription: [],
    service: [],
    offer: [],
    charge: [],
    cycle: [],
    cycleEnd: [],
    appliedStart: [],
    appliedEnd: [],
    scale: [],
    firstDay: [],
    lastDay: [],
    days: [],
    proration: [],
    currency: [],
    quantity: [],
    amount: [],
    impacts: [],
    spent: [],
    minimum: [],
    before: [],
    corrects: [],
  };
}
