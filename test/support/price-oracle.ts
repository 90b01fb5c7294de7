import Big from 'big.js';
import { DateTime } from 'luxon';
import type { Charge, Pricing, Step, Tiers } from '../../src/modules/catalog/domain/pricing/language/pricing.js';
import { ORACLE_ALLOWANCES, ORACLE_PREFIXES, type OracleRecord } from './random-prices.js';

// A quotient by EVERY_PER is never nearer to a tie of the 10th decimal than 10^-25, but for the tie itself.
Big.DP = 40;
const ROUND = Big.roundHalfUp;
const ZERO = new Big(0);
const RATING_DECIMALS = 10;
/** A multiple of every `per` there is: sums are kept times this, so that nothing is divided before the end. */
const EVERY_PER = new Big(1_000).times(3).times(7).times(60);
const FACTORS = new Map<string, Big>();
const SLOT_MS = 1_800_000;
/** By half hour: calendars are slow. */
const TIMES = new Map<number, string>();

type Balances = Map<string, Big>;
interface Piece {
  readonly charge: Charge;
  /** Of the record, in its measure: up to where the time of the piece lasts, and what of it is charged. */
  edge: Big;
  charged: Big;
}
export interface OracleRow {
  readonly charge: string;
  amount: Big;
}

/**
 * The language of prices done by hand: step by step as its description says it, in decimals of another library, calendar
 * arithmetic of a third, with no code of Retally: prefixes by trying each, times by half hours, increments one by one.
 */
export class PriceOracle {
  readonly cycles = new Map<number, Balances>();
  private now: Balances = new Map();
  private before: Balances = new Map();
  private rows: OracleRow[] = [];

  constructor(private readonly pricing: Pricing) {}

  /** What a record costs, row by row; undefined when there is no price for it. */
  charge(record: OracleRecord): readonly OracleRow[] | undefined {
    const month = DateTime.fromMillis(record.at, { zone: 'utc' }).startOf('month');
    this.now = new Map(this.cycles.get(month.toMillis()));
    this.before = this.cycles.get(month.minus({ months: 1 }).toMillis()) ?? new Map<string, Big>();
    this.rows = [];
    for (const part of this.partsOf(record)) if (!this.chargePart(part, record)) return undefined;
    this.cycles.set(month.toMillis(), this.now);
    return this.rows;
  }

  private partsOf({ usageType }: OracleRecord): Charge[][] {
    const parts = new Map<string, Charge[]>();
    for (const charge of this.pricing.charges) {
      if (charge.when?.usageType !== undefined && charge.when.usageType !== usageType) continue;
      const name = charge.part ?? charge.usageType ?? '';
      parts.set(name, [...(parts.get(name) ?? []), charge]);
    }
    return [...parts.values()];
  }

  private chargePart(part: readonly Charge[], record: OracleRecord): boolean {
    const first = this.select(part, record, record.at);
    if (first === undefined) return false;
    const measured = new Big(record.quantities[first.measure ?? ''] ?? 1);
    const timed = part.some(({ when }) => when?.time !== undefined) && part.every((c) => c.measure === 'seconds');
    const pieces = timed ? this.cut(part, record, first, measured) : [{ charge: first, edge: measured, charged: ZERO }];
    if (pieces === undefined) return false;
    const percent = this.percentage(first, record);
    const rows = new Map<Charge, OracleRow>();
    const rowOf = (charge: Charge): OracleRow => {
      const row = rows.get(charge) ?? { charge: charge.name, amount: ZERO };
      rows.set(charge, row);
      return row;
    };
    if (first.freeEvents !== undefined && this.countFree(first)) {
      this.rows.push(rowOf(first));
      return true;
    }
    measure(pieces, first, measured);
    const counted = pieces.filter(({ charged }, index) => index === 0 || charged.gt(0));
    const total = counted.reduce((sum, { charged }) => sum.plus(charged), ZERO);
    let position = ZERO;
    let gross = ZERO;
    let limited = ZERO;
    counted.forEach(({ charge, charged }, index) => {
      const last = index === counted.length - 1;
      const once = index === 0 ? percent.plus(charge.fixed ?? 0) : ZERO;
      const tiered = this.tiered(charge, position, charged, counted.length > 1 ? total : undefined);
      gross = gross.plus(tiered.amount).plus(tiered.others).plus(once);
      const upTo = limit(first, gross, last);
      const own = upTo.minus(limited);
      limited = upTo;
      const row = rowOf(charge);
      const most = smaller(tiered.amount, own);
      row.amount = row.amount.plus(own).minus(this.offset(charge, tiered.stretches, most.lt(0) ? ZERO : most));
      for (const name of charge.accumulators ?? []) if (charged.gt(0)) this.add(`accumulator/${name}`, charged);
      position = position.plus(charged);
    });
    for (const row of rows.values()) {
      row.amount = this.underMaximum(row.amount);
      this.rows.push(row);
    }
    return true;
  }

  private select(part: readonly Charge[], record: OracleRecord, at: number): Charge | undefined {
    const matching = part.filter(({ when = {} }) => {
      const attributes = Object.entries(when.attributes ?? {}).every(([name, wanted]) => {
        return isWanted(record.attributes[name], wanted);
      });
      const zones = Object.values(when.zone ?? {}).every((wanted) => isWanted(zoneOf(record), wanted));
      const times = Object.values(when.time ?? {}).every((wanted) => isWanted(timeAt(at), wanted));
      return attributes && zones && times;
    });
    if (this.pricing.select === 'FIRST') return matching[0];
    return matching.reduce<Charge | undefined>((best, charge) => {
      return best === undefined || specificity(charge) > specificity(best) ? charge : best;
    }, undefined);
  }

  /** By half hours: no time of the generated units changes anywhere else. */
  private cut(part: readonly Charge[], record: OracleRecord, first: Charge, seconds: Big): Piece[] | undefined {
    const end = record.at + Number(seconds.times(1000).toFixed());
    const pieces: Piece[] = [{ charge: first, edge: seconds, charged: ZERO }];
    for (let slot = (Math.floor(record.at / SLOT_MS) + 1) * SLOT_MS; slot < end; slot += SLOT_MS) {
      const charge = this.select(part, record, slot);
      if (charge === undefined) return undefined;
      const last = pieces[pieces.length - 1]!;
      if (charge === last.charge) continue;
      last.edge = new Big(slot - record.at).div(1000);
      pieces.push({ charge, edge: seconds, charged: ZERO });
    }
    return pieces;
  }

  private percentage({ percent }: Charge, record: OracleRecord): Big {
    if (percent === undefined) return ZERO;
    const { of } = percent;
    const base =
      typeof of === 'string'
        ? new Big(record.quantities[of] ?? NaN)
        : this.rows.filter(({ charge }) => of.includes(charge)).reduce((sum, { amount }) => sum.plus(amount), ZERO);
    return base.times(percent.value).div(100).round(RATING_DECIMALS, ROUND);
  }

  private countFree(charge: Charge): boolean {
    const key = `accumulator/$free /${charge.name}`;
    if ((this.now.get(key) ?? ZERO).gte(charge.freeEvents ?? 0)) return false;
    this.add(key, new Big(1));
    return true;
  }

  /** What the tiers ask for a quantity from a position on, in stretches with the line that prices each. */
  private tiered(charge: Charge, position: Big, quantity: Big, total: Big | undefined) {
    const { tiers } = charge;
    const nothing = { amount: ZERO, others: ZERO, stretches: [] as Stretch[] };
    if (tiers === undefined || (tiers.by === 'VOLUME' && tiers.provisional === undefined)) return nothing;
    const key = `accumulator/${tiers.accumulator ?? ''}`;
    const found = (tiers.by === 'EARLIER_PERIOD' ? this.before : this.now).get(key) ?? ZERO;
    const reached = tiers.by === 'VOLUME' && tiers.provisional === 'TIER_REACHED';
    const start = tiers.by === 'BALANCE' || reached ? found : position;
    const only = onlyTier(tiers, found, quantity, total);
    const from = stair(tiers, start, only);
    const to = stair(tiers, start.plus(quantity), only);
    const stretches = stretchesOf(tiers, from, to, only);
    const amount = stretches.reduce((sum, each) => sum.plus(worth(tiers, each, each.from, each.to)), ZERO);
    const isEntered = tiers.by === 'BALANCE' || tiers.by === 'QUANTITY';
    let others = ZERO;
    if (to.gt(from) && isEntered) {
      tiers.steps.forEach(({ entry }, tier) => {
        const bound = lowerBound(tiers, tier);
        if (entry !== undefined && from.lte(bound) && to.gt(bound)) others = others.plus(entry);
      });
    }
    if (tiers.scope === 'WHOLE' && tiers.by === 'BALANCE' && from.gt(0) && to.gt(from)) {
      const [old, now] = [tierOf(tiers, from), tierOf(tiers, to)];
      const line = { whole: true, from, to };
      if (old !== now)
        others = others
          .plus(value(tiers, { ...line, tier: now }, from))
          .minus(value(tiers, { ...line, tier: old }, from));
    }
    return { amount, others, stretches };
  }

  private offset(charge: Charge, stretches: readonly Stretch[], most: Big): Big {
    const { tiers } = charge;
    const names = this.allowancesOf(charge);
    if (tiers === undefined || names.length === 0 || stretches.length === 0) return ZERO;
    for (const name of names) {
      const grant = this.pricing.grants?.find(({ allowance }) => allowance === name);
      const key = `allowance/${name}`;
      if (grant !== undefined && !this.now.has(key)) this.now.set(key, new Big(grant.quantity));
    }
    let offset = ZERO;
    for (const stretch of stretches) {
      const step = tiers.steps[stretch.tier]!;
      if (new Big(step.price ?? step.percent ?? 0).eq(0)) continue;
      let at = stretch.from;
      for (const name of names) {
        const key = `allowance/${name}`;
        const left = this.now.get(key) ?? ZERO;
        if (left.lte(0) || at.gte(stretch.to) || offset.gte(most)) continue;
        const given = smaller(left, stretch.to.minus(at));
        const saved = smaller(worth(tiers, stretch, at, at.plus(given)), most.minus(offset));
        this.now.set(key, left.minus(given));
        at = at.plus(given);
        offset = offset.plus(saved.lt(0) ? ZERO : saved);
      }
    }
    return offset;
  }

  private allowancesOf({ allowances = [] }: Charge): readonly string[] {
    if (allowances !== 'ANY_MATCHING') return allowances;
    const held = [...this.now.keys()].filter((key) => key.startsWith('allowance/')).map((key) => key.slice(10));
    const granted = (this.pricing.grants ?? [])
      .filter(({ unit }) => unit === 'seconds')
      .map((grant) => grant.allowance);
    const rank = (name: string): string => {
      const rule = ORACLE_ALLOWANCES[name];
      return String(rule?.priority ?? 999).padStart(3, '0');
    };
    return [...new Set([...held, ...granted])].sort((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0));
  }

  private underMaximum(amount: Big): Big {
    const maximum = this.pricing.spend?.maximum;
    if (maximum === undefined || amount.eq(0)) return amount;
    const before = this.now.get('accumulator/$spend ') ?? ZERO;
    this.add('accumulator/$spend ', amount);
    return smaller(before.plus(amount), new Big(maximum)).minus(smaller(before, new Big(maximum)));
  }

  private add(key: string, change: Big): void {
    this.now.set(key, (this.now.get(key) ?? ZERO).plus(change));
  }
}

/** A part of a quantity inside one tier; `whole`: its line goes through 0. */
interface Stretch {
  readonly tier: number;
  readonly whole: boolean;
  readonly from: Big;
  readonly to: Big;
}

/** minimum -> increments or block -> free: increments one by one, each by the charge in whose time it begins. */
function measure(pieces: readonly Piece[], first: Charge, measured: Big): void {
  const total = first.minimum !== undefined && measured.lt(first.minimum) ? new Big(first.minimum) : measured;
  pieces[pieces.length - 1]!.edge = total;
  let position = ZERO;
  for (const piece of pieces) {
    const { increments, block } = piece.charge;
    const begin = position;
    while (position.lt(piece.edge)) {
      if (increments !== undefined) {
        const isFirst = position.eq(0) && new Big(increments.first).gt(0);
        position = position.plus(isFirst ? increments.first : increments.next);
      } else if (block !== undefined) {
        if (block.round === 'DOWN' && position.plus(block.size).gt(total)) break;
        position = position.plus(block.size);
      } else {
        position = piece.edge;
      }
    }
    const taken = position.minus(begin);
    piece.charged = block?.countIn === 'BLOCKS' ? taken.div(block.size) : taken;
  }
  let free = new Big(first.free ?? 0);
  for (const piece of pieces) {
    const off = smaller(piece.charged, free);
    piece.charged = piece.charged.minus(off);
    free = free.minus(off);
  }
}

function limit({ amount }: Charge, gross: Big, last: boolean): Big {
  if (last && amount?.minimum !== undefined && gross.lt(amount.minimum)) return new Big(amount.minimum);
  return amount?.maximum !== undefined && gross.gt(amount.maximum) ? new Big(amount.maximum) : gross;
}

function onlyTier(tiers: Tiers, found: Big, quantity: Big, total: Big | undefined): number | undefined {
  if (tiers.by === 'EARLIER_PERIOD') return tierOf(tiers, found);
  if (tiers.by === 'VOLUME') return tiers.provisional === 'FIRST_TIER' ? 0 : tierOf(tiers, found.plus(quantity));
  return tiers.by === 'QUANTITY' && tiers.scope === 'WHOLE' && total !== undefined ? tierOf(tiers, total) : undefined;
}

function tierOf(tiers: Tiers, total: Big): number {
  return tiers.steps.findIndex(({ upTo }) => upTo === undefined || total.lte(upTo));
}

function lowerBound(tiers: Tiers, tier: number): Big {
  return new Big(tier === 0 ? 0 : (tiers.steps[tier - 1]?.upTo ?? 0));
}

/** What is begun of the increments of a tier is sold whole. */
function stair(tiers: Tiers, position: Big, only: number | undefined): Big {
  const tier = only ?? tierOf(tiers, position);
  const { increments } = tiers.steps[tier]!;
  const origin = tiers.scope === 'WHOLE' ? ZERO : lowerBound(tiers, tier);
  if (increments === undefined || position.eq(0) || position.lt(origin)) return position;
  const inTier = position.minus(origin);
  if (inTier.eq(0)) return position;
  if (inTier.lte(increments.first)) return origin.plus(increments.first);
  const steps = inTier.minus(increments.first).div(increments.next).round(0, Big.roundUp);
  return origin.plus(increments.first).plus(steps.times(increments.next));
}

function stretchesOf(tiers: Tiers, from: Big, to: Big, only: number | undefined): Stretch[] {
  if (from.gte(to)) return [];
  const whole = tiers.scope === 'WHOLE';
  if (only !== undefined) return [{ tier: only, whole: true, from, to }];
  if (whole) return [{ tier: tierOf(tiers, to), whole, from, to }];
  return tiers.steps.flatMap(({ upTo }, tier) => {
    const bound = lowerBound(tiers, tier);
    const begin = from.gt(bound) ? from : bound;
    const end = upTo !== undefined && to.gt(upTo) ? new Big(upTo) : to;
    return begin.lt(end) ? [{ tier, whole, from: begin, to: end }] : [];
  });
}

function worth(tiers: Tiers, stretch: Stretch, from: Big, to: Big): Big {
  return value(tiers, stretch, to).minus(value(tiers, stretch, from));
}

/** F at a position, rounded once: all tiers below it and its part of its own, or a line through 0. */
function value(tiers: Tiers, { tier, whole }: Stretch, position: Big): Big {
  const own = tiers.steps[tier]!;
  let sum = ZERO;
  if (whole && tiers.scope === 'WHOLE') {
    sum = exact(position, own);
  } else {
    const origin = lowerBound(tiers, tier);
    for (let below = 0; below < tier; below += 1) {
      const step = tiers.steps[below]!;
      sum = sum.plus(exact(new Big(step.upTo ?? 0).minus(lowerBound(tiers, below)), step));
    }
    sum = sum.plus(exact(position.minus(origin), own));
  }
  return sum.div(EVERY_PER).round(RATING_DECIMALS, ROUND);
}

function exact(quantity: Big, step: Step): Big {
  let times = FACTORS.get(step.per);
  if (times === undefined) FACTORS.set(step.per, (times = EVERY_PER.div(step.per)));
  return quantity.times(step.price ?? step.percent ?? 0).times(times);
}

function smaller(a: Big, b: Big): Big {
  return a.lt(b) ? a : b;
}

function isWanted(found: string | undefined, wanted: string): boolean {
  return wanted === '*' ? found !== undefined && found !== '' : found === wanted;
}

function specificity({ when = {} }: Charge): number {
  const { attributes, zone, time } = when;
  const wanted = [attributes, zone, time].flatMap((facts) => Object.values(facts ?? {}));
  const any = wanted.filter((value_) => value_ === '*').length;
  return (wanted.length - any + (when.usageType === undefined ? 0 : 1)) * 100 + any;
}

function zoneOf({ attributes }: OracleRecord): string | undefined {
  const to = attributes['to'];
  const fitting = ORACLE_PREFIXES.filter(([prefix]) => to?.startsWith(prefix) === true);
  return fitting.sort(([a], [b]) => b.length - a.length)[0]?.[1];
}

/** PEAK on weekdays from 8 to 18, HOLIDAY on the 1st of May, else OFFPEAK; Berlin's clock. */
function timeAt(at: number): string {
  const slot = Math.floor(at / SLOT_MS);
  let time = TIMES.get(slot);
  if (time === undefined) TIMES.set(slot, (time = timeInSlot(at)));
  return time;
}

function timeInSlot(at: number): string {
  const local = DateTime.fromMillis(at, { zone: 'Europe/Berlin' });
  if (local.month === 5 && local.day === 1) return 'HOLIDAY';
  return local.weekday <= 5 && local.hour >= 8 && local.hour < 18 ? 'PEAK' : 'OFFPEAK';
}
