import type { PricedUsage } from '../charging/priced-usage.js';
import type { PriceUnits, TimeLookup } from './price-units.js';
import { ANY_VALUE, type When } from '../language/pricing.js';

/** One thing a price asks of a record: an attribute, its zone or its time by some unit. */
export interface Fact {
  readonly kind: 'attribute' | 'zone' | 'time';
  /** Of the attribute or the unit. */
  readonly name: string;
}

/** What a charge wants a fact to be; `*` = there, whatever it is. */
export interface Condition extends Fact {
  readonly wanted: string;
}

/** What a record says; `at` is the instant whose time is asked for, and not always when the record began. */
export type FactReader = (usage: PricedUsage, at: number) => string | undefined;

export function conditionsOf({ attributes = {}, zone = {}, time = {} }: When = {}): readonly Condition[] {
  const of = (kind: Fact['kind'], wanted: Readonly<Record<string, string>>): readonly Condition[] =>
    Object.entries(wanted).map(([name, value]) => ({ kind, name, wanted: value }));
  return [...of('attribute', attributes), ...of('zone', zone), ...of('time', time)];
}

/** How many conditions have one value, and how many any: the most specific charge has most of the first, then of the second. */
export function specificityOf(when: When | undefined): readonly [exact: number, any: number] {
  const conditions = conditionsOf(when);
  const any = conditions.filter(({ wanted }) => wanted === ANY_VALUE).length;
  return [conditions.length - any + (when?.usageType === undefined ? 0 : 1), any];
}

/** A price may be read without the units it names (to explain what was charged); it cannot select by them then. */
export function factReader({ kind, name }: Fact, units: PriceUnits): FactReader {
  switch (kind) {
    case 'attribute':
      return (usage) => usage.attribute(name) ?? undefined;
    case 'zone':
      return zoneReader(name, units);
    case 'time':
      return timeReader(name, units);
  }
}

function zoneReader(name: string, units: PriceUnits): FactReader {
  const unit = units.zoneUnit(name);
  if (unit === undefined) return missing(`Zone unit ${name}`);
  const [from = '', to] = unit.attributes;
  return (usage) => {
    const value = usage.attribute(from);
    if (value === undefined || value === null) return undefined;
    return unit.zoneOf(value, to === undefined ? undefined : (usage.attribute(to) ?? undefined));
  };
}

function timeReader(name: string, units: PriceUnits): FactReader {
  const unit = units.timeUnit(name);
  if (unit === undefined) return missing(`Time unit ${name}`);
  return (usage, at) => unit.timeNameAt(at, recordZoneOf(unit, usage));
}

/** What the record says of its own zone, where the unit asks for it. */
export function recordZoneOf({ attribute }: TimeLookup, usage: PricedUsage): string | undefined {
  return attribute === undefined ? undefined : (usage.attribute(attribute) ?? undefined);
}

function missing(what: string): FactReader {
  return () => {
    throw new Error(`${what}, which the price selects by, is not in the catalog`);
  };
}
