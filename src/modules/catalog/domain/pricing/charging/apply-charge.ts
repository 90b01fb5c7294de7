import type { Before, Charged, Impact, NotCharged } from './charged.js';
import type { CompiledAllowance, CompiledCharge, NamedBalance } from '../compiled/compile-charge.js';
import { noteReading } from './derive-quantity.js';
import { beforeOf, positionOf } from '../balances/before-of.js';
import type { Derived, Line } from './line.js';
import { matchingAllowances, recalledAllowances, validOf } from './matching-allowances.js';
import { measureCharge } from './measure-charge.js';
import { hasPlaces, withPlaces } from '../balances/balance-places.js';
import { percentageOf, type Percentage } from './percentage.js';
import { priceQuantity } from './price-quantity.js';
import { ratedQuantity } from './rated-quantity.js';
import {
  amountText,
  AMOUNT_TO_QUANTITY,
  ONE,
  quantityText,
  type AmountUnits,
  type QuantityUnits,
} from '../numbers/scaled.js';
import { withinSpend } from './spend-limit.js';
import { isPriced, startOf, tierOf } from './tier-position.js';
import { spreadFor, volumeFound } from './volume-spread.js';

/**
 * One charge of one record that it prices whole: pure but for the balances of the line.
 * @param measured when it is measured already.
 */
export function applyCharge(line: Line, charge: CompiledCharge, measured?: Derived): Charged | NotCharged {
  const { balances, price } = line;
  const measure = measured ?? measureCharge(line, charge);
  if ('code' in measure) return measure;
  const allowances = allowancesFor(line, charge);
  const percent = charge.percent === undefined ? undefined : percentageOf(line, charge, charge.percent);
  if (percent !== undefined && 'code' in percent) return percent;
  const before = withFindings(line, charge, measure, percent, beforeOf(line, charge, allowances));
  const impacts: Impact[] = [];
  noteMeter(line, measure, impacts);
  const { freeCounter } = charge;
  if (freeCounter !== undefined && isFreeEvent(line, charge)) {
    countFreeEvent(line, freeCounter, impacts);
    return nothing(line, charge, impacts, before);
  }
  const quantity = ratedQuantity(charge, measure.quantity);
  const text = charge.keepsQuantity ? measure.text : quantityText(quantity);
  const found = positionOf(balances, charge);
  const spread = spreadFor(charge, line.totals, found ?? 0n, quantity);
  const net = priceQuantity({
    currency: price.currency,
    charge,
    balances,
    impacts,
    text,
    quantity,
    start: spread === undefined ? startOf(charge, found, 0n) : (found ?? 0n),
    tier: tierOf(charge, found, quantity),
    priced: isPriced(charge),
    percent: percent?.amount ?? 0n,
    percentBase: percent?.baseText ?? '0',
    fixed: charge.fixed,
    allowances,
    run: undefined,
    spread,
  });
  if (charge.accumulators.length > 0) addToAccumulators(line, charge, { quantity, text, net }, impacts);
  const amount = price.spend === undefined ? net : withinSpend(line, net, impacts);
  return {
    charge,
    usageType: charge.usageType ?? line.usage.usageType,
    quantity,
    quantityText: text,
    amount,
    amountText: amountText(amount),
    impacts,
    before: hasPlaces(line, charge) ? withPlaces(line, [charge], impacts, before) : before,
  };
}

/** What a charge may draw on, in the order of use; recalled when it is charged again. */
export function allowancesFor(line: Line, charge: CompiledCharge): readonly CompiledAllowance[] {
  const { recalled, price, balances } = line;
  if (recalled !== undefined) return recalledAllowances(price, charge, recalled);
  if (!charge.picksAllowances) return charge.allowances;
  return charge.anyMatching ? matchingAllowances(price, charge, balances) : validOf(charge.allowances, balances);
}

export function noteMeter(line: Line, { meter }: Derived, impacts: Impact[]): void {
  const impact = meter === undefined ? null : noteReading(line, meter);
  if (impact !== null) impacts.push(impact);
}

export function isFreeEvent({ balances }: Line, { freeCounter, freeEvents }: CompiledCharge): boolean {
  return freeCounter !== undefined && (balances.get(freeCounter.key) ?? 0n) < freeEvents;
}

export function countFreeEvent({ balances }: Line, { name, key }: NamedBalance, impacts: Impact[]): void {
  balances.set(key, (balances.get(key) ?? 0n) + ONE);
  impacts.push(['ACCUMULATOR', name, '1', null, null, null]);
}

/** @param net what is charged, for those that add up amounts. */
export function addToAccumulators(
  { balances, recalled }: Line,
  { accumulators }: CompiledCharge,
  { quantity, text, net }: { readonly quantity: QuantityUnits; readonly text: string; readonly net: AmountUnits },
  impacts: Impact[],
): void {
  for (const { name, key, ofAmounts } of accumulators) {
    const amounts = ofAmounts || recalled?.amounts?.includes(name) === true;
    const added = amounts ? net * AMOUNT_TO_QUANTITY : quantity;
    if (added === 0n) continue;
    balances.set(key, (balances.get(key) ?? 0n) + added);
    impacts.push(['ACCUMULATOR', name, amounts ? amountText(net) : text, null, null, null]);
  }
}

/** A charge that costs nothing: a free event. */
export function nothing(
  line: Line,
  charge: CompiledCharge,
  impacts: readonly Impact[],
  before: Before | null,
): Charged {
  return {
    charge,
    usageType: charge.usageType ?? line.usage.usageType,
    quantity: 0n,
    quantityText: '0',
    amount: 0n,
    amountText: '0',
    impacts,
    before,
  };
}

/** What was found besides balances. */
function withFindings(
  { recalled, totals, balances }: Line,
  charge: CompiledCharge,
  { text, meter }: Derived,
  percent: Percentage | undefined,
  before: Before | null,
): Before | null {
  const ofCharges = percent?.charges;
  const byUnit = charge.rateUnit !== undefined || recalled?.measured !== undefined;
  const volume = totals === undefined ? undefined : volumeFound([charge], totals, balances);
  if (!byUnit && ofCharges === undefined && volume === undefined) return before;
  return {
    ...(before ?? { accumulator: null, allowances: {} }),
    ...(byUnit ? { measured: text } : {}),
    ...(meter === undefined ? {} : { meter }),
    ...(ofCharges === undefined ? {} : { charges: ofCharges }),
    ...(volume === undefined ? {} : { volume }),
  };
}
