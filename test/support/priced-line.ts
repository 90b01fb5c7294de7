import type { Balances, PricedUsage } from '../../src/modules/catalog/domain/pricing/charging/priced-usage.js';
import type { Charged, NotCharged } from '../../src/modules/catalog/domain/pricing/charging/charged.js';
import { chargeLine } from '../../src/modules/catalog/domain/pricing/charging/charge-line.js';
import {
  compilePricing,
  type CompiledPrice,
} from '../../src/modules/catalog/domain/pricing/compiled/compile-pricing.js';
import { explainCharge, type Explanation } from '../../src/modules/catalog/domain/pricing/explaining/explain-charge.js';
import { MemoryBalances } from './memory-balances.js';
import { parsePricing } from '../../src/modules/catalog/domain/pricing/language/parse-pricing.js';
import { NO_UNITS, type PriceUnits } from '../../src/modules/catalog/domain/pricing/compiled/price-units.js';
import { compileTimeUnit } from '../../src/modules/catalog/domain/building-blocks/compiled-time-unit.js';
import { compileZoneUnit } from '../../src/modules/catalog/domain/building-blocks/compiled-zone-unit.js';
import type { TimeUnit } from '../../src/modules/catalog/domain/building-blocks/time-unit.js';
import type { ZoneUnit } from '../../src/modules/catalog/domain/building-blocks/zone-unit.js';

/** A usage record, as little of it as a test cares for. */
export interface LineOf {
  readonly usageType?: string;
  /** RFC 3339. */
  readonly at?: string;
  readonly serviceId?: string;
  readonly quantities?: Readonly<Record<string, string>>;
  readonly attributes?: Readonly<Record<string, string>>;
}

export function usageOf(line: LineOf): PricedUsage {
  const { usageType = 'VOICE', at = '2026-03-02T10:00:00Z', serviceId = 'S', quantities = {}, attributes = {} } = line;
  return {
    usageType,
    at: Date.parse(at),
    serviceId,
    quantity: (name) => quantities[name],
    attribute: (name) => attributes[name],
  };
}

export function unitsOf(units: {
  readonly zones?: Readonly<Record<string, ZoneUnit>>;
  readonly times?: Readonly<Record<string, TimeUnit>>;
  readonly rates?: Readonly<Record<string, NonNullable<ReturnType<PriceUnits['rateUnit']>>>>;
  readonly allowances?: Readonly<Record<string, NonNullable<ReturnType<PriceUnits['allowance']>>>>;
  readonly accumulators?: Readonly<Record<string, NonNullable<ReturnType<PriceUnits['accumulator']>>>>;
  readonly elsewhere?: PriceUnits['elsewhere'];
}): PriceUnits {
  const zones = new Map(Object.entries(units.zones ?? {}).map(([name, unit]) => [name, compileZoneUnit(unit)]));
  const times = new Map(Object.entries(units.times ?? {}).map(([name, unit]) => [name, compileTimeUnit(unit, 'UTC')]));
  return {
    zoneUnit: (name) => zones.get(name),
    timeUnit: (name) => times.get(name),
    rateUnit: (name) => units.rates?.[name],
    allowance: (name) => units.allowances?.[name],
    accumulator: (name) => units.accumulators?.[name],
    elsewhere: units.elsewhere,
  };
}

export function priceOf(pricing: unknown, units: PriceUnits = NO_UNITS): CompiledPrice {
  const parsed = parsePricing(pricing);
  if ('errors' in parsed) throw new Error(JSON.stringify(parsed.errors));
  return compilePricing(parsed.pricing, units);
}

export function chargesOf(
  price: CompiledPrice,
  line: LineOf,
  balances: Balances = new MemoryBalances(),
): readonly Charged[] | NotCharged {
  const charged = chargeLine(price, usageOf(line), balances);
  if (!('code' in charged)) for (const one of charged) proveExplained(price, line, one);
  return charged;
}

/** Net amounts, or the code of why there are none. */
export function amountsOf(price: CompiledPrice, line: LineOf, balances?: Balances): readonly string[] | string {
  const charged = chargesOf(price, line, balances);
  return 'code' in charged ? charged.code : charged.map(({ amountText }) => amountText);
}

/** Explains a charge as it would be explained years later: from price, record and what was found, without the units. */
export function explanationOf(price: CompiledPrice, line: LineOf, { charge, before }: Charged): Explanation {
  const stored = JSON.parse(JSON.stringify(before)) as Charged['before'];
  return explainCharge(compilePricing(price.pricing), charge.index, usageOf(line), stored);
}

/** The same again from what it kept, in sentences that say something. */
export function proveExplained(price: CompiledPrice, line: LineOf, charged: Charged): void {
  const { charged: again, steps } = explanationOf(price, line, charged);
  expect([again.amountText, again.quantityText, again.impacts]).toStrictEqual([
    charged.amountText,
    charged.quantityText,
    charged.impacts,
  ]);
  expect(steps.join(' ')).not.toMatch(/undefined|null|NaN/);
}
