import type { Before, Impact, NotCharged } from './charged.js';
import type { CompiledCharge } from '../compiled/compile-charge.js';
import type { Derived, Line } from './line.js';
import { NoValue } from '../compiled/rate-expression.js';
import type { CompiledRateUnit } from '../compiled/rate-unit.js';
import { accumulatorKey, readingCounter, type ResourceKey } from '../balances/resource-keys.js';
import { quantityOf, quantityText, quantityUnits, type QuantityUnits } from '../numbers/scaled.js';

/** The quantity of a charge that measures by a rate unit; once per line, however many of its charges do. */
export function deriveQuantity(line: Line, charge: CompiledCharge): Derived | NotCharged {
  const { recalled } = line;
  if (recalled?.measured !== undefined) {
    return { quantity: quantityOf(recalled.measured), text: recalled.measured, meter: recalled.meter };
  }
  const unit = charge.rateUnit;
  if (unit === undefined) throw new Error(`Charge "${charge.name}" measures by no rate unit`);
  const known = line.derived?.get(unit.name);
  if (known !== undefined) return known;
  const derived = unit.kind === 'EXPRESSION' ? byExpression(line, charge, unit) : byMeter(line, charge, unit);
  if ('code' in derived) return derived;
  (line.derived ??= new Map()).set(unit.name, { ...derived, meter: undefined });
  return derived;
}

/** Keeps the reading for the next difference. */
export function noteReading(
  { usage, balances }: Line,
  { reading, inCycle }: NonNullable<Before['meter']>,
): Impact | null {
  const { name, key } = readingBalance(reading, usage.serviceId);
  const now = quantityUnits(usage.quantity(reading) ?? '') ?? 0n;
  const change = now - (inCycle === null ? 0n : quantityOf(inCycle));
  if (change === 0n && inCycle !== null) return null;
  balances.set(key, now);
  return ['ACCUMULATOR', name, quantityText(change), null, null, null];
}

function byExpression(
  { usage }: Line,
  charge: CompiledCharge,
  unit: CompiledRateUnit & { readonly kind: 'EXPRESSION' },
): Derived | NotCharged {
  try {
    const quantity = unit.derive(usage);
    return { quantity, text: quantityText(quantity), meter: undefined };
  } catch (error) {
    if (error instanceof NoValue) return notDerivable(charge, unit.name, error.message);
    throw error;
  }
}

/** The first reading of a meter is where it starts: nothing was used yet that anybody could know of. */
function byMeter(
  { usage, balances }: Line,
  charge: CompiledCharge,
  { name, reading, rolloverAt }: CompiledRateUnit & { readonly kind: 'METER_DIFFERENCE' },
): Derived | NotCharged {
  const raw = usage.quantity(reading);
  const now = typeof raw === 'string' ? quantityUnits(raw) : undefined;
  if (now === undefined) return notDerivable(charge, name, `needs quantity "${reading}", the reading of the meter`);
  const { key } = readingBalance(reading, usage.serviceId);
  const before = balances.latest(key);
  const inCycle = balances.get(key);
  const meter = { reading, before: textOf(before), inCycle: textOf(inCycle) };
  const used = before === undefined ? 0n : difference(before, now, rolloverAt);
  if (used === undefined) {
    return notDerivable(
      charge,
      name,
      `finds reading ${quantityText(now)} of "${reading}", less than ${meter.before ?? '0'} before it` +
        (rolloverAt === undefined ? ' (the unit names no rolloverAt)' : ', and not after a rollover'),
    );
  }
  return { quantity: used, text: quantityText(used), meter };
}

function difference(
  before: QuantityUnits,
  now: QuantityUnits,
  rolloverAt: QuantityUnits | undefined,
): QuantityUnits | undefined {
  if (now >= before) return now - before;
  return rolloverAt === undefined || before > rolloverAt ? undefined : rolloverAt - before + now;
}

function readingBalance(reading: string, serviceId: string): { readonly name: string; readonly key: ResourceKey } {
  const name = readingCounter(reading, serviceId);
  return { name, key: accumulatorKey(name) };
}

function textOf(value: QuantityUnits | undefined): string | null {
  return value === undefined ? null : quantityText(value);
}

function notDerivable(charge: CompiledCharge, unit: string, why: string): NotCharged {
  return {
    code: 'QUANTITY_NOT_DERIVABLE',
    reason: `charge "${charge.name}" measures by rate unit "${unit}", which ${why}`,
    facts: { measure: unit },
  };
}
