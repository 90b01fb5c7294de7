import type { Explanation, NamedImpact } from '../../../catalog/index.js';
import type { RatedBefore, RatedImpact } from '../../domain/events.js';
import { amountText } from '../../domain/money-units.js';
import { preRate, PRERATED_CURRENCY } from '../../domain/prerated.js';
import { CREDIT, settleRow, topUpCounter } from '../../domain/settle-row.js';
import type { ChunkUsage } from '../rater/chunk-usage.js';
import type { MonetizedRecord } from './monetized-usage.port.js';

/** A row made again, in words and numbers. */
export interface MadeAgain {
  readonly chargeName: string;
  readonly measure: string | null;
  readonly impacts: readonly NamedImpact[];
  readonly steps: readonly string[];
  readonly recomputed: { readonly amount: string; readonly quantity: string; readonly equal: boolean };
}

type Row = Pick<MonetizedRecord, 'amount' | 'quantity' | 'impacts' | 'before' | 'currency'>;
type Computed = Pick<Row, 'amount' | 'quantity' | 'impacts'>;

/** What the account's own terms made of a charge after its price. */
export function settledAgain(
  row: Row,
  { charged, impacts, steps }: Explanation,
): Pick<MadeAgain, 'impacts' | 'steps' | 'recomputed'> {
  const { before, currency } = row;
  const isOwn = before?.commitments !== undefined || before?.prepaid !== undefined;
  if (before === null || !isOwn) {
    const { amountText: amount, quantityText: quantity } = charged;
    return { impacts, steps, recomputed: compared(row, { amount, quantity, impacts: charged.impacts }) };
  }
  const settled = settleRow(charged, before, currency);
  const amount = amountText(settled.amount);
  const own = settled.impacts.slice(charged.impacts.length).map((impact) => nameOwn(impact, before, currency));
  const end = before.prepaid === undefined ? [] : ['It is prepaid: top-ups pay it, and it is not billed.'];
  return {
    impacts: [...impacts, ...own],
    steps: [...steps, ...own.map(({ text }) => text), `In the end: ${amount} ${currency}.`, ...end],
    recomputed: compared(row, { amount, quantity: charged.quantityText, impacts: settled.impacts }),
  };
}

/** @throws when the mediated record cannot be rated like this: then it was not. */
export function preratedAgain(row: Row, usage: ChunkUsage): MadeAgain {
  const made = preRate(usage, row.currency);
  if ('missing' in made) throw new Error(`The record ${made.reason}`);
  const { charge } = made;
  const { amountText: amount, quantityText: quantity, impacts } = charge;
  const said =
    usage.attribute(PRERATED_CURRENCY) === undefined ? 'the currency of its account' : 'the currency it says';
  const text = `The record came with its price: ${amount} ${row.currency}.`;
  return {
    chargeName: 'price of the record',
    measure: charge.charge.measure,
    impacts: impacts.map((impact) => named(impact, 'FIXED', text)),
    steps: [
      `It is PRERATED: it keeps the price it came with (quantity "amount"), in ${said}.`,
      text,
      'No price offer is asked, and no allowance, accumulator or commitment is touched.',
      `Together: ${amount} ${row.currency}.`,
    ],
    recomputed: compared(row, { amount, quantity, impacts }),
  };
}

function compared(row: Row, { amount, quantity, impacts }: Computed): MadeAgain['recomputed'] {
  const equal =
    amount === row.amount && quantity === row.quantity && JSON.stringify(impacts) === JSON.stringify(row.impacts);
  return { amount, quantity, equal };
}

function nameOwn(impact: RatedImpact, before: RatedBefore, currency: string): NamedImpact {
  const [offerType, resource, quantity, , amount] = impact;
  if (offerType === 'ACCUMULATOR') return named(impact, 'PREPAID', topUpText(resource, quantity, before));
  if (before.commitments?.[resource] !== undefined) {
    return amount === null
      ? named(impact, 'GRANT', `Commitment ${resource} gives ${quantity} ${currency} in this billing cycle.`)
      : named(impact, 'ALLOWANCE', `Commitment ${resource} takes ${quantity.slice(1)} ${currency} off.`);
  }
  return before.prepaid?.[resource]?.granted === quantity
    ? named(impact, 'GRANT', `Allowance ${resource} is granted for this billing cycle, at its first use: ${quantity}.`)
    : named(impact, 'GRANT', `Top-ups of ${resource} give ${quantity}.`);
}

function topUpText(counter: string, quantity: string, { prepaid = {} }: RatedBefore): string {
  for (const [resource, { topUps }] of Object.entries(prepaid)) {
    for (const [reference] of topUps) {
      if (reference === CREDIT || topUpCounter(resource, reference) !== counter) continue;
      return `Top-up ${reference} pays ${quantity} ${resource}.`;
    }
  }
  return quantity.startsWith('-')
    ? `${quantity.slice(1)} are given back, and kept as a credit.`
    : `${quantity} are paid out of what was given back before.`;
}

function named(impact: RatedImpact, meaning: NamedImpact['meaning'], text: string): NamedImpact {
  const [offerType, resource, quantity, rate, amount, tier] = impact;
  return { meaning, offerType, resource, quantity, rate, per: null, amount, tier, tierFrom: null, tierTo: null, text };
}
