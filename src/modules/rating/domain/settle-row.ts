import type { RatedBefore, RatedImpact } from './events.js';
import { amountOfQuantity, amountText, quantityOfAmount, quantityText } from './money-units.js';
import { quantityUnitsOf } from './quantity-units.js';

/** A charge as its price made it, or as it is in the end. */
export interface RowMoney {
  /** Integer of 10^-10. */
  readonly amount: bigint;
  readonly impacts: readonly RatedImpact[];
}

export interface SettledRow extends RowMoney {
  /** What its top-ups did not suffice for, of the currency; 0 = nothing. Integer of 10^-12. */
  readonly missing: bigint;
}

/**
 * What the account's own terms make of a charge after its price: commitments take off what they have left, and a prepaid
 * charge is paid out of top-ups. A function of the charge, the currency and what was found (`before`) alone: with it the
 * row is made, and made again when it is explained.
 *
 *     price -> allowances, limits, spend -> commitments (amount falls) -> top-ups (amount stays: it is paid, not billed)
 */
export function settleRow(row: RowMoney, before: RatedBefore, currency: string): SettledRow {
  const impacts = [...row.impacts];
  const amount = row.amount - takenByCommitments(row.amount, before, impacts);
  if (before.prepaid === undefined) return { amount, impacts, missing: 0n };
  for (const [resource, { own = '0', granted }] of Object.entries(before.prepaid)) {
    if (resource === currency) continue;
    const drawn = drawnOf(resource, row.impacts);
    if (drawn === 0n) continue;
    if (granted !== undefined) impacts.push(['ALLOWANCE', resource, granted, null, null, null]);
    const beyond = drawn - quantityUnitsOf(own);
    if (beyond <= 0n) continue;
    impacts.push(['ALLOWANCE', resource, quantityText(beyond), null, null, null]);
    pay(resource, beyond, before, impacts);
  }
  return { amount, impacts, missing: pay(currency, quantityOfAmount(amount), before, impacts) };
}

function takenByCommitments(amount: bigint, { commitments, allowances }: RatedBefore, impacts: RatedImpact[]): bigint {
  let taken = 0n;
  for (const [name, granted] of Object.entries(commitments ?? {})) {
    if (amount <= taken) break;
    const found = allowances[name];
    if (found === undefined) impacts.push(['ALLOWANCE', name, granted, null, null, null]);
    const left = amountOfQuantity(quantityUnitsOf(found ?? granted));
    const given = left < amount - taken ? left : amount - taken;
    if (given <= 0n) continue;
    impacts.push(['ALLOWANCE', name, amountText(-given), null, amountText(-given), null]);
    taken += given;
  }
  return taken;
}

/** What the price took of an allowance. */
export function drawnOf(allowance: string, impacts: readonly RatedImpact[]): bigint {
  let drawn = 0n;
  for (const [offerType, resource, quantity, , amount] of impacts) {
    if (offerType === 'ALLOWANCE' && resource === allowance && amount !== null) drawn -= quantityUnitsOf(quantity);
  }
  return drawn;
}

/** Uses top-ups one after the other; answers what they do not suffice for. What is given back is kept as a credit. */
function pay(resource: string, quantity: bigint, { prepaid, balances }: RatedBefore, impacts: RatedImpact[]): bigint {
  if (quantity < 0n) {
    impacts.push(['ACCUMULATOR', topUpCounter(resource, CREDIT), quantityText(quantity), null, null, null]);
    return 0n;
  }
  let due = quantity;
  for (const [reference, paidIn] of prepaid?.[resource]?.topUps ?? []) {
    if (due === 0n) break;
    const counter = topUpCounter(resource, reference);
    const left = quantityUnitsOf(paidIn) - quantityUnitsOf(balances?.[counterKey(counter)] ?? '0');
    const part = left < due ? left : due;
    if (part <= 0n) continue;
    impacts.push(['ACCUMULATOR', counter, quantityText(part), null, null, null]);
    due -= part;
  }
  return due;
}

const TOP_UP = '$topUp ';
const CREDITED = '$credit ';
/** In the place of a reference, for what was given back: nobody paid it in. */
export const CREDIT = '';

/** The accumulator that says how much of a top-up was used: its reference is unique, whatever it is a top-up of. */
export function topUpCounter(resource: string, reference: string): string {
  return reference === CREDIT ? CREDITED + resource : TOP_UP + reference;
}

export function isTopUpCounter(accumulator: string): boolean {
  return accumulator.startsWith(TOP_UP) || accumulator.startsWith(CREDITED);
}

const TOP_UP_KEY = counterKey(TOP_UP);

/** A balance of one top-up: as its reference is unique, no two subscriptions have it. */
export function isOfOneTopUp(key: string): boolean {
  return key.startsWith(TOP_UP_KEY);
}

export function counterKey(accumulator: string): string {
  return `accumulator/${accumulator}`;
}
