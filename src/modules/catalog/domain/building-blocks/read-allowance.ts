import type { FieldReader } from '../../../../shared/kernel/fields.js';
import type { Allowance, Rollover, Validity } from './building-block.js';
import { readScope } from './read-scope.js';
import { DATE, isDate, NAME, QUANTITY } from './field-rules.js';

/** In the middle, so that others can be put before and after. */
const USUAL_PRIORITY = 100;

export function readAllowance(fields: FieldReader, id: string): Allowance {
  const validity = fields.object('validity', readValidity) ?? { type: 'CYCLE' };
  const rollover = fields.object('rollover', readRollover);
  if (rollover !== undefined && validity.type !== 'CYCLE') {
    fields.fail('rollover', 'goes with the validity CYCLE only: what else is valid ends on its own day', undefined);
  }
  return {
    name: fields.text('name', { ...NAME, orElse: id }),
    unit: fields.text('unit', { max: 64 }),
    ...readScope(fields),
    validity,
    priority: fields.integer('priority', 0, 1_000_000, USUAL_PRIORITY),
    ...(rollover === undefined ? {} : { rollover }),
  };
}

function readValidity(fields: FieldReader): Validity {
  const type = fields.choice('type', ['CYCLE', 'FROM_GRANT', 'DATES']);
  switch (type) {
    case 'CYCLE':
      return { type };
    case 'FROM_GRANT':
      return readSpan(fields);
    case 'DATES': {
      const from = readDate(fields, 'from');
      const to = readDate(fields, 'to');
      if (from !== '' && to !== '' && to <= from)
        fields.fail('to', `must be after ${from}; it is exclusive`, undefined);
      return { type, from, to };
    }
  }
}

function readSpan(fields: FieldReader): Validity {
  const type = 'FROM_GRANT';
  if (fields.has('days') === fields.has('months')) {
    fields.fail('days', 'must say how long it is valid from its grant, in either days or months', undefined);
  }
  const days = fields.has('days') ? fields.integer('days', 1, 3660) : undefined;
  const months = fields.has('months') ? fields.integer('months', 1, 120) : undefined;
  // Read both, so that neither is said to be unknown.
  return days !== undefined ? { type, days } : { type, months: months ?? 1 };
}

function readDate(fields: FieldReader, name: string): string {
  const date = fields.text(name, DATE);
  return date === '' || isDate(date) ? date : fields.fail(name, 'is no date of the calendar', '');
}

function readRollover(fields: FieldReader): Rollover {
  return { cap: fields.decimal('cap', QUANTITY), cycles: fields.integer('cycles', 1, 120, 1) };
}
