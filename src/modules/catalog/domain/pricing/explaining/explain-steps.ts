import type { Before, Charged } from '../charging/charged.js';
import type { CompiledCharge } from '../compiled/compile-charge.js';
import type { CompiledPrice } from '../compiled/compile-pricing.js';
import { scopeOfHolder } from '../balances/keeping.js';
import { recalledAllowances } from '../charging/matching-allowances.js';
import { incrementsText } from './name-impact.js';
import type { PricedUsage } from '../charging/priced-usage.js';
import { ANY_VALUE, type Charge } from '../language/pricing.js';
import { EARLIER, resourceOf } from '../balances/resource-keys.js';
import { atLeastMinimum, roundedQuantity } from '../charging/rated-quantity.js';
import { quantityOf, quantityText, quantityUnits } from '../numbers/scaled.js';
import { conditionsOf } from '../compiled/selection-facts.js';
import { totalsFound, VolumeSpread } from '../charging/volume-spread.js';

export interface Explained {
  readonly price: CompiledPrice;
  readonly charge: CompiledCharge;
  readonly written: Charge;
  readonly usage: PricedUsage;
  readonly before: Before;
  readonly charged: Charged;
}

/** What came before the impacts: why this charge, what was counted, what was found. In words for customer care. */
export function explainSteps(explained: Explained): string[] {
  return [
    selectionStep(explained),
    ...(explained.before.pieces === undefined
      ? quantitySteps(explained)
      : pieceSteps(explained, explained.before.pieces)),
    ...stairSteps(explained),
    ...balanceSteps(explained),
  ];
}

function selectionStep({ price, written, charged }: Explained): string {
  const wanted = conditionsOf(written.when).map(({ kind, name, wanted: value }) => {
    const said = kind === 'attribute' ? name : `${kind} by ${name}`;
    return value === ANY_VALUE ? `${said} is there` : `${said} = "${value}"`;
  });
  const best = price.pricing.select === 'BEST' ? ', and no other charge asks for more' : '';
  const why =
    wanted.length === 0
      ? `it is the ${best === '' ? 'first' : 'best'} that takes the record`
      : `the record has ${wanted.join(', ')}${best}`;
  return `Charge "${written.name}" is used, billed as ${charged.usageType}: ${why}.`;
}

function quantitySteps({ written, charge, usage, before, charged }: Explained): string[] {
  const raw = before.measured ?? rawQuantity(charge, usage);
  const steps = [measureStep(charge, usage, before, raw)];
  if (charged.impacts.some(([, resource]) => resource === charge.freeCounter?.name)) return steps;
  const measured = quantityUnits(raw) ?? 0n;
  const least = atLeastMinimum(charge, measured);
  if (least !== measured) steps.push(`At least ${quantityText(least)} is charged.`);
  const rounded = roundedQuantity(charge, least);
  if (written.increments !== undefined) {
    steps.push(`Rounded to increments (${incrementsText(written.increments)}): ${quantityText(rounded)}.`);
  }
  if (written.block !== undefined) {
    const { size, round, countIn } = written.block;
    const direction = round === 'UP' ? 'every begun block counts' : 'only full blocks count';
    const counted = countIn === 'BLOCKS' ? ' blocks' : '';
    steps.push(`In blocks of ${size} (${direction}): ${quantityText(rounded)}${counted}.`);
  }
  if (written.free !== undefined)
    steps.push(`${written.free} of each record are free: ${charged.quantityText} is left.`);
  return steps;
}

function rawQuantity({ quantityName }: CompiledCharge, usage: PricedUsage): string {
  return quantityName === undefined ? '1' : (usage.quantity(quantityName) ?? '0');
}

function measureStep(
  { quantityName }: CompiledCharge,
  usage: PricedUsage,
  { measured, meter }: Before,
  raw: string,
): string {
  if (quantityName === undefined) return 'Each record counts 1.';
  if (measured === undefined) return `The record has ${raw} ${quantityName}.`;
  if (meter === undefined) return `Rate unit ${quantityName} makes ${raw} of the record.`;
  const now = usage.quantity(meter.reading) ?? '0';
  return meter.before === null
    ? `The meter is read for the first time (${meter.reading} ${now}): ${raw} ${quantityName}.`
    : `The meter reads ${now} ${meter.reading} after ${meter.before}: ${raw} ${quantityName}.`;
}

/** A record whose time changes on the way. */
function pieceSteps(
  { price, charge, usage, before, charged }: Explained,
  pieces: NonNullable<Before['pieces']>,
): string[] {
  const said = pieces.map(([index, quantity]) => `${quantity} by "${price.charges[index]?.name ?? ''}"`);
  return [
    measureStep(charge, usage, before, before.measured ?? rawQuantity(charge, usage)),
    `Its time changes on the way, so it is priced by its pieces: ${said.join(', then ')}.`,
    `Of them ${charged.quantityText} is charged here; what is charged once per record goes with "${price.charges[pieces[0]?.[0] ?? 0]?.name ?? ''}".`,
  ];
}

/** Increments of a step are a shape of the price: what is begun is paid whole. */
function stairSteps({ written, charged }: Explained): string[] {
  const tiers = new Set(charged.impacts.flatMap(([, , , , , tier]) => tier ?? []));
  return (written.tiers?.steps ?? []).flatMap(({ increments }, tier) => {
    if (increments === undefined || !tiers.has(tier)) return [];
    return [`Tier ${tier + 1} is sold in increments (${incrementsText(increments)}).`];
  });
}

function balanceSteps(explained: Explained): string[] {
  const { price, written, charge, before, charged } = explained;
  const steps: string[] = [];
  const { accumulator } = before;
  const name = written.tiers?.accumulator ?? '';
  if (accumulator !== null) {
    steps.push(
      charge.position.by === 'EARLIER_PERIOD'
        ? `Accumulator ${name} stood at ${accumulator} at the end of the billing cycle before: that chooses the tier.`
        : `Accumulator ${name} stood at ${accumulator}: the ${charge.position.by === 'VOLUME' ? 'record stands' : 'tiers start'} there.`,
    );
  }
  steps.push(...volumeSteps(explained));
  const { freeCounter } = charge;
  if (freeCounter !== undefined) {
    const had = before.balances?.[freeCounter.key] ?? '0';
    steps.push(`${written.freeEvents ?? 0} records of a billing cycle are free; ${had} of them were used before.`);
  }
  if (price.spend !== undefined && charged.amountText !== '0') {
    const spent = before.balances?.[price.spend.counter.key] ?? '0';
    steps.push(`${quantityText(quantityOf(spent))} ${price.currency} were spent in this billing cycle before.`);
  }
  for (const [key, [holder, period]] of Object.entries(before.elsewhere ?? {}))
    steps.push(placeStep(key, holder, period));
  for (const [allowance, quantity] of Object.entries(before.granted ?? {}))
    steps.push(`The subscription began in this billing cycle: of allowance ${allowance} its part is ${quantity}.`);
  for (const allowance of before.notValid ?? []) steps.push(`Allowance ${allowance} is not valid at its time.`);
  for (const { name: allowance } of recalledAllowances(price, charge, before)) {
    const found = before.allowances[allowance];
    if (found !== undefined) steps.push(`Allowance ${allowance} had ${found} left.`);
  }
  return steps;
}

/** Whose balance it is, and of which period. */
function placeStep(key: string, holder: string, period: number): string {
  const isEarlier = key.startsWith(EARLIER);
  const { kind, name } = resourceOf(isEarlier ? key.slice(EARLIER.length) : key);
  const { scope, serviceId } = scopeOfHolder(holder);
  const who = { ACCOUNT: 'the account', SERVICE_ID: `service id ${serviceId ?? ''}`, SUBSCRIPTION: 'the subscription' };
  const what = `${kind === 'ALLOWANCE' ? 'Allowance' : 'Accumulator'} ${name}${isEarlier ? ', as the period before left it,' : ''}`;
  const since =
    period === 0 ? 'and never begins anew' : `of the period that began at ${new Date(period).toISOString()}`;
  return `${what} is that of ${who[scope]}, ${since}.`;
}

/** What the cycle came to, or that it is not over yet. */
function volumeSteps({ price, charge, before }: Explained): readonly string[] {
  const { position } = charge;
  if (position.by !== 'VOLUME') return [];
  const total = totalsFound(before)?.totalOf(position.key);
  if (total !== undefined) return new VolumeSpread(charge, total).explainTotal(price.pricing);
  const then = 'the period is priced as a whole at its end';
  if (position.provisional === undefined) return [`It is counted only: ${then}.`];
  const tier = position.provisional === 'FIRST_TIER' ? 'the first tier' : 'the tier reached so far';
  return [`It is priced at ${tier} for now: ${then}.`];
}
