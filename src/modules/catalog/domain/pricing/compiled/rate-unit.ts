import type { RateUnitRule } from './price-units.js';
import type { PricedUsage } from '../charging/priced-usage.js';
import { compileExpression } from './rate-expression.js';
import { quantityOf, type QuantityUnits } from '../numbers/scaled.js';

interface ExpressionUnit {
  readonly kind: 'EXPRESSION';
  readonly name: string;
  readonly unit: string;
  /** @throws NoValue */
  readonly derive: (usage: PricedUsage) => QuantityUnits;
}

interface MeterUnit {
  readonly kind: 'METER_DIFFERENCE';
  readonly name: string;
  readonly unit: string;
  /** The quantity that is the meter's reading. */
  readonly reading: string;
  /** Where it begins at 0 again. */
  readonly rolloverAt: QuantityUnits | undefined;
}

/** A rate unit, made ready once per price that names it. */
export type CompiledRateUnit = ExpressionUnit | MeterUnit;

/** @throws ExpressionInvalid */
export function compileRateUnit(name: string, rule: RateUnitRule | undefined): CompiledRateUnit | undefined {
  if (rule === undefined) return undefined;
  const { unit } = rule;
  if (rule.kind === 'EXPRESSION') return { kind: rule.kind, name, unit, derive: compileExpression(rule.expression) };
  const rolloverAt = rule.rolloverAt === undefined ? undefined : quantityOf(rule.rolloverAt);
  return { kind: rule.kind, name, unit, reading: rule.reading, rolloverAt };
}
