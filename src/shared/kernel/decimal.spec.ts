import { Decimal } from './decimal.js';
import { divideRounded, ROUNDING_METHODS } from './rounding.js';

describe('decimal', () => {
  it.each([
    '',
    ' ',
    '1 ',
    '.5',
    '5.',
    '1e3',
    '1,5',
    '--1',
    '0x1',
    'NaN',
    'Infinity',
    '١',
    '1'.repeat(63),
    `0.${'1'.repeat(31)}`,
  ])('does not read %j', (text) => {
    expect(Decimal.tryParse(text)).toBeUndefined();
    expect(() => Decimal.parse(text)).toThrow(SyntaxError);
  });

  it.each([
    ['+1.50', '1.5'],
    ['-0.00', '0'],
    ['000', '0'],
    ['-12.340', '-12.34'],
    [`0.${'0'.repeat(29)}1`, `0.${'0'.repeat(29)}1`],
  ])('reads %j as %j', (text, canonical) => {
    expect(Decimal.parse(text).toString()).toBe(canonical);
    expect(JSON.stringify({ amount: Decimal.parse(text) })).toBe(`{"amount":"${canonical}"}`);
  });

  it('loses no digit in silence', () => {
    expect(() => Decimal.parse('1.005').unitsAt(2)).toThrow('does not fit 2 decimals');
    expect(() => Decimal.parse('1.005').toFixed(2)).toThrow('does not fit');
    expect(Decimal.parse('1.500').fits(1)).toBe(true);
    expect(Decimal.parse('1.501').fits(1)).toBe(false);
    expect(() => Decimal.fromInteger(0.5)).toThrow(RangeError);
    expect(() => Decimal.fromInteger(2 ** 53)).toThrow(RangeError);
  });

  it('sums exactly where floats would not', () => {
    expect(Decimal.sum(['0.1', '0.2', '-0.3'].map((text) => Decimal.parse(text))).toString()).toBe('0');
    expect(Decimal.sum([]).toString()).toBe('0');
  });

  it.each([
    ['UP', ['3', '-3', '2', '-2', '2', '-2']],
    ['DOWN', ['2', '-2', '1', '-1', '1', '-1']],
    ['CEILING', ['3', '-2', '2', '-1', '2', '-1']],
    ['FLOOR', ['2', '-3', '1', '-2', '1', '-2']],
    ['HALF_UP', ['3', '-3', '1', '-1', '2', '-2']],
    ['HALF_DOWN', ['2', '-2', '1', '-1', '2', '-2']],
    ['HALF_EVEN', ['2', '-2', '1', '-1', '2', '-2']],
  ] as const)('rounds %s as its name says', (method, expected) => {
    const rounded = ['2.5', '-2.5', '1.4', '-1.4', '1.6', '-1.6'].map((text) =>
      Decimal.parse(text).rounded(0, method).toString(),
    );
    expect(rounded).toEqual(expected);
  });

  it('refuses to divide by zero', () => {
    for (const method of ROUNDING_METHODS) expect(() => divideRounded(1n, 0n, method)).toThrow(RangeError);
    expect(() => Decimal.ONE.dividedBy(Decimal.ZERO, 2, 'DOWN')).toThrow(RangeError);
  });
});
