import type { FieldReader } from '../../../../shared/kernel/fields.js';
import { INVOICE_LEVELS, type ChildUsageType, type MultiRateUsageType } from './building-block.js';
import { NAME } from './field-rules.js';

const PERCENT = { min: '0.000001', max: '100000', scale: 6 };
const CODE = { max: 100 };

export function readMultiRate(fields: FieldReader, id: string): MultiRateUsageType {
  const earlier: string[] = [];
  const children = fields.list('children', { min: 2, max: 50 }, (child): ChildUsageType => {
    const usageType = child.text('usageType', CODE);
    if (usageType !== '' && earlier.includes(usageType)) {
      child.fail('usageType', `${usageType} is a child already: each is charged once`, undefined);
    }
    const percent = child.object('percent', (fields) => readPercent(fields, earlier));
    earlier.push(usageType);
    return { usageType, ...(percent === undefined ? {} : { percent }) };
  });
  return {
    name: fields.text('name', { ...NAME, orElse: id }),
    children,
    invoiceAt: fields.choice('invoiceAt', INVOICE_LEVELS, 'PARENT'),
  };
}

function readPercent(fields: FieldReader, earlier: readonly string[]): { value: string; of: readonly string[] } {
  const value = fields.decimal('value', PERCENT);
  const of = fields.texts('of', CODE);
  const wrong = of.find((usageType) => usageType !== '' && !earlier.includes(usageType));
  if (wrong !== undefined) {
    fields.fail('of', `must name children that stand before it: ${wrong} is none of ${earlier.join(', ')}`, undefined);
  }
  return { value, of };
}
