import fc from 'fast-check';
import { mongo } from 'mongoose';
import { Decimal } from '../../../kernel/decimal.js';
import { decimalText, storedDecimal, sumOf, type CountedValue } from './stored-decimal.js';

const { Decimal128 } = mongo;

/** Canonical texts of up to 60 digits, as the kernel makes them. */
const canonical = fc
  .tuple(
    fc.bigInt({ min: -(10n ** 60n) + 1n, max: 10n ** 60n - 1n }),
    fc.integer({ min: 0, max: 30 }),
    fc.integer({ min: 0, max: 59 }),
  )
  .map(([units, scale, shorter]) => new Decimal(units / 10n ** BigInt(shorter), scale).toString());

async function* counted(values: readonly CountedValue[]): AsyncIterable<CountedValue> {
  for (const value of values) yield await Promise.resolve(value);
}

describe('stored decimals', () => {
  it('are numbers of the server up to 34 digits, and their text beyond', () => {
    expect(storedDecimal('12.5')).toEqual(Decimal128.fromString('12.5'));
    expect(storedDecimal('9'.repeat(34))).toBeInstanceOf(Decimal128);
    expect(storedDecimal(`-0.${'0'.repeat(20)}${'1'.repeat(10)}`)).toBeInstanceOf(Decimal128);
    expect(storedDecimal(`-${'9'.repeat(34)}.5`)).toBe(`-${'9'.repeat(34)}.5`);
  });

  it('come back as the canonical text, never in scientific notation', () => {
    for (const text of [
      '0',
      '-1',
      '1000',
      '0.0000001',
      `0.${'0'.repeat(29)}1`,
      `1${'0'.repeat(33)}`,
      `1${'0'.repeat(50)}`,
    ]) {
      expect(decimalText(storedDecimal(text))).toBe(text);
    }
    expect(decimalText(Decimal128.fromString('1.2E+5'))).toBe('120000');
    expect(() => decimalText(1.5)).toThrow(/a number stands where/i);
    fc.assert(fc.property(canonical, (text) => decimalText(storedDecimal(text)) === text));
  });

  it('are summed exactly, whatever their size and number', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(canonical, fc.integer({ min: 1, max: 10_000_000 }))), async (values) => {
        const expected = Decimal.sum(values.map(([text, n]) => Decimal.parse(text).times(Decimal.fromInteger(n))));
        const sum = await sumOf(counted(values.map(([text, n]) => ({ _id: storedDecimal(text), n }))));
        expect(sum).toBe(expected.toString());
      }),
    );
    expect(await sumOf(counted([{ _id: null, n: 3 }, { n: 1 }]))).toBe('0');
    // Beyond 34 digits the server's own sum would round.
    expect(await sumOf(counted([{ _id: storedDecimal('9'.repeat(34)), n: 1_000_001 }]))).toBe(
      (BigInt('9'.repeat(34)) * 1_000_001n).toString(),
    );
  });
});
