import {
  amountsOf,
  chargesOf,
  explanationOf,
  priceOf,
  unitsOf,
  usageOf,
  type LineOf,
} from '../../../../../../test/support/priced-line.js';
import { MemoryBalances } from '../../../../../../test/support/memory-balances.js';
import { accumulatorKey } from '../balances/resource-keys.js';
import { compileExpression, ExpressionInvalid, NoValue } from './rate-expression.js';
import { quantityOf, quantityText } from '../numbers/scaled.js';

const record: LineOf = {
  quantities: { bytes: '1572864', seconds: '61', 'up load': '3', '0': '1', price: '0.1' },
  attributes: { quality: 'HD', seats: '2.5' },
};
const value = (expression: string, line = record): string => quantityText(compileExpression(expression)(usageOf(line)));

describe('an expression', () => {
  it.each([
    ['bytes / 1048576', '1.5'],
    ['math.ceil(bytes / 1048576)', '2'],
    ['7 / 2', '3.5'],
    ['price + price + price', '0.3'],
    ['0.1 + 0.2', '0.3'],
    ['1 / 3', '0.333333333333'],
    ['1 / 3 * 3', '1'],
    ['12345678901234567890.000000000001 - 12345678901234567889', '1.000000000001'],
    ['seconds % 60', '1'],
    ['-(0 - 7) % 4.5', '2.5'],
    ['math.floor(seconds / 60) * 60', '60'],
    ['math.round(2.5)', '3'],
    ['math.abs(1 - 3)', '2'],
    ['math.greatest(seconds, 60, 62)', '62'],
    ['math.least(seconds, 60)', '60'],
    ['attributes.quality == "HD" ? seconds * 2 : seconds', '122'],
    ['attributes.quality in ["SD", "LD"] ? 1 : 2', '2'],
    ['decimal(attributes.seats) * seconds', '152.5'],
    ['quantities["up load"] + quantities.seconds', '64'],
    ['has(quantities.video) ? quantities.video : 4', '4'],
    ['has(attributes.quality) && !(seconds > 61 || bytes <= 5) ? 1 : 0', '1'],
    ['seconds >= 61 && seconds != 62 ? 1 : 0', '1'],
  ])('%s is %s, exactly', (expression, expected) => {
    expect(value(expression)).toBe(expected);
  });

  it.each([
    ['seconds /', /is not an expression in CEL: Unexpected token/],
    ['size("a")', /has "size\("a"\)", which a rate unit cannot use/],
    ['[1, 2]', /cannot use/],
    ['now.getHours()', /cannot use/],
    ['0x10 + 1', /cannot use/],
    ['math.sqrt(4)', /cannot use/],
    ['record.bytes', /cannot use/],
    ['1'.repeat(1001), /at most 1000 characters/],
  ])('%s is refused when it is written', (expression, message) => {
    expect(() => compileExpression(expression)).toThrow(ExpressionInvalid);
    expect(() => compileExpression(expression)).toThrow(message);
  });

  it.each([
    ['bits', /needs quantity "bits", which the record does not have/],
    ['attributes.codec == "a" ? 1 : 2', /needs attribute "codec"/],
    ['seconds / (seconds - 61)', /divides by 0/],
    ['1 - seconds', /comes to less than 0/],
    ['attributes.quality', /comes to "HD" and not to a number/],
    ['attributes.seats + 1', /calculates with "2.5": decimal\(…\) makes a number of a text/],
    ['decimal(attributes.quality)', /makes a decimal of "HD"/],
    ['seconds ? 1 : 2', /asks whether a number is true/],
  ])('%s has no value for the record: %s', (expression, message) => {
    const evaluate = compileExpression(expression);
    expect(() => evaluate(usageOf(record))).toThrow(NoValue);
    expect(() => evaluate(usageOf(record))).toThrow(message);
  });
});

const units = unitsOf({
  rates: {
    GB: { kind: 'EXPRESSION', expression: 'bytes / 1073741824', unit: 'GB' },
    KWH: { kind: 'METER_DIFFERENCE', reading: 'meter', rolloverAt: '100000', unit: 'kWh' },
    PLAIN: { kind: 'METER_DIFFERENCE', reading: 'meter', unit: 'kWh' },
  },
});
const byUnit = (measure: string, more: Record<string, unknown> = {}) =>
  priceOf(
    {
      currency: 'EUR',
      charges: [{ name: 'c', measure, tiers: { by: 'QUANTITY', steps: [{ price: '0.30' }] }, ...more }],
    },
    units,
  );
const meter = (reading: string, serviceId = 'M1'): LineOf => ({ serviceId, quantities: { meter: reading } });

describe('a rate unit', () => {
  it('by expression is measured, rounded and priced like a quantity, and explained', () => {
    const price = byUnit('GB', { increments: { next: '1' } });
    const line = { quantities: { bytes: '2684354560' } };
    expect(amountsOf(price, line)).toStrictEqual(['0.9']);
    const charged = chargesOf(price, line);
    if ('code' in charged) throw new Error(charged.reason);
    expect(explanationOf(price, line, charged[0]!).steps).toStrictEqual([
      'Charge "c" is used, billed as VOICE: it is the first that takes the record.',
      'Rate unit GB makes 2.5 of the record.',
      'Rounded to increments (every begun 1): 3.',
      '3 GB in tier 1 (above 0) at 0.3 EUR per 1: 0.9 EUR.',
      'Together: 0.9 EUR.',
    ]);
    expect(chargesOf(price, {})).toMatchObject({
      code: 'QUANTITY_NOT_DERIVABLE',
      reason: 'charge "c" measures by rate unit "GB", which needs quantity "bytes", which the record does not have',
    });
  });

  it('by meter prices the difference to the reading before, over cycles and per meter', () => {
    const price = byUnit('KWH');
    const january = new MemoryBalances();
    expect(amountsOf(price, meter('1000'), january)).toStrictEqual(['0']);
    expect(amountsOf(price, meter('1100'), january)).toStrictEqual(['30']);
    expect(amountsOf(price, meter('500', 'M2'), january)).toStrictEqual(['0']);
    const february = new MemoryBalances(january);
    expect(amountsOf(price, meter('1250.5'), february)).toStrictEqual(['45.15']);
    expect(amountsOf(price, meter('1250.5'), february)).toStrictEqual(['0']);
    expect(amountsOf(price, meter('510', 'M2'), february)).toStrictEqual(['3']);
    expect(february.get(accumulatorKey('$reading meter M1'))).toBe(quantityOf('1250.5'));
  });

  it('goes on after a rollover, and refuses a meter that runs backward without one', () => {
    const book = new MemoryBalances();
    book.set(accumulatorKey('$reading meter M1'), quantityOf('99990'));
    expect(amountsOf(byUnit('PLAIN'), meter('10'), book)).toBe('QUANTITY_NOT_DERIVABLE');
    expect(amountsOf(byUnit('KWH'), meter('10'), book)).toStrictEqual(['6']);
    expect(book.get(accumulatorKey('$reading meter M1'))).toBe(quantityOf('10'));
    expect(amountsOf(byUnit('KWH'), { quantities: {} }, book)).toBe('QUANTITY_NOT_DERIVABLE');
  });

  it('is read once by a line, however many charges measure by it', () => {
    const tiers = (price: string) => ({ by: 'QUANTITY', steps: [{ price }] });
    const price = priceOf(
      {
        currency: 'EUR',
        charges: [
          { name: 'energy', part: 'e', measure: 'KWH', tiers: tiers('0.3') },
          { name: 'grid', part: 'g', measure: 'KWH', tiers: tiers('0.1') },
        ],
      },
      units,
    );
    const book = new MemoryBalances();
    expect(amountsOf(price, meter('100'), book)).toStrictEqual(['0', '0']);
    expect(amountsOf(price, meter('150'), book)).toStrictEqual(['15', '5']);
    const charged = chargesOf(price, meter('151'), book);
    if ('code' in charged) throw new Error(charged.reason);
    expect(charged.map(({ impacts }) => impacts.length)).toStrictEqual([2, 1]);
    expect(explanationOf(price, meter('151'), charged[0]!).steps[1]).toBe(
      'The meter reads 151 meter after 150: 1 KWH.',
    );
  });
});
