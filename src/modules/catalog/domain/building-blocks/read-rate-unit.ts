import type { FieldReader } from '../../../../shared/kernel/fields.js';
import { compileExpression, ExpressionInvalid } from '../pricing/compiled/rate-expression.js';
import type { Named } from './building-block.js';
import { BLOCK_ID, NAME } from './field-rules.js';
import type { RateUnit } from './rate-unit.js';

const READING = { min: '0.000000000001', max: '999999999999999999', scale: 12 };

export function readRateUnit(fields: FieldReader, id: string): Named & RateUnit {
  const name = fields.text('name', { ...NAME, orElse: id });
  const unit = fields.text('unit', { max: 64 });
  if (fields.choice('kind', ['EXPRESSION', 'METER_DIFFERENCE']) === 'EXPRESSION') {
    const expression = fields.text('expression', { max: 1000 });
    if (expression !== '') checkExpression(fields, expression);
    return { name, kind: 'EXPRESSION', expression, unit };
  }
  const reading = fields.text('reading', BLOCK_ID);
  const rolloverAt = fields.has('rolloverAt') ? fields.decimal('rolloverAt', READING) : undefined;
  return { name, kind: 'METER_DIFFERENCE', reading, ...(rolloverAt === undefined ? {} : { rolloverAt }), unit };
}

/** What cannot be understood is said when it is written, not when a record comes. */
function checkExpression(fields: FieldReader, expression: string): void {
  try {
    compileExpression(expression);
  } catch (error) {
    if (!(error instanceof ExpressionInvalid)) throw error;
    fields.fail('expression', error.message, undefined);
  }
}
