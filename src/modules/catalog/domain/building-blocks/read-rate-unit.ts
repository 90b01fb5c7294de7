import type { FieldReader } from '../../../../shared/kernel/fields.js';
import type { Named } from './building-block.js';
import { BLOCK_ID, NAME } from './field-rules.js';
import type { RateUnit } from './rate-unit.js';

const READING = { min: '0.000000000001', max: '999999999999999999', scale: 12 };

export function readRateUnit(fields: FieldReader, id: string): Named & RateUnit {
  const name = fields.text('name', { ...NAME, orElse: id });
  const unit = fields.text('unit', { max: 64 });
  if (fields.choice('kind', ['EXPRESSION', 'METER_DIFFERENCE']) === 'EXPRESSION') {
    return { name, kind: 'EXPRESSION', expression: fields.text('expression', { max: 2000 }), unit };
  }
  const reading = fields.text('reading', BLOCK_ID);
  const rolloverAt = fields.has('rolloverAt') ? fields.decimal('rolloverAt', READING) : undefined;
  return { name, kind: 'METER_DIFFERENCE', reading, ...(rolloverAt === undefined ? {} : { rolloverAt }), unit };
}
